"""The numbers by hand, by brute force, and on images of which they are known."""

import numpy as np
import pytest

from assignment4.encoder_decoder.metrics import (
    accuracy,
    baselines,
    class_means,
    logistic_regression,
    nearest_distances,
    nearest_mean,
    sharpness,
    within_class_variances,
)
from assignment4.letters import LATIN, Alphabet, normalize

ROWS, COLUMNS = np.indices((28, 28))
CHESSBOARD = (-1.0) ** (ROWS + COLUMNS)
NOISE = np.random.default_rng(0).normal(size=(50, 28, 28))


def alphabet(count: int, *, seed: int, spread: int = 60) -> Alphabet:
    """Return images of 14 patterns that everyone can tell apart, `count` of each."""
    labels = np.arange(14 * count) % 14
    patterns = np.random.default_rng(0).integers(0, 190, (14, 28, 28))
    spoilt = np.random.default_rng(seed).integers(0, spread, (len(labels), 28, 28))
    unknown = np.full(len(labels), "")
    images = (patterns[labels] + spoilt).astype(np.uint8)
    return Alphabet(LATIN, images, labels, unknown, unknown, 6015)


def test_metrics_by_hand():
    images = np.array([[0.0, 0], [2, 0], [10, 10], [10, 14]])
    labels = np.array([0, 0, 1, 1])
    assert class_means(images, labels).tolist() == [[1, 0], [10, 12]]
    assert within_class_variances(images, labels).tolist() == [0.5, 2]
    assert nearest_mean(np.array([[1.0, 1], [9, 9], [5, 5]]), images, labels).tolist() == [0, 1, 0]
    assert logistic_regression(images, images, labels).tolist() == [0, 0, 1, 1]
    assert accuracy(np.array([0, 1, 1, 1]), labels).estimate == 0.75


def test_readings_of_another_length_are_refused():
    with pytest.raises(ValueError, match="3 predictions for 4 labels"):
        accuracy(np.zeros(3), np.zeros(4))
    with pytest.raises(ValueError, match="no proportion"):
        accuracy(np.zeros(0), np.zeros(0))


def test_means_are_over_the_images_of_a_class():
    letters = alphabet(5, seed=1)
    images = normalize(letters.images)
    means = class_means(images, letters.labels)
    assert means.shape == (14, 28, 28, 1)
    for label in range(14):
        own = [image for image, of in zip(images, letters.labels, strict=True) if of == label]
        assert means[label] == pytest.approx(sum(own) / 5, abs=1e-6)


def test_variances_are_those_of_pixels_around_the_class_s_mean():
    letters = alphabet(5, seed=1)
    images = normalize(letters.images)
    variances = within_class_variances(images, letters.labels)
    assert variances.dtype == np.float64
    for label in range(14):
        expected = images[letters.labels == label].var(axis=0).mean()
        assert variances[label] == pytest.approx(expected, rel=1e-5)
    assert within_class_variances(images[:14], letters.labels[:14]).tolist() == [0] * 14


def test_baselines_read_patterns():
    train, test = (
        letters.select(np.flatnonzero(letters.labels < 3))
        for letters in (alphabet(4, seed=1), alphabet(3, seed=2))
    )
    found = baselines(train, test)
    assert list(found) == ["nearest class mean", "logistic regression"]
    assert [share.estimate for share in found.values()] == [1, 1]
    shifted = Alphabet(**vars(test) | {"labels": (test.labels + 1) % 3})
    assert [share.estimate for share in baselines(train, shifted).values()] == [0, 0]


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8])
def test_nearest_distances_by_brute_force(dtype):
    generator = np.random.default_rng(0)
    images = generator.uniform(0, 200, size=(7, 5, 6, 1)).astype(dtype)
    others = generator.uniform(0, 200, size=(9, 5, 6, 1)).astype(dtype)
    expected = [
        min(np.square(image.astype(float) - other.astype(float)).mean() for other in others)
        for image in images
    ]
    found = nearest_distances(images, others)
    assert found.dtype == np.float64
    assert found.shape == (7,)
    assert found == pytest.approx(np.array(expected), rel=1e-9)


def test_an_image_among_the_others_is_at_no_distance():
    found = nearest_distances(NOISE[:5], NOISE[::-1])
    assert found == pytest.approx(np.zeros(5), abs=1e-12)
    assert (found >= 0).all()
    assert nearest_distances(NOISE[:5] + 3, NOISE[:5]).min() > 1


def test_images_of_another_size_have_no_distance():
    with pytest.raises(ValueError, match="mismatch"):
        nearest_distances(np.zeros((2, 28, 28, 1)), np.zeros((2, 14, 14, 1)))


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (np.zeros((28, 28)), 0),
        (np.full((28, 28), 3.0), 0),
        (CHESSBOARD, 2),
        ((-1.0) ** COLUMNS, np.sqrt(2)),
        ((-1.0) ** ROWS, np.sqrt(2)),
        (COLUMNS.astype(float), np.sqrt(0.5)),
    ],
)
def test_sharpness_of_known_images(image, expected):
    assert sharpness(image[None, :, :, None]).tolist() == pytest.approx([expected])


def test_sharpness_of_noise_and_of_contrast():
    images = NOISE[..., None]
    assert sharpness(images).shape == (50,)
    assert sharpness(images).mean() == pytest.approx(np.sqrt(2), rel=0.01)
    assert sharpness(3 * images + 1) == pytest.approx(3 * sharpness(images))


def test_what_is_blurred_is_less_sharp():
    images = normalize(NOISE)
    blurred = normalize((images + np.roll(images, 1, axis=1) + np.roll(images, 1, axis=2))[..., 0])
    assert (sharpness(blurred) < sharpness(images)).all()
