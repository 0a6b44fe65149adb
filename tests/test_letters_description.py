"""The data card's table of classes, and the slant, of images whose values are known by hand."""

import numpy as np
import pytest

from assignment4.letters import CYRILLIC, LATIN, Alphabet, Letters
from assignment4.letters.description import describe_classes, ink, slant_spread

RAMP = np.arange(28)


def alphabet(images, labels, letters=LATIN) -> Alphabet:
    unknown = np.full(len(labels), "")
    return Alphabet(letters, np.asarray(images), np.asarray(labels), unknown, unknown, 1)


def with_ink(*counts: int, value: int = 255) -> np.ndarray:
    """Return black images (n, 28, 28) with so many pixels of a value, from their ends."""
    images = np.zeros((len(counts), 28, 28), np.uint8)
    for image, count in zip(images, counts, strict=True):
        image.flat[784 - count :] = value
    return images


def leaning(slope: int, row: int, column: int) -> np.ndarray:
    """Return an image of two pixels of unequal brightness on a line with the slope given."""
    image = np.zeros((28, 28), np.uint8)
    image[row, column] = 200
    image[row + 2, column + 2 * slope] = 50
    return image


def slants(images: np.ndarray) -> np.ndarray:
    """Return the slants of images by their definition, from a list of pixels."""
    rows, columns = np.indices((28, 28)).reshape(2, -1)
    covariances = [np.cov(rows, columns, aweights=image.ravel(), ddof=0) for image in images]
    return np.array([covariance[0, 1] / covariance[0, 0] for covariance in covariances])


def test_ink_is_the_mean_share_of_a_class():
    """Of class 2 there are two images, of all others one, and their order is not the labels'."""
    labels = [*range(13, -1, -1), 2]
    shares = ink(alphabet(with_ink(*(28 * label for label in labels[:-1]), 784), labels))
    expected = np.arange(14) / 28
    expected[2] = (2 / 28 + 1) / 2
    np.testing.assert_allclose(shares, expected, rtol=1e-15)


@pytest.mark.parametrize(("value", "share"), [(128, 0.5), (127, 0.0), (1, 0.0), (255, 0.5)])
def test_a_pixel_is_ink_from_half_of_white_on(value, share):
    images = with_ink(*14 * [392], value=value)
    assert ink(alphabet(images, range(14))).tolist() == 14 * [share]


def test_the_table_has_a_row_for_each_pair():
    cyrillic = alphabet(with_ink(*14 * [196]), range(14), CYRILLIC)
    latin = alphabet(with_ink(*14 * [98], *14 * [294]), [*range(14), *range(14)])
    table = describe_classes(Letters(cyrillic, latin, "by hand"))
    assert table.names == ["label", "Cyrillic", "images", "ink", "Latin", "images", "ink"]
    assert table.rows == [
        [str(label), CYRILLIC[label], "1", "0.25", LATIN[label], "2", "0.25"] for label in range(14)
    ]


@pytest.mark.parametrize(("row", "column"), [(0, 4), (20, 5), (25, 23), (3, 23)])
def test_the_slant_of_two_pixels_is_that_of_the_line_through_them(row, column):
    """In class 3 it is 2 and -2 by turns, in the others always 1."""
    images = [leaning(1, 5, 9) for _ in range(28)]
    images[3], images[17] = leaning(2, row, column), leaning(-2, row, column)
    labels = np.tile(np.arange(14), 2)
    assert slant_spread(alphabet(images, labels)) == pytest.approx(2 / 14, rel=1e-9)


def test_the_slant_does_not_depend_on_the_letter_s_place_and_brightness():
    """All images of class 0 have one slant, and a class of a single image has no spread."""
    images = [leaning(2, 2 * shift, shift) // (1 + shift // 4) for shift in range(12)]
    labels = [*np.zeros(12, int), *range(1, 14)]
    assert slant_spread(alphabet([*images, *13 * images[:1]], labels)) == pytest.approx(0, abs=1e-9)


def test_the_slant_of_any_images_is_as_it_is_defined():
    images = np.random.default_rng(0).integers(0, 256, (70, 28, 28)).astype(np.uint8)
    images[:, :, :9] //= 5
    images[:, 20:] //= 3
    images[::2] = np.triu(images[::2])
    labels = np.random.default_rng(1).permutation(70) % 14
    spreads = [slants(images[labels == label]).std() for label in range(14)]
    assert slant_spread(alphabet(images, labels)) == pytest.approx(np.mean(spreads), rel=1e-9)
