"""Checks of training through a classifier, and the comparison of all losses."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import layers

from assignment4.encoder_decoder.assessment import (
    Assessment,
    Readability,
    as_near_as_letters,
    readability,
)
from assignment4.encoder_decoder.classifier_loss_checks import (
    did_not_help,
    explains,
    is_about,
    is_unchanged,
    is_unreadable,
    labels_whatever_it_sees,
    separates,
    share_surely_labelled,
)
from assignment4.encoder_decoder.comparison import (
    confusion_matrix,
    describe,
    distance_table,
    judges_gains,
    reading_table,
    readings,
    worst,
    worst_letter,
)
from assignment4.figures.outputs import clip_bright, plot_confusions, plot_failures
from assignment4.intervals import Interval, is_above

GOOD = Interval(0.97, 0.98, 0.99)
BAD = Interval(0.50, 0.60, 0.70)
UNSURE = Interval(0.88, 0.91, 0.94)
NONE = Interval(0.00, 0.00, 0.01)


def build_classifier() -> keras.Model:
    return keras.Sequential([keras.Input((4,)), layers.Dense(3)])


@pytest.mark.can_fail("2c-class-accuracy")
def test_a_classifier_that_was_trained_is_seen():
    keras.utils.set_random_seed(0)
    model = build_classifier()
    before = model.get_weights()
    assert is_unchanged(model, before)
    assert not is_unchanged(model, before[:1])
    model.compile("sgd", "mse")
    model.fit(np.ones((4, 4)), np.zeros((4, 3)), verbose=0)
    assert not is_unchanged(model, before)


@pytest.mark.can_fail("2c-class-accuracy")
@pytest.mark.parametrize(
    ("interval", "verdict"),
    [
        (Interval(0.96, 0.965, 0.98), True),
        (Interval(0.94, 0.97, 0.98), None),
        (Interval(0.96, 0.98, 0.995), None),
        (Interval(0.50, 0.60, 0.949), False),
        (Interval(0.991, 0.995, 1.00), False),
    ],
)
def test_about_is_two_points(interval, verdict):
    assert is_about(interval, 0.97) is verdict


@pytest.mark.can_fail("2c-class-unreadable", "2c-noise-class")
@pytest.mark.parametrize(
    ("judges", "read", "near", "verdict"),
    [
        ((GOOD, GOOD), (BAD, BAD), NONE, True),
        ((GOOD, GOOD), (GOOD, BAD), NONE, True),
        ((GOOD, GOOD), (GOOD, GOOD), GOOD, False),
        ((GOOD, GOOD), (GOOD, GOOD), NONE, None),
        ((GOOD, GOOD), (UNSURE, GOOD), NONE, None),
        ((GOOD, GOOD), (UNSURE, GOOD), GOOD, None),
        ((GOOD, GOOD), (BAD, BAD), UNSURE, None),
        ((GOOD, UNSURE), (BAD, BAD), NONE, None),
    ],
)
def test_unreadable_needs_a_judge_and_the_distance(judges, read, near, verdict):
    assert is_unreadable(Readability(judges, read, near)) is verdict


UNREADABLE = Readability((GOOD, GOOD), (BAD, BAD), NONE)
READABLE = Readability((GOOD, GOOD), (GOOD, GOOD), GOOD)
DOUBTFUL = Readability((GOOD, GOOD), (UNSURE, UNSURE), NONE)
GAIN, LOSS = Interval(0.01, 0.04, 0.07), Interval(-0.07, -0.04, -0.01)
NO_GAIN, VAGUE = Interval(-0.01, 0, 0.01), Interval(-1, 0, 1)


@pytest.mark.can_fail("2c-noise-class")
@pytest.mark.parametrize(
    ("found", "gains", "verdict"),
    [
        (UNREADABLE, (NO_GAIN, NO_GAIN), True),
        (UNREADABLE, (LOSS, NO_GAIN), True),
        (UNREADABLE, (GAIN, NO_GAIN), None),
        (UNREADABLE, (VAGUE, NO_GAIN), None),
        (UNREADABLE, (GAIN, GAIN), False),
        (READABLE, (NO_GAIN, NO_GAIN), False),
        (DOUBTFUL, (NO_GAIN, NO_GAIN), None),
        (DOUBTFUL, (GAIN, NO_GAIN), None),
        (DOUBTFUL, (GAIN, GAIN), False),
    ],
)
def test_no_help_is_unreadable_outputs_without_a_gain(found, gains, verdict):
    assert did_not_help(found, gains) is verdict


@pytest.mark.parametrize(
    ("measures", "word"),
    [
        (READABLE, "readable"),
        (UNREADABLE, "unreadable"),
        (Readability((GOOD, GOOD), (GOOD, GOOD), NONE), "contradictory"),
        (Readability((GOOD, GOOD), (BAD, BAD), GOOD), "contradictory"),
        (DOUBTFUL, "too close to tell"),
        (Readability((GOOD, UNSURE), (BAD, BAD), NONE), "contradictory"),
        (Readability((GOOD, Interval(0.94, 0.96, 0.98)), (BAD, BAD), NONE), "too close to tell"),
    ],
)
def test_what_is_not_decided_is_told_apart(measures, word):
    assert describe(measures) == word


def probabilities_of(top: list[float], *, label: int) -> np.ndarray:
    answers = np.repeat((1 - np.array(top))[:, None] / 14, 15, axis=1)
    answers[:, label] = top
    return answers


@pytest.mark.can_fail("2c-class-reason")
def test_sure_labels_are_letters_above_nine_tenths():
    assert share_surely_labelled(probabilities_of([0.95, 0.5], label=3)).estimate == 0.5
    assert share_surely_labelled(probabilities_of([0.99, 0.99], label=14)).estimate == 0


@pytest.mark.can_fail("2c-class-reason")
@pytest.mark.parametrize(
    ("reason", "fact", "verdict"),
    [(True, True, True), (False, True, False), (True, False, False), (True, None, None)],
)
def test_a_reason_is_no_firmer_than_what_it_explains(reason, fact, verdict):
    assert explains(reason, fact) is verdict


@pytest.mark.can_fail("2c-class-reason")
@pytest.mark.parametrize(
    ("shares", "verdict"),
    [([GOOD, GOOD], True), ([GOOD, NONE], False), ([GOOD, Interval(0.4, 0.5, 0.6)], None)],
)
def test_one_kind_that_is_not_labelled_is_enough(shares, verdict):
    assert labels_whatever_it_sees(shares) is verdict


@pytest.mark.parametrize(
    ("letters", "noise", "verdict"),
    [(GOOD, NONE, True), (GOOD, GOOD, False), (BAD, NONE, False), (UNSURE, NONE, None)],
)
def test_separating_needs_both_letters_and_noise(letters, noise, verdict):
    letters = Interval(0.94, 0.95, 0.97) if letters is UNSURE else letters
    assert separates(letters, noise) is verdict


@pytest.fixture
def found() -> Assessment:
    """Twenty-eight outputs, of which the first judge reads two wrong and the second one."""
    labels = np.tile(np.arange(14), 2)
    read = np.stack([labels, labels])
    read[0, 3], read[:, 5] = 9, 0
    return Assessment(
        images=np.zeros((28, 28, 28, 1), np.float32),
        labels=labels,
        read=read,
        variance_shares=np.linspace(0.01, 0.02, 14),
        to_mean=np.linspace(0, 1, 28),
        to_representative=np.ones(28),
        to_nearest=np.linspace(0, 1, 28),
        sharpness=np.ones(28),
    )


@pytest.mark.can_fail("2c-class-unreadable", "2c-noise-class")
def test_readability_is_of_the_outputs_beside_the_letters(found):
    measures = readability(found, found)
    assert measures.judges == measures.read == found.reading_accuracies
    assert measures.near == as_near_as_letters(found, found)
    assert measures.near.estimate == pytest.approx(0.95, abs=0.03)
    assert "Needed of all three" in str(measures)


def test_the_worst_letter_is_that_of_the_smallest_share():
    counts = np.array([[8, 2, 0], [0, 3, 1], [0, 0, 5]])
    assert worst_letter(counts) == (1, 3, 4)
    assert worst_letter(counts).told("BDG") == "D: 3 of 4"
    assert worst_letter(np.eye(3, dtype=int)) == (0, 1, 1)


def test_worst_come_first_and_right_ones_never(found):
    assert worst(found, count=8).tolist() == [5, 3]
    assert worst(found, count=1).tolist() == [5]


def test_confusions_have_a_row_for_what_should_be_read(found):
    counts = confusion_matrix(found.read[0], found.labels)
    assert counts.sum() == 28
    assert counts[3, 9] == 1
    assert counts[9, 3] == 0
    assert counts[5].tolist() == [1, 0, 0, 0, 0, 1] + 8 * [0]


@pytest.mark.can_fail("2c-noise-class")
def test_gains_are_taken_image_by_image(found):
    better = dataclasses.replace(found, read=np.stack([found.labels, found.read[1]]))
    first, second = judges_gains(better, found)
    assert first.estimate == pytest.approx(1 / 14)
    assert second == (0, 0, 0)
    assert judges_gains(found, better)[0].estimate == pytest.approx(-1 / 14)
    wrong = dataclasses.replace(found, read=(found.read + 1) % 14)
    assert is_above(judges_gains(wrong, found)[0], 0) is False


def test_reading_table_has_letters_networks_and_methods(found):
    network = {"a network": found}
    own, words = {"a network": GOOD}, {"a network": describe(readability(found, found))}
    table = reading_table(found, network, own, {"a method": BAD}, words)
    assert [row[0] for row in table.rows] == ["unseen Latin letters", "a network", "a method"]
    assert table.rows[0][1] == table.rows[0][-1] == ""
    assert table.rows[1][1:3] == [str(GOOD), str(found.reading_accuracies[0])]
    assert table.rows[1][-1] == words["a network"]
    assert table.rows[2][1:] == [str(BAD), "", "", "", ""]


def test_distance_table_has_the_means_over_images(found):
    table = distance_table({"letters": found, "outputs": found})
    assert [row[0] for row in table.rows] == ["letters", "outputs"]
    assert table.rows[1][1:] == ["≈0.015", "≈0.500", "≈1.000", "≈0.500", "≈1.00"]


def test_readings_name_the_right_letter_and_each_judge_s(found):
    letters = "BDGFIJLNPSRUVZ"
    assert readings(found, [3, 5, 0], letters) == ["F: SF", "J: BB", "B: BB"]
    assert readings(found, [], letters) == []


def test_failures_are_drawn_or_said_to_be_none(found):
    from matplotlib import pyplot as plt

    panels = plt.figure().subplots(1, 2)
    images = {"input": np.zeros((2, 28, 28)), "output": np.ones((2, 28, 28, 1))}
    drawn = plot_failures(panels[0], images, ["F: SF", "J: JB"], title="a network")
    assert drawn.get_title() == "a network"
    assert drawn.images[0].get_array().shape == (58, 58)
    none = plot_failures(
        panels[1], {name: image[:0] for name, image in images.items()}, [], title="b"
    )
    assert [text.get_text() for text in none.texts] == ["none"]
    assert not none.images
    plt.close("all")


def test_confusions_are_drawn_with_their_counts(found):
    from matplotlib import pyplot as plt

    counts = confusion_matrix(found.read[0], found.labels)
    axes = plot_confusions(plt.figure().subplots(), counts, drawn="A" * 14, read="B" * 14)
    assert sorted(text.get_text() for text in axes.texts) == sorted(
        str(count) for count in counts[counts > 0]
    )
    plt.close("all")


def test_only_bright_pixels_are_cut_off():
    assert clip_bright(np.array([-3.0, 1.9, 7.0])).tolist() == [-3.0, 1.9, 2.0]
