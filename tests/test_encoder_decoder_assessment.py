"""The numbers by hand and by loop, the yardstick, the verdicts, and what chapters say of them."""

from dataclasses import fields, replace

import keras
import numpy as np
import pytest
from keras import layers
from matplotlib import pyplot as plt
from patterns import LATIN_PART, UNSEEN_CYRILLIC, UNSEEN_LATIN, alphabet

from assignment4.claims import Finding
from assignment4.encoder_decoder.assessment import (
    Assessment,
    Readability,
    all_hold,
    are_read_letter_by_letter,
    is_uniform,
    normalize_outputs,
    returns_images,
    transcribe,
    varies_little,
)
from assignment4.encoder_decoder.metrics import (
    accuracy,
    baselines,
    class_means,
    logistic_regression,
    nearest_distances,
    nearest_mean,
    sharpness,
    within_class_variances,
)
from assignment4.encoder_decoder.squared_error import (
    class_constants,
    difference_of_losses,
    mean_image_deviations,
)
from assignment4.encoder_decoder.study import Study, accuracy_table
from assignment4.figures.outputs import clip_bright, plot_ghosts
from assignment4.letters import CYRILLIC, LATIN, Letters, normalize
from assignment4.replication.runs import read_results, readability_over_seeds

ROWS, COLUMNS = np.indices((28, 28))
NOISE = np.random.default_rng(0).normal(size=(50, 28, 28, 1))


def test_metrics_by_hand():
    images, labels = np.array([[0.0, 0], [2, 0], [10, 10], [10, 14]]), np.array([0, 0, 1, 1])
    assert class_means(images, labels).tolist() == [[1, 0], [10, 12]]
    assert within_class_variances(images, labels).tolist() == [0.5, 2]
    assert nearest_mean(np.array([[1.0, 1], [9, 9], [5, 5]]), images, labels).tolist() == [0, 1, 0]
    assert logistic_regression(images, images, labels).tolist() == [0, 0, 1, 1]
    assert accuracy(np.array([0, 1, 1, 1]), labels).estimate == 0.75
    with pytest.raises(ValueError, match="predictions"):
        accuracy(labels[:3], labels)


def test_means_variances_and_distances_by_loop():
    images, labels = normalize(LATIN_PART.images), LATIN_PART.labels
    means, variances = class_means(images, labels), within_class_variances(images, labels)
    for label in range(14):
        own = images[labels == label]
        assert means[label] == pytest.approx(sum(own) / len(own), abs=1e-6)
        assert variances[label] == pytest.approx(own.var(axis=0).mean(), rel=1e-5)
    expected = [min(np.square(one - other).mean() for other in images) for one in NOISE[:4]]
    assert nearest_distances(NOISE[:4], images) == pytest.approx(expected, rel=1e-6)
    assert nearest_distances(images[:3], images) == pytest.approx([0, 0, 0], abs=1e-12)


def test_baselines_read_patterns():
    found = baselines(LATIN_PART, UNSEEN_LATIN)
    assert [share.estimate for share in found.values()] == [1, 1]
    shifted = replace(UNSEEN_LATIN, labels=(UNSEEN_LATIN.labels + 1) % 14)
    assert [share.estimate for share in baselines(LATIN_PART, shifted).values()] == [0, 0]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (np.full((28, 28), 3.0), 0),
        ((-1.0) ** (ROWS + COLUMNS), 2),
        ((-1.0) ** COLUMNS, np.sqrt(2)),
        ((-1.0) ** ROWS, np.sqrt(2)),
        (COLUMNS.astype(float), np.sqrt(0.5)),
    ],
)
def test_sharpness_of_known_images(image, expected):
    assert sharpness(image[None, :, :, None]).tolist() == pytest.approx([expected])


def test_letters_are_measured_in_shares_of_unseen_ones_and_known_ones_lie_at_themselves(yardstick):
    letters, images = yardstick.letters, normalize(LATIN_PART.images)
    assert letters.sharpness.mean() == pytest.approx(1)
    assert letters.variance_share.estimate == pytest.approx(1)
    assert [share.estimate for share in letters.reading_accuracies] == [1, 0]
    assert (letters.read[1] == (UNSEEN_LATIN.labels + 1) % 14).all()
    found = yardstick.measure(images, LATIN_PART.labels)
    means = normalize(class_means(images, LATIN_PART.labels)[..., 0])[LATIN_PART.labels]
    assert found.to_mean == pytest.approx(np.square(images - means).mean(axis=(1, 2, 3)), rel=1e-4)
    first = [np.flatnonzero(LATIN_PART.labels == label)[0] for label in range(14)]
    assert (np.flatnonzero(found.to_representative < 1e-9) == np.sort(first)).all()


@pytest.mark.parametrize(("contrast", "brightness"), [(3.0, 5.0), (0.1, -2.0)])
def test_contrast_and_brightness_count_for_nothing(yardstick, contrast, brightness):
    images = yardstick.letters.images * contrast + brightness
    found = yardstick.measure(images, UNSEEN_LATIN.labels)
    for field in fields(Assessment):
        expected = getattr(yardstick.letters, field.name)
        assert getattr(found, field.name) == pytest.approx(expected, abs=1e-4), field.name


def test_other_images_give_other_numbers(yardstick):
    """What is constant within a class has no variance, and what is noise is sharp and far."""
    letters, labels = yardstick.letters, UNSEEN_LATIN.labels
    constant = yardstick.measure(yardstick.means[labels], labels)
    assert constant.to_mean == pytest.approx(0, abs=1e-10)
    assert varies_little(constant).holds is True
    assert varies_little(letters).holds is False
    blurred = letters.images + np.roll(letters.images, 1, axis=1)
    assert (yardstick.measure(blurred, labels).sharpness < letters.sharpness).all()
    shifted = yardstick.measure(letters.images, (labels + 1) % 14)
    assert [share.estimate for share in shifted.reading_accuracies] == [0, 1]


def test_outputs_are_those_for_normalised_letters_and_silent_ones_are_nothing(yardstick):
    def model(scale: float) -> keras.Model:
        return keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(scale, offset=1.0)])

    outputs = transcribe(model(2.0), UNSEEN_CYRILLIC)
    assert outputs == pytest.approx(2 * normalize(UNSEEN_CYRILLIC.images) + 1, abs=1e-5)
    found = yardstick.measure_outputs(model(2.0), UNSEEN_CYRILLIC)
    assert (found.labels == UNSEEN_CYRILLIC.labels).all()
    silent = yardstick.measure_outputs(model(0.0), UNSEEN_CYRILLIC)
    assert not silent.images.any()
    assert silent.to_mean == pytest.approx(1, abs=1e-5)
    outputs[4] = -2
    assert normalize_outputs(outputs)[5].std() == pytest.approx(1, abs=1e-5)
    outputs[4, 3, 3] = np.nan
    with pytest.raises(ValueError, match="finite"):
        yardstick.measure(outputs, UNSEEN_CYRILLIC.labels)
    assert clip_bright(np.array([-3.0, 1.9, 7.0])).tolist() == [-3.0, 1.9, 2.0]


COUNT = 1000
LABELS = np.arange(COUNT) % 14


def assessed(*, read=(1.0, 1.0)) -> Assessment:
    """Return what a yardstick might say of images that judges read so often."""
    places, nothing = np.arange(COUNT) / COUNT, np.zeros(COUNT)
    return Assessment(
        images=np.zeros((COUNT, 28, 28, 1), np.float32),
        labels=LABELS,
        read=np.stack([np.where(places < share, LABELS, (LABELS + 1) % 14) for share in read]),
        variance_shares=np.full(14, 0.02),
        to_mean=nothing,
        to_representative=nothing,
        sharpness=nothing,
    )


LETTERS = assessed(read=(0.99, 0.98))


@pytest.mark.can_fail("2c-random-works", "2c-class-unreadable")
@pytest.mark.parametrize(
    ("read", "readable"),
    [
        ((0.97, 0.95), True),
        ((0.10, 0.15), False),
        ((0.97, 0.10), None),
        ((0.97, 0.80), None),
        ((0.50, 0.50), None),
        ((0.20, 0.05), None),
    ],
)
def test_outputs_are_readable_to_both_judges_or_to_neither(read, readable):
    outputs = assessed(read=read).reading_accuracies
    found = Readability(LETTERS.reading_accuracies, outputs)
    assert found.finding == Finding(readable, str(found))
    assert f"read {outputs[0]} and {outputs[1]} of" in str(found)
    for judges in ((0.99, 0.95), (0.5, 0.99)):
        unsure = assessed(read=judges).reading_accuracies
        assert Readability(unsure, outputs).verdict is None


@pytest.mark.can_fail("2c-random-works")
def test_each_letter_must_be_read():
    outputs = assessed()
    assert are_read_letter_by_letter(outputs).holds
    outputs.read[1, LABELS == 4] = 5
    assert not are_read_letter_by_letter(outputs).holds


@pytest.mark.can_fail("2c-random-similar")
@pytest.mark.parametrize(
    ("shares", "uniform"),
    [
        ([0.0, 0.0, 0.0, 0.0], True),
        ([0.01, 0.02, 0.03, 0.02], True),
        ([0.01] * 7 + [0.06], None),
        ([0.02, 0.04, 0.06, 0.08], None),
        ([0.06, 0.07, 0.06, 0.07], False),
    ],
)
def test_uniform_is_below_a_twentieth_in_every_class(shares, uniform):
    assert is_uniform(np.array(shares)) is uniform
    found = varies_little(replace(LETTERS, variance_shares=np.array(shares)))
    assert found.holds is uniform
    assert f"largest ≈{max(shares):.3f}" in found.numbers


IMAGES = normalize(NOISE[:14, ..., 0])


def outputs_like(labels: np.ndarray, *, noise: float) -> np.ndarray:
    """Return the images of labels with noise of a deviation, normalised again."""
    noises = np.random.default_rng(1).normal(scale=noise, size=(len(labels), 28, 28))
    return normalize(IMAGES[labels][..., 0] + noises)


@pytest.mark.can_fail("2c-representative", "2c-mean", "2c-random-is-mean")
@pytest.mark.parametrize(
    ("wrong", "noise", "finding"),
    [(0, 0.1, True), (0, 1.0, False), (1, 0.1, False), (0.3, 0.1, False), (0.1, 0.1, None)],
)
def test_returned_images_are_near_and_of_the_class(wrong, noise, finding):
    is_wrong = np.arange(COUNT) < wrong * COUNT
    outputs = outputs_like(np.where(is_wrong, (LABELS + 1) % 14, LABELS), noise=noise)
    found = returns_images(outputs, LABELS, IMAGES)
    assert found.holds is finding
    assert f"{accuracy(np.where(is_wrong, -1, LABELS), LABELS)} of the outputs" in found.numbers
    assert returns_images(outputs, LABELS, np.roll(IMAGES, 1, axis=0)).holds is not True


@pytest.mark.can_fail("2c-representative", "2c-mean")
def test_distances_on_both_sides_of_the_bound_decide_nothing():
    mixed = outputs_like(LABELS, noise=0.33)
    assert returns_images(mixed, LABELS, IMAGES).holds is False
    mixed[::2] = IMAGES[LABELS[::2]]
    assert returns_images(mixed, LABELS, IMAGES).holds is None


@pytest.mark.can_fail("2c-representative", "2c-mean", "2c-random-is-mean")
def test_several_findings_hold_where_all_do():
    yes, no = Finding(True, "one."), Finding(False, "two.")
    assert all_hold(yes, True) == Finding(True, "one.")
    assert all_hold(yes, None) == Finding(None, "one.")
    assert all_hold(None, no, yes) == Finding(False, "two. one.")


def test_a_study_keeps_its_letters_settings_and_runs(trainings):
    letters = Letters(alphabet(CYRILLIC, 16, seed=1), alphabet(LATIN, 16, seed=2), "patterns")
    study = Study(letters, seed=2, steps=7, split="by family")
    assert not study.as_stored
    run = study.run("classifier")
    assert study.run("classifier") is run
    study.run("plain mean")
    _, through, plain = trainings
    assert [(call["steps"], call["seed"]) for call in (through, plain)] == [(3, 2), (7, 2)]
    assert (study.means == class_means(study.targets, study.parts.latin.labels)).all()
    assert (study.shown.labels == np.arange(14)).all()


def test_only_the_book_s_settings_are_as_stored(book_letters):
    assert Study(book_letters, steps=500).as_stored
    for settings in ({"seed": 1}, {"steps": 499}, {"steps": 500, "split": "by family"}):
        assert not Study(book_letters, **{"steps": 500} | settings).as_stored


def test_ghosts_are_drawn_with_their_two_largest_weights_above():
    weights = np.zeros((2, 14))
    weights[[0, 0, 1, 1], [3, 5, 1, 0]] = [0.25, 0.75, 0.5, 0.375]
    axes = plot_ghosts(NOISE[:2, ..., 0], NOISE[2:4], weights, IMAGES)
    names = [text.get_text() for text in axes.get_xticklabels()]
    assert names == ["0.75\n0.25", "0.50\n0.38"]
    mosaic = axes.images[0].get_array()
    part = IMAGES[5, ..., 0] - IMAGES[5].min()
    assert np.allclose(mosaic[90:118, :28], part / part.max(), atol=1e-6)
    plt.close("all")


def test_results_over_seeds_are_as_the_chapters_say():
    group = "squared_errors"
    for split in ("as reported", "by family"):
        runs = read_results(group, "random letters", split=split)
        assert readability_over_seeds(runs).verdict
        assert max(run["variance share"] for run in runs) < 0.05
    trained_on = {"representative": "to representative", "plain mean": "to mean"}
    for name, distance in (trained_on | {"normalised mean": "to mean"}).items():
        assert max(run[distance] for run in read_results(group, name)) < 0.05
    remedy = read_results("classifier_losses", "classifier and letters")
    assert readability_over_seeds(remedy).verdict is True


@pytest.mark.slow
def test_trained_networks_are_as_the_chapter_on_squared_errors_says(study):
    names = ("random letters", "plain mean", "normalised mean")
    unseen, latin = study.parts.unseen_cyrillic, study.parts.latin
    by_random, _, by_normalised = (study.draw(study.run(name).model, unseen) for name in names)
    result = study.assess(study.run(names[0]).model)
    assert len(accuracy_table(study, result).rows) == 4
    cost = np.square(1 - mean_image_deviations(study.targets, latin.labels)).mean()
    between = np.square(by_normalised - by_random).mean()
    left = np.square(normalize_outputs(by_normalised) - normalize_outputs(by_random)).mean()
    assert abs(between / cost - 1) < 0.2
    assert left < between / 10
    data = (study.targets, latin.labels, study.means)
    losses = difference_of_losses(by_random, unseen.labels, *data)
    assert losses.variance / losses.to_letters > 0.9
    assert class_constants(*data[:2]).mean() == pytest.approx(losses.variance, rel=0.02)
