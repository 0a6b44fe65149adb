"""Two-sided intervals of 95 % around measured numbers, and decisions that respect them.

A decision is True, False, or None where the data cannot tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import stats

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Finding:
    """What a check found, with a sentence of the numbers that decided unless it was proved.

    `holds` is None where the data cannot tell.
    """

    holds: bool | None
    numbers: str = ""

    def __bool__(self) -> bool:
        return self.holds is True


class Interval(NamedTuple):
    """An estimate between its bounds; its text marks all three as measured."""

    lower: float
    estimate: float
    upper: float

    def __str__(self) -> str:
        return f"≈{self.estimate:.3f} (≈{self.lower:.3f} to ≈{self.upper:.3f})"


def proportion_interval(successes: int, trials: int) -> Interval:
    """Return Wilson's interval of a proportion; ValueError: no trials, or more successes."""
    if not 0 <= successes <= trials or trials == 0:
        raise ValueError(f"{successes} successes in {trials} trials are no proportion")
    result = stats.binomtest(int(successes), int(trials))
    bounds = result.proportion_ci(CONFIDENCE, method="wilson")
    return Interval(float(bounds.low), float(result.statistic), float(bounds.high))


def mean_interval(values: Sequence[float]) -> Interval:
    """Return Student's interval of the mean of independent values; ValueError: fewer than two."""
    values = np.asarray(values, float)
    if values.size < 2:
        raise ValueError(f"an interval of a mean needs at least two values, got {values.size}")
    mean = float(values.mean())
    quantile = stats.t.ppf((1 + CONFIDENCE) / 2, values.size - 1)
    margin = float(quantile * values.std(ddof=1) / np.sqrt(values.size))
    return Interval(mean - margin, mean, mean + margin)


def is_above(interval: Interval, bound: float) -> bool | None:
    """Say whether a number lies above a bound; None where its interval holds the bound."""
    if interval.lower > bound:
        return True
    return False if interval.upper < bound else None


def is_below(interval: Interval, bound: float) -> bool | None:
    """Say whether a number lies below a bound; None where its interval holds the bound."""
    return opposite(is_above(interval, bound))


def all_of(verdicts: Sequence[bool | None]) -> bool | None:
    """Return False where one verdict is False, else None where one is None, else True."""
    if False in verdicts:
        return False
    return None if None in verdicts else True


def opposite(verdict: bool | None) -> bool | None:
    """Return the other truth value; None stays."""
    return None if verdict is None else not verdict


def widen(interval: Interval, *, values: int, comparisons: int) -> Interval:
    """Return Student's interval of a mean of so many values, made one of m that hold together.

    Bonferroni's rule: where each misses with a probability of at most 0.05 / m, any of them does
    with at most 0.05, whatever ties them together.
    """
    misses = (1 - CONFIDENCE) / (2 * np.array([comparisons, 1]))
    wider, narrow = stats.t.ppf(1 - misses, values - 1)
    middle = interval.estimate
    return Interval(*(middle + wider / narrow * (bound - middle) for bound in interval))
