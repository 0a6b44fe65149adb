"""Letters drawn with a pen: forms, and the hands that write them."""

import hashlib

import numpy as np
import pytest

from assignment4.letters import CYRILLIC, LATIN, pen, pen_letters
from assignment4.letters.skeletons import skeletons


@pytest.fixture(scope="module")
def hands():
    return pen.draw_hands(3)


def test_skeletons_have_every_letter_and_pass_through_their_points():
    """Strokes come near each given point, and where all of these move, so does the letter."""
    assert set(CYRILLIC + LATIN) <= set(skeletons())
    for forms in skeletons().values():
        for form in forms:
            places = form.weights @ form.points
            given = form.points[form.freedom > 0]
            gaps = np.abs(places[:, None] - given).sum(axis=2).min(axis=0)
            assert gaps.max() < 0.01
            np.testing.assert_allclose(form.weights.sum(axis=1), 1, atol=1e-3)
            moved = form.follow @ np.outer(form.freedom > 0, [3.0, -2.0])
            np.testing.assert_allclose(moved, [[3.0, -2.0]] * len(moved))


def test_letters_are_the_same_bytes_for_the_same_seed_and_cropped_to_their_ink(hands):
    images, labels, writers = pen.write_letters(CYRILLIC, 140, hands=hands, seed=5)
    others, *_ = pen.write_letters(CYRILLIC, 140, hands=hands, seed=6)
    assert images.tobytes() != others.tobytes()
    assert hashlib.sha256(images.tobytes()).hexdigest()[:16] == "8da042906ccb5056"
    assert np.bincount(labels).tolist() == [10] * 14
    assert np.bincount(writers).max() == 14
    for border in (images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]):
        assert (border.max(axis=1) >= 64).all()
    with pytest.raises(ValueError, match="Δ"):
        pen.write_letters("ΔΓ", 4, hands=hands, seed=0)


@pytest.mark.parametrize("letter", ["Б", "Д", "Ф", "П"])
def test_forms_are_written_as_often_as_their_shares(letter):
    forms = skeletons()[letter]
    rows = pen.random_fractions(9, 4 * 3000).reshape(-1, 4)
    drawn = [
        forms.index(hand.form(letter, pen._Chance(row)))
        for hand, row in zip(np.resize(pen.draw_hands(1), 3000), rows, strict=True)
    ]
    shares = np.array([form.share for form in forms])
    found = np.bincount(drawn, minlength=len(forms)) / len(drawn)
    assert np.abs(found - shares / shares.sum()).max() < 0.1


def test_letters_of_a_hand_are_nearer_to_each_other_than_to_those_of_other_hands(hands):
    """Compared in pairs of one letter, with numbers that two hands share or not."""
    rows = pen.random_fractions(2, 80 * 512).reshape(2, 40, 512)
    one, other = (
        np.array([hand.write("Н", row) for hand, row in zip(hands, several, strict=False)])
        for several in rows
    )
    within = np.abs(one.astype(float) - other).mean()
    between = np.abs(one.astype(float) - np.roll(other, 1, axis=0)).mean()
    assert within < 0.9 * between


def test_pen_letters_are_as_many_as_in_the_report_by_all_hands():
    letters = pen_letters(0)
    assert str(letters) == "pen: 5798 Cyrillic and 6015 Latin images"
    for alphabet in (letters.cyrillic, letters.latin):
        assert len(set(alphabet.families)) == pen.HANDS
        assert len({image.tobytes() for image in alphabet.images}) == len(alphabet)
