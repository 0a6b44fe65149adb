"""The problems of the chapter on Exercise 4 c."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

import numpy as np

from assignment4.problems import ROUNDING, Answer, expect


def lucky_batches(answer: object) -> None:
    """Try a batch in the plane for which the report's formula holds, though its mean is not zero.

    (3, 4) / 5 is kept and (4, -3) / 5 is discarded.
    """
    assert answer is not None, "there is no batch yet"
    batch = np.asarray(answer, dtype=float)
    assert batch.shape[1:] == (2,), f"the batch has shape {batch.shape}"
    assert len(batch) > 1, "for one image the formula has no value"
    along = batch @ [4, -3] / 5
    error, scatter = np.square(along).sum(), np.square(along - along.mean()).sum()
    assert np.abs(batch.mean(axis=0)).max() > ROUNDING, "the mean is zero"
    assert error > ROUNDING, "there is no error"
    assert abs(error - scatter) <= ROUNDING * error, "the formula lacks a part of the error"


def _scatter(values: Sequence[int]) -> Fraction:
    mean = Fraction(sum(values), len(values))
    return sum((value - mean) ** 2 for value in values)


def bias_factors(answer: Answer) -> None:
    """Try a function of L and B: the factor of the mean scatter of batches drawn without return.

    Every batch of a small population is drawn. Scatter over B is compared with the variance.
    """
    for L, B in ((4, 3), (4, 4), (5, 2), (6, 1), (3, 2)):
        population = [number**2 for number in range(L)]
        variances = [_scatter(batch) / B for batch in combinations(population, B)]
        factor = sum(variances) / len(variances) / (_scatter(population) / L)
        found = answer(L, B)
        right = found is not None and abs(found - factor) < ROUNDING
        assert right, f"factor({L}, {B}) is {found}, not {factor}"


def noticeable_losses(answer: Answer) -> None:
    """Try a function of intervals of factors: whether any is surely above 1.1, or all below."""
    for intervals, verdict in (
        ([(1.2, 1.5), (0.8, 0.9)], True),
        ([(0.7, 1.0), (0.8, 1.05)], False),
        ([(1.05, 1.3), (0.8, 0.9)], None),
        ([(1.05, 1.3), (1.2, 1.4)], True),
        ([(0.9, 1.3), (1.0, 1.5)], None),
        ([(1.02, 1.08), (1.01, 1.09)], False),
    ):
        expect(answer(intervals), verdict, f"noticeable({intervals})")


def joined_chunks(answer: Answer) -> None:
    """Try a function that joins count, mean and scatter of two chunks of numbers.

    In the last case the numbers are large, so that a difference of squares loses all digits.
    """
    far = 10**9
    cases = (
        ([0, 2], [4]),
        ([5, 5], [5]),
        ([1, 2, 3, 6], [1, 9]),
        ([far, far + 2, far + 4], [far + 6]),
    )
    for first, second in cases:
        parts = first, second, first + second
        *chunks, both = ((len(one), sum(one) / len(one), float(_scatter(one))) for one in parts)
        of = f"join({chunks[0]}, {chunks[1]})"
        found = answer(*chunks)
        assert found is not None, f"{of} is None"
        expect(found[0], both[0], f"the count of {of}")
        for name, number, right in zip(("mean", "scatter"), found[1:], both[1:], strict=True):
            assert abs(number - right) < 1e-6, f"the {name} of {of} is wrong"
