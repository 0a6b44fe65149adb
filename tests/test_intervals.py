"""Intervals and the decisions that rest on them."""

import numpy as np
import pytest

from assignment4.intervals import Interval, is_above, is_below, mean_interval, proportion_interval


def test_wilson_s_interval_by_its_formula():
    interval = proportion_interval(90, 100)
    z, p, n = 1.959963984540054, 0.9, 100
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    margin = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    assert interval == pytest.approx((centre - margin, p, centre + margin), abs=1e-12)


def test_student_s_interval_of_five_values():
    values = [0.9, 0.92, 0.94, 0.96, 0.98]
    margin = 2.7764451051977987 * np.std(values, ddof=1) / np.sqrt(5)
    assert mean_interval(values) == pytest.approx((0.94 - margin, 0.94, 0.94 + margin), abs=1e-9)


def test_one_value_has_no_interval():
    with pytest.raises(ValueError, match="at least two values, got 1"):
        mean_interval([0.9])


@pytest.mark.parametrize(("successes", "trials"), [(1, 0), (3, 2), (-1, 2)])
def test_impossible_proportions_are_refused(successes, trials):
    with pytest.raises(ValueError, match=f"{successes} successes in {trials} trials"):
        proportion_interval(successes, trials)


@pytest.mark.parametrize(
    ("bound", "above", "below"), [(0.4, True, False), (0.6, None, None), (0.8, False, True)]
)
def test_decisions_need_a_margin(bound, above, below):
    interval = Interval(0.5, 0.6, 0.7)
    assert is_above(interval, bound) is above
    assert is_below(interval, bound) is below


def test_text_marks_numbers_as_measured():
    assert str(Interval(0.5, 0.6, 0.7)) == "≈0.600 (≈0.500 to ≈0.700)"
