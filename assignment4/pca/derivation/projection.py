r"""Exercise 4 a: the projection onto the first k principal components, in SymPy.

The report projects in two steps: `dot_product` is what it calls the length of the projection onto
$v_i$, and `sum_of_scaled` adds the $v_i$ scaled by it. In compact form that is `compact`.

A vector is a column, (d, 1), of symbols or numbers; a basis is a matrix with one vector a column.
"""

from collections.abc import Callable

import sympy

LengthRule = Callable[[sympy.MatrixBase, sympy.MatrixBase], sympy.Expr]
"""A number from a vector v and an image x, such as `dot_product`."""

Form = Callable[[sympy.MatrixBase | sympy.MatrixExpr, sympy.MatrixBase | sympy.MatrixExpr], object]
"""The projection from V and x, of any sizes, such as `compact`."""


def dot_product(v: sympy.MatrixBase, x: sympy.MatrixBase) -> sympy.Expr:
    """Return v^T x, which the report calls the length of the projection of x onto v.

    Args:
        v: (d, 1).
        x: (d, 1).

    Source: report, Exercise 4 a.
    """
    return (v.T * x)[0]


def length(v: sympy.MatrixBase, x: sympy.MatrixBase) -> sympy.Expr:
    r"""Return the length of the projection, $|v^T x| / \lVert v \rVert$, for any v but 0.

    Args:
        v: (d, 1), real.
        x: (d, 1), real.
    """
    return sympy.Abs(dot_product(v, x)) / sympy.sqrt(dot_product(v, v))


def projection_onto(v: sympy.MatrixBase, x: sympy.MatrixBase) -> sympy.MatrixBase:
    r"""Return the projection of x onto the line through v, $\frac{v^T x}{v^T v} v$.

    Of all multiples of v it is the one whose distance from x is orthogonal to v.

    Args:
        v: (d, 1), any vector but 0.
        x: (d, 1).

    Returns:
        (d, 1).
    """
    return v * (dot_product(v, x) / dot_product(v, v))


def sum_of_scaled(V: sympy.MatrixBase, x: sympy.MatrixBase) -> sympy.MatrixBase:
    r"""Return $\sum_{i=1}^k (v_i^T x) v_i$, where the $v_i$ are the columns of V.

    Args:
        V: (d, k), with any vectors as columns.
        x: (d, 1).

    Returns:
        (d, 1).

    Source: report, Exercise 4 a.
    """
    columns = [V[:, i] for i in range(V.cols)]
    return sum((dot_product(v, x) * v for v in columns), sympy.zeros(V.rows, 1))


def compact(V, x):
    """Return V V^T x, the report's compact form, for matrices of any kind.

    Args:
        V: (d, k), explicit or a matrix symbol.
        x: (d, 1), likewise.

    Returns:
        (d, 1).

    Source: report, Exercise 4 a.
    """
    return V * V.T * x


def entry_of_sum(V: sympy.MatrixSymbol, x: sympy.MatrixSymbol, row: sympy.Symbol) -> sympy.Sum:
    r"""Return an entry of the sum for symbolic d and k, $\sum_j \sum_i V_{ji} x_j V_{ri}$.

    It is $\sum_i (v_i^T x) v_i$ multiplied out. Indices run from 0, as in SymPy's matrices.

    Args:
        V: (d, k).
        x: (d, 1).
        row: r, the entry's place.
    """
    i, j = sympy.symbols("i j", integer=True)
    d, k = V.shape
    return sympy.Sum(V[j, i] * x[j, 0] * V[row, i], (i, 0, k - 1), (j, 0, d - 1))
