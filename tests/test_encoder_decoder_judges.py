"""Judges: what they are shown, what they learn from, and when they are said to be calibrated."""

import keras
import numpy as np
import pytest
from patterns import LATIN_PART, UNSEEN_LATIN, PatternJudge, pattern_reader

from assignment4.encoder_decoder import judges
from assignment4.encoder_decoder.judges import (
    ILLEGIBLE,
    IMAGES_OF_A_KIND,
    LEGIBLE,
    NEVER_SEEN,
    NO_LETTER,
    READ_BY_PERSONS,
    are_calibrated,
    as_shown,
    calibration,
    calibration_table,
    of_kind,
    train_judges,
)
from assignment4.encoder_decoder.training import Trained
from assignment4.intervals import Interval

KINDS = LEGIBLE | ILLEGIBLE | NEVER_SEEN


@pytest.mark.can_fail("2c-random-works", "2c-class-unreadable")
def test_contrast_and_brightness_are_not_seen_and_noise_is_damped():
    images = np.random.default_rng(0).uniform(size=(5, 28, 28, 1))
    shown = as_shown(images)
    assert shown == pytest.approx(as_shown(7 * images - 3), abs=1e-4)
    assert shown.mean(axis=(1, 2, 3)) == pytest.approx(0, abs=1e-5)
    assert shown.std(axis=(1, 2, 3)) == pytest.approx(1, abs=1e-4)
    neighbours = np.corrcoef(shown[:, :-1].ravel(), shown[:, 1:].ravel())[0, 1]
    assert neighbours > 0.3
    assert not as_shown(np.full((2, 28, 28, 1), 0.3)).any()


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_changes_letters_as_its_name_says(name):
    generator = np.random.default_rng(0)
    images = of_kind(KINDS[name], LATIN_PART, generator)
    before = LATIN_PART.images[..., np.newaxis] / 255
    assert images.shape == before.shape
    assert np.isfinite(images).all()
    assert (images != before).any() == (name != "as it is")
    if name == "pixels shuffled":
        assert np.sort(images[3].ravel()) == pytest.approx(np.sort(before[3].ravel()))
    if name == "halves of two others":
        other = [(before[:, :14] == image[:14]).all(axis=(1, 2, 3)) for image in images]
        assert all(
            LATIN_PART.labels[one.argmax()] != label
            for one, label in zip(other, LATIN_PART.labels, strict=True)
        )


def test_lessons_have_every_kind_and_illegible_ones_are_no_letter(monkeypatch, empty_cache):
    calls = []
    monkeypatch.setattr(judges, "IMAGES_OF_A_KIND", 200)
    monkeypatch.setattr(
        judges, "train", lambda *one, **more: calls.append((one, more)) or Trained(None, 1.0)
    )
    assert len(train_judges(LATIN_PART)) == 2
    (build, batches), _ = calls[0]
    assert build().output_shape == (None, NO_LETTER + 1)
    labels = np.concatenate([labels for _, labels in batches(0, 40)])
    share = len(ILLEGIBLE) / len(LEGIBLE | ILLEGIBLE)
    assert (labels == NO_LETTER).mean() == pytest.approx(share, abs=0.05)
    assert [more["seed"] for _, more in calls] == [1, 2]
    assert calls[1][0][0] is not build
    assert IMAGES_OF_A_KIND > 1000


def test_calibration_is_the_share_read_of_each_kind():
    reader = PatternJudge(pattern_reader())
    shares = calibration([reader, reader], UNSEEN_LATIN)
    assert list(shares) == list(KINDS)
    assert shares["as it is"][1].estimate == 1
    assert shares["pixels shuffled"][0].estimate < 0.4
    assert len(calibration_table(shares).rows) == len(KINDS)


HIGH, LOW, HALF = Interval(0.9, 0.95, 0.98), Interval(0.0, 0.01, 0.03), Interval(0.4, 0.5, 0.6)
GOOD = {name: [HIGH if name in READ_BY_PERSONS else LOW] * 2 for name in KINDS}


@pytest.mark.can_fail("2c-random-works", "2c-class-unreadable")
@pytest.mark.parametrize(
    ("name", "shares", "holds"),
    [
        ("inverted", [HIGH, HIGH], True),
        ("every fourth pixel", [HIGH, LOW], False),
        ("mean of all classes", [HIGH, LOW], False),
        ("noise, smooth or not", [LOW, HALF], False),
        ("thinner", [Interval(0.79, 0.85, 0.9), HIGH], None),
    ],
)
def test_a_judge_counts_if_every_kind_is_on_its_side(name, shares, holds):
    assert are_calibrated(GOOD | {name: shares}).holds is holds


def test_a_judge_reads_what_it_is_shown():
    model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten()])
    image = np.zeros((1, 28, 28, 1))
    image[0, 3, 4] = 9
    assert judges.Judge(model).read(image).tolist() == [3 * 28 + 4]
