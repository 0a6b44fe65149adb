"""Exercise 4 a and (1) to (3): the projection onto vectors, columns, for all values of symbols."""

from collections.abc import Callable

import sympy
from sympy import Expr, MatrixBase
from sympy.matrices.exceptions import ShapeError

from assignment4.pca.derivation.settings import symbols_matrix

SHAPES = tuple((d, k) for d in (1, 2, 3, 4) for k in range(d + 1))
"""The d and k for which the sum is written out."""


def dot_product(v: MatrixBase, x: MatrixBase) -> Expr:
    """Return v^T x, which the report calls the length of the projection of x onto v."""
    return (v.T * x)[0]


def length(v: MatrixBase, x: MatrixBase) -> Expr:
    r"""Return the length of the projection, $|v^T x| / \lVert v \rVert$, for any v but 0."""
    return sympy.Abs(dot_product(v, x)) / sympy.sqrt(dot_product(v, v))


def projection_onto(v: MatrixBase, x: MatrixBase) -> MatrixBase:
    r"""Return the projection of x onto the line through v, $\frac{v^T x}{v^T v} v$, for v not 0."""
    return v * (dot_product(v, x) / dot_product(v, v))


def sum_of_scaled(V: MatrixBase, x: MatrixBase) -> MatrixBase:
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
    """Return True if the sum of (v_i^T x) v_i over any V's columns is a form such as `compact`."""
    try:
        for d, k in SHAPES:
            V, x = symbols_matrix("v", d, k), symbols_matrix("x", d, 1)
            if not is_zero(form(V, x) - sum_of_scaled(V, x)):
                return False
        return _equals_symbolic_sum(form)
    except ShapeError:
        return False


def _equals_symbolic_sum(form: Callable) -> bool:
    d, k = sympy.symbols("d k", integer=True, positive=True)
    row = sympy.Symbol("r", integer=True)
    V, x = sympy.MatrixSymbol("V", d, k), sympy.MatrixSymbol("x", d, 1)
    found = form(V, x)
    return found.shape == x.shape and found[row, 0].as_dummy() == entry_of_sum(V, x, row).as_dummy()


def is_length(rule: Callable, v: MatrixBase, x: MatrixBase) -> bool:
    """Return True if a rule gives the length, not negative, of x's projection onto v, not 0."""
    norm = sympy.sqrt(dot_product(v, v))
    return (rule(v, x) * norm).is_nonnegative is True and _has_square_of_length(rule, v, x)


def is_signed_length(rule: Callable, v: MatrixBase, x: MatrixBase) -> bool:
    """Return True if a rule gives the length up to its sign, and so scales v to the projection."""
    remainder = v * rule(v, x) - projection_onto(v, x)
    return _has_square_of_length(rule, v, x) and is_zero(remainder)


def _has_square_of_length(rule: Callable, v: MatrixBase, x: MatrixBase) -> bool:
    projected = projection_onto(v, x)
    return is_zero(sympy.Matrix([rule(v, x) ** 2]) - projected.T * projected)


def leaves_orthogonal(V: MatrixBase, x: MatrixBase) -> bool:
    """Return True if x less its compact form is orthogonal to every column of V."""
    return is_zero(V.T * (x - compact(V, x)))


def is_zero(expressions: MatrixBase) -> bool:
    """Return True if all entries are 0, rational functions of symbols, sines and cosines."""
    rational = [sympy.together(one.rewrite(sympy.tan)) for one in expressions]
    return not any(sympy.fraction(one)[0].expand() for one in rational)


def are_unit(V: MatrixBase) -> bool:
    """Return True if every column v_i has v_i^T v_i = 1, as (1) says."""
    return is_zero((V.T * V).diagonal() - sympy.ones(1, V.cols))


def are_orthogonal(V: MatrixBase) -> bool:
    """Return True if v_i^T v_j = 0 for all columns i and j that differ, as (2) says."""
    products = V.T * V
    return is_zero(products - sympy.diag(*products.diagonal()))


def represent_exactly(V: MatrixBase) -> bool:
    """Return True if every x is the sum of (v_i^T x) v_i over the columns of V, as (3) says."""
    x = symbols_matrix("x", V.rows, 1)
    return is_zero(V * (V.T * x) - x)


def are_eigenvectors(V: MatrixBase, matrix: MatrixBase) -> bool:
    """Return True if a matrix takes each column of V to a multiple of it, and no column is 0."""
    columns = [V.col(i) for i in range(V.cols)]
    images = [matrix * v * v.dot(v) - v * (v.T * matrix * v)[0] for v in columns]
    return not any(map(is_zero, columns)) and is_zero(sympy.Matrix.hstack(*images))


def separates_eigenvectors(matrix: MatrixBase) -> bool:
    """Return True if v^T (S w) = (S v)^T w for all v and w: as eigenvectors they are orthogonal."""
    v, w = (symbols_matrix(letter, matrix.rows, 1) for letter in "vw")
    return is_zero(v.T * (matrix * w) - (matrix * v).T * w)


def symmetric_and_eigenvectors() -> tuple[sympy.Matrix, sympy.Matrix]:
    """Return a symmetric 2 x 2 matrix of symbols, and SymPy's eigenvectors over their norms."""
    entries = symbols_matrix("s", 2, 2)
    symmetric = entries + entries.T
    found = [v for _, _, vectors in symmetric.eigenvects() for v in vectors]
    return symmetric, sympy.Matrix.hstack(*[v / sympy.sqrt(v.dot(v)) for v in found])
