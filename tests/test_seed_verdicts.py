"""What seeds say of claims: by the chapters' rules, with one left out, and with more of them."""

import copy

import numpy as np
import pytest
from matplotlib import pyplot as plt

from assignment4.claims import read_claims
from assignment4.figures.replication import STYLES, plot_quantities
from assignment4.intervals import Interval, mean_interval
from assignment4.letters import LATIN, Alphabet
from assignment4.replication.experiments import GROUPS
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
DECIDED = {
    "2c-class-accuracy": (True, 5),
    "2c-class-unreadable": (True, 1),
    "2c-noise-class": (None, 5),
    "2c-bright-dots": (True, 5),
    "2c-random-works": (True, 5),
    "2c-random-similar": (True, 5),
    "2c-representative": (True, 5),
    "2c-mean": (True, 5),
}
"""What the stored runs say of each claim, and how often that stays without one of five seeds."""


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
    found = case.verdict(case.runs())
    assert (found.finding.holds, found.stays) == DECIDED[claim]
    assert found.word == {True: "yes", None: "open"}[found.finding.holds]
    assert all(str(one.interval) in found.finding.numbers for one in found.quantities)
    if read_claims()[claim].verdict == "confirmed":
        assert found.finding.holds
    assert set(case.names) <= set(GROUPS[case.group].experiments)
    for count in (2, 3, 20):
        assert case.verdict(case.runs(seeds=range(count))).seeds == min(count, 5)


SPOILED = {
    "2c-class-accuracy": ("read by own classifier", 0.90, False),
    "2c-class-unreadable": ("as near as letters", 0.99, None),
    "2c-random-works": ("read by second judge", 0.80, None),
    "2c-random-similar": ("largest variance share", 0.20, False),
    "2c-representative": ("to representative", 0.20, False),
    "2c-mean": ("to mean", 0.20, False),
    "2c-bright-dots": ("lattice share", 0.006, False),
}
"""A number of the first experiment's runs, other values, and what is said with these."""


@pytest.mark.parametrize("claim", SPOILED)
def test_spoiled_runs_are_not_said_to_agree(claim):
    number, value, said = SPOILED[claim]
    case = CASES[claim]
    runs = copy.deepcopy(case.runs())
    for run in runs[case.names[0]]:
        run[number] = value + run["seed"] / 1e4
    before, after = case.verdict(case.runs()), case.verdict(runs)
    assert after.finding.holds is said
    assert [one.told for one in after.quantities] == [one.told for one in before.quantities]
    changed = [
        one.interval.estimate
        for one, other in zip(after.quantities, before.quantities, strict=True)
        if one.interval != other.interval
    ]
    assert changed
    if claim != "2c-bright-dots":
        assert changed == pytest.approx([value] * len(changed), abs=0.001)


def test_a_noise_class_that_helps_both_judges_is_said_to_help():
    case = CASES["2c-noise-class"]
    meant, without = copy.deepcopy(list(case.runs().values()))
    for run, other in zip(meant, without, strict=True):
        for judge in ("first", "second"):
            run[f"read by {judge} judge"] = other[f"read by {judge} judge"] + 0.05
    found = case.verdict(dict(zip(case.names, (meant, without), strict=True)))
    assert found.finding.holds is False
    assert [one.side for one in found.quantities[-2:]] == ["above", "above"]


def test_evenly_covering_kernels_without_a_lattice_leave_nothing_to_correct():
    """Then the claim as it stands would hold."""
    case = CASES["2c-bright-dots"]
    runs = copy.deepcopy(case.runs())
    for run in runs["classifier, kernel 4"]:
        run["lattice share"] = 0.006 + run["seed"] / 1e5
    assert case.verdict(runs).finding.holds is None


def test_each_seed_is_left_out_in_turn():
    def judge(runs: dict) -> tuple[list, int]:
        return [], [sum(run["n"] for run in some) for some in runs.values()]

    case = Case("a-claim", "", "", ("one", "two"), judge)
    runs = {
        name: [{"seed": seed, "n": n * 10**seed} for seed in range(3)]
        for name, n in (("one", 1), ("two", 2))
    }
    assert case.verdict(runs).without_one == [[110, 220], [101, 202], [11, 22]]
    two = {name: some[:2] for name, some in runs.items()}
    assert case.verdict(two).without_one == []


def test_the_level_of_letters_is_their_share_at_the_periods():
    """Stripes of two pixels have all their variance there, noise next to nothing."""
    stripes = np.zeros((28, 28, 28), np.uint8)
    stripes[:, :, ::2] = 255
    noise = np.random.default_rng(0).integers(0, 255, (28, 28, 28)).astype(np.uint8)
    labels, unknown = np.arange(28) % 14, np.full(28, "")
    striped, noisy = (
        level_of_letters(Alphabet(LATIN, images, labels, unknown, unknown, 28))
        for images in (stripes, noise)
    )
    assert striped == pytest.approx(1)
    assert noisy < 0.05


def test_an_interval_shrinks_as_student_s_does():
    """Twenty values of the same mean and deviation as five have the interval that was expected."""
    five = np.array([0.1, 0.4, 0.5, 0.6, 0.9])
    pattern = np.tile(five, 4)
    alike = (pattern - pattern.mean()) * five.std(ddof=1) / pattern.std(ddof=1) + five.mean()
    before, after = (Quantity("", mean_interval(values), (0,)) for values in (five, alike))
    assert before.half_width * shrinkage(5, 20) == pytest.approx(after.half_width)
    assert shrinkage(5, 5) == 1
    assert shrinkage(5, 20) < np.sqrt(5 / 20)
    assert shrinkage(1000, 4000) == pytest.approx(1 / 2, rel=1e-3)


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
    assert seeds_needed(quantity(0.85, 1.05, 0.5, 0.9), values=5) == needed
    assert seeds_needed(one, values=5, most=needed - 1) is None
    assert seeds_needed(quantity(0.91, 0.95, 0.9), values=5) == 5


def test_each_row_of_the_picture_has_its_interval_mean_and_bounds():
    some = {
        "one": [quantity(0.91, 0.95, 0.9), quantity(0.85, 0.95, 0.9)],
        "two": [quantity(0.01, 0.03, 0.05), quantity(0.96, 0.98, 0.95, 0.99)],
    }
    shares, others = plot_quantities(some)
    assert [len(axes.lines) for axes in (shares, others)] == [3 + 3 + 4, 3]
    interval, mean, bound = (line.get_xdata() for line in others.lines)
    assert (list(interval), list(mean), list(bound)) == ([0.01, 0.03], [0.02], [0.05])
    markers = [shares.lines[place].get_marker() for place in (1, 4, 7)]
    assert markers == [STYLES[side]["marker"] for side in ("above", "not told", "within")]
    assert [label.get_text() for label in others.get_yticklabels()] == ["two, a number"]
    plt.close("all")
