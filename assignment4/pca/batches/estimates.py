r"""Exercise 4 c: what a batch estimates, in expectation over all ways to draw it.

All batches of a size are enumerated, for populations of symbols, and the mean over them is exact.
The covariance $\Sigma$ is that of (4), with 1/L. Drawn with replacement, the report's estimate with
B - 1 has the expectation $\Sigma$; drawn without, as in an epoch of shuffled data,
$\frac{L}{L-1} \Sigma$. The mean of $x x^T$ over the batch, for data of mean zero, has the
expectation $\Sigma$ either way. It decides the batch's error and its gradient, so a step of SGD is
right in expectation, whichever way the batch is drawn.

Source: report, Exercise 4 c.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, product

import sympy

from assignment4.pca.batches.error import scatter_matrix
from assignment4.pca.derivation.settings import symbols_matrix

Estimator = Callable[[sympy.MatrixBase], sympy.MatrixBase]
"""Gives a (d, d) matrix from a (B, d) matrix whose rows are the batch."""

BatchLoss = Callable[[sympy.MatrixBase, sympy.MatrixBase], sympy.Expr]
"""Gives a number from a batch and a (d, k) basis that need not be orthonormal."""

Draws = Callable[[int, int], Iterable[tuple[int, ...]]]
"""Gives all equally likely batches, as numbers from 0, of a size B from L samples."""


def with_replacement(samples: int, size: int) -> Iterator[tuple[int, ...]]:
    """Return all L^B batches of samples drawn one by one and put back."""
    return product(range(samples), repeat=size)


def without_replacement(samples: int, size: int) -> Iterator[tuple[int, ...]]:
    """Return all L over B batches of different samples, as in an epoch of shuffled data."""
    return combinations(range(samples), size)


def batch_covariance(batch: sympy.MatrixBase) -> sympy.MatrixBase:
    r"""Return the report's estimate, the scatter around the batch's mean over B - 1.

    Args:
        batch: (B, d), samples as rows.

    Raises:
        ValueError: the batch is one sample.

    Source: report, Exercise 4 c.
    """
    if batch.rows < 2:
        raise ValueError(f"a scatter over B - 1 needs a batch of at least 2, got {batch.rows}")
    return scatter_matrix(batch) / (batch.rows - 1)


def naive_covariance(batch: sympy.MatrixBase) -> sympy.MatrixBase:
    """Return the scatter around the batch's mean over B, like (4) for the batch alone."""
    return scatter_matrix(batch) / batch.rows


def second_moment(batch: sympy.MatrixBase) -> sympy.MatrixBase:
    """Return the mean of x x^T over the batch, the right side of (4) for the batch alone."""
    return batch.T * batch / batch.rows


def population(samples: int, d: int) -> sympy.Matrix:
    """Return samples of symbols x11, x12, ... as rows, the last one such that their mean is 0.

    Args:
        samples: L, at least 2.
        d: entries of each.
    """
    free = symbols_matrix("x", samples - 1, d)
    return free.col_join(-sympy.ones(1, samples - 1) * free)


def expectation(
    statistic: Callable[[sympy.MatrixBase], sympy.MatrixBase | sympy.Expr],
    samples: sympy.MatrixBase,
    size: int,
    draws: Draws,
) -> sympy.MatrixBase | sympy.Expr:
    """Return the mean of a statistic over all batches, exactly.

    Args:
        statistic: of a (B, d) matrix, such as `batch_covariance`.
        samples: (L, d) matrix, the population.
        size: B.
        draws: `with_replacement` or `without_replacement`.
    """
    values = [
        statistic(samples.extract(list(rows), list(range(samples.cols))))
        for rows in draws(samples.rows, size)
    ]
    return sum(values[1:], values[0]) / len(values)


def bias_factor(
    estimator: Estimator, draws: Draws, *, samples: int, size: int
) -> sympy.Rational | None:
    """Return the factor by which an estimate of the covariance is off in expectation.

    Args:
        estimator: such as `batch_covariance`.
        draws: `with_replacement` or `without_replacement`.
        samples: L, at least 2.
        size: B.

    Returns:
        c where the expectation is c times the covariance (4) of every population of mean zero in
        two dimensions; None where there is no such c.
    """
    symbols = population(samples, 2)
    return _ratio(expectation(estimator, symbols, size, draws), second_moment(symbols))


def gradient_factor(
    error: BatchLoss, draws: Draws, *, samples: int, size: int
) -> sympy.Rational | None:
    """Return the factor by which the gradient of a batch's error is off in expectation.

    Args:
        error: such as `mean_error` or `centred_error`.
        draws: `with_replacement` or `without_replacement`.
        samples: L, at least 2.
        size: B.

    Returns:
        c where, for every vector w in two dimensions, of length 1 or not, the expected gradient of
        the batch's error by w is c times that of the `mean_error` of all samples, for every
        population of mean zero; None where there is no such c.
    """
    symbols, w = population(samples, 2), symbols_matrix("w", 2, 1)
    expected = expectation(lambda batch: _gradient(error(batch, w), w), symbols, size, draws)
    return _ratio(expected, _gradient(mean_error(symbols, w), w))


def _gradient(error: sympy.Expr, basis: sympy.MatrixBase) -> sympy.MatrixBase:
    return basis.applyfunc(error.diff)


def mean_error(batch: sympy.MatrixBase, basis: sympy.MatrixBase) -> sympy.Expr:
    r"""Return $\frac{1}{B} \sum_l |x_l - W W^T x_l|^2$, the loss of a step of SGD.

    Args:
        batch: (B, d), samples as rows.
        basis: (d, k), the W.
    """
    residuals = batch - batch * basis * basis.T
    return sum(entry**2 for entry in residuals) / batch.rows


def centred_error(batch: sympy.MatrixBase, basis: sympy.MatrixBase) -> sympy.Expr:
    r"""Return the same for the batch less its own mean.

    For orthonormal W this is $\frac{B-1}{B} \sum_{i>k} v_i^T \hat\Sigma v_i$, the report's formula
    over B.
    """
    return mean_error(batch - sympy.ones(batch.rows, batch.rows) * batch / batch.rows, basis)


def _ratio(found: sympy.MatrixBase, expected: sympy.MatrixBase) -> sympy.Rational | None:
    """Return c where found is c times expected, a matrix of polynomials; else None."""
    found, expected = (matrix.applyfunc(sympy.expand) for matrix in (found, expected))
    factor = sympy.cancel(found[0] / expected[0])
    is_same = (found - factor * expected).applyfunc(sympy.expand).is_zero_matrix
    return factor if factor.is_Rational and is_same else None
