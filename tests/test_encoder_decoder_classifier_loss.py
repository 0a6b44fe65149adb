"""Checks of training through a classifier, and the comparison of all losses."""

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
    is_about,
    is_unchanged,
    is_unreadable,
    labels_whatever_it_sees,
    separates,
    share_surely_labelled,
)
from assignment4.encoder_decoder.comparison import comparison_table, confusion_matrix, worst
from assignment4.figures.outputs import clip_bright, plot_confusions
from assignment4.intervals import Interval

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


def test_worst_come_first_and_right_ones_never(found):
    assert worst(found, count=8).tolist() == [5, 3]
    assert worst(found, count=1).tolist() == [5]


def test_confusions_have_a_row_for_what_should_be_read(found):
    counts = confusion_matrix(found.read[0], found.labels)
    assert counts.sum() == 28
    assert counts[3, 9] == 1
    assert counts[9, 3] == 0
    assert counts[5].tolist() == [1, 0, 0, 0, 0, 1] + 8 * [0]


def test_comparison_has_a_row_for_each_name(found):
    table = comparison_table({"letters": found, "outputs": found}, {"outputs": 12.3})
    assert [row[0] for row in table.rows] == ["letters", "outputs"]
    assert [row[-1] for row in table.rows] == ["", "≈12 s"]
    assert table.rows[0][1] == "≈0.929"


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
