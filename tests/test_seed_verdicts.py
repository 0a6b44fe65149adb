"""What seeds say of claims: by the chapters' rules, with one left out, and with more of them."""

import copy

import numpy as np
import pytest
from matplotlib import pyplot as plt

from assignment4.claims import read_claims
from assignment4.figures.replication import STYLES, plot_quantities
from assignment4.intervals import Interval, mean_interval
from assignment4.letters import LATIN, Alphabet
from assignment4.replication.command import expected_of
from assignment4.replication.experiments import GROUPS
from assignment4.replication.seed_verdicts import (
    Case,
    Quantity,
    cases,
    level_of_letters,
    range_of_deviation,
    runs_of,
    seeds_needed,
    shrinkage,
    shrunk,
    without_one,
)

CASES = {case.claim: case for case in cases(0.005)}
DECIDED = {
    "2c-class-accuracy": True,
    "2c-noise-class": None,
    "2c-bright-dots": True,
    "2c-random-works": True,
    "2c-random-similar": True,
    "2c-representative": True,
    "2c-mean": True,
}


def quantity(lower: float, upper: float, *bounds: float) -> Quantity:
    return Quantity("a number", Interval(lower, (lower + upper) / 2, upper), bounds)


@pytest.mark.parametrize(
    ("one", "side"),
    [
        (quantity(0.91, 0.95, 0.9), "above"),
        (quantity(0.85, 0.89, 0.9), "below"),
        (quantity(0.85, 0.95, 0.9), "not told"),
        (quantity(0.96, 0.98, 0.95, 0.99), "within"),
        (quantity(0.96, 0.995, 0.95, 0.99), "not told"),
        (quantity(0.991, 0.995, 0.95, 0.99), "above"),
        (quantity(0.90, 0.94, 0.95, 0.99), "below"),
    ],
)
def test_a_number_lies_on_a_side_of_its_bounds(one, side):
    assert one.side == side


@pytest.mark.parametrize("claim", DECIDED)
def test_the_stored_seeds_decide_as_the_chapters_do(claim):
    case = CASES[claim]
    assert case.rule(*runs_of(case)) is DECIDED[claim]


SPOILED = {
    "2c-class-accuracy": ("read by own classifier", 0.90),
    "2c-class-unreadable": ("as near as letters", 0.99),
    "2c-random-works": ("read by second judge", 0.80),
    "2c-random-similar": ("largest variance share", 0.20),
    "2c-representative": ("to representative", 0.20),
    "2c-mean": ("to mean", 0.20),
    "2c-bright-dots": ("lattice share", 0.006),
}
"""A number of the first experiment's runs, and values with which nobody may say yes."""


@pytest.mark.parametrize("claim", SPOILED)
def test_spoiled_runs_are_not_said_to_agree(claim):
    number, value = SPOILED[claim]
    case, runs = CASES[claim], copy.deepcopy(runs_of(CASES[claim]))
    for run in runs[0]:
        run[number] = value + run["seed"] / 1e4
    assert case.rule(*runs) is not True
    told = [one.told for one in case.quantities(*runs)]
    before = {one.told: one.interval for one in case.quantities(*runs_of(case))}
    assert any(one.interval != before[one.told] for one in case.quantities(*runs))
    assert len(told) == len(set(told))


def test_a_noise_class_that_helps_both_judges_is_said_to_help():
    case, runs = CASES["2c-noise-class"], copy.deepcopy(runs_of(CASES["2c-noise-class"]))
    for run, other in zip(*runs, strict=True):
        for judge in ("first", "second"):
            run[f"read by {judge} judge"] = other[f"read by {judge} judge"] + 0.05
    assert case.rule(*runs) is False


def test_evenly_covering_kernels_without_a_lattice_leave_nothing_to_correct():
    """Then the claim as it stands would hold."""
    case, runs = CASES["2c-bright-dots"], copy.deepcopy(runs_of(CASES["2c-bright-dots"]))
    for run in runs[1]:
        run["lattice share"] = 0.006 + run["seed"] / 1e5
    assert case.rule(*runs) is None


@pytest.mark.parametrize("claim", CASES)
def test_cases_are_of_claims_and_of_stored_experiments(claim):
    case = CASES[claim]
    assert claim in read_claims()
    assert all(name in GROUPS[group].experiments for group, name in case.experiments)
    assert len({len(runs) for runs in runs_of(case)}) == 1
    assert runs_of(case, of_gpu=True)[0] == [] or all(
        run["device"] != "cpu" for run in runs_of(case, of_gpu=True)[0]
    )


def test_each_seed_is_left_out_in_turn():
    case = Case("a-claim", (), "", lambda runs: [], lambda *some: [sum_of(one) for one in some])
    first, second = ([{"seed": seed, "n": n * 10**seed} for seed in range(3)] for n in (1, 2))
    assert without_one(case, [first, second]) == [[110, 220], [101, 202], [11, 22]]


def sum_of(runs: list[dict]) -> float:
    return sum(run["n"] for run in runs)


def test_the_level_of_letters_is_their_share_at_the_periods():
    """Stripes of two pixels have all their variance there, noise next to nothing."""
    stripes = np.zeros((28, 28, 28), np.uint8)
    stripes[:, :, ::2] = 255
    labels, unknown = np.arange(28) % 14, np.full(28, "")
    striped = Alphabet(LATIN, stripes, labels, unknown, unknown, 28)
    assert level_of_letters(striped) == pytest.approx(1)
    noise = np.random.default_rng(0).integers(0, 255, (28, 28, 28)).astype(np.uint8)
    noisy = Alphabet(LATIN, noise, labels, unknown, unknown, 28)
    assert level_of_letters(noisy) < 0.05


def test_an_interval_shrinks_as_student_s_does():
    """Twenty values of the same mean and deviation as five have the interval that was expected."""
    five = np.array([0.1, 0.4, 0.5, 0.6, 0.9])
    pattern = np.tile(five, 4)
    alike = (pattern - pattern.mean()) * five.std(ddof=1) / pattern.std(ddof=1) + five.mean()
    expected = shrunk(mean_interval(five), values=5, seeds=20)
    assert expected == pytest.approx(mean_interval(alike))
    assert shrinkage(5, 5) == 1
    assert shrinkage(5, 20) < np.sqrt(5 / 20)
    assert shrinkage(1000, 4000) == pytest.approx(1 / 2, rel=1e-3)
    with pytest.raises(ValueError, match="at least two seeds are needed, got 1"):
        shrinkage(5, 1)


def test_the_deviation_s_range_is_that_of_many_draws():
    deviations = np.random.default_rng(0).normal(size=(40_000, 5)).std(axis=1, ddof=1)
    lower, upper = range_of_deviation(5)
    holds = (deviations * lower < 1) & (deviations * upper > 1)
    assert holds.mean() == pytest.approx(0.95, abs=0.005)
    assert range_of_deviation(500) == pytest.approx((1, 1), abs=0.07)


def test_as_many_seeds_are_needed_as_shorten_the_interval_to_the_bound():
    """With 0.05 between mean and bound, and 0.1 of half width, the factor must be below 1/2."""
    one = quantity(0.85, 1.05, 0.9)
    needed = seeds_needed(one, values=5)
    assert shrinkage(5, needed) < 1 / 2 < shrinkage(5, needed - 1)
    assert seeds_needed(quantity(0.91, 0.95, 0.9), values=5) == 5
    assert seeds_needed(quantity(0.8, 1.0, 0.9), values=5) is None


def test_each_row_of_the_picture_has_its_interval_mean_and_bounds():
    some = {
        "one": [quantity(0.91, 0.95, 0.9), quantity(0.85, 0.95, 0.9)],
        "two": [quantity(0.01, 0.03, 0.05), quantity(0.96, 0.98, 0.95, 0.99)],
    }
    shares, others = plot_quantities(some)
    assert [len(axes.lines) for axes in (shares, others)] == [3 + 3 + 4, 3]
    assert list(others.lines[0].get_xdata()) == [0.01, 0.03]
    assert list(others.lines[2].get_xdata()) == [0.05]
    markers = [shares.lines[place].get_marker() for place in (1, 4, 7)]
    assert markers == [STYLES[side]["marker"] for side in ("above", "not told", "within")]
    labels = [label.get_text() for label in others.get_yticklabels()]
    assert labels == ["two, a number"]
    assert len(plot_quantities({"two": some["two"][:1]})) == 1
    plt.close("all")


def test_the_seconds_of_a_plan_are_those_of_its_tasks():
    part = {"group": "squared_errors", "names": ["plain mean"], "seeds": [0]}
    (one,) = expected_of([part])
    assert expected_of([part | {"seeds": range(3)}]) == [one] * 3
    (longer,) = expected_of([part | {"steps": 20_000}])
    assert longer > 10 * one
    whole = {"group": "squared_errors", "seeds": range(2)}
    assert len(expected_of([part, whole])) == 1 + 2 * len(GROUPS["squared_errors"].experiments)
