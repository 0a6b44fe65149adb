"""Judges and classifiers: what they are made of, and what they are told that noise is."""

import keras
import numpy as np
import pytest
from keras import layers

from assignment4.encoder_decoder import classifiers
from assignment4.encoder_decoder.classifiers import (
    CLASSIFIER_LEARNING_RATE,
    CLASSIFIER_STEPS,
    build_classifier,
    build_judge,
    build_second_judge,
    draw_noise,
    probabilities,
    read_letters,
    train_classifier,
    train_judge,
)
from assignment4.encoder_decoder.targets import NOISE_LABEL, NOISE_LABEL_OF_SCRIPTS
from assignment4.encoder_decoder.training import Trained
from assignment4.letters import LATIN, Alphabet, normalize

pytestmark = pytest.mark.usefixtures("empty_cache")

NOISE = np.full((30, 28, 28, 1), 7, np.float32)


def alphabet(count: int, *, seed: int) -> Alphabet:
    """Return images of 14 patterns that everyone can tell apart, `count` of each."""
    labels = np.arange(14 * count) % 14
    patterns = np.random.default_rng(0).integers(0, 190, (14, 28, 28))
    spoilt = np.random.default_rng(seed).integers(0, 60, (len(labels), 28, 28))
    unknown = np.full(len(labels), "")
    images = (patterns[labels] + spoilt).astype(np.uint8)
    return Alphabet(LATIN, images, labels, unknown, unknown, 6015)


@pytest.fixture
def trainings(monkeypatch) -> list[dict]:
    """The arguments of every training; nothing is trained."""
    calls = []

    def train(build, batches, **arguments):
        calls.append({"build": build, "batches": batches} | arguments)
        return Trained(keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten()]), 0.0)

    monkeypatch.setattr(classifiers, "train", train)
    return calls


@pytest.mark.parametrize(
    ("build", "outputs", "name"),
    [
        (build_judge, 14, "judge"),
        (build_second_judge, 14, "second_judge"),
        (build_classifier, 15, "classifier"),
    ],
)
def test_classifiers_have_an_output_for_each_label(build, outputs, name):
    model = build()
    assert model.name == name
    assert model(np.zeros((2, 28, 28, 1), np.float32)).shape == (2, outputs)
    assert model.layers[-1].activation is keras.activations.linear


def kinds(model: keras.Model) -> list[tuple]:
    return [
        (type(layer).__name__, tuple(layer.kernel.shape))
        for layer in model.layers
        if isinstance(layer, layers.Conv2D | layers.Dense)
    ]


def test_classifier_is_the_report_s():
    model = build_classifier()
    assert kinds(model) == [
        ("Conv2D", (5, 5, 1, 32)),
        ("Conv2D", (5, 5, 32, 64)),
        ("Dense", (3136, 1024)),
        ("Dense", (1024, 15)),
    ]
    (dropout,) = (layer for layer in model.layers if isinstance(layer, layers.Dropout))
    assert dropout.rate == 0.5


def test_judges_are_of_other_architectures_than_the_classifier_and_each_other():
    first, second, classifier = (
        set(kinds(build())) for build in (build_judge, build_second_judge, build_classifier)
    )
    assert not first & second
    assert not first & classifier
    assert not second & classifier
    assert "Conv2D" not in {kind for kind, _ in second}


def test_judges_share_no_weights(tmp_path):
    """Neither in memory nor in the cache, and neither does another seed."""
    letters = alphabet(2, seed=0)
    first = train_judge(letters, seed=5, steps=2)
    second = train_judge(letters, seed=5, build=build_second_judge, steps=2)
    other = train_judge(letters, seed=6, steps=2)
    assert len(list((tmp_path / "cache").glob("judge-*.entry"))) == 2
    assert len(list((tmp_path / "cache").glob("second_judge-*.entry"))) == 1
    ids = [{id(weight) for weight in model.weights} for model in (first, second, other)]
    assert len(set.union(*ids)) == sum(map(len, ids))
    for weight, another in zip(first.get_weights(), other.get_weights(), strict=True):
        assert (weight != another).any()
    again = train_judge(letters, seed=5, steps=2)
    for weight, another in zip(first.get_weights(), again.get_weights(), strict=True):
        assert (weight == another).all()


@pytest.mark.parametrize("build", [build_judge, build_second_judge])
def test_judges_learn_to_read(build):
    judge = train_judge(alphabet(4, seed=1), seed=0, build=build, steps=40)
    unseen = alphabet(2, seed=2)
    read = read_letters(judge, normalize(unseen.images))
    assert (read == unseen.labels).all()
    shares = probabilities(judge, normalize(unseen.images))
    assert shares.shape == (28, 14)
    assert shares.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (shares.argmax(axis=1) == read).all()


def test_a_judge_is_trained_on_letters_and_their_labels(trainings):
    letters = alphabet(2, seed=0)
    train_judge(letters, seed=3)
    (call,) = trainings
    assert (call["seed"], call["build"]) == (3, build_judge)
    assert isinstance(call["loss"], keras.losses.SparseCategoricalCrossentropy)
    images = [image.tobytes() for image in normalize(letters.images)]
    known = dict(zip(images, letters.labels, strict=True))
    for images, labels in call["batches"](0, 2):
        assert [known[image.tobytes()] for image in images.numpy()] == labels.numpy().tolist()


def noise_targets(call: dict, *, steps: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Return the codes of letters and of noise in the first batches of a training."""
    images, codes = (np.concatenate(part) for part in zip(*call["batches"](0, steps), strict=True))
    is_noise = (images == 7).all(axis=(1, 2, 3))
    return codes[~is_noise], codes[is_noise]


def noise_is_a_class(call: dict) -> bool:
    """Say whether a training tells noise from letters by the last output."""
    letters, noise = noise_targets(call)
    last = np.arange(15) == NOISE_LABEL
    return len(noise) > 0 and (noise == last).all() and not letters[:, NOISE_LABEL].any()


@pytest.mark.can_fail("2c-noise-class")
def test_noise_is_a_class_under_label_14_and_nothing_under_label_15(trainings):
    letters = alphabet(2, seed=0)
    train_classifier(letters, seed=0, noise=NOISE)
    train_classifier(letters, seed=0, noise=NOISE, noise_label=NOISE_LABEL_OF_SCRIPTS)
    meant, scripts = trainings
    assert noise_is_a_class(meant)
    assert not noise_is_a_class(scripts)
    codes, noise = noise_targets(scripts)
    assert len(noise) > 50
    assert not noise.any()
    assert (codes.sum(axis=1) == 1).all()
    assert meant["data"] != scripts["data"]


def test_without_noise_there_are_letters_alone(trainings):
    letters = alphabet(2, seed=0)
    train_classifier(letters, seed=4)
    (call,) = trainings
    codes, noise = noise_targets(call)
    assert len(noise) == 0
    assert codes.shape == (300, 15)
    assert set(codes.argmax(axis=1)) == set(range(14))
    assert not noise_is_a_class(call)
    assert isinstance(call["loss"], keras.losses.CategoricalCrossentropy)
    assert call["loss"].get_config()["from_logits"] is True
    assert call["build"] is build_classifier
    assert (call["steps"], call["seed"]) == (CLASSIFIER_STEPS, 4)
    assert call["learning_rate"] == CLASSIFIER_LEARNING_RATE


def test_noise_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="dimension"):
        train_classifier(alphabet(2, seed=0), seed=0, noise=np.zeros((5, 28, 28), np.float32))


def test_noise_is_standard_normal_and_repeatable():
    noise = draw_noise(100, seed=1)
    assert noise.shape == (100, 28, 28, 1)
    assert noise.dtype == np.float32
    assert noise.mean() == pytest.approx(0, abs=0.02)
    assert noise.std() == pytest.approx(1, abs=0.02)
    assert (draw_noise(100, seed=1) == noise).all()
    assert (draw_noise(100, seed=2) != noise).any()
    correlation = np.corrcoef(noise[:, 5, 5, 0], noise[:, 5, 6, 0])[0, 1]
    assert abs(correlation) < 0.5


def test_what_is_read_is_the_largest_output():
    images = keras.Input((28, 28, 1))
    kernel = np.zeros((784, 14), np.float32)
    kernel[np.arange(14), np.arange(14)] = 1
    tensor = layers.Dense(14, use_bias=False)(layers.Flatten()(images))
    model = keras.Model(images, tensor)
    model.set_weights([kernel])
    pixels = np.zeros((3, 784), np.float32)
    pixels[[0, 1, 2], [13, 0, 6]] = 2
    assert read_letters(model, pixels.reshape(3, 28, 28, 1)).tolist() == [13, 0, 6]
    shares = probabilities(model, pixels.reshape(3, 28, 28, 1))
    assert shares[0, 13] == pytest.approx(np.exp(2) / (np.exp(2) + 13))
