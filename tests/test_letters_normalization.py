"""Normalisation per image, and the checks of Exercise 2 a."""

import numpy as np
import pytest

from assignment4.letters import normalize, normalize_mean, normalize_stddev
from assignment4.letters.checks import (
    deviations_are_one,
    means_are_zero,
    refuses_constant_image,
)


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (5, 28, 28)).astype(np.uint8)


def test_normalisation_is_per_image(images):
    images[0] //= 4
    normalized = normalize_stddev(normalize_mean(images))
    assert np.allclose(normalized.mean(axis=(1, 2)), 0, atol=1e-14)
    assert np.allclose(normalized.std(axis=(1, 2)), 1, atol=1e-14)
    assert np.corrcoef(normalized[0].ravel(), images[0].ravel())[0, 1] == pytest.approx(1)


def test_a_small_case_by_hand():
    image = np.array([[[0, 2], [4, 6]]])
    assert normalize_mean(image).tolist() == [[[-3, -1], [1, 3]]]
    assert normalize_stddev(image) == pytest.approx(image / np.sqrt(5))


def test_normalize_is_both_with_a_channel(images):
    expected = normalize_stddev(normalize_mean(images))[..., None].astype(np.float32)
    assert normalize(images).dtype == np.float32
    assert (normalize(images) == expected).all()


def test_a_constant_image_becomes_black_by_its_mean():
    assert (normalize_mean(np.full((1, 28, 28), 7, np.uint8)) == 0).all()


def test_a_constant_image_has_no_deviation_to_divide_by(images):
    images[3] = 7
    with pytest.raises(ValueError, match=r"image 3 is constant \(7 everywhere\)"):
        normalize_stddev(images)


@pytest.mark.parametrize("normalization", [normalize_mean, normalize_stddev])
@pytest.mark.parametrize("shape", [(28, 28), (5, 28, 28, 1)])
def test_another_rank_is_refused(normalization, shape):
    with pytest.raises(ValueError, match=r"shape \(n, height, width\), got"):
        normalization(np.ones(shape))


@pytest.mark.parametrize("normalization", [normalize_mean, normalize_stddev])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_undefined_values_are_refused(normalization, value, images):
    images = images.astype(float)
    images[2, 1, 1] = value
    with pytest.raises(ValueError, match="image 2 has a value that is not finite"):
        normalization(images)


def test_an_empty_batch_stays_empty():
    assert normalize_stddev(np.ones((0, 28, 28))).shape == (0, 28, 28)


@pytest.mark.can_fail("2a-mean")
def test_check_of_means_fails(images):
    assert means_are_zero(normalize_mean(images))
    assert not means_are_zero(images + images.mean(axis=(1, 2), keepdims=True))
    assert not means_are_zero(images - images.mean())
    assert not means_are_zero(images - images.mean(axis=(0, 1), keepdims=True))


@pytest.mark.can_fail("2a-stddev")
def test_check_of_deviations_fails(images):
    images[0] //= 4
    assert deviations_are_one(normalize_stddev(images))
    assert not deviations_are_one(images / images.std())
    assert not deviations_are_one(images / images.var(axis=(1, 2), keepdims=True))
    assert not deviations_are_one(images / images.std(axis=(1, 2), keepdims=True, ddof=1))
    assert refuses_constant_image(normalize_stddev, images)
    assert not refuses_constant_image(normalize_mean, images)
