"""The squared error to random letters: formulas proved, numbers agree, and wrong ones do not."""

import dataclasses

import numpy as np
import pytest
import sympy
from sympy.stats import Expectation, Variance
from sympy.stats.rv import RandomSymbol

from assignment4.encoder_decoder.metrics import class_means, within_class_variances
from assignment4.encoder_decoder.squared_error import (
    MEAN,
    MIXTURE_LOSS,
    NORMALIZING_COST,
    RANDOM_LOSS,
    VARIANCE,
    class_constants,
    difference_of_losses,
    expectation,
    f,
    loss_by_mean,
    loss_to_all,
    mean_image_deviations,
    minimiser,
    n,
    p,
    reduced,
    s,
    v,
    y,
)
from assignment4.encoder_decoder.squared_error import i as index
from assignment4.encoder_decoder.squared_error_checks import (
    compare_with_look_up,
    does_as_well,
    is_cost_of_normalizing,
    is_distance_to_mean_plus_constant,
    losses_differ_by_terms,
    losses_differ_by_variance,
    mixture_loss_has_mean_of_means_as_minimiser,
    random_loss_has_mean_as_minimiser,
    splits_into_distance_and_constant,
)
from assignment4.letters import load_letters, normalize, split_as_reported

RANDOM = np.random.default_rng(0)


@pytest.fixture(scope="module")
def parts():
    """Normalised Latin letters in double precision: (training, labels), (test, labels)."""
    train, test = split_as_reported(load_letters().latin)
    return tuple((normalize(x.images).astype(np.float64), x.labels) for x in (train, test))


@pytest.fixture
def small():
    """Images of 3 by 3 pixels and three classes of unequal size, with their labels."""
    labels = np.array([0] * 5 + [1] * 3 + [2] * 8)
    return RANDOM.normal(size=(16, 3, 3)) + labels[:, None, None], labels


def outputs_of(means: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    labels = np.array([0, 1, 1, 2, 2, 2])
    return means[labels] + RANDOM.normal(scale=0.3, size=(6, *means.shape[1:])), labels


def test_the_mean_is_found_and_proved():
    assert minimiser(RANDOM_LOSS) == MEAN
    assert random_loss_has_mean_as_minimiser(MEAN)
    assert splits_into_distance_and_constant(MEAN, VARIANCE)


@pytest.mark.can_fail("2c-random-is-mean")
@pytest.mark.parametrize(
    "wrong",
    [
        -MEAN,
        MEAN / s,
        expectation(y[index] ** 2),
        expectation(1 - y[index]),
        sympy.Sum(y[index], (index, 1, n)) / n,
        y[2],
        sympy.Integer(0),
        MEAN + VARIANCE,
    ],
)
def test_another_minimiser_is_refused(wrong):
    assert not random_loss_has_mean_as_minimiser(wrong)
    assert not mixture_loss_has_mean_of_means_as_minimiser(wrong)
    assert not splits_into_distance_and_constant(wrong, VARIANCE)


@pytest.mark.can_fail("2c-random-is-mean", "2e-class-loss")
@pytest.mark.parametrize(
    "wrong",
    [-VARIANCE, VARIANCE / 2, sympy.Integer(0), expectation(y[index] ** 2), RANDOM_LOSS - f**2],
)
def test_another_constant_is_refused(wrong):
    assert not splits_into_distance_and_constant(MEAN, wrong)


@pytest.mark.can_fail("2e-class-loss")
def test_a_constant_that_depends_on_the_output_is_refused():
    assert not splits_into_distance_and_constant(sympy.Integer(0), RANDOM_LOSS - f**2)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_sums_written_out_say_the_same(count):
    """With n values, each a symbol, and the last probability 1 less the others."""
    values = sympy.symbols(f"y1:{count + 1}", real=True)
    weights = sympy.symbols(f"p1:{count}", positive=True)
    weights = (*weights, 1 - sum(weights))
    mean = sum(a * b for a, b in zip(weights, values, strict=True))
    loss = sum(a * (f - b) ** 2 for a, b in zip(weights, values, strict=True))
    variance = sum(a * (b - mean) ** 2 for a, b in zip(weights, values, strict=True))
    assert sympy.expand(loss - (f - mean) ** 2 - variance) == 0
    assert sympy.solve(sympy.diff(loss, f), f)[0].equals(mean)
    numbers = {p[k + 1]: w for k, w in enumerate(weights)} | {
        y[k + 1]: value for k, value in enumerate(values)
    }
    for general, particular in ((RANDOM_LOSS, loss), (MEAN, mean), (VARIANCE, variance)):
        assert sympy.expand(general.subs(n, count).doit().subs(numbers) - particular) == 0


def test_sympy_s_rules_for_expectations_say_the_same():
    target = RandomSymbol("Y")
    loss = Expectation((f - target) ** 2).expand()
    variance = Variance(target).rewrite(Expectation)
    assert sympy.expand(loss - (f - Expectation(target)) ** 2 - variance) == 0
    assert sympy.solve(sympy.diff(loss, f), f) == [Expectation(target)]


def test_two_possible_classes_make_a_ghost_image():
    assert minimiser(MIXTURE_LOSS) == MEAN
    assert mixture_loss_has_mean_of_means_as_minimiser(MEAN)
    ghost = MEAN.subs(n, 2).doit().subs({p[1]: sympy.Rational(3, 4), p[2]: sympy.Rational(1, 4)})
    assert ghost == (3 * y[1] + y[2]) / 4
    assert not reduced(MIXTURE_LOSS - RANDOM_LOSS - expectation(v[index]))


@pytest.mark.can_fail("2c-random-is-mean")
@pytest.mark.parametrize("cost", [1 - s**2, (1 - s) ** 2 / s**2, s**2 - (1 - s) ** 2, 1 - s])
def test_another_cost_of_normalizing_is_refused(cost):
    assert is_cost_of_normalizing((1 - s) ** 2)
    assert is_cost_of_normalizing(NORMALIZING_COST)
    assert not is_cost_of_normalizing(cost)


def test_losses_by_hand():
    letters = np.array([[0.0, 0], [2, 0], [4, 6]])
    images = np.array([[0.0, 0], [2, 2]])
    assert loss_to_all(images, letters).tolist() == [(0 + 2 + 26) / 3, (4 + 2 + 10) / 3]
    assert loss_by_mean(images, np.array([2.0, 2]), 16 / 3).tolist() == [4 + 16 / 3, 16 / 3]
    assert class_constants(letters, np.zeros(3, int)) == pytest.approx([16 / 3])


def test_shapes_that_do_not_fit_are_refused():
    images = np.zeros((2, 3, 3))
    with pytest.raises(ValueError, match="no letter to compare with"):
        loss_to_all(images, images[:0])
    with pytest.raises(ValueError, match=r"images of shape \(3, 3\), compared with one of \(3,\)"):
        loss_to_all(images, images[:, 0])
    with pytest.raises(ValueError, match=r"compared with one of \(3,\)"):
        loss_by_mean(images, images[0, 0], 0)
    with pytest.raises(ValueError, match=r"means of shape \(1, 3, 3\)"):
        difference_of_losses(images, np.zeros(2, int), images, np.arange(2), images[:1])
    with pytest.raises(ValueError, match="4 equal images"):
        is_distance_to_mean_plus_constant(
            np.zeros((4, 3, 3)), images, np.zeros(2, int), images[:1], np.zeros(1)
        )


def test_the_loss_of_every_letter_s_class_is_distance_and_constant(parts):
    (letters, labels), (unseen, _) = parts
    means, constants = class_means(letters, labels), class_constants(letters, labels)
    assert is_distance_to_mean_plus_constant(unseen[:2], letters, labels, means, constants)
    assert constants == pytest.approx(within_class_variances(letters.astype(np.float32), labels))


@pytest.mark.can_fail("2e-class-loss")
def test_wrong_means_and_constants_are_refused(small):
    letters, labels = small
    images = RANDOM.normal(size=(2, 3, 3))
    means, constants = class_means(letters, labels), class_constants(letters, labels)
    medians = np.stack([np.median(letters[labels == label], axis=0) for label in range(3)])
    flat = np.broadcast_to(means.mean(axis=(1, 2), keepdims=True), means.shape)
    over_rows = np.stack([letters[labels == label].mean(axis=1)[:3] for label in range(3)])
    assert is_distance_to_mean_plus_constant(images, letters, labels, means, constants)
    for wrong in (medians, -means, means.swapaxes(1, 2), means[[1, 2, 0]], means.mean(axis=0)):
        assert not is_distance_to_mean_plus_constant(images, letters, labels, wrong, constants)
    for wrong in (flat, over_rows, means / means.std(axis=(1, 2), keepdims=True)):
        assert not is_distance_to_mean_plus_constant(images, letters, labels, wrong, constants)
    for wrong in (-constants, constants[[1, 2, 0]], constants[:2], constants.mean(), 0 * constants):
        assert not is_distance_to_mean_plus_constant(images, letters, labels, means, wrong)


def test_losses_differ_by_the_variance_on_the_letters_of_the_means(small):
    letters, labels = small
    means = class_means(letters, labels)
    losses = difference_of_losses(*outputs_of(means), letters, labels, means)
    assert losses_differ_by_variance(losses)
    assert losses_differ_by_terms(losses)
    assert losses.shift == losses.cross == 0


@pytest.mark.can_fail("2c-random-is-mean")
def test_losses_differ_by_more_on_other_letters(small):
    letters, labels = small
    means = class_means(letters, labels)
    others = letters + RANDOM.normal(size=letters.shape)
    losses = difference_of_losses(*outputs_of(means), others, labels, means)
    assert not losses_differ_by_variance(losses)
    assert losses_differ_by_terms(losses)
    for name in ("shift", "cross", "variance", "to_means"):
        wrong = dataclasses.replace(losses, **{name: -getattr(losses, name)})
        assert not losses_differ_by_terms(wrong)


@pytest.mark.can_fail("2c-random-is-mean")
def test_wrong_means_leave_more_than_the_variance(small):
    letters, labels = small
    means = class_means(letters, labels)
    medians = np.stack([np.median(letters[labels == label], axis=0) for label in range(3)])
    for wrong in (medians, -means, means[[1, 2, 0]], means.swapaxes(1, 2), 1.5 * means):
        losses = difference_of_losses(*outputs_of(means), letters, labels, wrong)
        assert not losses_differ_by_variance(losses)


def test_each_output_counts_once(small):
    """The weights of the classes are those of the outputs, not those of the letters."""
    letters, labels = small
    means = class_means(letters, labels)
    outputs, classes = outputs_of(means)
    losses = difference_of_losses(outputs, classes, letters, labels, means)
    literal = [
        np.square(output - letter).mean(axis=(-2, -1)).mean()
        for output, label in zip(outputs, classes, strict=True)
        for letter in [letters[labels == label]]
    ]
    assert losses.to_letters == pytest.approx(np.mean(literal), rel=1e-12)


def test_normalising_the_mean_again_costs_what_is_said(parts):
    (letters, labels), _ = parts
    means, constants = class_means(letters, labels), class_constants(letters, labels)
    deviations = mean_image_deviations(letters, labels)
    assert deviations**2 == pytest.approx(1 - constants, abs=1e-6)
    for label, deviation in enumerate(deviations):
        of_class = letters[labels == label]
        normalized = normalize(means[label : label + 1, ..., 0])
        assert normalized == pytest.approx(means[label : label + 1] / deviation, abs=1e-5)
        loss = loss_to_all(normalized, of_class)
        assert loss == pytest.approx([constants[label] + (1 - deviation) ** 2], rel=1e-5)
        assert loss == pytest.approx([2 * (1 - deviation)], rel=1e-5)
        assert loss < loss_to_all(of_class[:3], of_class).min()


def look_up(alone: int, missed: int, images: int = 800):
    """Compare a network with a look-up that is right alone, and wrong alone, on so many images."""
    by_network = np.ones(images, bool)
    by_look_up = by_network.copy()
    by_network[:alone] = False
    by_look_up[alone : alone + missed] = False
    return compare_with_look_up(by_network, by_look_up)


def test_a_look_up_is_compared_image_by_image():
    compared = look_up(1, 3)
    assert (compared.alone, compared.either) == (1, 4)
    assert compared.chance == pytest.approx(5 / 16)
    assert compared.lost.estimate == pytest.approx(3 / 800)
    assert look_up(0, 0).chance == 1
    assert compared.told[:3] == ["≈1", "≈4", "≈0.31"]


@pytest.mark.can_fail("2c-representative")
@pytest.mark.parametrize(
    ("alone", "missed", "images", "finding"),
    [
        (1, 3, 800, True),
        (3, 1, 800, True),
        (20, 20, 4000, True),
        (0, 6, 800, False),
        (2, 14, 4000, False),
        (30, 30, 800, False),
        (12, 14, 800, None),
        (0, 5, 200, None),
    ],
)
def test_a_look_up_that_loses_is_found_out(alone, missed, images, finding):
    """The last had passed by the coin alone, though it loses all five images in dispute."""
    assert does_as_well(look_up(alone, missed, images)) is finding
