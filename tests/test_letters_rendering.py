"""The embedded letters: typefaces, how their letters are varied and rendered, the same bytes."""

import hashlib
from collections import Counter

import numpy as np
import pytest

from assignment4.figures.letters import samples_by_class
from assignment4.letters import (
    CYRILLIC,
    LATIN,
    TYPEFACES,
    describe_typefaces,
    embedded,
    letter_shape,
    rendering,
)
from assignment4.letters.rendering import Variation, draw_variations, render_image
from assignment4.letters.typefaces import LETTER_SIZE, signed_distance

DIGEST = "cad9a1e8372b2c873aa32cbf862746546862f1336f36619a928d2404e819ee52"
"""Of all embedded letters with seed 0: the same bytes on any machine and Python."""

DIGEST_OF_TWO = "961e4520f5369217bb9e544fe4e17975744ccbc8e0aa06c8be02bee998d1b839"
"""Of two letters in all typefaces, drawn with seed 3."""


def test_embedded_letters_are_the_same_bytes_everywhere(book_letters):
    assert book_letters.digest() == DIGEST
    assert str(book_letters) == "embedded: 5798 Cyrillic and 6015 Latin images"
    for alphabet in (book_letters.cyrillic, book_letters.latin):
        assert alphabet.report_size == len({image.tobytes() for image in alphabet.images})
    images, labels, families, styles = embedded.render_letters("ЖS", 2 * len(TYPEFACES), seed=3)
    digest = hashlib.sha256(images.tobytes() + labels.astype("<i8").tobytes())
    digest.update(" ".join([*families, *styles]).encode())
    assert digest.hexdigest() == DIGEST_OF_TWO


def test_a_label_goes_with_its_letter(book_letters):
    """What sets a class apart from the others is what sets its letter, drawn plainly, apart."""
    plain = Variation(np.eye(2), np.zeros((2, 5, 5)), 0.0)
    for alphabet in (book_letters.cyrillic, book_letters.latin):
        drawn = [
            [render_image(letter_shape(face, letter), plain) for face in TYPEFACES[::9]]
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


def test_the_sample_sheet_names_its_alphabets_and_shows_each_class_once_a_row(book_letters):
    assert list(samples_by_class(book_letters.cyrillic, count=1)) == ["Cyrillic 1"]
    rows = samples_by_class(book_letters.latin, count=3)
    assert list(rows) == ["Latin 1", "Latin 2", "Latin 3"]
    third = book_letters.latin.images[book_letters.latin.labels == 5][2]
    np.testing.assert_array_equal(rows["Latin 3"][5], third)


def test_every_typeface_has_every_letter_in_its_size():
    for face in TYPEFACES[::6]:
        assert face.licence
        for letter in CYRILLIC + LATIN:
            extent = [np.ptp(places) + 1 for places in np.nonzero(letter_shape(face, letter) > 0)]
            assert LETTER_SIZE - 4 <= max(extent) <= LETTER_SIZE + 1
    with pytest.raises(ValueError, match="has no letter '語'"):
        letter_shape(TYPEFACES[-1], "語")


def test_the_table_counts_the_typefaces_of_each_family():
    assert len(set(TYPEFACES)) == 47
    counts = {row[0]: int(row[1]) for row in describe_typefaces().rows}
    assert counts == Counter(face.family for face in TYPEFACES)


def test_signed_distance_of_a_square():
    coverage = np.zeros((9, 9), np.uint8)
    coverage[2:7, 2:7] = 255
    coverage[4, 1] = 51
    distance = signed_distance(coverage)
    assert distance[4, 4] == 2.5
    assert distance[2, 4] == 0.5
    assert distance[8, 4] == -1.5
    assert distance[4, 1] == np.round(64 * (0.2 - 0.5)) / 64


def test_a_letter_is_turned_slanted_and_stretched_by_its_first_numbers(monkeypatch):
    shifts = np.arange(50) / 50
    drawn = np.array([0.9, -0.4, 0.7, 0.5, *shifts, 0, 0])
    monkeypatch.setattr(rendering, "random_fractions", lambda seed, count: drawn)
    (variation,) = draw_variations(1, seed=0)
    angle = 2 * np.arctan(0.15 / 2 * 0.9)
    turn = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    slant = [[1 + 0.15 * 0.7, 0], [0.2 * -0.4, 1 - 0.15 * 0.7]]
    np.testing.assert_allclose(variation.matrix, np.array(turn) @ slant, rtol=1e-14)
    np.testing.assert_allclose(variation.warp, 22 * shifts.reshape(2, 5, 5), rtol=1e-14)
    assert variation.half_stroke == pytest.approx(1.5 + 0.75 * (4.2 - 1.5))
