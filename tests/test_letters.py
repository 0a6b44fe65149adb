"""The embedded letters: the pairs, the bytes, the cropping and the typefaces."""

import os
from pathlib import Path

import numpy as np
import pytest

from assignment4 import ROOT
from assignment4.letters import CYRILLIC, LATIN, PAIRS, Alphabet, load_letters
from assignment4.letters.description import slant_spread
from assignment4.letters.embedded import render_letters
from assignment4.letters.random_order import random_order
from assignment4.letters.rendering import (
    WIDENING,
    Variation,
    draw_variations,
    random_fractions,
    render_image,
)
from assignment4.letters.typefaces import (
    LETTER_SIZE,
    TYPEFACES,
    letter_shape,
    signed_distance,
    typeface_families,
)

DIGEST = "cad9a1e8372b2c873aa32cbf862746546862f1336f36619a928d2404e819ee52"
"""Of all embedded letters with seed 0: the same bytes on any machine and Python."""

HANDWRITING = ROOT.parent / "shared" / "handwriting"


@pytest.fixture(scope="module")
def letters():
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ASSIGNMENT4_LETTERS", raising=False)
        return load_letters()


def test_pairs_are_the_report_s_in_label_order():
    assert "".join(a + b for a, b in PAIRS) == "БBДDГGФFИIЙJЛLНNПPСSРRУUВVЗZ"
    assert CYRILLIC == "БДГФИЙЛНПСРУВЗ"
    assert LATIN == "BDGFIJLNPSRUVZ"
    assert all("CYRILLIC" not in letter.encode("unicode_escape").decode() for letter in LATIN)
    assert all("А" <= letter <= "Я" for letter in CYRILLIC)


def test_embedded_letters_are_the_same_bytes_everywhere(letters):
    assert letters.digest() == DIGEST


def test_embedded_letters_are_as_many_as_the_report_s(letters):
    assert letters.cyrillic.images.shape == (5798, 28, 28)
    assert letters.latin.images.shape == (6015, 28, 28)
    assert letters.embedded
    for alphabet in (letters.cyrillic, letters.latin):
        assert alphabet.images.dtype == np.uint8
        assert set(np.bincount(alphabet.labels)) <= {414, 415, 429, 430}


def test_strokes_touch_all_borders_and_no_image_is_nearly_constant(letters):
    for alphabet in (letters.cyrillic, letters.latin):
        images = alphabet.images
        for border in (images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]):
            assert border.max(axis=1).min() >= 64
        assert images.std(axis=(1, 2)).min() > 30
        assert len(np.unique(images.reshape(len(images), -1), axis=0)) == len(images)


def test_each_image_names_its_typeface(letters):
    known = {(face.family, face.style) for face in TYPEFACES}
    for alphabet in (letters.cyrillic, letters.latin):
        assert set(zip(alphabet.families, alphabet.styles, strict=True)) == known


def test_a_label_goes_with_its_letter(letters):
    """What sets a class apart from the others is what sets its letter, drawn plainly, apart."""
    plain = Variation(np.eye(2), np.zeros((2, 5, 5)), 0.0)
    for alphabet in (letters.cyrillic, letters.latin):
        drawn = [
            [render_image(letter_shape(face, letter), plain) for face in TYPEFACES[::5]]
            for letter in alphabet.letters
        ]
        models = np.mean(drawn, axis=1).reshape(14, -1)
        images = alphabet.images.reshape(len(alphabet), -1)
        means = np.array([images[alphabet.labels == label].mean(axis=0) for label in range(14)])
        similarity = np.corrcoef(means - means.mean(axis=0), models - models.mean(axis=0))[:14, 14:]
        assert similarity.argmax(axis=1).tolist() == list(range(14))


def test_other_seeds_draw_other_letters():
    first, again, other = (render_letters("АБ", 8, seed=seed)[0] for seed in (3, 3, 4))
    assert (first == again).all()
    assert (first != other).any()


def test_at_least_thirty_typefaces_have_every_letter():
    assert len(TYPEFACES) >= 30
    assert len(set(TYPEFACES)) == len(TYPEFACES)
    for face in TYPEFACES:
        assert Path(face.path).is_file()
        assert face.licence
        for letter in CYRILLIC + LATIN:
            extent = [np.ptp(places) + 1 for places in np.nonzero(letter_shape(face, letter) > 0)]
            assert LETTER_SIZE - 4 <= max(extent) <= LETTER_SIZE + 1
    assert len(typeface_families()) == 8


def test_a_letter_that_a_typeface_lacks_is_refused():
    with pytest.raises(ValueError, match="has no letter '語'"):
        letter_shape(TYPEFACES[-1], "語")


def test_signed_distance_of_a_square():
    coverage = np.zeros((9, 9), np.uint8)
    coverage[2:7, 2:7] = 255
    coverage[4, 1] = 51
    distance = signed_distance(coverage)
    assert distance[4, 4] == 2.5
    assert distance[2, 4] == 0.5
    assert distance[8, 4] == -1.5
    assert abs(distance[4, 1] - (0.2 - 0.5)) <= 1 / 64


def test_raw_bits_fill_the_interval():
    fractions = random_fractions(0, 4000)
    assert fractions.min() >= -1
    assert fractions.max() < 1
    assert abs(fractions.mean()) < 0.05
    assert (fractions * 2**15 == np.round(fractions * 2**15)).all()


def test_random_order_is_a_permutation():
    assert sorted(random_order(50, seed=(1, 2))) == list(range(50))
    assert (random_order(50, seed=(1, 2)) != random_order(50, seed=(1, 3))).any()


def test_extreme_variations_stay_in_the_frame(monkeypatch):
    """With every random number at the end of its range a letter is still whole."""
    shape = letter_shape(TYPEFACES[4], "Ф")
    signs = np.sign(random_fractions(5, 56 * 40) + 1e-9)
    monkeypatch.setattr("assignment4.letters.rendering.random_fractions", lambda seed, count: signs)
    for variation in draw_variations(40, seed=0):
        image = render_image(shape, variation)
        assert image.max() == 255
        assert image[0].max() > 0


def test_a_wider_pen_gives_more_ink():
    shape = letter_shape(TYPEFACES[0], "Г")
    thin, thick = (
        render_image(shape, Variation(np.eye(2), np.zeros((2, 5, 5)), half_stroke)).mean()
        for half_stroke in (0.0, shape.max() + WIDENING[1])
    )
    assert thick > 1.3 * thin


def test_loading_uses_the_folder_that_the_variable_names(monkeypatch, tmp_path):
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", str(tmp_path / "nowhere"))
    with pytest.raises(FileNotFoundError, match="nowhere"):
        load_letters()


def test_a_relative_folder_counts_from_the_repository(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", "no-such-folder")
    with pytest.raises(FileNotFoundError, match=str(ROOT / "no-such-folder")):
        load_letters()


def test_slant_of_lines_by_hand():
    """Images of straight lines that lean by 0, 0.5 and -0.5 columns a row."""
    rows, images = np.arange(28), np.zeros((3, 28, 28), np.uint8)
    for image, slope in zip(images, (0.0, 0.5, -0.5), strict=True):
        image[rows, np.round(14 + slope * (rows - 14)).astype(int)] = 255
    lines = Alphabet(
        "", images.repeat(14, axis=0), np.tile(np.arange(14), 3), *2 * [np.empty(42)], 1
    )
    assert slant_spread(lines) == pytest.approx(0.5 * np.sqrt(2 / 3), abs=0.01)


@pytest.mark.skipif(not HANDWRITING.is_dir(), reason=f"no handwriting in {os.fspath(HANDWRITING)}")
def test_slant_varies_as_in_handwriting(letters):
    handwriting = load_letters(HANDWRITING)
    for drawn, written in zip(
        (letters.cyrillic, letters.latin), (handwriting.cyrillic, handwriting.latin), strict=True
    ):
        assert 0.6 < slant_spread(drawn) / slant_spread(written) < 1.4


@pytest.mark.skipif(not HANDWRITING.is_dir(), reason=f"no handwriting in {os.fspath(HANDWRITING)}")
def test_handwriting_loads_without_typefaces():
    letters = load_letters(HANDWRITING)
    assert not letters.embedded
    assert set(letters.latin.families) == {""}
    assert letters.latin.letters == LATIN
