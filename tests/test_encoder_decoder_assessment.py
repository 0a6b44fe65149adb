"""The verdicts on outputs: each true, false or open on numbers made for it; and the yardstick."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import layers

from assignment4.encoder_decoder.assessment import (
    Assessment,
    Readability,
    Yardstick,
    as_near_as_letters,
    is_uniform,
    readability,
    returns_images,
    transcribe,
)
from assignment4.encoder_decoder.metrics import class_means, nearest_distances, sharpness
from assignment4.intervals import Interval
from assignment4.letters import CYRILLIC, LATIN, Alphabet, normalize

COUNT = 1000
LABELS = np.arange(COUNT) % 14


def assessed(*, read=(1.0, 1.0), near: float = 0.95) -> Assessment:
    """Return what a yardstick might say.

    Args:
        read: the share that each judge reads right.
        near: the share of images nearer than 1 to a real letter.
    """
    places = np.arange(COUNT) / COUNT
    return Assessment(
        images=np.zeros((COUNT, 28, 28, 1), np.float32),
        labels=LABELS,
        read=np.stack([np.where(places < share, LABELS, (LABELS + 1) % 14) for share in read]),
        variance_shares=np.full(14, 0.02),
        to_mean=np.zeros(COUNT),
        to_representative=np.zeros(COUNT),
        to_nearest=np.where(places < near, 0.5, 1.5),
        sharpness=np.ones(COUNT),
    )


LETTERS = dataclasses.replace(
    assessed(read=(0.99, 0.98)), to_nearest=np.linspace(0, 1 / 0.95, COUNT)
)
"""Of these, 95 in 100 lie nearer than 1 to a known letter."""


def test_shares_are_of_each_judge():
    first, second = assessed(read=(0.9, 0.25)).reading_accuracies
    assert (first.estimate, second.estimate) == (0.9, 0.25)
    assert first.lower < 0.9 < first.upper
    varied = dataclasses.replace(assessed(), variance_shares=np.array([0.1, 0.3]))
    assert varied.variance_share.estimate == pytest.approx(0.2)


@pytest.mark.can_fail("2c-random-works", "2c-class-unreadable", "2c-noise-class", "2e-letters")
@pytest.mark.parametrize(
    ("outputs", "readable"),
    [
        ({"read": (0.97, 0.95), "near": 0.97}, True),
        ({"read": (0.10, 0.95), "near": 0.02}, False),
        ({"read": (0.97, 0.10), "near": 0.02}, False),
        ({"read": (0.05, 0.05), "near": 0.02}, False),
        ({"read": (0.97, 0.95), "near": 0.02}, None),
        ({"read": (0.05, 0.05), "near": 0.97}, None),
        ({"read": (0.97, 0.90), "near": 0.97}, None),
        ({"read": (0.97, 0.95), "near": 0.90}, None),
        ({"read": (0.90, 0.97), "near": 0.02}, None),
        ({"read": (0.05, 0.05), "near": 0.90}, None),
    ],
)
def test_check_of_readability_fails(outputs, readable):
    assert readability(LETTERS, assessed(**outputs)).verdict is readable


@pytest.mark.can_fail("2c-random-works", "2c-class-unreadable", "2c-noise-class", "2e-letters")
@pytest.mark.parametrize("read", [(0.99, 0.95), (0.95, 0.99), (0.5, 0.99)])
@pytest.mark.parametrize("outputs", [{}, {"read": (0.05, 0.05), "near": 0.02}])
def test_judges_who_cannot_read_decide_nothing(read, outputs):
    unsure = dataclasses.replace(LETTERS, read=assessed(read=read).read)
    assert readability(LETTERS, assessed(**outputs)).verdict is not None
    assert readability(unsure, assessed(**outputs)).verdict is None


@pytest.mark.can_fail("2c-class-unreadable")
@pytest.mark.parametrize("near", [0.0, 0.3, 0.95, 1.0])
def test_nearness_is_counted_against_that_of_letters(near):
    share = as_near_as_letters(LETTERS, assessed(near=near))
    assert share.estimate == near
    assert share.lower <= near <= share.upper
    far = dataclasses.replace(assessed(), to_nearest=np.full(COUNT, 1.01))
    assert as_near_as_letters(LETTERS, far).estimate == 0
    assert as_near_as_letters(LETTERS, LETTERS).estimate == pytest.approx(0.95, abs=1e-3)


@pytest.mark.can_fail("2c-random-similar")
@pytest.mark.parametrize(
    ("shares", "uniform"),
    [
        ([0.01, 0.02, 0.03, 0.02], True),
        ([0.0, 0.0, 0.0, 0.0], True),
        ([0.01] * 7 + [0.06], None),
        ([0.02, 0.04, 0.06, 0.08], None),
        ([0.8, 0.9, 1.0, 0.9], False),
        ([0.06, 0.07, 0.06, 0.07], False),
    ],
)
def test_check_of_uniformity_fails(shares, uniform):
    assert is_uniform(np.array(shares)) is uniform


IMAGES = normalize(np.random.default_rng(0).normal(size=(14, 28, 28)))


def outputs_like(labels: np.ndarray, *, noise: float, seed: int = 1) -> np.ndarray:
    """Return the images of labels with noise of a deviation, normalised again."""
    noises = np.random.default_rng(seed).normal(scale=noise, size=(len(labels), 28, 28))
    return normalize(IMAGES[labels][..., 0] + noises)


def test_a_network_that_returns_images_is_seen_to():
    assert returns_images(IMAGES[LABELS], LABELS, IMAGES) is True
    assert returns_images(outputs_like(LABELS, noise=0.1), LABELS, IMAGES) is True


@pytest.mark.can_fail("2c-representative", "2c-mean", "2c-random-is-mean")
@pytest.mark.parametrize(
    ("wrong", "noise", "finding"),
    [(0.0, 1.0, False), (1.0, 0.1, False), (0.3, 0.1, False), (0.1, 0.1, None), (0.3, 1.0, False)],
)
def test_check_of_returned_images_fails(wrong, noise, finding):
    """Where outputs are far from all images, or are another class's, or it is too close to say."""
    is_wrong = np.arange(COUNT) < wrong * COUNT
    outputs = outputs_like(np.where(is_wrong, (LABELS + 1) % 14, LABELS), noise=noise)
    assert returns_images(outputs, LABELS, IMAGES) is finding


@pytest.mark.can_fail("2c-representative", "2c-mean", "2c-random-is-mean")
def test_distances_on_both_sides_of_the_bound_decide_nothing():
    near, far = outputs_like(LABELS, noise=0.0), outputs_like(LABELS, noise=0.33)
    mixed = np.where((np.arange(COUNT) % 2 == 0)[:, None, None, None], near, far)
    assert returns_images(far, LABELS, IMAGES) is False
    assert returns_images(mixed, LABELS, IMAGES) is None


@pytest.mark.can_fail("2c-representative", "2c-mean", "2c-random-is-mean")
def test_images_of_the_next_class_are_not_the_class_s():
    outputs = outputs_like(LABELS, noise=0.1)
    assert returns_images(outputs, LABELS, np.roll(IMAGES, 1, axis=0)) is False
    assert returns_images(outputs, (LABELS + 1) % 14, IMAGES) is False
    over_rows = np.broadcast_to(IMAGES.mean(axis=1, keepdims=True), IMAGES.shape)
    assert returns_images(outputs, LABELS, normalize(over_rows[..., 0])) is False


PATTERNS = np.random.default_rng(0).integers(0, 190, (14, 28, 28))


def alphabet(letters: str, count: int, *, seed: int) -> Alphabet:
    """Return images of 14 patterns that everyone can tell apart, `count` of each."""
    labels = np.arange(14 * count) % 14
    spoilt = np.random.default_rng(seed).integers(0, 60, (len(labels), 28, 28))
    unknown = np.full(len(labels), "")
    images = (PATTERNS[labels] + spoilt).astype(np.uint8)
    return Alphabet(letters, images, labels, unknown, unknown, 6015)


KNOWN, UNSEEN = alphabet(LATIN, 5, seed=1), alphabet(LATIN, 3, seed=2)


def pattern_judge(*, shifted_by: int = 0) -> keras.Model:
    """Return a judge that reads the pattern to which an image is most alike."""
    images = keras.Input((28, 28, 1))
    tensor = layers.Dense(14, use_bias=False)(layers.Flatten()(images))
    judge = keras.Model(images, tensor)
    kernel = normalize(PATTERNS).reshape(14, -1).T
    judge.set_weights([np.roll(kernel, shifted_by, axis=1)])
    return judge


@pytest.fixture(scope="module")
def yardstick() -> Yardstick:
    return Yardstick([pattern_judge(), pattern_judge(shifted_by=1)], KNOWN, UNSEEN)


def model_of(layer) -> keras.Model:
    return keras.Sequential([keras.Input((28, 28, 1)), layer])


def test_known_letters_lie_at_themselves(yardstick):
    images = normalize(KNOWN.images)
    found = yardstick.measure(images, KNOWN.labels)
    assert found.to_nearest == pytest.approx(0, abs=1e-10)
    assert found.images == pytest.approx(images, abs=1e-5)
    assert found.to_mean == pytest.approx(
        np.square(images - yardstick.means[KNOWN.labels]).mean(axis=(1, 2, 3)), rel=1e-4
    )
    assert found.to_representative[:14] == pytest.approx(0, abs=1e-10)
    assert (found.to_representative[14:] > 0.01).all()


def test_letters_are_measured_in_shares_of_unseen_ones(yardstick):
    letters = yardstick.letters
    assert letters.sharpness.mean() == pytest.approx(1)
    assert letters.variance_shares.mean() == pytest.approx(1)
    assert letters.variance_share.estimate == pytest.approx(1)
    assert (letters.to_nearest > 0.01).all()
    assert len(letters.labels) == len(UNSEEN)
    known = normalize(KNOWN.images)
    assert letters.to_nearest == pytest.approx(nearest_distances(letters.images, known))
    ratio = sharpness(known).mean() / sharpness(normalize(UNSEEN.images)).mean()
    found = yardstick.measure(known, KNOWN.labels)
    assert found.sharpness.mean() == pytest.approx(ratio, rel=1e-5)


def test_each_judge_reads_for_itself(yardstick):
    assert yardstick.letters.read.shape == (2, len(UNSEEN))
    assert (yardstick.letters.read[0] == UNSEEN.labels).all()
    assert (yardstick.letters.read[1] == (UNSEEN.labels + 1) % 14).all()
    assert [share.estimate for share in yardstick.letters.reading_accuracies] == [1, 0]


def test_means_and_representatives_are_images_of_the_classes(yardstick):
    images = normalize(KNOWN.images)
    assert yardstick.means.shape == yardstick.representatives.shape == (14, 28, 28, 1)
    assert yardstick.means.std(axis=(1, 2, 3)) == pytest.approx(1, abs=1e-5)
    plain = class_means(images, KNOWN.labels)
    assert yardstick.means == pytest.approx(normalize(plain[..., 0]))
    assert (yardstick.representatives == images[:14]).all()


@pytest.mark.parametrize(("contrast", "brightness"), [(3.0, 5.0), (0.1, -2.0)])
def test_contrast_and_brightness_count_for_nothing(yardstick, contrast, brightness):
    images = yardstick.letters.images * contrast + brightness
    found = yardstick.measure(images, UNSEEN.labels)
    for field in dataclasses.fields(Assessment):
        expected = getattr(yardstick.letters, field.name)
        assert getattr(found, field.name) == pytest.approx(expected, abs=1e-4), field.name


def test_other_images_give_other_numbers(yardstick):
    """What is constant within a class has no variance, and what is noise is sharp and far."""
    letters = yardstick.letters
    constant = yardstick.measure(yardstick.means[UNSEEN.labels], UNSEEN.labels)
    assert constant.variance_shares == pytest.approx(0, abs=1e-10)
    assert constant.to_mean == pytest.approx(0, abs=1e-10)
    assert is_uniform(constant.variance_shares) is True
    assert is_uniform(letters.variance_shares) is False
    noise = np.random.default_rng(0).normal(size=(len(UNSEEN), 28, 28, 1))
    far = yardstick.measure(noise, UNSEEN.labels)
    assert as_near_as_letters(letters, far).estimate == 0
    blurred = letters.images + np.roll(letters.images, 1, axis=1)
    assert (yardstick.measure(blurred, UNSEEN.labels).sharpness < letters.sharpness).all()
    shifted = yardstick.measure(letters.images, (UNSEEN.labels + 1) % 14)
    assert [share.estimate for share in shifted.reading_accuracies] == [0, 1]
    assert (shifted.to_mean > letters.to_mean).all()


def test_outputs_are_those_for_normalised_letters(yardstick):
    cyrillic = alphabet(CYRILLIC, 3, seed=2)
    doubling = model_of(layers.Rescaling(2.0, offset=1.0))
    outputs = transcribe(doubling, cyrillic)
    assert outputs == pytest.approx(2 * normalize(cyrillic.images) + 1, abs=1e-5)
    found = yardstick.measure_outputs(doubling, cyrillic)
    assert (found.labels == cyrillic.labels).all()
    assert found.to_nearest == pytest.approx(yardstick.letters.to_nearest, abs=1e-4)


def test_constant_outputs_are_measured_as_nothing(yardstick):
    """An image of no variance lies at a distance of 1 from every letter, whose variance is 1."""
    silent = yardstick.measure_outputs(model_of(layers.Rescaling(0.0, offset=3.0)), UNSEEN)
    assert not silent.images.any()
    assert not silent.sharpness.any()
    for distances in (silent.to_mean, silent.to_representative, silent.to_nearest):
        assert distances == pytest.approx(1, abs=1e-5)
    assert is_uniform(silent.variance_shares) is True
    assert as_near_as_letters(yardstick.letters, silent).estimate == 0
    images = np.array(yardstick.letters.images)
    images[4] = -2
    found = yardstick.measure(images, UNSEEN.labels)
    assert not found.images[4].any()
    others = np.arange(len(images)) != 4
    assert found.images[others] == pytest.approx(images[others], abs=1e-5)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_outputs_that_are_not_finite_are_refused(yardstick, value):
    images = np.array(yardstick.letters.images)
    images[4, 3, 3] = value
    with pytest.raises(ValueError, match="has a value that is not finite"):
        yardstick.measure(images, UNSEEN.labels)


def test_readability_names_its_measures():
    found = readability(LETTERS, assessed(read=(0.97, 0.95), near=0.97))
    assert found == Readability(
        LETTERS.reading_accuracies,
        assessed(read=(0.97, 0.95)).reading_accuracies,
        as_near_as_letters(LETTERS, assessed(near=0.97)),
    )
    assert found.verdict is True
    assert "≈0.970" in str(found)
    assert found._replace(near=Interval(0.1, 0.2, 0.3)).verdict is None
