"""How letters of typefaces are varied and rendered, of cases small enough to know by hand."""

import hashlib

import numpy as np
import pytest

from assignment4.letters import rendering
from assignment4.letters.embedded import render_letters
from assignment4.letters.rendering import Variation, draw_variations, render_image
from assignment4.letters.typefaces import TYPEFACES, letter_shape, typeface_families

DIGEST = "961e4520f5369217bb9e544fe4e17975744ccbc8e0aa06c8be02bee998d1b839"
"""Of two letters in all typefaces, drawn with seed 3: the same bytes on any machine and Python."""


def test_two_letters_of_all_typefaces_are_the_same_bytes_everywhere():
    images, labels, families, styles = render_letters("ЖS", 2 * len(TYPEFACES), seed=3)
    digest = hashlib.sha256(images.tobytes() + labels.astype("<i8").tobytes())
    digest.update(" ".join([*families, *styles]).encode())
    assert digest.hexdigest() == DIGEST


def variation_of(monkeypatch, *numbers: float) -> Variation:
    """Return the variation of rotation, shear, stretch, stroke and shifts, each from -1 to 1."""
    numbers = np.array([*numbers, *np.zeros(56 - len(numbers))])
    monkeypatch.setattr(rendering, "random_fractions", lambda seed, count: numbers)
    (variation,) = draw_variations(1, seed=0)
    return variation


def test_without_random_numbers_a_letter_stays_as_it_is(monkeypatch):
    variation = variation_of(monkeypatch)
    np.testing.assert_array_equal(variation.matrix, np.eye(2))
    np.testing.assert_array_equal(variation.warp, np.zeros((2, 5, 5)))
    assert variation.half_stroke == pytest.approx((1.5 + 4.2) / 2)


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_rotation_keeps_lengths_and_angles(monkeypatch, sign):
    angle = sign * 2 * np.arctan(0.15 / 2)
    expected = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    np.testing.assert_allclose(variation_of(monkeypatch, sign).matrix, expected, rtol=1e-14)


def test_a_shear_shifts_rows_and_a_stretch_widens(monkeypatch):
    matrix = variation_of(monkeypatch, 0, 1).matrix
    np.testing.assert_allclose(matrix, [[1, 0], [0.2, 1]], rtol=1e-14)
    matrix = variation_of(monkeypatch, 0, 0, 1).matrix
    np.testing.assert_allclose(matrix, [[1.15, 0], [0, 0.85]], rtol=1e-14)


@pytest.mark.parametrize(("number", "half_stroke"), [(-1, 1.5), (1, 4.2)])
def test_the_pen_s_width_has_ends(monkeypatch, number, half_stroke):
    found = variation_of(monkeypatch, 0, 0, 0, number).half_stroke
    assert found == pytest.approx(half_stroke)


def test_nodes_are_shifted_row_by_row_first_down_and_then_to_the_right(monkeypatch):
    numbers = np.arange(50) / 50
    warp = variation_of(monkeypatch, 0, 0, 0, 0, *numbers).warp
    np.testing.assert_allclose(warp, 22 * numbers.reshape(2, 5, 5), rtol=1e-14)


def test_a_pen_of_any_width_widens_a_letter_by_four_pixels_at_most():
    shape = letter_shape(TYPEFACES[0], "Г")
    images = [
        render_image(shape, Variation(np.eye(2), np.zeros((2, 5, 5)), shape.max() + widening))
        for widening in (3.0, 4.0, 5.0, 40.0)
    ]
    assert (images[0] != images[1]).any()
    np.testing.assert_array_equal(images[1], images[2])
    np.testing.assert_array_equal(images[1], images[3])


def profile(*values: float) -> np.ndarray:
    """Return 28 ones between values, which are given from the outside in."""
    return np.array([*values, *np.ones(28), *values[::-1]])


def test_an_image_ends_where_the_distance_changes_its_sign():
    """Between -3 and 1 it does so after three quarters of the way."""
    expected = 2.75 + 27.5 * (np.arange(28) + 0.5) / 28
    found = rendering._sampling_places(profile(-1, -2, -3))
    np.testing.assert_allclose(found, expected, atol=1 / 512)


def test_places_on_the_outline_alone_are_not_of_the_letter():
    expected = 2 + 29 * (np.arange(28) + 0.5) / 28
    found = rendering._sampling_places(profile(-1, 0, 0))
    np.testing.assert_allclose(found, expected, atol=1 / 512)


def test_a_letter_that_fills_its_frame_ends_half_way_to_the_next_place():
    np.testing.assert_array_equal(rendering._sampling_places(profile()), np.arange(28))


def test_families_hold_all_typefaces_in_order():
    families = typeface_families()
    assert [face for faces in families.values() for face in faces] == list(TYPEFACES)
    assert all({face.family for face in faces} == {family} for family, faces in families.items())
