"""The embedded letters: typefaces, how their letters are varied and rendered, the same bytes."""

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest

from assignment4 import ROOT
from assignment4.figures.letters import samples_by_class
from assignment4.letters import (
    CYRILLIC,
    LATIN,
    TYPEFACES,
    describe_typefaces,
    embedded,
    letter_shape,
    load_letters,
    rendering,
    slant_spread,
)
from assignment4.letters.embedded import render_letters
from assignment4.letters.rendering import Variation, draw_variations, random_fractions, render_image
from assignment4.letters.typefaces import LETTER_SIZE, signed_distance, typeface_families

DIGEST = "cad9a1e8372b2c873aa32cbf862746546862f1336f36619a928d2404e819ee52"
"""Of all embedded letters with seed 0: the same bytes on any machine and Python."""

DIGEST_OF_TWO = "961e4520f5369217bb9e544fe4e17975744ccbc8e0aa06c8be02bee998d1b839"
"""Of two letters in all typefaces, drawn with seed 3."""

HANDWRITING = ROOT.parent / "shared" / "handwriting"


@pytest.fixture(scope="module")
def letters():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ASSIGNMENT4_LETTERS", raising=False)
        return load_letters()


def plain(half_stroke: float = 0.0) -> Variation:
    return Variation(np.eye(2), np.zeros((2, 5, 5)), half_stroke)


# The whole set


def test_embedded_letters_are_the_same_bytes_everywhere(letters):
    assert letters.digest() == DIGEST
    images, labels, families, styles = render_letters("ЖS", 2 * len(TYPEFACES), seed=3)
    digest = hashlib.sha256(images.tobytes() + labels.astype("<i8").tobytes())
    digest.update(" ".join([*families, *styles]).encode())
    assert digest.hexdigest() == DIGEST_OF_TWO


def test_embedded_letters_are_as_many_as_the_report_s_and_name_their_typefaces(letters):
    assert str(letters) == "embedded: 5798 Cyrillic and 6015 Latin images"
    known = {(face.family, face.style) for face in TYPEFACES}
    for alphabet in (letters.cyrillic, letters.latin):
        assert alphabet.images.shape == (len(alphabet), 28, 28)
        assert alphabet.report_size == len(alphabet)
        assert np.ptp(np.bincount(alphabet.labels)) == 1
        assert set(zip(alphabet.families, alphabet.styles, strict=True)) == known


def test_strokes_touch_all_borders_and_no_two_images_are_equal(letters):
    for alphabet in (letters.cyrillic, letters.latin):
        images = alphabet.images
        for border in (images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]):
            assert border.max(axis=1).min() >= 64
        assert images.std(axis=(1, 2)).min() > 30
        assert len(np.unique(images.reshape(len(images), -1), axis=0)) == len(images)


def test_a_label_goes_with_its_letter(letters):
    """What sets a class apart from the others is what sets its letter, drawn plainly, apart."""
    for alphabet in (letters.cyrillic, letters.latin):
        drawn = [
            [render_image(letter_shape(face, letter), plain()) for face in TYPEFACES[::5]]
            for letter in alphabet.letters
        ]
        models = np.mean(drawn, axis=1).reshape(14, -1)
        images = alphabet.images.reshape(len(alphabet), -1)
        means = np.array([images[alphabet.labels == label].mean(axis=0) for label in range(14)])
        similarity = np.corrcoef(means - means.mean(axis=0), models - models.mean(axis=0))[:14, 14:]
        assert similarity.argmax(axis=1).tolist() == list(range(14))


def test_no_two_sets_of_embedded_letters_share_their_random_numbers(monkeypatch):
    """Whatever the seeds; a generator's seed is not negative."""
    seeds = []
    blank = 4 * [np.zeros(1)]
    monkeypatch.setattr(embedded, "stored", lambda name, key, compute: compute())
    monkeypatch.setattr(embedded, "render_letters", lambda *_, seed: seeds.append(seed) or blank)
    for seed in range(3):
        embedded.cyrillic_letters(seed)
        embedded.latin_letters(seed)
    assert len(set(seeds)) == 6
    assert min(seeds) == 0


def test_the_sample_sheet_names_its_alphabets_and_shows_each_class_once_a_row(letters):
    rows = samples_by_class(letters.latin, count=3)
    assert list(rows) == ["Latin 1", "Latin 2", "Latin 3"]
    for label in (0, 13):
        of_class = letters.latin.images[letters.latin.labels == label]
        for number, images in enumerate(rows.values()):
            np.testing.assert_array_equal(images[label], of_class[number])
    assert list(samples_by_class(letters.cyrillic, count=1)) == ["Cyrillic 1"]


@pytest.mark.skipif(not HANDWRITING.is_dir(), reason=f"no handwriting in {os.fspath(HANDWRITING)}")
def test_slant_varies_as_in_handwriting(letters):
    handwriting = load_letters(HANDWRITING)
    assert not handwriting.embedded
    assert set(handwriting.latin.families) == {""}
    for drawn, written in zip(
        (letters.cyrillic, letters.latin), (handwriting.cyrillic, handwriting.latin), strict=True
    ):
        assert 0.6 < slant_spread(drawn) / slant_spread(written) < 1.4


# Typefaces


def test_every_typeface_has_every_letter_in_its_size():
    assert len(TYPEFACES) == len(set(TYPEFACES)) == 47
    for face in TYPEFACES:
        assert Path(face.path).is_file()
        assert face.licence
        for letter in CYRILLIC + LATIN:
            extent = [np.ptp(places) + 1 for places in np.nonzero(letter_shape(face, letter) > 0)]
            assert LETTER_SIZE - 4 <= max(extent) <= LETTER_SIZE + 1
    with pytest.raises(ValueError, match="has no letter '語'"):
        letter_shape(TYPEFACES[-1], "語")


def test_families_hold_all_typefaces_in_order():
    families = typeface_families()
    assert [face for faces in families.values() for face in faces] == list(TYPEFACES)
    assert all({face.family for face in faces} == {family} for family, faces in families.items())
    counts = {row[0]: int(row[1]) for row in describe_typefaces().rows}
    assert counts == {family: len(faces) for family, faces in families.items()}


def test_signed_distance_of_a_square():
    coverage = np.zeros((9, 9), np.uint8)
    coverage[2:7, 2:7] = 255
    coverage[4, 1] = 51
    distance = signed_distance(coverage)
    assert distance[4, 4] == 2.5
    assert distance[2, 4] == 0.5
    assert distance[8, 4] == -1.5
    assert distance[4, 1] == np.round(64 * (0.2 - 0.5)) / 64


# Variations


def test_raw_bits_fill_the_interval():
    fractions = random_fractions(0, 4000)
    assert -1 <= fractions.min() < -0.99
    assert 0.99 < fractions.max() < 1
    assert abs(fractions.mean()) < 0.05
    assert (fractions * 2**15 == np.round(fractions * 2**15)).all()


def variation_of(monkeypatch, *numbers: float) -> Variation:
    """Return the variation of rotation, shear, stretch, stroke and shifts, each from -1 to 1."""
    numbers = np.array([*numbers, *np.zeros(56 - len(numbers))])
    monkeypatch.setattr(rendering, "random_fractions", lambda seed, count: numbers)
    (variation,) = draw_variations(1, seed=0)
    return variation


ANGLE = 2 * np.arctan(0.15 / 2)


@pytest.mark.parametrize(
    ("numbers", "matrix"),
    [
        ([], np.eye(2)),
        ([1], [[np.cos(ANGLE), -np.sin(ANGLE)], [np.sin(ANGLE), np.cos(ANGLE)]]),
        ([-1], [[np.cos(ANGLE), np.sin(ANGLE)], [-np.sin(ANGLE), np.cos(ANGLE)]]),
        ([0, 1], [[1, 0], [0.2, 1]]),
        ([0, 0, 1], [[1.15, 0], [0, 0.85]]),
    ],
    ids=["none", "rotation", "rotation back", "shear", "stretch"],
)
def test_a_letter_is_rotated_sheared_and_stretched(monkeypatch, numbers, matrix):
    variation = variation_of(monkeypatch, *numbers)
    np.testing.assert_allclose(variation.matrix, matrix, rtol=1e-14, atol=1e-15)
    assert variation.half_stroke == pytest.approx((1.5 + 4.2) / 2)


def test_the_last_numbers_are_the_pen_s_width_and_shifts_of_nodes_row_by_row(monkeypatch):
    numbers = np.arange(50) / 50
    for number, half_stroke in ((-1, 1.5), (1, 4.2)):
        variation = variation_of(monkeypatch, 0, 0, 0, number, *numbers)
        assert variation.half_stroke == pytest.approx(half_stroke)
        np.testing.assert_allclose(variation.warp, 22 * numbers.reshape(2, 5, 5), rtol=1e-14)


def test_extreme_variations_stay_in_the_frame(monkeypatch):
    """With every random number at the end of its range a letter is still whole."""
    shape = letter_shape(TYPEFACES[4], "Ф")
    signs = np.sign(random_fractions(5, 56 * 40) + 1e-9)
    monkeypatch.setattr(rendering, "random_fractions", lambda seed, count: signs)
    for variation in draw_variations(40, seed=0):
        image = render_image(shape, variation)
        assert image.max() == 255
        assert image[0].max() > 0


# Rendering


def test_a_wider_pen_gives_more_ink_up_to_four_pixels_on_either_side():
    shape = letter_shape(TYPEFACES[0], "Г")
    thin, wide, wider, *widest = (
        render_image(shape, plain(shape.max() + widening))
        for widening in (-9.0, 3.0, 4.0, 5.0, 40.0)
    )
    assert 1.3 * thin.mean() < wide.mean() < wider.mean()
    assert all((image == wider).all() for image in widest)


def profile(*values: float) -> np.ndarray:
    """Return 28 ones between values, which are given from the outside in."""
    return np.array([*values, *np.ones(28), *values[::-1]])


@pytest.mark.parametrize(
    ("values", "start", "length"), [((-1, -2, -3), 2.75, 27.5), ((-1, 0, 0), 2, 29), ((), -0.5, 28)]
)
def test_an_image_ends_where_the_distance_changes_its_sign(values, start, length):
    """Between -3 and 1 it does so after three quarters of the way."""
    expected = start + length * (np.arange(28) + 0.5) / 28
    found = rendering._sampling_places(profile(*values))
    np.testing.assert_allclose(found, expected, atol=1 / 512)
