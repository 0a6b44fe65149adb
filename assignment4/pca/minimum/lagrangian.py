r"""Exercise 4 b: the report's argument by Lagrange multipliers, and its gap.

The report minimises $\sum_{i=k+1}^d v_i^T \Sigma v_i$ over orthonormal $v_{k+1}, \dots, v_d$, the
columns of a (d, m) matrix. Its Lagrangian, without misprints, is $F = \sum_i v_i^T \Sigma v_i +
\sum_i \lambda_i (1 - v_i^T v_i) + \sum_i \sum_{j \ne i} \lambda_{ij} v_i^T v_j$. The pair i, j
occurs in it twice, so the derivative by $v_i$ has $\lambda_{ij} + \lambda_{ji}$ where the report
has $\lambda_{ij}$: its $\lambda_{ij}$ is the sum of both multipliers. Multiplied by $v_j^T$ the
derivative is $2 v_j^T \Sigma v_i + \lambda_{ij} + \lambda_{ji}$, and not $\lambda_{ij}$.

Symbolic checks are for all real values of their symbols. Source: report, Exercise 4 b, after (17).
"""

from collections.abc import Callable, Sequence
from itertools import permutations, product

import numpy as np
import sympy

from assignment4.pca.derivation.facts import is_zero
from assignment4.pca.derivation.line import TRANSPOSE, slip
from assignment4.pca.derivation.settings import Setting, cayley_basis, symbols_matrix

PairRule = Callable[[sympy.MatrixBase, sympy.MatrixBase, sympy.MatrixBase], sympy.Expr]
"""Gives the sum of both multipliers of the pair i, j from the covariance, v_i and v_j."""


def _form(s: Setting) -> np.ndarray:
    return sum(v.T @ s.covariance @ v for v in s.discarded)


def _constraints(s: Setting) -> np.ndarray:
    """Return the last sum of the Lagrangian, with every multiplier 1."""
    return sum(v.T @ w for v, w in permutations(s.discarded, 2))


def _derivative(s: Setting) -> tuple[np.ndarray, np.ndarray]:
    """Return v_j, the first kept or discarded vector, and the derivative by the last, a column."""
    v = s.discarded[-1]
    others = sum(s.discarded[:-1], np.zeros_like(v))
    return s.vectors[0], 2 * s.covariance @ v - 2 * s.discarded_eigenvalues[-1] * v + others


def _derivative_times_row(s: Setting) -> np.ndarray:
    v, derivative = _derivative(s)
    return v.T @ derivative


@slip("the Lagrangian", r"v_i \Sigma v_i", r"v_i^T \Sigma v_i", TRANSPOSE, _form)
def form_without_transpose(s: Setting) -> np.ndarray:
    """The first sum of the Lagrangian as printed."""
    return sum(v @ s.covariance @ v for v in s.discarded)


@slip(
    "the Lagrangian",
    r"\sum_{i=k+1}^{d} \sum_{i \ne i=k+1}^{d} \lambda_{i,j} v_i^T v_j",
    r"\sum_{i=k+1}^{d} \sum_{i \ne j=k+1}^{d} \lambda_{i,j} v_i^T v_j",
    "$i$ for $j$",
    _constraints,
)
def constraints_of_no_index(s: Setting) -> np.ndarray:
    """The last sum of the Lagrangian as printed: no index differs from itself."""
    return sum(v.T @ w for v, w in product(s.discarded, repeat=2) if v is not v)


@slip(
    "its derivative",
    r"v_j \, \partial F / \partial v_i",
    r"v_j^T \, \partial F / \partial v_i",
    TRANSPOSE,
    _derivative_times_row,
)
def derivative_times_column(s: Setting) -> np.ndarray:
    """The product with the derivative as printed."""
    v, derivative = _derivative(s)
    return v @ derivative


SLIPS = (form_without_transpose, constraints_of_no_index, derivative_times_column)
"""The misprints of the Lagrangian, in the report's order."""


def report_pair_rule(covariance, v_i, v_j):
    """Return 0, what the report finds for lambda_ij."""
    return sympy.Integer(0)


def pair_rule(covariance, v_i, v_j):
    """Return -2 v_j^T S v_i, what the derivative by v_i multiplied by v_j^T says."""
    return -2 * (v_j.T * covariance * v_i)[0]


def lagrangian(
    covariance: sympy.MatrixBase,
    basis: sympy.MatrixBase,
    norms: Sequence[sympy.Expr],
    pairs: sympy.MatrixBase,
) -> sympy.Expr:
    r"""Return F with m multipliers $\lambda_i$ and (m, m) $\lambda_{ij}$, the diagonal unused."""
    products = basis.T * basis
    return (
        (basis.T * covariance * basis).trace()
        + sum(norms[i] * (1 - products[i, i]) for i in range(basis.cols))
        + sum(pairs[i, j] * products[i, j] for i, j in permutations(range(basis.cols), 2))
    )


def lagrangian_gradient(
    covariance: sympy.MatrixBase,
    basis: sympy.MatrixBase,
    norms: Sequence[sympy.Expr],
    pairs: sympy.MatrixBase,
) -> sympy.Matrix:
    """Return the derivatives of `lagrangian` at a basis, (d, m); column i is the one by v_i."""
    free = sympy.Matrix(*basis.shape, lambda i, j: sympy.Dummy(f"v{i}{j}"))
    value = lagrangian(covariance, free, norms, pairs)
    put_in = dict(zip(free, basis, strict=True))
    return free.applyfunc(lambda entry: value.diff(entry).xreplace(put_in))


def multipliers(
    covariance: sympy.MatrixBase, basis: sympy.MatrixBase, rule: PairRule = pair_rule
) -> tuple[list[sympy.Expr], sympy.Matrix]:
    r"""Return the multipliers that stationarity asks for at an orthonormal basis, (d, m).

    $\lambda_i = v_i^T \Sigma v_i$, m of them, and the (m, m) matrix of $\lambda_{ij} =
    \lambda_{ji}$, half of what a rule gives, with 0 on the diagonal.
    """
    vectors = [basis.col(i) for i in range(basis.cols)]
    norms = [(v.T * covariance * v)[0] for v in vectors]
    pairs = sympy.zeros(basis.cols, basis.cols)
    for i, j in permutations(range(basis.cols), 2):
        pairs[i, j] = rule(covariance, vectors[i], vectors[j]) / 2
    return norms, pairs


def is_orthonormal(basis: sympy.MatrixBase) -> bool:
    """Return True if the columns of a basis are orthonormal, for all symbols."""
    return is_zero(basis.T * basis - sympy.eye(basis.cols))


def is_multiplier(rule: PairRule) -> bool:
    """Return True if the Lagrangian's derivative by v_i, multiplied by v_j^T, is 0 with a rule.

    For two columns of a general rotation in three dimensions and any symmetric covariance.
    """
    entries = symbols_matrix("s", 3, 3)
    covariance, basis = entries + entries.T, cayley_basis(3)[:, :2]
    gradient = lagrangian_gradient(covariance, basis, *multipliers(covariance, basis, rule))
    products = basis.T * gradient
    return is_zero(sympy.Matrix([products[1, 0], products[0, 1]]))


def is_stationary(
    covariance: sympy.MatrixBase, basis: sympy.MatrixBase, rule: PairRule = pair_rule
) -> bool:
    """Return True if a (d, m) basis is orthonormal and the Lagrangian's derivatives are 0 there.

    The rule is for the multipliers of pairs; with `report_pair_rule` they are 0.
    """
    gradient = lagrangian_gradient(covariance, basis, *multipliers(covariance, basis, rule))
    return is_orthonormal(basis) and is_zero(gradient)
