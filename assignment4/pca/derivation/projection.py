"""Exercise 4 a: the projection onto the first k principal components, and checks by SymPy.

The report projects in two steps: `dot_product` is what it calls the length of the projection onto
$v_i$, and `sum_of_scaled` adds the $v_i$ scaled by it; `compact` is the compact form. Vectors are
columns of symbols or exact numbers.
"""

from collections.abc import Callable

import sympy
from sympy.matrices.exceptions import ShapeError

from assignment4.pca.derivation.facts import is_zero
from assignment4.pca.derivation.settings import symbols_matrix

LengthRule = Callable[[sympy.MatrixBase, sympy.MatrixBase], sympy.Expr]
"""A number from a vector v and an image x, such as `dot_product`."""

DIMENSIONS = (1, 2, 3, 4)
"""The d for which the sum is written out, each with every k from 0 to d."""


def dot_product(v: sympy.MatrixBase, x: sympy.MatrixBase) -> sympy.Expr:
    """Return v^T x, which the report calls the length of the projection of x onto v."""
    return (v.T * x)[0]


def length(v: sympy.MatrixBase, x: sympy.MatrixBase) -> sympy.Expr:
    r"""Return the length of the projection, $|v^T x| / \lVert v \rVert$, for any v but 0."""
    return sympy.Abs(dot_product(v, x)) / sympy.sqrt(dot_product(v, v))


def projection_onto(v: sympy.MatrixBase, x: sympy.MatrixBase) -> sympy.MatrixBase:
    r"""Return the projection of x onto the line through v, $\frac{v^T x}{v^T v} v$, for v not 0."""
    return v * (dot_product(v, x) / dot_product(v, v))


def sum_of_scaled(V: sympy.MatrixBase, x: sympy.MatrixBase) -> sympy.MatrixBase:
    r"""Return $\sum_{i=1}^k (v_i^T x) v_i$ for the columns of V, as Exercise 4 a has it."""
    columns = [V[:, i] for i in range(V.cols)]
    return sum((dot_product(v, x) * v for v in columns), sympy.zeros(V.rows, 1))


def compact(V, x):
    """Return V V^T x, (d, 1), the report's compact form, for explicit matrices and symbols."""
    return V * V.T * x


def entry_of_sum(V: sympy.MatrixSymbol, x: sympy.MatrixSymbol, row: sympy.Symbol) -> sympy.Sum:
    r"""Return an entry of the sum, $\sum_j \sum_i V_{ji} x_j V_{ri}$, for symbolic d and k."""
    i, j = sympy.symbols("i j", integer=True)
    d, k = V.shape
    return sympy.Sum(V[j, i] * x[j, 0] * V[row, i], (i, 0, k - 1), (j, 0, d - 1))


def sum_is_compact(form: Callable) -> bool:
    """Return True if the sum of (v_i^T x) v_i over the columns of V is a form such as `compact`.

    Entry by entry for any vectors of the DIMENSIONS, orthonormal or not, and for symbolic d and k.
    """
    try:
        return all(
            _equals_sum(form, symbols_matrix("v", d, k), symbols_matrix("x", d, 1))
            for d in DIMENSIONS
            for k in range(d + 1)
        ) and _equals_symbolic_sum(form)
    except ShapeError:
        return False


def _equals_sum(form: Callable, V: sympy.MatrixBase, x: sympy.MatrixBase) -> bool:
    found = form(V, x)
    return found.shape == x.shape and is_zero(found - sum_of_scaled(V, x))


def _equals_symbolic_sum(form: Callable) -> bool:
    d, k = sympy.symbols("d k", integer=True, positive=True)
    row = sympy.Symbol("r", integer=True)
    V, x = sympy.MatrixSymbol("V", d, k), sympy.MatrixSymbol("x", d, 1)
    found = form(V, x)
    return found.shape == x.shape and found[row, 0].as_dummy() == entry_of_sum(V, x, row).as_dummy()


def is_length(rule: LengthRule, v: sympy.MatrixBase, x: sympy.MatrixBase) -> bool:
    """Return True if a rule gives the length of the projection of x onto v, which is not 0.

    A length is not negative, and its square is the squared norm of the projection.
    """
    norm = sympy.sqrt(dot_product(v, v))
    return (rule(v, x) * norm).is_nonnegative is True and _has_square_of_length(rule, v, x)


def is_signed_length(rule: LengthRule, v: sympy.MatrixBase, x: sympy.MatrixBase) -> bool:
    """Return True if a rule gives the length up to its sign, and v scaled by it is the projection."""
    remainder = v * rule(v, x) - projection_onto(v, x)
    return _has_square_of_length(rule, v, x) and is_zero(remainder)


def _has_square_of_length(rule: LengthRule, v: sympy.MatrixBase, x: sympy.MatrixBase) -> bool:
    projected = projection_onto(v, x)
    return is_zero(sympy.Matrix([rule(v, x) ** 2]) - projected.T * projected)


def leaves_orthogonal(V: sympy.MatrixBase, x: sympy.MatrixBase) -> bool:
    """Return True if x less its compact form is orthogonal to every column of V."""
    return is_zero(V.T * (x - compact(V, x)))
