"""The problems of the chapter on what the parts are good for."""

from itertools import product

import numpy as np

from assignment4.intervals import Interval, mean_interval
from assignment4.problems import Answer, expect
from assignment4.replication.paired_comparisons import Comparison


def findings_by_rule(answer: Answer) -> None:
    """Try a function of the two intervals of a difference: what may be said of it."""
    for middle, width, factor in product((2.0, -2.0), (1.0, 2.0, 3.0), (1.5, 2.0, 3.0)):
        alone = Interval(middle - width, middle, middle + width)
        among_all = Interval(middle - factor * width, middle, middle + factor * width)
        word = Comparison("", "", alone, among_all).finding
        of = f"finding of {alone.lower} to {alone.upper}, {among_all.lower} to {among_all.upper},"
        expect(answer(alone, among_all), word, of)


def difference_within_seeds(answer: object) -> None:
    """Try two rows of numbers, by seed: intervals that overlap, differences that leave out 0."""
    asked = "two lists of 5 numbers are asked for"
    assert np.shape(answer) == (2, 5), asked
    first, second = np.asarray(answer, float)
    assert np.isfinite(answer).all(), asked
    one, other = mean_interval(first), mean_interval(second)
    apart = one.upper < other.lower or other.upper < one.lower
    assert not apart, "the intervals of the two means do not overlap"
    paired = mean_interval(second - first)
    assert paired.lower > 0 or paired.upper < 0, "the interval of the differences holds 0"


def fewest_seeds(answer: Answer) -> None:
    """Try a function of m: the fewest seeds with which a sign test can find one of m changes."""
    for m in (1, 24, 3, 8, 100):
        seeds = next(n for n in range(1, 100) if 2 * m * 20 <= 2**n)
        expect(answer(m), seeds, f"seeds({m})")
