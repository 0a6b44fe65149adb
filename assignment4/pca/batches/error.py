"""Exercise 4 c: the error of a batch, in formulas of its scatter and mean, and in numbers."""

from collections.abc import Callable, Collection
from itertools import product

import numpy as np
import sympy

from assignment4.pca.components import PrincipalComponents
from assignment4.pca.derivation.settings import symbols_matrix
from assignment4.pca.inputs import as_samples

_B = sympy.Symbol("B", integer=True, positive=True)
_L, _M = sympy.symbols("l m", integer=True)
_C = sympy.IndexedBase("c", real=True)
_MEAN = sympy.Sum(_C[_L], (_L, 1, _B)) / _B
_SCATTER = sympy.Sum((_C[_L] - _MEAN) ** 2, (_L, 1, _B))


def report_formula(size, scatter, mean):
    r"""Return $(B - 1) v^T \hat\Sigma v$, the report's; SymPy's nan for B = 1, 0 times 0 / 0."""
    return (size - 1) * (scatter / (size - 1))


def corrected_formula(size, scatter, mean):
    r"""Return the scatter, which is $(B - 1) v^T \hat\Sigma v$ for $B \ge 2$, and $B \bar c^2$."""
    return scatter + size * mean**2


def scatter_matrix(batch: sympy.MatrixBase) -> sympy.MatrixBase:
    """Return the sum of (x - mean)(x - mean)^T over a batch's rows, (d, d)."""
    centred = batch - sympy.ones(batch.rows, batch.rows) * batch / batch.rows
    return centred.T * centred


def is_batch_error(formula: Callable, *, sizes: Collection[int] = (1, 2, 3, 4)) -> bool:
    """Return True if a formula has, and gives, the error of batches of these sizes, of symbols."""
    for size in sizes:
        batch, discarded = symbols_matrix("x", size, 3), symbols_matrix("v", 3, 2)
        scatter, mean = scatter_matrix(batch), sympy.ones(1, size) * batch / size
        claimed = sum(
            formula(sympy.Integer(size), (v.T * scatter * v).expand()[0], (mean * v)[0])
            for v in (discarded[:, 0], discarded[:, 1])
        )
        error = sum(projection**2 for projection in batch * discarded)
        if sympy.expand(claimed - error) != 0:
            return False
    return True


def is_batch_error_of_any_size(formula: Callable) -> bool:
    r"""Return True if a formula gives $\sum_l c_l^2$ for symbolic B, as if B - 1 were not 0."""
    error = sympy.Sum(_C[_L] ** 2, (_L, 1, _B))
    return _reduced(formula(_B, _reduced(_SCATTER), _MEAN) - error) == 0


def is_scatter_by_pairs(factor: Callable[[sympy.Expr], sympy.Expr]) -> bool:
    r"""Return True if $\sum_l (c_l - \bar c)^2$ is a factor times $\sum_l \sum_m (c_l - c_m)^2$."""
    of_one = _reduced(sympy.Sum((_C[_L] - _C[_M]) ** 2, (_L, 1, _B)))
    pairs = _reduced(sympy.Sum(of_one, (_M, 1, _B)))
    return _reduced(_SCATTER - factor(_B) * pairs) == 0


def _reduced(expression: sympy.Expr) -> sympy.Expr:
    """Return an expression with the sums of c and of its square by name."""
    expression = sympy.expand(sympy.factor_terms(expression.expand()).doit())
    for place, power in product((_L, _M), (1, 2)):
        found = sympy.Sum(_C[place] ** power, (place, 1, _B))
        expression = expression.subs(found, sympy.Symbol(f"sum of c^{power}", real=True))
    return sympy.expand(expression)


def batch_error(batch: np.ndarray, components: PrincipalComponents, k: int) -> tuple[float, ...]:
    r"""Return the error of a (B, d) batch less the mean of all data, and its two parts.

    They are $(B - 1) \sum_{i>k} v_i^T \hat\Sigma v_i$, the report's formula, 0 for B = 1, and
    $B \sum_{i>k} (v_i^T \bar x_B)^2$. Raises ValueError unless k is from 0 to d.
    """
    centred = as_samples(batch, width=len(components.mean)) - components.mean
    kept = components.keep(k)
    mean, discarded = centred.mean(axis=0), components.vectors[:, kept.shape[1] :]
    error = np.square(centred - centred @ kept @ kept.T).sum()
    scatter = np.square((centred - mean) @ discarded).sum()
    return error, scatter, len(centred) * np.square(mean @ discarded).sum()
