"""Changes are compared seed by seed, and nothing inside its interval is called a difference."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from assignment4.figures.paired_comparisons import plot_comparisons
from assignment4.intervals import Interval, mean_interval, widen
from assignment4.replication.experiments import GROUPS
from assignment4.replication.paired_comparisons import (
    BASE,
    NO_DIFFERENCE,
    Comparison,
    compare,
    compare_within_runs,
    details,
    overview,
    read_groups,
    with_common_seeds,
)

NAMES = {"x": "first number", "y": "second number"}


def runs(x, y, *, first=0) -> list[dict]:
    """Return one result for each value, of the seeds from the first on."""
    pairs = enumerate(zip(x, y, strict=True), start=first)
    return [{"seed": seed, "x": value, "y": other} for seed, (value, other) in pairs]


@pytest.fixture
def results() -> dict[str, list[dict]]:
    """Seeds differ by far more than changes: only the pairs tell the networks apart."""
    rng = np.random.default_rng(0)
    (x, y), noise = 10 * rng.normal(size=(2, 5)), 0.01 * rng.normal(size=(3, 2, 5))
    noise[1] -= noise[1].mean(axis=1, keepdims=True)
    return {
        BASE: runs(x, y),
        "much": runs(x + 1 + noise[0, 0], y - 2 + noise[0, 1]),
        "nothing": runs(x + noise[1, 0], y + noise[1, 1]),
        "far": runs(x + 300 + noise[2, 0], y),
    }


@pytest.mark.parametrize(
    ("alone", "among_all", "finding"),
    [
        ((1, 2, 3), (0.5, 2, 3.5), "higher"),
        ((-3, -2, -1), (-3.5, -2, -0.5), "lower"),
        ((1, 2, 3), (-1, 2, 5), "perhaps higher"),
        ((-3, -2, -1), (-5, -2, 1), "perhaps lower"),
        ((0, 2, 4), (-4, 2, 8), NO_DIFFERENCE),
    ],
)
def test_the_intervals_decide_what_is_said(alone, among_all, finding):
    assert Comparison("a", "b", Interval(*alone), Interval(*among_all)).finding == finding


def test_networks_are_compared_seed_by_seed(results):
    comparisons = compare(results, NAMES)
    assert [(one.change, one.number) for one in comparisons] == [
        (change, number) for number in NAMES.values() for change in ("much", "nothing", "far")
    ]
    findings = [one.finding for one in comparisons]
    assert findings == ["higher", NO_DIFFERENCE, "higher", "lower", *2 * [NO_DIFFERENCE]]
    much = comparisons[0].alone
    differences = [a["x"] - b["x"] for a, b in zip(results["much"], results[BASE], strict=True)]
    assert much == mean_interval(differences)
    assert comparisons[0].among_all == widen(much, values=5, comparisons=6)
    pair = {name: results[name] for name in ("much", "far")}
    (one,) = compare(pair, {"x": "first number"}, base="much")
    assert (one.change, one.alone.estimate) == ("far", pytest.approx(299, abs=0.1))
    assert one.alone == one.among_all


def test_numbers_are_compared_within_runs():
    some = {"a": runs([1.0, 2.0, 3.0], [0.0, 1.5, 2.0]), "b": runs([1.0, 2.0], [1.0, 3.0])}
    first, second = compare_within_runs(some, "x", "y")
    assert first.alone == mean_interval([1.0, 0.5, 1.0])
    assert first.among_all == widen(first.alone, values=3, comparisons=2)
    assert (second.change, second.alone.estimate) == ("b", -0.5)


def test_seeds_must_be_the_same_and_two(results):
    results["late"] = runs([1.0] * 5, [1.0] * 5, first=1)
    with pytest.raises(ValueError, match="cannot be paired"):
        compare(results, NAMES)
    common = with_common_seeds(results)
    assert {name: [run["seed"] for run in some] for name, some in common.items()} == {
        name: [1, 2, 3, 4] for name in results
    }
    single = {name: some[:1] for name, some in common.items()}
    with pytest.raises(ValueError, match="at least two values"):
        compare(single, NAMES)


def test_stored_results_are_read_by_group():
    stored = read_groups("ablations", "transfer")
    assert list(stored) == [*GROUPS["ablations"].experiments, *GROUPS["transfer"].experiments]
    assert {run["experiment"] for run in stored["ReLU"]} == {"ReLU"}
    assert {run["steps"] for run in stored["ReLU"]} == {GROUPS["ablations"].steps}
    longer = read_groups("transfer", steps=600)
    assert {name for name, some in longer.items() if some} == {"1 family", "6 families"}


def test_tables_have_a_row_for_each_change_and_mark_what_was_measured(results):
    comparisons = compare(results, NAMES)
    table = overview(comparisons)
    assert table.names == ["change", *NAMES.values()]
    assert table.rows[::2] == [["much", "higher", "lower"], ["far", "higher", NO_DIFFERENCE]]
    assert len(details(comparisons).rows) == 6
    rows = details(comparisons, ["nothing", "far"]).rows
    assert [row[:2] for row in rows] == [
        [change, number] for number in NAMES.values() for change in ("nothing", "far")
    ]
    bounds = "≈+0.0000 to ≈+0.0000"
    assert rows[-1] == ["far", "second number", "≈+0.0000", bounds, bounds, NO_DIFFERENCE]
    assert rows[0][3].startswith("≈−0.0")
    assert rows[1][2].startswith("≈+299.9")


def test_the_picture_draws_dots_and_both_intervals_within_the_scale(results):
    comparisons = compare(results, NAMES)
    panels = plot_comparisons(comparisons)
    assert [axes.get_title() for axes in panels] == list(NAMES.values())
    assert [label.get_text() for label in panels[0].get_yticklabels()] == ["much", "nothing", "far"]
    for place, one in enumerate(comparisons):
        axes, row = panels[place // 3], place % 3
        lines = axes.lines[1 + 3 * row : 4 + 3 * row]
        thin, thick, dot = (line.get_xdata().tolist() for line in lines)
        assert (thin[0], *thick, thin[1]) == (
            one.among_all.lower, one.alone.lower, one.alone.upper, one.among_all.upper,
        )  # fmt: skip
        assert dot == [one.alone.estimate]
        assert {y for line in lines for y in line.get_ydata()} == {row}
        left, right = axes.get_xlim()
        assert left < min(0, one.among_all.lower) <= max(0, one.among_all.upper) < right
    looks = {(line.get_marker(), line.get_markerfacecolor()) for line in panels[0].lines[3::3]}
    assert len(looks) == 2  # a difference and none, told apart without colour
    plt.close("all")
