"""The squared error to random letters: formulas proved, numbers agree, and wrong ones do not."""

from dataclasses import replace

import numpy as np
import pytest
import sympy

from assignment4.encoder_decoder.metrics import class_means, compare_with_look_up, does_as_well
from assignment4.encoder_decoder.squared_error import (
    MEAN,
    MIXTURE_LOSS,
    NORMALIZING_COST,
    RANDOM_LOSS,
    VARIANCE,
    class_constants,
    difference_of_losses,
    draw_the_same,
    expectation,
    f,
    is_cost_of_normalizing,
    is_distance_to_mean_plus_constant,
    is_minimiser,
    loss_to_all,
    losses_differ_by_terms,
    losses_differ_by_variance,
    mean_image_deviations,
    minimiser,
    mixture_weights,
    n,
    p,
    s,
    splits_into_distance_and_constant,
    y,
)
from assignment4.encoder_decoder.squared_error import i as index
from assignment4.letters import normalize

RANDOM = np.random.default_rng(0)
LABELS = np.array([0] * 5 + [1] * 3 + [2] * 8)
LETTERS = RANDOM.normal(size=(16, 3, 3)) + LABELS[:, None, None]
"""Images of 3 by 3 pixels and three classes of unequal size."""

MEANS, CONSTANTS = class_means(LETTERS, LABELS), class_constants(LETTERS, LABELS)
CLASSES = np.array([0, 1, 1, 2, 2, 2])
OUTPUTS = MEANS[CLASSES] + RANDOM.normal(scale=0.3, size=(6, 3, 3))


def test_the_mean_is_found_and_proved_of_one_class_and_of_many():
    for loss in (RANDOM_LOSS, MIXTURE_LOSS):
        assert minimiser(loss) == MEAN
        assert is_minimiser(MEAN, loss)
    assert splits_into_distance_and_constant(MEAN, VARIANCE)
    assert is_cost_of_normalizing((1 - s) ** 2)


@pytest.mark.can_fail("2c-random-is-mean")
@pytest.mark.parametrize(
    "wrong",
    [
        -MEAN,
        MEAN / s,
        expectation(y[index] ** 2),
        y[2],
        sympy.Integer(0),
        MEAN + VARIANCE,
        sympy.Sum(y[index], (index, 1, n)) / n,
    ],
)
def test_another_minimiser_is_refused(wrong):
    for loss in (RANDOM_LOSS, MIXTURE_LOSS, -RANDOM_LOSS):
        assert not is_minimiser(wrong, loss)
    assert not is_minimiser(MEAN, -RANDOM_LOSS)
    assert not splits_into_distance_and_constant(wrong, VARIANCE)


@pytest.mark.can_fail("2c-random-is-mean", "2e-class-loss")
def test_another_constant_or_cost_is_refused():
    for wrong in (-VARIANCE, VARIANCE / 2, sympy.Integer(0), expectation(y[index] ** 2)):
        assert not splits_into_distance_and_constant(MEAN, wrong)
    assert not splits_into_distance_and_constant(sympy.Integer(0), RANDOM_LOSS - f**2)
    for wrong in (1 - s**2, (1 - s) ** 2 / s**2, 1 - s, -NORMALIZING_COST):
        assert not is_cost_of_normalizing(wrong)


@pytest.mark.parametrize("count", [1, 3])
def test_the_sums_written_out_say_the_same(count):
    """With that many values, each a symbol, and the last probability 1 less the others."""
    values = sympy.symbols(f"y1:{count + 1}", real=True)
    weights = sympy.symbols(f"p1:{count}", positive=True)
    weights = (*weights, 1 - sum(weights))
    mean = sum(a * b for a, b in zip(weights, values, strict=True))
    loss = sum(a * (f - b) ** 2 for a, b in zip(weights, values, strict=True))
    variance = sum(a * (b - mean) ** 2 for a, b in zip(weights, values, strict=True))
    assert sympy.expand(loss - (f - mean) ** 2 - variance) == 0
    numbers = {p[k + 1]: w for k, w in enumerate(weights)}
    numbers |= {y[k + 1]: value for k, value in enumerate(values)}
    for general, particular in ((RANDOM_LOSS, loss), (MEAN, mean), (VARIANCE, variance)):
        assert sympy.expand(general.subs(n, count).doit().subs(numbers) - particular) == 0


def test_losses_and_constants_by_loop():
    for image, loss in zip(OUTPUTS, loss_to_all(OUTPUTS, LETTERS), strict=True):
        assert loss == pytest.approx(np.mean([(image - letter) ** 2 for letter in LETTERS]))
    for label in range(3):
        own = LETTERS[label == LABELS]
        assert CONSTANTS[label] == pytest.approx(np.mean((own - own.mean(axis=0)) ** 2))
        deviation = mean_image_deviations(LETTERS, LABELS)[label]
        assert deviation == pytest.approx(own.mean(axis=0).std())
    with pytest.raises(ValueError, match="shape"):
        loss_to_all(OUTPUTS, LETTERS[:, 0])


@pytest.mark.can_fail("2e-class-loss")
def test_wrong_means_and_constants_are_refused():
    data, images = (LETTERS, LABELS), RANDOM.normal(size=(2, 3, 3))
    assert is_distance_to_mean_plus_constant(images, *data, MEANS, CONSTANTS)
    medians = np.stack([np.median(LETTERS[label == LABELS], axis=0) for label in range(3)])
    flat = np.broadcast_to(MEANS.mean(axis=(1, 2), keepdims=True), MEANS.shape)
    wrong_means = (medians, -MEANS, MEANS.swapaxes(1, 2), MEANS[[1, 2, 0]], MEANS[:2], flat)
    for wrong in wrong_means:
        assert not is_distance_to_mean_plus_constant(images, *data, wrong, CONSTANTS)
    for wrong in (-CONSTANTS, CONSTANTS[[1, 2, 0]], CONSTANTS[:2], 0 * CONSTANTS):
        assert not is_distance_to_mean_plus_constant(images, *data, MEANS, wrong)
    with pytest.raises(ValueError, match="equal images"):
        is_distance_to_mean_plus_constant(0 * images, *data, MEANS, CONSTANTS)


@pytest.mark.can_fail("2c-random-is-mean")
def test_losses_differ_by_the_variance_with_the_letters_of_the_means_alone():
    losses = difference_of_losses(OUTPUTS, CLASSES, LETTERS, LABELS, MEANS)
    assert losses_differ_by_variance(losses)
    assert losses.shift == losses.cross == 0
    for wrong in (-MEANS, MEANS[[1, 2, 0]], MEANS.swapaxes(1, 2), 1.5 * MEANS):
        others = difference_of_losses(OUTPUTS, CLASSES, LETTERS, LABELS, wrong)
        assert not losses_differ_by_variance(others)
        assert losses_differ_by_terms(others)
        for name in ("shift", "cross", "variance", "to_means"):
            changed = replace(others, **{name: -getattr(others, name)})
            assert not losses_differ_by_terms(changed)


def test_each_output_counts_once():
    """The weights of the classes are those of the outputs, not those of the letters."""
    losses = difference_of_losses(OUTPUTS, CLASSES, LETTERS, LABELS, MEANS)
    literal = [
        np.square(output - LETTERS[label == LABELS]).mean()
        for output, label in zip(OUTPUTS, CLASSES, strict=True)
    ]
    assert losses.to_letters == pytest.approx(np.mean(literal), rel=1e-12)
    assert losses.to_means == pytest.approx(np.square(OUTPUTS - MEANS[CLASSES]).mean(), rel=1e-12)


def test_normalising_the_mean_again_costs_what_is_said():
    images = normalize(RANDOM.normal(size=(40, 28, 28)) + RANDOM.normal(size=(28, 28)))
    images = images.astype(np.float64)
    labels = np.zeros(40, int)
    (deviation,), (constant,) = (
        mean_image_deviations(images, labels),
        class_constants(images, labels),
    )
    assert deviation**2 == pytest.approx(1 - constant, abs=1e-6)
    again = normalize(images.mean(axis=0)[None, ..., 0])
    assert loss_to_all(again, images) == pytest.approx([2 * (1 - deviation)], rel=1e-4)
    assert loss_to_all(again, images) < loss_to_all(images[:3], images).min()


def test_weights_of_mixtures_are_found_again():
    weights = RANDOM.uniform(size=(5, 3))
    mixtures = np.tensordot(weights, MEANS, axes=1)
    assert mixture_weights(mixtures, MEANS) == pytest.approx(weights)


@pytest.mark.can_fail("2c-random-is-mean")
def test_networks_that_draw_something_else_are_found_out():
    outputs = RANDOM.normal(size=(50, 28, 28, 1))
    for noise, verdict in ((0.1, True), (1.0, False)):
        others = outputs + noise * RANDOM.normal(size=outputs.shape)
        assert draw_the_same(outputs, others, 0.6).holds is verdict
    mixed = np.where(np.arange(50)[:, None, None, None] % 2, outputs, others / 4 + outputs * 3 / 4)
    assert draw_the_same(outputs, mixed, 0.6).holds is None


def look_up(alone: int, missed: int, images: int = 800):
    """Compare a network with a look-up that is right alone, and wrong alone, on so many images."""
    by_network, by_look_up = np.ones((2, images), bool)
    by_network[:alone] = False
    by_look_up[alone : alone + missed] = False
    return compare_with_look_up(by_network, by_look_up)


def test_a_look_up_is_compared_image_by_image():
    compared = look_up(1, 3)
    assert (compared.alone, compared.either) == (1, 4)
    assert compared.chance == pytest.approx(5 / 16)
    assert compared.lost.estimate == pytest.approx(3 / 800)
    assert look_up(0, 0).chance == 1


@pytest.mark.can_fail("2c-representative")
@pytest.mark.parametrize(
    ("alone", "missed", "images", "finding"),
    [
        (1, 3, 800, True),
        (3, 1, 800, True),
        (0, 6, 800, False),
        (30, 30, 800, False),
        (2, 14, 4000, False),
        (12, 14, 800, None),
        (0, 5, 200, None),
    ],
)
def test_a_look_up_that_loses_is_found_out(alone, missed, images, finding):
    """The last had passed by the coin alone, though it loses all five images in dispute."""
    assert does_as_well(look_up(alone, missed, images)).holds is finding
