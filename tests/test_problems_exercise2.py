"""The readers' problems on Exercise 2: solutions pass, near misses fail."""

import numpy as np
import pytest

from assignment4.intervals import mean_interval
from assignment4.problems import attempt
from assignment4.problems.ablations import (
    difference_within_seeds,
    fewest_seeds,
    findings_by_rule,
)
from assignment4.problems.architecture import (
    latent_parameters,
    parameters_without_effect,
    parametric_relu_of_two_relus,
)
from assignment4.problems.classifier_loss import (
    codes_with_a_place,
    gradients_for_any_label,
    step_uphill,
)
from assignment4.problems.comparison import confusions, repeating_shares, words_for_outputs
from assignment4.problems.latent_search import (
    directions_without_epsilon,
    image_and_number,
    mixtures_of_two_ends,
)
from assignment4.problems.letters import (
    batch_normalized_as_a_whole,
    black_and_white_normalized,
    slants_of_pixels,
)
from assignment4.problems.rounding import expect_close
from assignment4.problems.squared_errors import (
    losses_of_contrasts,
    minimisers_of_the_absolute_error,
    savings_of_ghosts,
)


def softmax(z):
    return np.exp(z) / np.exp(z).sum()


def code(label, places, *, is_refused=lambda label, places: not 0 <= label < places):
    if is_refused(label, places):
        raise ValueError("no place for this label")
    return np.array([float(place == label) for place in range(places)])


def confuse(right, read, classes):
    counts = np.zeros((classes, classes), int)
    for row, column in zip(right, read, strict=True):
        counts[row, column] += 1
    return counts


def confuse_at_once(right, read, classes):
    counts = np.zeros((classes, classes), int)
    counts[right, read] += 1
    return counts


def word(read, near, *, some=any, every=all, lower="lower", upper="upper", bound=0.9):
    above = [getattr(share, lower) > bound for share in read]
    below = [getattr(share, upper) < bound for share in read]
    if every(above) and getattr(near, lower) > bound:
        return "readable"
    return "unreadable" if some(below) and getattr(near, upper) < bound else "undecided"


def word_by_judges(read, near):
    return word(read, read[0])


def explained(image, period, *, axes=(0, 2), power=1, mean=None):
    windows = len(image) // period
    shape = (windows, period, windows, period)
    means = image.reshape(shape).mean(axis=axes)
    mean = image.mean() if mean is None else mean
    return (np.square(means - mean).mean() / np.square(image - mean).mean()) ** power


def finding(alone, among_all, *, doubt="perhaps ", sign=1):
    if alone.lower <= 0 <= alone.upper:
        return "no difference shown"
    side = "higher" if sign * alone.estimate > 0 else "lower"
    return doubt + side if among_all.lower <= 0 <= among_all.upper else side


def finding_by_open_bounds(alone, among_all):
    if alone.lower < 0 < alone.upper:
        return "no difference shown"
    side = "higher" if alone.estimate > 0 else "lower"
    return "perhaps " + side if among_all.lower < 0 < among_all.upper else side


def finding_by_estimate(alone, among_all):
    return "higher" if alone.estimate > 0 else "lower"


def seeds(m, *, sides=2, level=0.05):
    n = 1
    while sides * 0.5**n > level / m:
        n += 1
    return n


def mixture(first, last, between, *, divide=True):
    way, away = last - first, between - first
    whole = (way * way).sum()
    share = (away * way).sum() / (whole if divide else np.sqrt(whole))
    return share, np.square(away - share * way).sum() / whole


def two_values(q):
    return -np.sqrt(q / (1 - q)), np.sqrt((1 - q) / q)


def covariance(x, y):
    return (x * y).mean() - x.mean() * y.mean()


TOGETHER = [[[1.4, 0.2], [1.4, 0.2]], [[-0.2, -1.4], [-0.2, -1.4]]]
ALONE = [[[1, -1], [1, -1]], [[-1, 1], [1, -1]]]
HALF_LABEL = [[0.5, 0, 0], [0.9, 0.05, 0.05]]
BY_SEED = [[1, 2, 3, 4, 5], [1.5, 2.5, 3.5, 4.5, 5.5]]

RIGHT = [
    (black_and_white_normalized, two_values),
    (batch_normalized_as_a_whole, TOGETHER),
    (slants_of_pixels, lambda rows, columns: covariance(rows, columns) / rows.var()),
    (slants_of_pixels, lambda rows, columns: np.polyfit(rows, columns, 1)[0]),
    (latent_parameters, lambda side: -(-side // 4) * -(-side // 4) * 64 * 512 + 6 * 512),
    (parameters_without_effect, 3777),
    (parametric_relu_of_two_relus, lambda relu, x, a: relu(x) - a * relu(-x)),
    (minimisers_of_the_absolute_error, np.median),
    (minimisers_of_the_absolute_error, lambda values: sorted(values)[len(values) // 2]),
    (losses_of_contrasts, lambda c, s: (c - 1) ** 2 * s**2 + 1 - s**2),
    (losses_of_contrasts, lambda c, s: 1 - (2 - c) * c * s * s),
    (savings_of_ghosts, lambda p, D: (1 - p) ** 2 * D),
    (codes_with_a_place, code),
    (gradients_for_any_label, lambda t, z: softmax(z) * t.sum() - t),
    (step_uphill, HALF_LABEL),
    (step_uphill, [[1.4, 0.2, 0.4], [0.8, 0.1, 0.1]]),
    (confusions, confuse),
    (words_for_outputs, word),
    (repeating_shares, explained),
    (findings_by_rule, finding),
    (difference_within_seeds, BY_SEED),
    (difference_within_seeds, [[0, 1, 2, 3, 4], [-0.5, 0, 1, 2, 3]]),
    (fewest_seeds, seeds),
    (image_and_number, lambda letters: (letters.mean(axis=0), letters.var(axis=0).mean())),
    (directions_without_epsilon, lambda n: n - 2),
    (mixtures_of_two_ends, mixture),
]

WRONG = [
    (black_and_white_normalized, lambda q: two_values(q)[::-1]),
    (black_and_white_normalized, lambda q: two_values(1 - q)),
    (black_and_white_normalized, lambda q: (-q, 1 - q)),
    (black_and_white_normalized, lambda q: (-q / (1 - q), (1 - q) / q)),
    (black_and_white_normalized, lambda q: (-1, 1)),
    (black_and_white_normalized, lambda q: (0, 1 / np.sqrt(q * (1 - q)))),
    (batch_normalized_as_a_whole, None),
    (batch_normalized_as_a_whole, ALONE),
    (batch_normalized_as_a_whole, [[[1, 1], [1, 1]], [[-1, -1], [-1, -1]]]),
    (batch_normalized_as_a_whole, (np.array(TOGETHER) * np.sqrt(7 / 8)).tolist()),
    (batch_normalized_as_a_whole, (np.array(TOGETHER) + 0.1).tolist()),
    (batch_normalized_as_a_whole, [[[2, -1], [-1, 0]], [[1, -1], [0, 0]]]),
    (batch_normalized_as_a_whole, TOGETHER[0]),
    (batch_normalized_as_a_whole, [[[np.nan, 0], [0, 0]], [[0, 0], [0, 1]]]),
    (slants_of_pixels, lambda rows, columns: covariance(rows, columns) / columns.var()),
    (slants_of_pixels, lambda rows, columns: -covariance(rows, columns) / rows.var()),
    (slants_of_pixels, lambda rows, columns: np.cov(rows, columns)[0, 1] / rows.var()),
    (slants_of_pixels, lambda rows, columns: covariance(rows, columns)),
    (slants_of_pixels, lambda rows, columns: (rows * columns).mean() / rows.var()),
    (
        slants_of_pixels,
        lambda rows, columns: covariance(rows, columns) / rows.std() / columns.std(),
    ),
    (latent_parameters, lambda side: (side // 4) ** 2 * 64 * 512 + 6 * 512),
    (latent_parameters, lambda side: -((-(side**2)) // 16) * 64 * 512 + 6 * 512),
    (latent_parameters, lambda side: (-(-side // 4)) ** 2 * 64 * 512 + 512),
    (latent_parameters, lambda side: (-(-side // 4)) ** 2 * 64 * 512 + 5 * 512),
    (latent_parameters, lambda side: (-(-side // 4)) ** 2 * 512 + 6 * 512),
    (latent_parameters, lambda side: (-(-side // 2)) ** 2 * 64 * 512 + 6 * 512),
    (parameters_without_effect, None),
    (parameters_without_effect, 3777 + 784),
    (parameters_without_effect, 3777 - 1),
    (parameters_without_effect, 2 * 3777),
    (parameters_without_effect, 6),
    (parameters_without_effect, True),
    (parametric_relu_of_two_relus, lambda relu, x, a: relu(x) - a * relu(x)),
    (parametric_relu_of_two_relus, lambda relu, x, a: relu(x) + a * relu(-x)),
    (parametric_relu_of_two_relus, lambda relu, x, a: relu(x) - relu(-a * x)),
    (parametric_relu_of_two_relus, lambda relu, x, a: relu(x) + a * x),
    (parametric_relu_of_two_relus, lambda relu, x, a: max(x, a * x)),
    (parametric_relu_of_two_relus, lambda relu, x, a: a * relu(x) - relu(-x)),
    (minimisers_of_the_absolute_error, lambda values: None),
    (minimisers_of_the_absolute_error, np.mean),
    (minimisers_of_the_absolute_error, lambda values: max(set(values), key=values.count)),
    (minimisers_of_the_absolute_error, lambda values: (min(values) + max(values)) / 2),
    (minimisers_of_the_absolute_error, lambda values: values[len(values) // 2]),
    (minimisers_of_the_absolute_error, lambda values: sorted(values)[len(values) // 2 - 1]),
    (minimisers_of_the_absolute_error, lambda values: values),
    (losses_of_contrasts, lambda c, s: (c - 1) ** 2 + 1 - s**2),
    (losses_of_contrasts, lambda c, s: (c - 1) ** 2 * s**2),
    (losses_of_contrasts, lambda c, s: (c - 1) ** 2 * s + 1 - s),
    (losses_of_contrasts, lambda c, s: c**2 * s**2 + 1 - s**2),
    (losses_of_contrasts, lambda c, s: 1 - s**2),
    (losses_of_contrasts, lambda c, s: (c * s - 1) ** 2),
    (savings_of_ghosts, lambda p, D: (1 - p) * D),
    (savings_of_ghosts, lambda p, D: p * (1 - p) * D),
    (savings_of_ghosts, lambda p, D: p**2 * D),
    (savings_of_ghosts, lambda p, D: -((1 - p) ** 2) * D),
    (savings_of_ghosts, lambda p, D: (1 - p) ** 2 * np.sqrt(D)),
    (savings_of_ghosts, lambda p, D: (1 - p) ** 2 * D**2),
    (codes_with_a_place, lambda label, places: np.eye(places)[label]),
    (codes_with_a_place, lambda label, places: np.arange(places) == label + 1),
    (codes_with_a_place, lambda label, places: (np.arange(places) == label).astype(float)),
    (codes_with_a_place, lambda label, places: code(label, places + 1)[:-1]),
    (
        codes_with_a_place,
        lambda label, places: code(label, places, is_refused=lambda k, n: k > n),
    ),
    (
        codes_with_a_place,
        lambda label, places: code(label, places, is_refused=lambda k, n: k >= n),
    ),
    (
        codes_with_a_place,
        lambda label, places: code(label, places, is_refused=lambda k, n: not 0 < k < n),
    ),
    (gradients_for_any_label, lambda t, z: softmax(z) - t),
    (gradients_for_any_label, lambda t, z: t - softmax(z) * t.sum()),
    (gradients_for_any_label, lambda t, z: (softmax(z) - t) * t.sum()),
    (gradients_for_any_label, lambda t, z: softmax(z) - t if t.any() else 0 * z),
    (gradients_for_any_label, lambda t, z: softmax(z) * (t > 0).sum() - t),
    (gradients_for_any_label, lambda t, z: softmax(z) - t / max(t.sum(), 1)),
    (gradients_for_any_label, lambda t, z: z * t.sum() - t),
    (step_uphill, None),
    (step_uphill, [[0, 0, 0], [0.9, 0.05, 0.05]]),
    (step_uphill, [[1, 0, 0], [0.9, 0.05, 0.05]]),
    (step_uphill, [[0.5, 0, 0], [0.4, 0.3, 0.3]]),
    (step_uphill, [[1, 1, 0], [0.5, 0.3, 0.2]]),
    (step_uphill, [[0.5, 0, 0], [9, 0.5, 0.5]]),
    (step_uphill, [[0.5, 0, 0], [1.1, -0.05, -0.05]]),
    (step_uphill, [[0.5, -0.5, 0], [0.9, 0.05, 0.05]]),
    (step_uphill, HALF_LABEL[::-1]),
    (confusions, lambda right, read, classes: confuse(read, right, classes)),
    (confusions, confuse_at_once),
    (confusions, lambda right, read, classes: confuse(right, read, 2)),
    (confusions, lambda right, read, classes: confuse(right, read, classes) / len(read)),
    (words_for_outputs, lambda read, near: word(read, near, some=all)),
    (words_for_outputs, lambda read, near: word(read, near, every=any)),
    (words_for_outputs, lambda read, near: word(read, near, lower="estimate")),
    (words_for_outputs, lambda read, near: word(read, near, upper="estimate")),
    (words_for_outputs, lambda read, near: word(read, near, upper="lower")),
    (words_for_outputs, lambda read, near: word(read, near, bound=0.95)),
    (words_for_outputs, word_by_judges),
    (words_for_outputs, lambda read, near: word(read[:1], near)),
    (words_for_outputs, lambda read, near: word(read, near) == "readable"),
    (repeating_shares, lambda image, period: explained(image, period, axes=(1, 3))),
    (repeating_shares, lambda image, period: explained(image, period, axes=(0, 3))),
    (repeating_shares, lambda image, period: explained(image, period, power=0.5)),
    (repeating_shares, lambda image, period: explained(image, period, mean=0)),
    (repeating_shares, lambda image, period: 1 - explained(image, period)),
    (repeating_shares, lambda image, period: explained(image, len(image) // period)),
    (findings_by_rule, lambda alone, among_all: finding(among_all, among_all)),
    (findings_by_rule, lambda alone, among_all: finding(alone, alone)),
    (findings_by_rule, lambda alone, among_all: finding(alone, among_all, doubt="")),
    (findings_by_rule, lambda alone, among_all: finding(alone, among_all, sign=-1)),
    (findings_by_rule, finding_by_open_bounds),
    (findings_by_rule, finding_by_estimate),
    (difference_within_seeds, None),
    (difference_within_seeds, [[1, 2, 3, 4, 5], [1, 2, 3, 4, 5]]),
    (difference_within_seeds, [[1, 2, 3, 4, 5], [11, 12, 13, 14, 15]]),
    (difference_within_seeds, [[1, 2, 3, 4, 5], [5.5, 4.5, 3.5, 2.5, 1.5]]),
    (difference_within_seeds, [[1, 2, 3, 4], [1.5, 2.5, 3.5, 4.5]]),
    (difference_within_seeds, [[1, 2, 3, 4, np.nan], [2, 3, 4, 5, 6]]),
    (fewest_seeds, lambda m: 5),
    (fewest_seeds, lambda m: seeds(m, sides=1)),
    (fewest_seeds, lambda m: seeds(1)),
    (fewest_seeds, lambda m: seeds(m) + 1),
    (fewest_seeds, lambda m: seeds(m) - 1),
    (fewest_seeds, lambda m: m * seeds(1)),
    (image_and_number, lambda letters: None),
    (image_and_number, lambda letters: (letters.mean(axis=0), letters.var())),
    (image_and_number, lambda letters: (letters.mean(axis=0), letters.var(axis=0).sum())),
    (image_and_number, lambda letters: (letters.mean(axis=0), letters.var(axis=0))),
    (image_and_number, lambda letters: (letters.mean(axis=0), letters.std(axis=0).mean())),
    (
        image_and_number,
        lambda letters: (letters.mean(axis=0), letters.var(axis=0, ddof=1).mean()),
    ),
    (image_and_number, lambda letters: (letters.mean(axis=(1, 2)), letters.var(axis=0).mean())),
    (image_and_number, lambda letters: (letters.mean(axis=0), np.square(letters).mean())),
    (image_and_number, lambda letters: letters.mean(axis=0)),
    (directions_without_epsilon, lambda n: n),
    (directions_without_epsilon, lambda n: n - 1),
    (directions_without_epsilon, lambda n: max(n - 3, 0)),
    (directions_without_epsilon, lambda n: n // 2 - 1),
    (mixtures_of_two_ends, lambda first, last, between: mixture(last, first, between)),
    (
        mixtures_of_two_ends,
        lambda first, last, between: mixture(first, last, between, divide=False),
    ),
    (mixtures_of_two_ends, lambda first, last, between: mixture(first, last, between)[::-1]),
    (
        mixtures_of_two_ends,
        lambda first, last, between: mixture(0 * first, last - 0 * first, between),
    ),
    (mixtures_of_two_ends, lambda first, last, between: (0.5, 0)),
    (
        mixtures_of_two_ends,
        lambda first, last, between: (
            mixture(first, last, between)[0],
            mixture(first, last, between)[1] ** 0.5,
        ),
    ),
    (
        mixtures_of_two_ends,
        lambda first, last, between: (
            min(1, mixture(first, last, between)[0]),
            mixture(first, last, between)[1],
        ),
    ),
]
"""Near misses: a flipped sign, swapped axes, one too few, a forgotten factor."""


@pytest.mark.parametrize(("check", "answer"), RIGHT)
def test_solutions_are_solutions(check, answer) -> None:
    assert attempt(check, answer).remark == ""


@pytest.mark.parametrize(("check", "answer"), WRONG)
def test_near_misses_are_not_solutions(check, answer) -> None:
    remark = attempt(check, answer).remark
    assert remark
    assert "it raises TypeError" not in remark


def test_every_check_has_solutions_and_near_misses() -> None:
    right, wrong = ({check for check, _ in cases} for cases in (RIGHT, WRONG))
    assert right == wrong
    assert len(right) == 7 * 3


def test_an_empty_stub_is_told_what_is_missing() -> None:
    for check in {check for check, answer in RIGHT if callable(answer)}:
        remark = attempt(check, lambda *arguments: None).remark
        assert remark
        assert "it raises" not in remark


def test_the_solved_pair_hides_its_difference_without_pairing() -> None:
    one, other = map(mean_interval, BY_SEED)
    assert one.lower < other.estimate < one.upper


def test_closeness_is_of_shape_and_value() -> None:
    expect_close(1 / 3, 1 / 3 + 1e-12, "a third")
    with pytest.raises(AssertionError, match=r"a third is 0.3334, not 0.3333"):
        expect_close(0.3334, 1 / 3, "a third")
    with pytest.raises(AssertionError, match="shape"):
        expect_close([1, 1], 1, "one")
    with pytest.raises(AssertionError, match="is nan"):
        expect_close(float("nan"), 1, "one")
