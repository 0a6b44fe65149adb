"""What seeds say of claims: by the chapters' rules, with one left out, and with more of them."""

import copy

import numpy as np
import pytest
from matplotlib import pyplot as plt

from assignment4.claims import read_claims
from assignment4.figures.replication import STYLES, plot_quantities
from assignment4.intervals import Interval, mean_interval
from assignment4.letters import LATIN, Alphabet
from assignment4.replication.seed_verdicts import (
    Case,
    Quantity,
    cases,
    level_of_letters,
    range_of_deviation,
    seeds_needed,
    shrinkage,
)

CASES = {case.claim: case for case in cases(0.005)}
JUDGES = {f"read by {judge} judge" for judge in ("first", "second")}


def quantity(lower: float, upper: float, *bounds: float) -> Quantity:
    return Quantity("a number", Interval(lower, (lower + upper) / 2, upper), bounds)


SIDES = {
    "above": [quantity(0.91, 0.95, 0.9), quantity(0.991, 0.995, 0.95, 0.99)],
    "below": [quantity(0.85, 0.89, 0.9), quantity(0.90, 0.94, 0.95, 0.99)],
    "within": [quantity(0.96, 0.98, 0.95, 0.99)],
    "not told": [quantity(0.85, 0.95, 0.9), quantity(0.96, 0.995, 0.95, 0.99)],
}


def test_a_number_is_drawn_on_its_side_of_the_bounds():
    """A row of the picture has the interval, the mean and the bounds."""
    for side, some in SIDES.items():
        assert {one.side for one in some} == {side}
        (axes,) = plot_quantities({"claim": some})
        interval, mean, *bounds = axes.lines[: 2 + len(some[0].bounds)]
        drawn = [*interval.get_xdata(), *mean.get_xdata()]
        assert drawn == [some[0].interval[0], some[0].interval[2], some[0].interval.estimate]
        assert mean.get_marker() == STYLES[side]["marker"]
        assert [line.get_xdata()[0] for line in bounds] == list(some[0].bounds)
    shares, others = plot_quantities({"one": SIDES["above"], "two": [quantity(0.01, 0.03, 0.05)]})
    assert [len(axes.lines) for axes in (shares, others)] == [7, 3]
    plt.close("all")


@pytest.mark.parametrize(
    ("bounds", "half", "twice"),
    [
        ((0.8, 0.2), (0.9, 0.1), (0.6, 0.4)),
        ((0.95, 0.99), (0.96, 0.98), (0.93, 1.01)),
        ((0.05,), (0.025,), (0.1,)),
        ((0.0,), (0.0,), (0.0,)),
    ],
)
def test_margins_are_taken_from_the_ideal(bounds, half, twice):
    one = quantity(0.5, 0.6, *bounds)
    assert one.with_margin(0.5).bounds == pytest.approx(half)
    assert one.with_margin(2).bounds == pytest.approx(twice)


DECIDED = dict.fromkeys(CASES, (True, 5))
DECIDED |= {"2c-noise-class": (None, 5)}
"""What the stored runs say of each claim, and how often that stays without one of five seeds."""


@pytest.mark.parametrize("claim", CASES)
def test_the_stored_seeds_decide_as_the_chapters_do(claim):
    case = CASES[claim]
    found = case.verdict(case.runs())
    assert (found.finding.holds, found.stays) == DECIDED[claim]
    assert found.word == {True: "yes", None: "open"}[found.finding.holds]
    assert all(str(one.interval) in found.finding.numbers for one in found.quantities)
    assert found.finding.holds or read_claims()[claim].verdict != "confirmed"
    for count in (2, 20):
        assert case.verdict(case.runs(seeds=range(count))).seeds == min(count, 5)


SPOILED = [
    ("2c-class-accuracy", {"read by own classifier"}, 0.90, False),
    ("2c-class-unreadable", {"read by first judge"}, 0.99, None),
    ("2c-class-unreadable", JUDGES, 0.99, False),
    ("2c-random-works", {"read by second judge"}, 0.50, None),
    ("2c-random-works", JUDGES, 0.05, False),
    ("2c-random-similar", {"largest variance share"}, 0.20, False),
    ("2c-representative", {"to representative"}, 0.20, False),
    ("2c-mean", {"to mean"}, 0.20, False),
    ("2c-bright-dots", {"lattice share"}, 0.006, False),
    ("2c-bright-dots", {"lattice share", "kernel 4"}, 0.006, None),
]
"""Numbers of an experiment's runs, another value of them, and what is said with that.

With evenly covering kernels that leave no lattice the claim as it stands would hold.
"""


@pytest.mark.parametrize(("claim", "numbers", "value", "said"), SPOILED)
def test_spoiled_runs_are_not_said_to_agree(claim, numbers, value, said):
    case = CASES[claim]
    runs = copy.deepcopy(case.runs())
    spoiled = case.names["kernel 4" in numbers]
    for run in runs[spoiled]:
        run |= dict.fromkeys(numbers, value + run["seed"] / 1e4)
    found = case.verdict(runs)
    assert found.finding.holds is said
    changed = {one.told: one.interval.estimate for one in found.quantities}
    for number in numbers - {"lattice share", "kernel 4"}:
        assert changed[f"{spoiled}: {number}"] == pytest.approx(value + 0.0002)


def test_each_seed_is_left_out_in_turn():
    def judge(runs: dict) -> tuple[list, list]:
        return [], [sum(run["n"] for run in some) for some in runs.values()]

    case = Case("a-claim", "", "", ("one", "two"), judge)
    runs = {
        name: [{"seed": seed, "n": n * 10**seed} for seed in range(3)]
        for name, n in (("one", 1), ("two", 2))
    }
    assert case.verdict(runs).without_one == [[110, 220], [101, 202], [11, 22]]


def test_the_level_of_letters_is_their_share_at_the_periods():
    """Stripes of two pixels have all their variance there, noise next to nothing."""
    stripes = np.zeros((28, 28, 28), np.uint8)
    stripes[:, :, ::2] = 255
    noise = np.random.default_rng(0).integers(0, 255, (28, 28, 28)).astype(np.uint8)
    rest = (np.arange(28) % 14, np.full(28, ""), np.full(28, ""), 28)
    striped, noisy = (level_of_letters(Alphabet(LATIN, one, *rest)) for one in (stripes, noise))
    assert striped == pytest.approx(1)
    assert noisy < 0.05


def test_an_interval_shrinks_as_student_s_does():
    """Twenty values of the same mean and deviation as five have the interval that was expected."""
    five = np.array([0.1, 0.4, 0.5, 0.6, 0.9])
    pattern = np.tile(five, 4)
    alike = (pattern - pattern.mean()) * five.std(ddof=1) / pattern.std(ddof=1) + five.mean()
    before, after = (Quantity("", mean_interval(values), (0,)) for values in (five, alike))
    assert before.half_width * shrinkage(5, 20) == pytest.approx(after.half_width)
    one = quantity(0.85, 1.05, 0.5, 0.9)  # 0.05 from the bound, with a half width of 0.1
    needed = seeds_needed(one, values=5)
    assert shrinkage(5, needed) < 1 / 2 < shrinkage(5, needed - 1)
    assert seeds_needed(one, values=5, most=needed - 1) is None
    assert seeds_needed(quantity(0.91, 0.95, 0.9), values=5) == 5


def test_the_deviation_s_range_is_that_of_many_draws():
    deviations = np.random.default_rng(0).normal(size=(40_000, 5)).std(axis=1, ddof=1)
    lower, upper = range_of_deviation(5)
    holds = (deviations * lower < 1) & (deviations * upper > 1)
    assert holds.mean() == pytest.approx(0.95, abs=0.005)
    assert range_of_deviation(500) == pytest.approx((1, 1), abs=0.07)
