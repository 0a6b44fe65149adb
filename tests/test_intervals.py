"""Intervals, decisions that rest on them, and tables."""

import numpy as np
import pytest
from scipy import stats

from assignment4.intervals import (
    Interval,
    all_of,
    is_above,
    is_below,
    mean_interval,
    opposite,
    proportion_interval,
    widen,
)
from assignment4.tables import table


def test_intervals_of_a_proportion_and_a_mean_are_those_of_their_formulas():
    z, p, n = stats.norm.ppf(0.975), 0.9, 100
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    margin = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert proportion_interval(90, 100) == pytest.approx((centre - margin, p, centre + margin))
    values = [0.9, 0.92, 0.94, 0.96, 0.98]
    lower, upper = stats.t.interval(0.95, 4, loc=0.94, scale=stats.sem(values))
    assert mean_interval(values) == pytest.approx((lower, 0.94, upper))
    for successes, trials in [(1, 0), (3, 2), (-1, 2)]:
        with pytest.raises(ValueError, match="no proportion"):
            proportion_interval(successes, trials)
    with pytest.raises(ValueError, match="two values"):
        mean_interval([0.9])


@pytest.mark.parametrize("comparisons", [1, 3, 24])
def test_intervals_that_hold_together_are_student_s_of_a_higher_confidence(comparisons):
    values = [1.0, 2.0, 4.0, 4.5, 7.0]
    found = widen(mean_interval(values), values=5, comparisons=comparisons)
    mean = np.mean(values)
    interval = stats.t.interval(1 - 0.05 / comparisons, 4, loc=mean, scale=stats.sem(values))
    assert found == pytest.approx((interval[0], mean, interval[1]))


@pytest.mark.parametrize(
    ("bound", "above", "below"), [(0.4, True, False), (0.6, None, None), (0.8, False, True)]
)
def test_decisions_need_a_margin(bound, above, below):
    interval = Interval(0.5, 0.6, 0.7)
    assert is_above(interval, bound) is above
    assert is_below(interval, bound) is below
    assert opposite(above) is below
    assert str(interval) == "≈0.600 (≈0.500 to ≈0.700)"


def test_one_false_is_enough_and_doubt_stays():
    assert all_of([]) is all_of([True, True]) is True
    assert all_of([None, False]) is False
    assert all_of([True, None]) is None


def test_a_table_shows_numbers_with_their_digits_and_marks_measured_ones():
    columns = {"k": [1, 2000], "error": np.array([0.5, 1234.56]), "fits": [True, np.False_]}
    shown = table(columns, digits=1, measured=["error"])
    assert shown.names == ["k", "error", "fits"]
    assert shown.rows == [["1", "≈0.5", "yes"], ["2,000", "≈1,234.6", "no"]]
    assert "<td>≈0.5</td>" in shown._repr_html_()
    with pytest.raises(ValueError, match="differ in length"):
        table({"k": [1], "error": [1, 2]})
    with pytest.raises(ValueError, match="no columns"):
        table(columns, measured=["seconds"])
