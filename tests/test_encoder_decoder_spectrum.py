"""Lattices of known period are found, by two ways, and are not found in what has none."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from assignment4.convolution import convolution_matrix
from assignment4.encoder_decoder.spectrum import (
    common_lattice_share,
    lattice_frequencies,
    lattice_shares,
    mean_spectrum,
    phase_means,
    white_noise_share,
)
from assignment4.encoder_decoder.spectrum_checks import (
    comes_from_transposed_convolutions,
    comes_from_uneven_cover,
    excess,
    grows_with_uneven_cover,
    has_lattice,
)
from assignment4.figures.spectrum import plot_spectra

ROWS, COLUMNS = np.indices((28, 28))
CHESSBOARD = (-1.0) ** (ROWS + COLUMNS)
STRIPES = np.tile([3.0, 1.0, 0.0, 1.0], (28, 7))
BLOB = np.exp(-((ROWS - 13.5) ** 2 + (COLUMNS - 13.5) ** 2) / 40)
NOISE = np.random.default_rng(0).normal(size=(420, 28, 28))
LETTERS_SHARES = np.linspace(0.002, 0.007, 14)


def painted(kernel: int) -> np.ndarray:
    """Return what two transposed convolutions of ones, of stride 2, make of a flat 7 x 7 map."""
    weights = np.ones((kernel, kernel, 1, 1))
    image = np.ones(49)
    for size in (14, 28):
        image = convolution_matrix(weights, (size, size, 1), strides=2, padding="SAME").T @ image
    return image.reshape(28, 28)


def both(images: np.ndarray) -> np.ndarray:
    return lattice_shares(images, 2) + lattice_shares(images, 4)


def test_the_frequencies_are_those_of_the_docstring():
    halves, quarters = {0, 14}, {0, 7, 14, 21}
    expected = {(row, column) for row in halves for column in halves} - {(0, 0)}
    assert set(zip(*np.nonzero(lattice_frequencies(28, 2)), strict=True)) == expected
    expected = {(row, column) for row in quarters for column in quarters}
    expected -= {(row, column) for row in halves for column in halves}
    assert set(zip(*np.nonzero(lattice_frequencies(28, 4)), strict=True)) == expected


def test_a_chessboard_has_period_2_and_nothing_else():
    images = np.stack([CHESSBOARD, 5 - 3 * CHESSBOARD, (-1.0) ** COLUMNS])
    np.testing.assert_allclose(lattice_shares(images, 2), 1, atol=1e-12)
    np.testing.assert_allclose(lattice_shares(images, 4), 0, atol=1e-12)


def test_stripes_of_period_4_are_divided_between_the_periods():
    # 3 1 0 1 is 1.25 + 1.5 cos(pi x / 2) + 0.25 (-1)^x: variances 1.5^2 / 2 and 0.25^2.
    images = np.stack([STRIPES, STRIPES.T])
    np.testing.assert_allclose(lattice_shares(images, 4), 1.125 / 1.1875, atol=1e-12)
    np.testing.assert_allclose(lattice_shares(images, 2), 0.0625 / 1.1875, atol=1e-12)


def test_other_periods_and_smooth_images_have_none():
    others = np.stack([np.cos(np.pi * COLUMNS / 7), np.cos(np.pi * ROWS * 6 / 14), BLOB])
    assert both(others).max() < 1e-6


def test_white_noise_has_its_frequencies_share():
    for period, count in ((2, 3), (4, 12)):
        shares = lattice_shares(NOISE, period)
        assert white_noise_share(28, period) == count / 783
        error = shares.std(ddof=1) / np.sqrt(len(shares))
        assert abs(shares.mean() - count / 783) < 4 * error
        assert error < 0.1 * count / 783


@pytest.mark.parametrize("images", [NOISE[:5], NOISE[:5] + 2 * CHESSBOARD, BLOB[None] + STRIPES])
def test_shares_are_what_the_position_explains(images):
    for period, expected in ((2, lattice_shares(images, 2)), (4, both(images))):
        explained = np.square(phase_means(images, period)).mean(axis=(1, 2))
        np.testing.assert_allclose(explained, expected, rtol=1e-10)


def test_phase_means_by_loop():
    normalized = (STRIPES - STRIPES.mean()) / STRIPES.std()
    found = phase_means(STRIPES[None], 4)[0]
    for row, column in np.ndindex(4, 4):
        assert found[row, column] == pytest.approx(normalized[row::4, column::4].mean())


def test_contrast_brightness_and_the_channel_axis_change_nothing():
    expected = both(NOISE[:3])
    np.testing.assert_allclose(both(7 * NOISE[:3] - 2), expected, rtol=1e-10)
    np.testing.assert_array_equal(both(NOISE[:3, ..., None]), expected)


def test_transposed_convolutions_of_kernel_3_paint_both_periods_and_kernel_4_less():
    uneven, even = painted(3)[None], painted(4)[None]
    for period in (2, 4):
        share = lattice_shares(uneven, period)[0]
        assert share > 0.1
        assert lattice_shares(even, period)[0] < share / 4
    inner = painted(4)[4:-4, 4:-4]
    assert (inner == inner[0, 0]).all()


def test_a_common_lattice_is_told_from_accidental_ones():
    with_lattice = NOISE + CHESSBOARD
    share = lattice_shares(with_lattice, 2).mean()
    assert common_lattice_share(with_lattice, 2) == pytest.approx(share, rel=0.02)
    assert common_lattice_share(NOISE, 2) < 5 / len(NOISE) * lattice_shares(NOISE, 2).mean()
    opposite = np.stack([CHESSBOARD, -CHESSBOARD])
    assert common_lattice_share(opposite, 2) == pytest.approx(0, abs=1e-12)


def test_the_mean_spectrum_sums_to_1_around_its_middle():
    spectrum = mean_spectrum(np.stack([CHESSBOARD, BLOB]))
    assert spectrum.shape == (28, 28)
    assert spectrum.sum() == pytest.approx(1)
    assert spectrum[14, 14] == pytest.approx(0, abs=1e-12)
    assert spectrum[0, 0] == pytest.approx(0.5)
    assert spectrum[11:18, 11:18].sum() == pytest.approx(0.5, abs=0.01)


def test_a_lattice_is_seen_against_letters():
    strong = LETTERS_SHARES + np.linspace(0.1, 0.2, 14)
    assert has_lattice(strong, LETTERS_SHARES) is True
    assert has_lattice(LETTERS_SHARES, strong) is False
    assert has_lattice(LETTERS_SHARES, LETTERS_SHARES) is False
    unsure = LETTERS_SHARES + np.linspace(0, 0.05, 14)
    assert has_lattice(unsure, LETTERS_SHARES) is None


def test_noise_is_no_lattice_and_noise_with_a_chessboard_has_one():
    shares = both(NOISE).reshape(14, -1).mean(axis=1)
    assert has_lattice(shares, np.zeros(14)) is False
    shares = both(NOISE + CHESSBOARD / 2).reshape(14, -1).mean(axis=1)
    assert has_lattice(shares, LETTERS_SHARES) is True


def test_pairs_are_compared_not_averages():
    classes = np.linspace(0, 0.8, 14)
    interval = excess(classes + 0.05, classes)
    assert interval == pytest.approx((0.05, 0.05, 0.05))


LATTICE = LETTERS_SHARES + np.linspace(0.1, 0.2, 14)
DOUBTFUL = LETTERS_SHARES + np.linspace(0, 0.05, 14)


@pytest.mark.can_fail("2c-bright-dots")
@pytest.mark.parametrize(
    ("uneven", "even", "verdict"),
    [
        (LATTICE, LETTERS_SHARES, True),
        (LATTICE, LATTICE, False),
        (LETTERS_SHARES, LETTERS_SHARES, False),
        (LETTERS_SHARES, DOUBTFUL, False),
        (DOUBTFUL, LETTERS_SHARES, None),
        (LATTICE, DOUBTFUL, None),
    ],
)
def test_uneven_cover_is_the_cause_only_if_even_cover_has_no_lattice(uneven, even, verdict):
    assert comes_from_uneven_cover(uneven, even, LETTERS_SHARES) is verdict


@pytest.mark.can_fail("2c-bright-dots")
@pytest.mark.parametrize(
    ("transposed", "resized", "verdict"),
    [
        ((LATTICE, LATTICE), LETTERS_SHARES, True),
        ((LATTICE, LATTICE), LATTICE, False),
        ((LATTICE, LETTERS_SHARES), LETTERS_SHARES, False),
        ((LATTICE, DOUBTFUL), LETTERS_SHARES, None),
        ((LATTICE, LATTICE), DOUBTFUL, None),
    ],
)
def test_transposed_convolutions_are_the_cause_only_with_every_kernel(transposed, resized, verdict):
    assert comes_from_transposed_convolutions(transposed, resized, LETTERS_SHARES) is verdict


@pytest.mark.can_fail("2c-bright-dots")
@pytest.mark.parametrize(
    ("uneven", "verdict"), [(LATTICE, True), (LETTERS_SHARES, None), (LETTERS_SHARES / 2, False)]
)
def test_cover_matters_only_if_the_lattice_is_surely_stronger(uneven, verdict):
    assert grows_with_uneven_cover(uneven, LETTERS_SHARES) is verdict


def test_spectra_are_drawn_as_they_are_with_their_marks():
    spectra = {"chessboard": mean_spectrum(CHESSBOARD[None]), "noise": mean_spectrum(NOISE)}
    panels = plot_spectra(spectra)
    for axes, (name, spectrum) in zip(panels, spectra.items(), strict=True):
        assert axes.get_title() == name
        np.testing.assert_array_equal(axes.images[0].get_array(), spectrum)
        marks = {line.get_label(): set(zip(*line.get_data(), strict=True)) for line in axes.lines}
        assert marks["period 2"] == {(0, 0), (0, 14), (14, 0)}
        assert len(marks["period 4"]) == 12
        assert (7, 14) in marks["period 4"]
    assert panels[0].images[0].norm is panels[1].images[0].norm
    plt.close("all")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lattice_frequencies(28, 3), "period must be even .* 28, got 3"),
        (lambda: lattice_frequencies(28, 8), "divide the size 28, got 8"),
        (lambda: lattice_frequencies(28, 0), "got 0"),
        (lambda: phase_means(NOISE, 5), "divide the size 28, got 5"),
        (lambda: lattice_shares(NOISE[0], 2), r"square images, .* got \(28, 28\)"),
        (lambda: lattice_shares(NOISE[:, :14], 2), r"got \(420, 14, 28\)"),
        (lambda: lattice_shares(np.zeros((1, 28, 28, 3)), 2), r"got \(1, 28, 28, 3\)"),
        (lambda: lattice_shares(np.ones((2, 28, 28)), 2), "image 0 is constant"),
        (lambda: lattice_shares(np.full((1, 28, 28), np.nan), 2), "image 0 .* not finite"),
        (lambda: common_lattice_share(NOISE[:0], 2), "no image"),
        (lambda: mean_spectrum(NOISE[:0]), "no image"),
        (lambda: excess(np.zeros(14), np.zeros(13)), r"\(14,\) and \(13,\) are no pairs"),
        (lambda: excess(np.zeros(2), np.array([0.5, 1.5])), "between 0 and 1, got 1.5"),
        (lambda: excess(np.array([0.5, np.nan]), np.zeros(2)), "between 0 and 1, got nan"),
        (lambda: has_lattice(np.zeros(1), np.zeros(1)), "at least two values"),
    ],
)
def test_wrong_inputs_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
