"""Judges and classifiers: what they are made of and told, what fools them, and the checks."""

import keras
import numpy as np
import pytest
from keras import layers
from patterns import LATIN_PART, UNSEEN_LATIN, labels_of, pattern_reader

from assignment4.claims import Finding
from assignment4.encoder_decoder.assessment import Readability
from assignment4.encoder_decoder.classifier_loss import (
    are_unreadable,
    did_not_help,
    gives_the_reason,
    if_it_reads,
    is_about,
    is_unchanged,
    is_unreadable,
    labels_whatever_it_sees,
    nudged,
    reaches,
    separates,
    share_surely_labelled,
    summary,
    was_no_help,
)
from assignment4.encoder_decoder.classifiers import (
    CLASSIFIER_LEARNING_RATE,
    CLASSIFIER_STEPS,
    build_classifier,
    build_small_classifier,
    draw_noise,
    probabilities,
    read_letters,
    train_classifier,
    train_small_classifier,
)
from assignment4.encoder_decoder.targets import NOISE_LABEL, NOISE_LABEL_OF_SCRIPTS
from assignment4.intervals import Interval
from assignment4.letters import normalize

pytestmark = pytest.mark.usefixtures("empty_cache")


def kernels(build) -> list[tuple]:
    return [tuple(layer.kernel.shape) for layer in build().layers if hasattr(layer, "kernel")]


def test_classifiers_are_the_report_s_and_a_small_one():
    assert kernels(build_classifier) == [(5, 5, 1, 32), (5, 5, 32, 64), (3136, 1024), (1024, 15)]
    assert kernels(build_small_classifier) == [(3, 3, 1, 16), (3, 3, 16, 32), (1568, 64), (64, 14)]
    model = build_classifier()
    assert [one.rate for one in model.layers if isinstance(one, layers.Dropout)] == [0.5]
    assert model.layers[-1].activation is keras.activations.linear


def test_a_classifier_learns_to_read():
    reader = train_small_classifier(LATIN_PART, seed=0, steps=40)
    inputs = normalize(UNSEEN_LATIN.images)
    assert (read_letters(reader, inputs) == UNSEEN_LATIN.labels).all()
    shares = probabilities(reader, inputs)
    assert shares.sum(axis=1) == pytest.approx(1, abs=1e-5)
    assert (shares.argmax(axis=1) == UNSEEN_LATIN.labels).all()


def test_classifiers_are_trained_on_letters_and_their_labels(trainings):
    train_small_classifier(LATIN_PART, seed=3)
    train_classifier(LATIN_PART, seed=4)
    small, classifier = trainings
    labels = labels_of(LATIN_PART)
    for call, answers in ((small, lambda codes: codes), (classifier, lambda c: c.argmax(axis=1))):
        ((images, codes),) = call["batches"](0, 1)
        expected = [labels[image.tobytes()] for image in images.numpy()]
        assert answers(codes.numpy()).tolist() == expected
        assert call["loss"].get_config()["from_logits"] is True
    assert (small["seed"], small["build"]) == (3, build_small_classifier)
    assert (classifier["steps"], classifier["seed"]) == (CLASSIFIER_STEPS, 4)
    assert classifier["build"] is build_classifier
    assert classifier["learning_rate"] == CLASSIFIER_LEARNING_RATE == 1e-4


def noise_is_a_class(call: dict) -> bool:
    """Return True if a training tells noise, images of 7, from letters by the last output."""
    images, codes = (np.concatenate(part) for part in zip(*call["batches"](0, 3), strict=True))
    is_noise = (images == 7).all(axis=(1, 2, 3))
    assert (codes[~is_noise].sum(axis=1) == 1).all()
    last = np.arange(15) == NOISE_LABEL
    return (codes[is_noise] == last).all() and not codes[~is_noise, NOISE_LABEL].any()


@pytest.mark.can_fail("2c-noise-class")
def test_noise_is_a_class_under_label_14_and_nothing_under_label_15(trainings):
    noise = np.full((60, 28, 28, 1), 7, np.float32)
    train_classifier(LATIN_PART, seed=0, noise=noise)
    train_classifier(LATIN_PART, seed=0, noise=noise, noise_label=NOISE_LABEL_OF_SCRIPTS)
    meant, scripts = trainings
    assert noise_is_a_class(meant)
    assert not noise_is_a_class(scripts)
    images, codes = next(iter(scripts["batches"](0, 1)))
    lost = (images.numpy() == 7).all(axis=(1, 2, 3))
    assert 20 < lost.sum() < 80
    assert not codes.numpy()[lost].any()
    assert meant["data"] != scripts["data"]


def test_noise_is_standard_normal_and_repeatable():
    noise = draw_noise(100, seed=1)
    assert (noise.shape, noise.dtype) == ((100, 28, 28, 1), np.float32)
    assert (noise.mean(), noise.std()) == (pytest.approx(0, abs=0.02), pytest.approx(1, abs=0.02))
    assert (draw_noise(100, seed=1) == noise).all()
    assert (draw_noise(100, seed=2) != noise).any()


def test_answers_are_summed_up_by_hand():
    logits = np.array([[0.0, 0, 800], [0, 0, 900], [np.log(2), np.log(2), np.log(4)], [800, 0, 0]])
    found = summary(logits)
    assert (found.label, found.share) == (2, 0.75)
    assert found.logit == pytest.approx(logits.mean())
    assert found.confidence == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert found.entropy == pytest.approx((0.5 * np.log(2) + 0.5 * np.log(4)) / 4)


def test_a_nudge_goes_down_the_loss_and_no_pixel_farther_than_its_size():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(3)])
    images, wanted, before = draw_noise(6, seed=0), np.arange(6) % 3, model.get_weights()
    moved, away = (nudged(model, images, wanted, size=size) for size in (0.2, -0.2))
    assert np.abs(moved - images).max() == pytest.approx(0.2, rel=1e-3)
    assert (read_letters(model, moved) == wanted).all()
    assert not (read_letters(model, away) == wanted).any()
    assert (nudged(model, images, wanted, size=0.0) == images).all()
    assert is_unchanged(model, before)


@pytest.mark.can_fail("2c-class-blind")
def test_sure_labels_are_letters_above_nine_tenths():
    reader, images = pattern_reader(outputs=15), normalize(UNSEEN_LATIN.images)
    assert share_surely_labelled(reader, images).estimate == 1
    assert share_surely_labelled(reader, images * 1e-4).estimate == 0
    share = (UNSEEN_LATIN.labels < 5).mean()
    assert share_surely_labelled(reader, images, labels=5).estimate == pytest.approx(share)


def test_weights_are_compared_bit_by_bit():
    model = pattern_reader()
    before = model.get_weights()
    assert is_unchanged(model, before)
    assert not is_unchanged(model, [])
    model.layers[-1].kernel.assign(np.nextafter(before[0], 1))
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
    found = reaches(interval, about=0.97)
    assert found.holds is verdict
    assert f"{interval}; about 97% is 0.95 to 0.99" in found.numbers


GOOD, BAD, NONE = Interval(0.97, 0.98, 0.99), Interval(0.5, 0.6, 0.7), Interval(0.0, 0.0, 0.01)
JUDGES = (GOOD, GOOD)
UNREADABLE, READABLE = Readability(JUDGES, (NONE, NONE)), Readability(JUDGES, JUDGES)
DOUBTFUL = Readability(JUDGES, (BAD, NONE))


@pytest.mark.can_fail("2c-class-unreadable")
def test_unreadable_is_the_opposite_of_readable():
    for found, verdict in ((UNREADABLE, True), (READABLE, False), (DOUBTFUL, None)):
        assert is_unreadable(found) is verdict
        assert are_unreadable(found) == Finding(verdict, str(found))


@pytest.mark.can_fail("2c-noise-class")
@pytest.mark.parametrize(
    ("gain", "verdict"),
    [
        (Interval(-0.01, 0.0, 0.01), True),
        (Interval(-0.3, -0.2, -0.1), True),
        (Interval(0.03, 0.05, 0.07), False),
        (Interval(0.01, 0.02, 0.03), None),
    ],
)
def test_no_help_is_surely_less_than_two_points(gain, verdict):
    assert did_not_help(gain) is verdict
    assert was_no_help(gain).holds is verdict
    assert str(gain) in was_no_help(gain).numbers
    assert if_it_reads(GOOD, was_no_help(gain)).holds is verdict
    for lost in (NONE, Interval(0.94, 0.95, 0.96)):
        assert if_it_reads(lost, was_no_help(gain)).holds is None


@pytest.mark.can_fail("2c-class-reason")
@pytest.mark.parametrize(
    ("labelled", "before", "after", "verdict"),
    [
        (GOOD, UNREADABLE, READABLE, True),
        (GOOD, UNREADABLE, UNREADABLE, None),
        (GOOD, UNREADABLE, DOUBTFUL, None),
        (GOOD, READABLE, READABLE, None),
        (NONE, UNREADABLE, READABLE, False),
    ],
)
def test_a_reason_is_taken_away_and_the_effect_goes(labelled, before, after, verdict):
    assert gives_the_reason(labelled, before, after).holds is verdict


@pytest.mark.can_fail("2c-class-blind")
def test_blind_is_sure_of_most_of_every_kind():
    half = Interval(0.4, 0.5, 0.6)
    for share, verdict in ((GOOD, True), (NONE, False), (half, None)):
        seen = labels_whatever_it_sees({"letters": GOOD, "noise": share})
        assert seen.holds is verdict
        assert f"noise, {share}" in seen.numbers


def test_separating_needs_both_letters_and_noise():
    found = [separates(*both) for both in ((GOOD, NONE), (GOOD, GOOD), (BAD, NONE))]
    assert found == [True, False, False]
    assert separates(Interval(0.94, 0.95, 0.97), NONE) is None
