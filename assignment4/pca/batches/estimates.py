"""Exercise 4 c: what a batch estimates, exactly, as the mean over all ways to draw it.

A statistic gives a matrix from a (B, d) batch of symbols, a loss a number, draws all batches.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import combinations, product

import sympy
from sympy import Expr, MatrixBase

from assignment4.pca.batches.error import scatter_matrix
from assignment4.pca.derivation.settings import symbols_matrix

POPULATIONS = ((3, 2), (3, 3), (4, 2), (4, 3))
"""Numbers of samples L and batch sizes B for which all batches are enumerated."""


def with_replacement(L: int, B: int) -> Iterable[tuple[int, ...]]:
    """Return all L^B batches of samples drawn one by one and put back."""
    return product(range(L), repeat=B)


def without_replacement(L: int, B: int) -> Iterable[tuple[int, ...]]:
    """Return all L over B batches of different samples, as in an epoch of shuffled data."""
    return combinations(range(L), B)


def batch_covariance(batch: MatrixBase) -> MatrixBase:
    """Return the report's estimate, the scatter over B - 1; nan for one sample, 0 / 0."""
    return scatter_matrix(batch).applyfunc(lambda entry: entry / (batch.rows - 1))


def naive_covariance(batch: MatrixBase) -> MatrixBase:
    """Return the scatter over B, like (4) for the batch alone."""
    return scatter_matrix(batch) / batch.rows


def second_moment(batch: MatrixBase) -> MatrixBase:
    """Return the mean of x x^T over the batch, the right side of (4) for the batch alone."""
    return batch.T * batch / batch.rows


def mean_error(batch: MatrixBase, basis: MatrixBase) -> Expr:
    r"""Return $\frac{1}{B} \sum_l |x_l - W W^T x_l|^2$, the loss of a step of SGD."""
    residuals = batch - batch * basis * basis.T
    return sum(entry**2 for entry in residuals) / batch.rows


def centred_error(batch: MatrixBase, basis: MatrixBase) -> Expr:
    """Return the same for the batch less its own mean: the report's formula over B."""
    return mean_error(batch - sympy.ones(batch.rows, batch.rows) * batch / batch.rows, basis)


def gradient_of(loss: Callable) -> Callable:
    """Return the gradient of a batch's loss by one vector w, of length 1 or not."""

    def gradient(batch: MatrixBase) -> MatrixBase:
        w = symbols_matrix("w", batch.cols, 1)
        return w.applyfunc(loss(batch, w).diff)

    return gradient


def population(L: int, d: int) -> sympy.Matrix:
    """Return samples of symbols as rows, (L, d), the last one such that their mean is 0."""
    free = symbols_matrix("x", L - 1, d)
    return free.col_join(-sympy.ones(1, L - 1) * free)


def mean_over_batches(statistic: Callable, samples: MatrixBase, B: int, draws: Callable):
    """Return the mean of a statistic that heeds no order over all batches of (L, d) samples."""
    counts = Counter(tuple(sorted(rows)) for rows in draws(samples.rows, B))
    values = [count * statistic(samples[list(rows), :]) for rows, count in counts.items()]
    return sum(values[1:], values[0]) / counts.total()


def bias_factor(
    statistic: Callable, draws: Callable, L: int, B: int, *, of: Callable = second_moment
) -> sympy.Rational | None:
    """Return by which factor a statistic of batches of B of L samples is off on average.

    For every population of mean zero in two dimensions, beside what `of` gives for all samples;
    None where there is no such factor, or no such batch.
    """
    samples = population(L, 2)
    if not next(iter(draws(L, B)), ()):
        return None
    found, expected = mean_over_batches(statistic, samples, B, draws), of(samples)
    factor = sympy.cancel(found[0] / expected[0])
    if factor.is_Rational and (found - factor * expected).expand().is_zero_matrix:
        return factor
    return None


def is_unbiased(
    statistic: Callable, draws: Callable, *, factor=lambda L, B: 1, of: Callable = second_moment
) -> bool:
    """Return True if the `bias_factor` is 1, or another factor of L and B, such as L / (L - 1)."""
    return all(
        bias_factor(statistic, draws, L, B, of=of) == factor(sympy.Integer(L), sympy.Integer(B))
        for L, B in POPULATIONS
    )


def is_unbiased_if_independent(statistic: Callable, *, factor: Callable = lambda B: 1) -> bool:
    """Return True if a statistic is on average a factor times S, any distribution's covariance.

    For 2 to 4 independent samples. The average of f, quadratic in the samples, is f at the
    mean plus half the sum of its second derivatives by the same sample, times S.
    """
    mean, roots = symbols_matrix("m", 1, 2), symbols_matrix("s", 2, 2)
    covariance = roots + roots.T
    for B in (2, 3, 4):
        batch, at_means = symbols_matrix("x", B, 2), sympy.ones(B, 1) * mean
        found = statistic(batch)
        average = found.subs(dict(zip(batch, at_means, strict=True)))
        for row, a, b in product(range(B), range(2), range(2)):
            average += found.diff(batch[row, a]).diff(batch[row, b]) * covariance[a, b] / 2
        if not (average - factor(sympy.Integer(B)) * covariance).expand().is_zero_matrix:
            return False
    return True
