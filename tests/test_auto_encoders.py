"""Auto-encoders beside the PCA: the linear one is the PCA, the convolutional one another map."""

import keras
import numpy as np
import pytest
from keras import layers
from sklearn.decomposition import PCA

from assignment4 import auto_encoders, cache
from assignment4.auto_encoders import convolutional, linear
from assignment4.auto_encoders.linear import ALLOWED, LinearAutoEncoder
from assignment4.letters import LATIN, Alphabet, Letters, load_letters, normalize, split_as_reported
from assignment4.pca.components import principal_components
from assignment4.replication.runs import read_results

pytestmark = pytest.mark.usefixtures("empty_cache")

D, K = 12, 3
SAMPLES = np.random.default_rng(0).standard_normal((500, D)) * np.linspace(2, 0.2, D)
SAMPLES -= SAMPLES.mean(axis=0)
COMPONENTS = principal_components(SAMPLES)
V = COMPONENTS.keep(K)


def kept(encoder: np.ndarray, decoder: np.ndarray) -> list[bool]:
    """Return for each distance from the components if it is allowed."""
    network = LinearAutoEncoder(encoder, decoder, 0.0)
    distances = auto_encoders.distances_from_components(network, SAMPLES, COMPONENTS)
    return [distances[name] <= allowed for name, allowed in ALLOWED.items()]


def test_distances_from_the_components_tell_what_is_learned():
    """Error, columns of B, rows of A, B A, and A itself."""
    mixing = np.random.default_rng(1).standard_normal((K, K))
    others = COMPONENTS.vectors[:, 1 : K + 1]
    assert kept(V.T, V) == kept(-V.T, -V) == 5 * [True]
    assert kept(mixing @ V.T, V @ np.linalg.inv(mixing)) == [True, True, True, True, False]
    assert kept(others.T, others) == 5 * [False]
    assert kept(V.T, -V)[3] is kept(1.1 * V.T, V)[3] is kept(V.T, 1.1 * V)[0] is False
    for degrees, same in ((1.9, True), (2.1, False)):
        turned, angle = V.copy(), np.radians(degrees)
        turned[:, -1] = np.cos(angle) * V[:, -1] + np.sin(angle) * COMPONENTS.vectors[:, K]
        assert kept(V.T, turned)[1:3] == [same, True]
        assert kept(turned.T, V)[1:3] == [True, same]


@pytest.fixture
def built(monkeypatch) -> list[keras.Model]:
    """The linear networks that are built, each trained for two epochs."""
    models, build = [], linear.build_linear_auto_encoder
    monkeypatch.setattr(linear, "EPOCHS", 2)
    monkeypatch.setattr(
        linear, "build_linear_auto_encoder", lambda d, k: models.append(build(d, k)) or models[-1]
    )
    return models


def test_what_is_returned_are_the_network_s_matrices(built):
    still = np.hstack([SAMPLES, np.zeros((len(SAMPLES), 1))])
    found = auto_encoders.train_linear_auto_encoder(still, K)
    outputs = built[0].predict(still, verbose=0)
    assert np.allclose(still @ found.encoder.T @ found.decoder.T, outputs, atol=1e-4)
    assert (found.encoder.shape, found.decoder.shape) == ((K, D + 1), (D + 1, K))
    assert (found.encoder[:, -1] == 0).all()
    assert found.encoder[:, 0].any()
    assert built[0].optimizer.momentum == linear.MOMENTUM
    assert float(built[0].optimizer.learning_rate) < linear.LEARNING_RATE / 100
    again = auto_encoders.train_linear_auto_encoder(still, K)
    assert len(built) == 1
    assert np.array_equal(found.encoder, again.encoder)


def test_a_linear_network_of_other_samples_width_or_seed_is_another_one(monkeypatch):
    keys = []
    kept = {"encoder": np.zeros((D, K)), "decoder": np.zeros((K, D)), "seconds": 0.0}
    monkeypatch.setattr(cache, "stored", lambda name, key, fit: keys.append(key) or kept)
    for samples, k, seed in ((SAMPLES, K, 0), (SAMPLES, K, 1), (SAMPLES, 2, 0), (-SAMPLES, K, 0)):
        auto_encoders.train_linear_auto_encoder(samples, k, seed=seed)
    assert len(set(map(str, keys))) == 4


def test_what_cannot_be_trained_is_refused():
    for samples, k in ((SAMPLES, 0), (SAMPLES, D + 1), (SAMPLES + 1, K), (SAMPLES * np.nan, K)):
        with pytest.raises(ValueError, match=r"from 1|mean zero|finite"):
            auto_encoders.train_linear_auto_encoder(samples, k)


def letters_of(count: int, seed: int) -> Alphabet:
    """Return letters of noise, as many of each class."""
    images = np.random.default_rng(seed).integers(0, 256, (count, 28, 28), np.uint8)
    nowhere = np.full(count, "")
    return Alphabet(LATIN, images, np.arange(count) % 14, nowhere, nowhere, 5000)


def test_the_code_is_linear_and_k_wide():
    model = convolutional.build_auto_encoder(5)
    code = model.get_layer("code")
    assert (code.output.shape, code.activation) == ((None, 5), keras.activations.linear)
    assert [one.name for one in model.layers if one.input is code.output] == ["expand"]
    assert not any(isinstance(layer, layers.Dropout) for layer in model.layers)
    assert model.input.shape == model.output.shape == (None, 28, 28, 1)


def test_a_run_compares_both_on_both_parts(monkeypatch):
    """With a network that always returns the first letter, and asks for what it is trained on."""
    letters = letters_of(140, 1)
    seen, unseen = split_as_reported(letters)
    first = normalize(seen.images)[:1]
    constant = keras.Sequential([keras.Input((28, 28, 1)), layers.Lambda(lambda x: 0 * x + first)])

    def train(build, batches, *, data, **settings):
        assert data == {"images": cache.array_digest(normalize(seen.images)), "k": 9}
        ((inputs, targets),) = batches(0, 1)
        assert np.array_equal(inputs, targets)
        known = {image.tobytes() for image in normalize(seen.images)}
        assert {image.tobytes() for image in inputs.numpy()} <= known
        return convolutional.Trained(constant, 2.0)

    monkeypatch.setattr(convolutional, "train", train)
    both = Letters(letters_of(140, 2), letters, "noise")
    numbers = convolutional.run_auto_encoder(9, both, split="as reported", seed=3, steps=2)
    pca = PCA(9, svd_solver="full").fit(normalize(seen.images).reshape(len(seen), -1))
    expected = {"seconds": 2.0}
    for name, part in (("training", seen), ("unseen", unseen)):
        images = normalize(part.images)
        rows = images.reshape(len(part), -1)
        by_pca = pca.inverse_transform(pca.transform(rows))
        expected[f"PCA's error on {name} letters"] = np.square(rows - by_pca).mean()
        expected[f"error on {name} letters"] = np.square(images - first).mean()
    assert numbers == pytest.approx(expected, abs=1e-5)


def test_what_the_chapter_says_of_the_stored_results_is_so():
    names = auto_encoders.AUTO_ENCODERS
    runs = {k: read_results("auto_encoders", name) for name, k in names.items()}
    longer = {k: read_results("auto_encoders", name, steps=2000) for name, k in names.items()}
    words = [row[-1] for row in auto_encoders.compare_with_pca(runs).rows]
    assert words == ["lower" if k <= 20 else "higher" for k in runs]
    lengths = auto_encoders.compare_lengths({"400": runs, "2000": longer, "again": longer})
    for name, *shown in lengths.rows:
        short, long, _, by_pca = (float(value.lstrip("≈")) for value in shown)
        assert short == round(runs[int(name)][0]["error on unseen letters"], 3) > long
        assert (long < by_pca) == (int(name) <= 50)
    assert len(lengths.rows) == len(runs)


@pytest.mark.slow
def test_the_linear_network_becomes_the_pca_of_the_letters(monkeypatch):
    """Error, both subspaces and the projector; but not the components themselves."""
    part, _ = split_as_reported(load_letters().latin)
    samples = normalize(part.images).reshape(len(part), -1).astype(float)
    samples -= samples.mean(axis=0)
    found = auto_encoders.train_linear_auto_encoder(samples, 10, seed=1)
    distances = auto_encoders.distances_from_components(
        found, samples, principal_components(samples)
    )
    within = [-1e-9 <= distances[name] <= allowed for name, allowed in ALLOWED.items()]
    assert within == [True, True, True, True, False]
