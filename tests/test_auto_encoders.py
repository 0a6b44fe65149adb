"""Auto-encoders beside the PCA: the linear one is the PCA, the convolutional one another map."""

import keras
import numpy as np
import pytest
from keras import layers
from sympy import MatrixSymbol

from assignment4.auto_encoders import convolutional, linear
from assignment4.auto_encoders.convolutional import (
    AUTO_ENCODERS,
    build_auto_encoder,
    mean_squared_error,
    reconstruct,
    reconstruct_by_pca,
    run_auto_encoder,
    train_auto_encoder,
)
from assignment4.auto_encoders.linear import (
    LinearAutoEncoder,
    build_linear_auto_encoder,
    error_of,
    largest_angle,
    train_linear_auto_encoder,
    with_other_code,
)
from assignment4.auto_encoders.linear_checks import (
    A,
    B,
    G,
    gives_same_product,
    has_components_as_code,
    is_projector_onto_components,
    reaches_least_error,
    spans_components,
)
from assignment4.letters import Alphabet, Letters, load_letters, normalize, split_as_reported
from assignment4.pca.components import principal_components

pytestmark = pytest.mark.usefixtures("empty_cache")

D, K = 12, 3
SAMPLES = np.random.default_rng(0).standard_normal((500, D)) * np.linspace(2, 0.2, D)
SAMPLES -= SAMPLES.mean(axis=0)
COMPONENTS = principal_components(SAMPLES)
VECTORS = COMPONENTS.keep(K)
IDEAL = LinearAutoEncoder(VECTORS.T, VECTORS, 0.0)


@pytest.fixture(scope="module")
def letters() -> Letters:
    """The embedded letters, from the person's cache."""
    return load_letters()


def random_matrix(*shape: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def test_the_linear_network_has_two_matrices_and_nothing_else():
    model = build_linear_auto_encoder(D, K)
    shapes = [weights.shape for weights in model.get_weights()]
    assert shapes == [(D, K), (K, D)]
    encoder, decoder = model.get_weights()
    assert not encoder.any()
    assert np.allclose(decoder @ decoder.T, np.eye(K), atol=1e-5)
    assert model(np.ones((2, D))).shape == (2, D)


def test_what_is_returned_are_the_network_s_matrices(monkeypatch):
    models = []

    def build(d, k):
        models.append(build_linear_auto_encoder(d, k))
        return models[-1]

    monkeypatch.setattr(linear, "build_linear_auto_encoder", build)
    monkeypatch.setattr(linear, "EPOCHS", 2)
    found = train_linear_auto_encoder(SAMPLES, K)
    expected = models[0].predict(SAMPLES, verbose=0)
    assert np.allclose(SAMPLES @ found.product.T, expected, atol=1e-4)
    assert error_of(found, SAMPLES) == pytest.approx(np.square(SAMPLES - expected).sum(), rel=1e-4)
    again = train_linear_auto_encoder(SAMPLES, K)
    assert len(models) == 1
    assert np.array_equal(found.product, again.product)
    train_linear_auto_encoder(SAMPLES, K, seed=1)
    train_linear_auto_encoder(SAMPLES, K - 1)
    train_linear_auto_encoder(-SAMPLES, K)
    assert len(models) == 4


@pytest.mark.parametrize(
    ("samples", "k", "message"),
    [
        (SAMPLES, 0, f"from 1 to {D}, got 0"),
        (SAMPLES, D + 1, f"from 1 to {D}, got {D + 1}"),
        (SAMPLES, 1.5, f"integer from 1 to {D}, got 1.5"),
        (SAMPLES + 1, K, "one entry's mean is 1"),
        (np.full((5, D), np.nan), K, "sample 0 has nan in entry 0"),
        (SAMPLES[0], K, rf"shape \(n, d\), d at least 1, got \({D},\)"),
        (SAMPLES[:1], K, "at least 2 samples, got 1"),
    ],
)
def test_what_cannot_be_trained_is_refused(samples, k, message):
    with pytest.raises(ValueError, match=message):
        train_linear_auto_encoder(samples, k)


def test_an_encoder_that_starts_elsewhere_stays_where_nothing_varies(monkeypatch):
    """The first weights along a constant entry are the last ones; from zero they stay zero."""
    still = np.hstack([SAMPLES, np.zeros((len(SAMPLES), 1))])

    def build(d, k):
        model = build_linear_auto_encoder(d, k)
        model.get_layer("encoder").set_weights([np.full((d, k), 0.3)])
        return model

    monkeypatch.setattr(linear, "EPOCHS", 2)
    assert (train_linear_auto_encoder(still, K).encoder[:, -1] == 0).all()
    monkeypatch.setattr(linear, "build_linear_auto_encoder", build)
    found = train_linear_auto_encoder(still, K, seed=1)
    assert found.encoder[:, -1] == pytest.approx(0.3)
    assert not np.allclose(found.encoder[:, 0], 0.3, atol=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
def test_the_linear_network_becomes_the_pca_of_the_letters(letters, seed):
    """Error, both subspaces and the projector; but not the components themselves."""
    part, _ = split_as_reported(letters.latin)
    samples = normalize(part.images).reshape(len(part), -1).astype(float)
    samples -= samples.mean(axis=0)
    components = principal_components(samples)
    vectors = components.keep(10)
    found = train_linear_auto_encoder(samples, 10, seed=seed)
    assert reaches_least_error(error_of(found, samples), components.least_error(10))
    assert spans_components(found.decoder, vectors)
    assert spans_components(found.encoder.T, vectors)
    assert is_projector_onto_components(found.product, vectors)
    assert not has_components_as_code(found.encoder, vectors)


def test_another_code_gives_the_same_output():
    mixing = random_matrix(K, K)
    other = with_other_code(IDEAL, mixing)
    assert np.allclose(other.product, IDEAL.product)
    assert not np.allclose(other.encoder, IDEAL.encoder)
    assert error_of(other, SAMPLES) == pytest.approx(COMPONENTS.least_error(K), rel=1e-12)
    assert spans_components(other.decoder, VECTORS)
    assert spans_components(other.encoder.T, VECTORS)
    assert is_projector_onto_components(other.product, VECTORS)
    assert has_components_as_code(IDEAL.encoder, VECTORS)
    assert has_components_as_code(-IDEAL.encoder, VECTORS)
    assert not has_components_as_code(other.encoder, VECTORS)
    with pytest.raises(np.linalg.LinAlgError):
        with_other_code(IDEAL, np.zeros((K, K)))


def test_no_other_code_gives_another_product_symbolically():
    assert gives_same_product(A, B)
    assert gives_same_product(G * A, B * G.inv())
    assert not gives_same_product(G * A, B)
    assert not gives_same_product(G * A, B * G)
    assert not gives_same_product(G.inv() * A, B * G.inv())
    other = MatrixSymbol("H", *G.shape)
    assert not gives_same_product(G * A, B * other.inv())


def test_check_of_the_error_fails():
    least = COMPONENTS.least_error(K)
    assert reaches_least_error(least, least)
    assert reaches_least_error(1.0009 * least, least)
    assert not reaches_least_error(1.0011 * least, least)
    assert not reaches_least_error(0.999 * least, least)
    assert not reaches_least_error(np.nan, least)


def test_check_of_the_subspace_fails():
    turned = VECTORS.copy()
    for degrees, same in ((1.9, True), (2.1, False)):
        angle = np.radians(degrees)
        neighbour = COMPONENTS.vectors[:, K]
        turned[:, -1] = np.cos(angle) * VECTORS[:, -1] + np.sin(angle) * neighbour
        assert largest_angle(turned, VECTORS) == pytest.approx(degrees)
        assert spans_components(turned, VECTORS) is same
    assert not spans_components(COMPONENTS.vectors[:, 1 : K + 1], VECTORS)


def test_check_of_the_projector_fails():
    assert is_projector_onto_components(VECTORS @ VECTORS.T, VECTORS)
    others = COMPONENTS.vectors[:, 1 : K + 1]
    for wrong in (others @ others.T, -VECTORS @ VECTORS.T, 1.1 * VECTORS @ VECTORS.T):
        assert not is_projector_onto_components(wrong, VECTORS)


def few(letters: Letters, count: int) -> Alphabet:
    return letters.latin.select(np.arange(count))


@pytest.mark.parametrize("k", [2, 50])
def test_the_code_is_linear_and_k_wide(k):
    model = build_auto_encoder(k)
    code = model.get_layer("code")
    assert code.output.shape == (None, k)
    assert code.activation is keras.activations.linear
    follows = [layer for layer in model.layers if layer.input is code.output]
    assert [layer.name for layer in follows] == ["expand"]
    assert not any(isinstance(layer, layers.Dropout) for layer in model.layers)
    assert model.input.shape == model.output.shape == (None, 28, 28, 1)
    names = [layer.name for layer in model.layers if layer.get_weights()]
    assert [name for name in names if not name.endswith(("normalization", "activation"))] == [
        *("convolution_1", "convolution_2", "code", "expand"),
        *("transposed_1", "transposed_2", "last"),
    ]


def test_a_code_needs_a_unit():
    with pytest.raises(ValueError, match="at least 1 unit, got 0"):
        build_auto_encoder(0)


@pytest.mark.slow
def test_training_lowers_the_error_of_reconstruction(letters):
    some = few(letters, 56)
    errors = []
    for steps in (1, 40):
        trained = train_auto_encoder(some, 10, steps=steps, seed=0)
        errors.append(mean_squared_error(some, reconstruct(trained.model, some)))
    assert errors[1] < errors[0]
    assert trained.seconds > 0


def test_errors_are_means_over_letters_and_pixels(letters):
    two = few(letters, 2)
    images = normalize(two.images)
    assert mean_squared_error(two, images) == 0
    assert mean_squared_error(two, images + np.array([1, 3]).reshape(2, 1, 1, 1)) == (
        pytest.approx(5, rel=1e-6)
    )
    assert mean_squared_error(two, np.zeros_like(images)) == pytest.approx(1, rel=1e-6)


def test_the_pca_is_that_of_the_training_letters(letters):
    some = few(letters, 120)
    seen, unseen = some.select(np.arange(100)), some.select(np.arange(100, 120))
    rows = normalize(seen.images).reshape(100, -1)
    components = principal_components(rows)
    error = mean_squared_error(seen, reconstruct_by_pca(seen, seen, 20))
    assert error == pytest.approx(components.least_error(20) / rows.size, rel=1e-6)
    assert mean_squared_error(unseen, reconstruct_by_pca(seen, unseen, 20)) > error
    assert mean_squared_error(seen, reconstruct_by_pca(seen, seen, 100)) < 1e-10


@pytest.mark.slow
def test_a_run_compares_both_on_both_parts(monkeypatch, letters):
    some = few(letters, 120)
    seen, unseen = some.select(np.arange(100)), some.select(np.arange(100, 120))
    monkeypatch.setitem(convolutional.SPLITS, "as reported", lambda latin: (seen, unseen))
    settings = {"split": "as reported", "seed": 3, "steps": 2}
    numbers = run_auto_encoder(5, letters, **settings)
    model = train_auto_encoder(seen, 5, steps=2, seed=3).model
    for part, name in ((seen, "training"), (unseen, "unseen")):
        network = mean_squared_error(part, reconstruct(model, part))
        pca = mean_squared_error(part, reconstruct_by_pca(seen, part, 5))
        assert numbers.pop(f"error on {name} letters") == pytest.approx(network, abs=1e-5)
        assert numbers.pop(f"PCA's error on {name} letters") == pytest.approx(pca, abs=1e-5)
    assert list(numbers) == ["seconds"]


def test_experiments_are_named_after_their_widths():
    assert list(AUTO_ENCODERS.values()) == [2, 5, 10, 20, 50, 100, 200]
    assert all(name == f"k = {k}" for name, k in AUTO_ENCODERS.items())
