"""Lattices of known period are found, by two ways, and are not found in what has none."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from assignment4.convolution import convolution_matrix
from assignment4.encoder_decoder.spectrum import (
    comes_from_transposed_convolutions,
    comes_from_uneven_cover,
    excess,
    grows_with_uneven_cover,
    has_lattice,
    lattice_frequencies,
    lattice_shares,
    mean_spectrum,
    phase_means,
)
from assignment4.figures.spectrum import plot_spectra

ROWS, COLUMNS = np.indices((28, 28))
CHESSBOARD = (-1.0) ** (ROWS + COLUMNS)
STRIPES = np.tile([3.0, 1.0, 0.0, 1.0], (28, 7))
BLOB = np.exp(-((ROWS - 13.5) ** 2 + (COLUMNS - 13.5) ** 2) / 40)
NOISE = np.random.default_rng(0).normal(size=(420, 28, 28))


def test_lattices_are_found_at_their_period():
    """3 1 0 1 is 1.25 + 1.5 cos(pi x / 2) + 0.25 (-1)^x: variances 1.5^2 / 2 and 0.25^2."""
    assert [lattice_frequencies(28, period).sum() for period in (2, 4)] == [3, 12]
    boards = np.stack([CHESSBOARD, 5 - 3 * CHESSBOARD, (-1.0) ** COLUMNS])
    stripes, smooth = np.stack([STRIPES, STRIPES.T]), np.stack([BLOB, np.cos(np.pi * ROWS / 7)])
    for images, at_2, at_4 in (
        (boards, 1, 0),
        (stripes, 0.0625 / 1.1875, 1.125 / 1.1875),
        (smooth, 0, 0),
    ):
        assert lattice_shares(images, 2) == pytest.approx(at_2, abs=1e-6)
        assert lattice_shares(images[..., None], 4) == pytest.approx(at_4, abs=1e-6)
    for period, count in ((2, 3), (4, 12)):
        assert lattice_shares(NOISE, period).mean() == pytest.approx(count / 783, rel=0.2)


@pytest.mark.parametrize("images", [NOISE[:5] + 2 * CHESSBOARD, BLOB[None] + STRIPES])
def test_shares_are_what_the_position_explains(images):
    both = lattice_shares(images, 2) + lattice_shares(images, 4)
    for period, expected in ((2, lattice_shares(images, 2)), (4, both)):
        found = phase_means(images, period)
        assert np.square(found).mean(axis=(1, 2)) == pytest.approx(expected, rel=1e-10)
        normalized = (images[0] - images[0].mean()) / images[0].std()
        assert found[0, 1, 0] == pytest.approx(normalized[1::period, 0::period].mean())


def test_transposed_convolutions_of_kernel_3_paint_both_periods_and_kernel_4_less():
    def painted(kernel: int) -> np.ndarray:
        weights, image = np.ones((kernel, kernel, 1, 1)), np.ones(49)
        for size in (14, 28):
            matrix = convolution_matrix(weights, (size, size, 1), strides=2, padding="SAME")
            image = matrix.T @ image
        return image.reshape(1, 28, 28)

    for period in (2, 4):
        share = lattice_shares(painted(3), period)[0]
        assert share > 0.1
        assert lattice_shares(painted(4), period)[0] < share / 4


def test_the_mean_spectrum_sums_to_1_around_its_middle_and_is_drawn_as_it_is():
    spectrum = mean_spectrum(np.stack([CHESSBOARD, BLOB]))
    assert spectrum.sum() == pytest.approx(1)
    assert spectrum[14, 14] == pytest.approx(0, abs=1e-12)
    assert spectrum[0, 0] == pytest.approx(0.5)
    assert spectrum[11:18, 11:18].sum() == pytest.approx(0.5, abs=0.01)
    panels = plot_spectra({"board": spectrum, "noise": mean_spectrum(NOISE)})
    np.testing.assert_array_equal(panels[0].images[0].get_array(), spectrum)
    marks = {line.get_label(): set(zip(*line.get_data(), strict=True)) for line in panels[0].lines}
    assert marks["period 2"] == {(0, 0), (0, 14), (14, 0)}
    assert panels[0].images[0].norm is panels[1].images[0].norm
    plt.close("all")


LETTERS = np.linspace(0.002, 0.007, 14)
LATTICE, DOUBTFUL = LETTERS + np.linspace(0.1, 0.2, 14), LETTERS + np.linspace(0, 0.05, 14)


def test_a_lattice_is_seen_against_letters_pair_by_pair():
    assert excess(LETTERS + 0.05, LETTERS) == pytest.approx((0.05, 0.05, 0.05))
    pairs = ((LATTICE, LETTERS), (LETTERS, LATTICE), (LETTERS, LETTERS), (DOUBTFUL, LETTERS))
    assert [has_lattice(*pair) for pair in pairs] == [True, False, False, None]
    white = lattice_shares(NOISE, 2) + lattice_shares(NOISE, 4)
    assert has_lattice(white.reshape(14, -1).mean(axis=1), np.zeros(14)) is False


@pytest.mark.can_fail("2c-bright-dots")
@pytest.mark.parametrize(
    ("uneven", "even", "verdict"),
    [
        (LATTICE, LETTERS, True),
        (LATTICE, LATTICE, False),
        (LETTERS, LETTERS, False),
        (DOUBTFUL, LETTERS, None),
        (LATTICE, DOUBTFUL, None),
    ],
)
def test_uneven_cover_is_the_cause_only_if_even_cover_has_no_lattice(uneven, even, verdict):
    assert comes_from_uneven_cover(uneven, even, LETTERS) is verdict


@pytest.mark.can_fail("2c-bright-dots")
def test_transposed_convolutions_are_the_cause_only_with_every_kernel():
    cases = [
        ((LATTICE, LATTICE), LETTERS, True),
        ((LATTICE, LATTICE), LATTICE, False),
        ((LATTICE, LETTERS), LETTERS, False),
        ((LATTICE, DOUBTFUL), LETTERS, None),
        ((LATTICE, LATTICE), DOUBTFUL, None),
    ]
    for transposed, resized, verdict in cases:
        found = comes_from_transposed_convolutions(transposed, resized, LETTERS)
        assert found is verdict
    for uneven, verdict in ((LATTICE, True), (LETTERS, None), (LETTERS / 2, False)):
        assert grows_with_uneven_cover(uneven, LETTERS) is verdict
