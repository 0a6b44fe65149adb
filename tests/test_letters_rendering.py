"""The embedded letters: typefaces, how their letters are varied and rendered, the same bytes."""

import hashlib
import os

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


def test_embedded_letters_are_the_same_bytes_everywhere(letters):
    assert letters.digest() == DIGEST
    images, labels, families, styles = render_letters("ЖS", 2 * len(TYPEFACES), seed=3)
    digest = hashlib.sha256(images.tobytes() + labels.astype("<i8").tobytes())
    digest.update(" ".join([*families, *styles]).encode())
    assert digest.hexdigest() == DIGEST_OF_TWO


def test_images_are_cropped_different_and_of_all_classes_and_typefaces(letters):
    assert str(letters) == "embedded: 5798 Cyrillic and 6015 Latin images"
    known = {(face.family, face.style) for face in TYPEFACES}
    for alphabet in (letters.cyrillic, letters.latin):
        images = alphabet.images
        assert alphabet.report_size == len(alphabet) == len({image.tobytes() for image in images})
        assert np.ptp(np.bincount(alphabet.labels)) == 1
        assert set(zip(alphabet.families, alphabet.styles, strict=True)) == known
        for border in (images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]):
            assert border.max(axis=1).min() >= 64


def test_a_label_goes_with_its_letter(letters):
    """What sets a class apart from the others is what sets its letter, drawn plainly, apart."""
    for alphabet in (letters.cyrillic, letters.latin):
        drawn = [
            [render_image(letter_shape(face, letter), plain()) for face in TYPEFACES[::9]]
            for letter in alphabet.letters
        ]
        models = np.mean(drawn, axis=1).reshape(14, -1)
        images = alphabet.images.reshape(len(alphabet), -1)
        means = np.array([images[alphabet.labels == label].mean(axis=0) for label in range(14)])
        similarity = np.corrcoef(means - means.mean(axis=0), models - models.mean(axis=0))[:14, 14:]
        assert similarity.argmax(axis=1).tolist() == list(range(14))


def test_no_two_sets_of_embedded_letters_share_their_random_numbers(monkeypatch):
    monkeypatch.setattr(embedded, "_stored_letters", lambda *arguments: arguments[-1])
    both = (embedded.cyrillic_letters, embedded.latin_letters)
    assert {draw(seed) for seed in range(3) for draw in both} == set(range(6))


def test_the_sample_sheet_names_its_alphabets_and_shows_each_class_once_a_row(letters):
    rows = samples_by_class(letters.latin, count=3)
    for number, (name, images) in enumerate(rows.items()):
        assert name == f"Latin {number + 1}"
        for label, image in enumerate(images):
            expected = letters.latin.images[letters.latin.labels == label][number]
            np.testing.assert_array_equal(image, expected)
    assert list(samples_by_class(letters.cyrillic, count=1)) == ["Cyrillic 1"]


@pytest.mark.skipif(not HANDWRITING.is_dir(), reason=f"no handwriting in {os.fspath(HANDWRITING)}")
def test_slant_varies_as_in_handwriting(letters):
    handwriting = load_letters(HANDWRITING)
    for drawn, written in zip(
        (letters.cyrillic, letters.latin), (handwriting.cyrillic, handwriting.latin), strict=True
    ):
        assert 0.6 < slant_spread(drawn) / slant_spread(written) < 1.4


def test_every_typeface_has_every_letter_in_its_size():
    for face in TYPEFACES[::6]:
        assert face.licence
        for letter in CYRILLIC + LATIN:
            extent = [np.ptp(places) + 1 for places in np.nonzero(letter_shape(face, letter) > 0)]
            assert LETTER_SIZE - 4 <= max(extent) <= LETTER_SIZE + 1
    with pytest.raises(ValueError, match="has no letter '語'"):
        letter_shape(TYPEFACES[-1], "語")


def test_families_hold_all_typefaces_in_order():
    assert len(TYPEFACES) == len(set(TYPEFACES)) == 47
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
def test_a_letter_is_rotated_sheared_and_stretched_by_its_first_numbers(
    monkeypatch, numbers, matrix
):
    shifts = np.arange(50) / 50
    drawn = np.array([*numbers, *np.zeros(3 - len(numbers)), 0.5, *shifts, 0, 0])
    monkeypatch.setattr(rendering, "random_fractions", lambda seed, count: drawn)
    (variation,) = draw_variations(1, seed=0)
    np.testing.assert_allclose(variation.matrix, matrix, rtol=1e-14, atol=1e-15)
    np.testing.assert_allclose(variation.warp, 22 * shifts.reshape(2, 5, 5), rtol=1e-14)
    assert variation.half_stroke == pytest.approx(1.5 + 0.75 * (4.2 - 1.5))


def test_extreme_variations_stay_in_the_frame(monkeypatch):
    """With every random number at the end of its range a letter is still whole."""
    shape = letter_shape(TYPEFACES[4], "Ф")
    signs = np.sign(random_fractions(5, 56 * 40) + 1e-9)
    monkeypatch.setattr(rendering, "random_fractions", lambda seed, count: signs)
    for variation in draw_variations(40, seed=0):
        image = render_image(shape, variation)
        assert image.max() == 255
        assert image[0].max() > 0


def test_a_wider_pen_gives_more_ink_up_to_four_pixels_on_either_side():
    shape = letter_shape(TYPEFACES[0], "Г")
    thin, wide, wider, *widest = (
        render_image(shape, plain(shape.max() + widening))
        for widening in (-9.0, 3.0, 4.0, 5.0, 40.0)
    )
    assert 1.3 * thin.mean() < wide.mean() < wider.mean()
    assert all((image == wider).all() for image in widest)
