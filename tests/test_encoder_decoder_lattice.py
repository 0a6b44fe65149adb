"""Lattices of outputs by class and period, and outputs without them."""

import numpy as np
import pytest

from assignment4.encoder_decoder.assessment import Assessment
from assignment4.encoder_decoder.lattice import (
    PERIODS,
    both_periods,
    shares_by_class,
    without_lattice,
)
from assignment4.encoder_decoder.spectrum import lattice_shares
from assignment4.letters import normalize

ROWS, COLUMNS = np.indices((28, 28))
CHESSBOARD = (-1.0) ** (ROWS + COLUMNS)
STRIPES = np.tile([3.0, 1.0, 0.0, 1.0], (28, 7))
NOISE = np.random.default_rng(0).normal(size=(28, 28, 28))


def assessed(images: np.ndarray, labels: np.ndarray) -> Assessment:
    nothing = np.zeros(len(images))
    return Assessment(
        images=images.astype(np.float32)[..., np.newaxis],
        labels=labels,
        read=labels[np.newaxis],
        variance_shares=np.zeros(14),
        to_mean=nothing,
        to_representative=nothing,
        to_nearest=nothing,
        sharpness=nothing,
    )


def test_shares_are_means_over_a_class():
    images = np.stack([CHESSBOARD, STRIPES, np.zeros((28, 28)), CHESSBOARD])
    found = assessed(images, np.array([0, 0, 1, 1]))
    assert shares_by_class(found, 2) == pytest.approx([(1 + 0.0625 / 1.1875) / 2, 0.5])
    assert shares_by_class(found, 4) == pytest.approx([1.125 / 1.1875 / 2, 0])
    assert both_periods(found) == pytest.approx([1, 0.5])


@pytest.mark.can_fail("2c-bright-dots")
def test_images_without_their_lattice_have_none():
    images = normalize(NOISE + CHESSBOARD + STRIPES)
    for period in PERIODS:
        assert lattice_shares(images, period).min() > 0.01
        assert lattice_shares(without_lattice(images), period).max() < 1e-6


def test_what_has_no_lattice_stays():
    other = normalize(np.cos(np.pi * COLUMNS / 7)[np.newaxis])
    assert without_lattice(other) == pytest.approx(other, abs=1e-5)
    assert without_lattice(other).shape == other.shape


@pytest.mark.can_fail("2c-bright-dots")
def test_another_class_has_another_share():
    labels = np.arange(28) % 14
    images = NOISE + np.where(labels == 3, 3, 0)[:, np.newaxis, np.newaxis] * CHESSBOARD
    shares = both_periods(assessed(normalize(images)[..., 0], labels))
    assert shares.argmax() == 3
    assert np.delete(shares, 3).max() < 0.1 < shares[3]
