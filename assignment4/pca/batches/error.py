r"""Exercise 4 c: the error of a batch, in formulas and in numbers.

For one discarded vector v and a batch $x_1, \dots, x_B$ let $c_l = v^T x_l$. The batch's error
along v is $\sum_l c_l^2 = \sum_l (c_l - \bar c)^2 + B \bar c^2$, with $\bar c = v^T \bar x_B$. The
first sum, the scatter along v, is $(B - 1)\, v^T \hat\Sigma v$, which is the report's formula; the
second is missing from it: data of mean zero have batches of other means. This holds for any v. That
the error is a sum over the discarded vectors, lines (5) to (12), needs orthonormal ones.

For B = 1 the scatter is 0 and $\hat\Sigma$ is 0 divided by 0, so that the report's right side has
no value; the error is $(v^T x_1)^2$, all of it in the missing term.

Source: report, Exercise 4 c.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import sympy

from assignment4.pca.inputs import as_samples, checked_number

BatchRule = Callable[[sympy.Expr, sympy.Expr, sympy.Expr], sympy.Expr]
"""Gives the error along v from the batch's size, its scatter along v, and v^T times its mean."""

ORTHONORMAL = 1e-8
"""How far the products of components may be from those of orthonormal ones."""


def report_rule(size, scatter, mean):
    r"""Return $(B - 1) v^T \hat\Sigma v$ with $v^T \hat\Sigma v$ = scatter / (B - 1).

    For a size of 1 that is SymPy's nan, 0 times 0 / 0.

    Source: report, Exercise 4 c.
    """
    return (size - 1) * (scatter / (size - 1))


def corrected_rule(size, scatter, mean):
    r"""Return the scatter, which is $(B - 1) v^T \hat\Sigma v$ for $B \ge 2$, and $B \bar c^2$."""
    return scatter + size * mean**2


def scatter_matrix(batch: sympy.MatrixBase) -> sympy.MatrixBase:
    """Return the sum of (x - mean)(x - mean)^T over a batch's rows, (d, d)."""
    mean = sympy.ones(1, batch.rows) * batch / batch.rows
    centred = batch - sympy.ones(batch.rows, 1) * mean
    return centred.T * centred


@dataclass(frozen=True)
class BatchError:
    r"""Both sides of the report's formula for a batch, and what lies between.

    Attributes:
        error: $\sum_l |x_l - V V^T x_l|^2$, measured.
        report: $(B - 1) \sum_{i>k} v_i^T \hat\Sigma v_i$; nan for B = 1, where it has no value.
        scatter: the same without dividing by B - 1 first; 0 for B = 1.
        missing: $B \sum_{i>k} (v_i^T \bar x_B)^2$.
    """

    error: float
    report: float
    scatter: float
    missing: float


def batch_error(batch: np.ndarray, components: np.ndarray, k: int) -> BatchError:
    """Measure the error of a batch, and the terms that it is made of.

    Args:
        batch: (B, d) real, centred with the mean of all data, not with the batch's own.
        components: (d, d) real, orthonormal columns, the principal components in their order.
        k: how many are kept, 0 to d.

    Raises:
        ValueError: the batch is empty, not (B, d) or not finite, or has another width than the
            components, these are not orthonormal, or k is not an integer from 0 to d.

    Source: report, Exercise 4 c.
    """
    batch, components = as_samples(batch), np.asarray(components, np.float64)
    size, d = batch.shape
    if not size:
        raise ValueError("a batch of 0 samples has no mean; at least 1 is needed")
    if components.shape != (d, d):
        raise ValueError(f"samples of {d} entries, components of shape {components.shape}")
    deviation = np.abs(components.T @ components - np.eye(d)).max()
    if not deviation <= ORTHONORMAL:
        raise ValueError(
            f"the products of the components are up to {deviation:.1e} from those of orthonormal "
            f"ones; at most {ORTHONORMAL:.0e} is rounding"
        )
    k = checked_number(k, d)
    kept, discarded = components[:, :k], components[:, k:]
    mean = batch.mean(axis=0)
    report = float("nan")
    if size > 1:
        estimate = (batch - mean).T @ (batch - mean) / (size - 1)
        report = (size - 1) * float(np.sum(discarded * (estimate @ discarded)))
    return BatchError(
        error=float(np.square(batch - batch @ kept @ kept.T).sum()),
        report=report,
        scatter=float(np.square((batch - mean) @ discarded).sum()),
        missing=size * float(np.square(mean @ discarded).sum()),
    )
