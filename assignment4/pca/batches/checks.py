"""Checks of the batch's error and of the batch's estimates, Exercise 4 c.

Symbolic checks are for all real values of their symbols, orthonormal or not where nothing is
said; which sizes they cover is said with each.
"""

import math
from collections.abc import Callable, Collection

import sympy

from assignment4.pca.batches.error import BatchError, BatchRule, scatter_matrix
from assignment4.pca.batches.estimates import (
    BatchLoss,
    Draws,
    Estimator,
    bias_factor,
    gradient_factor,
)
from assignment4.pca.derivation.settings import symbols_matrix

SIZES = (1, 2, 3, 4)
"""Batch sizes for which a formula of the error is worked out entry by entry."""

POPULATIONS = ((3, 2), (3, 3), (4, 2), (4, 3))
"""Numbers of samples L and batch sizes B for which all batches are enumerated."""

ROUNDING = 1e-12
"""What float64 may leave between two ways to the same number, relative to the error."""


_SIZE = sympy.Symbol("B", integer=True, positive=True)
_PLACE = sympy.Symbol("l", integer=True)
_C = sympy.IndexedBase("c", real=True)
_MEAN = sympy.Sum(_C[_PLACE], (_PLACE, 1, _SIZE)) / _SIZE
_SCATTER = sympy.Sum((_C[_PLACE] - _MEAN) ** 2, (_PLACE, 1, _SIZE))


def is_batch_error(rule: BatchRule, *, sizes: Collection[int] = SIZES) -> bool:
    """Say whether a rule gives a batch's error, for vectors of symbols.

    For batches of these sizes in one to three dimensions, and one or two arbitrary discarded
    vectors. A rule without a value, such as the report's for B = 1, does not.

    Args:
        rule: such as `corrected_rule`.
        sizes: the B, at least 1 each.
    """
    return all(
        _is_batch_error(rule, size, d, m) for size in sizes for d, m in ((1, 1), (2, 1), (3, 2))
    )


def _is_batch_error(rule: BatchRule, size: int, d: int, m: int) -> bool:
    batch, discarded = symbols_matrix("x", size, d), symbols_matrix("v", d, m)
    scatter, mean = scatter_matrix(batch), sympy.ones(1, size) * batch / size
    claimed = sum(
        rule(sympy.Integer(size), (v.T * scatter * v).expand()[0], (mean * v)[0])
        for v in map(discarded.col, range(m))
    )
    error = sum(projection**2 for projection in batch * discarded)
    return sympy.expand(claimed - error) == 0


def is_batch_error_of_any_size(rule: BatchRule) -> bool:
    r"""Say whether a rule gives $\sum_l c_l^2$ for symbolic B, with sums that SymPy takes apart.

    The c are the batch's projections onto one discarded vector. B is an integer of which SymPy
    knows that it is positive, and divides by B - 1 without asking whether that is 0: B = 1 is a
    case for `is_batch_error`.

    Args:
        rule: such as `corrected_rule`.
    """
    error = sympy.Sum(_C[_PLACE] ** 2, (_PLACE, 1, _SIZE))
    return _reduced(rule(_SIZE, _reduced(_SCATTER), _MEAN) - error) == 0


def _reduced(expression: sympy.Expr) -> sympy.Expr:
    return sympy.expand(sympy.factor_terms(expression.expand()).doit())


def report_gives_error(batch: BatchError) -> bool:
    """Say whether the report's formula gives a batch's measured error, up to ROUNDING."""
    return abs(batch.report - batch.error) <= ROUNDING * batch.error


def corrected_formula_gives_error(batch: BatchError) -> bool:
    """Say whether the scatter and the missing term make up a batch's error, up to ROUNDING.

    The report's side must be the scatter, or have no value where the scatter is 0.
    """
    if math.isnan(batch.report):
        same = batch.scatter == 0
    else:
        same = abs(batch.report - batch.scatter) <= ROUNDING * batch.error
    return same and abs(batch.scatter + batch.missing - batch.error) <= ROUNDING * batch.error


def is_unbiased(estimator: Estimator, draws: Draws) -> bool:
    """Say whether an estimate's mean over all batches is the covariance (4), for POPULATIONS.

    Args:
        estimator: such as `batch_covariance`.
        draws: `with_replacement` or `without_replacement`.
    """
    return has_bias_factor(lambda samples, size: sympy.Integer(1), estimator, draws)


def has_bias_factor(
    factor: Callable[[sympy.Integer, sympy.Integer], sympy.Expr],
    estimator: Estimator,
    draws: Draws,
) -> bool:
    """Say whether an estimate's mean over all batches is a factor times the covariance (4).

    Args:
        factor: of L and B, such as L / (L - 1).
        estimator: such as `batch_covariance`.
        draws: `with_replacement` or `without_replacement`.
    """
    return all(
        bias_factor(estimator, draws, samples=samples, size=size)
        == factor(sympy.Integer(samples), sympy.Integer(size))
        for samples, size in POPULATIONS
    )


def is_scatter_by_pairs(factor: Callable[[sympy.Expr], sympy.Expr]) -> bool:
    r"""Say whether $\sum_l (c_l - \bar c)^2$ is a factor times $\sum_l \sum_m (c_l - c_m)^2$.

    For symbolic B. With 1 / (2 B) it is, and so the bias for every L and B follows from one pair:
    over all draws with replacement two places have each of the L^2 pairs equally often, without
    replacement each of the L (L - 1) pairs of different samples.

    Args:
        factor: of B.
    """
    second = sympy.Symbol("m", integer=True)
    total, squares = sympy.symbols("total squares", real=True)
    named = {}
    for place in (_PLACE, second):
        named[sympy.Sum(_C[place], (place, 1, _SIZE))] = total
        named[sympy.Sum(_C[place] ** 2, (place, 1, _SIZE))] = squares
    inner = _reduced(sympy.Sum((_C[_PLACE] - _C[second]) ** 2, (_PLACE, 1, _SIZE)))
    pairs = _reduced(sympy.Sum(inner.subs(named), (second, 1, _SIZE))).subs(named)
    return sympy.expand(_reduced(_SCATTER).subs(named) - factor(_SIZE) * pairs) == 0


def gradient_is_unbiased(error: BatchLoss, draws: Draws) -> bool:
    """Say whether the mean over all batches of an error's gradient is that of all samples' error.

    For POPULATIONS, and for batches of one of three samples.

    Args:
        error: such as `mean_error`.
        draws: `with_replacement` or `without_replacement`.
    """
    return all(
        gradient_factor(error, draws, samples=samples, size=size) == 1
        for samples, size in ((3, 1), *POPULATIONS)
    )
