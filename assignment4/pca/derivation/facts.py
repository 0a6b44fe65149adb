"""Exercise 4 b, (1) to (3): what is used of the principal components, judged on exact matrices.

Matrices have vectors as columns, of symbols or exact numbers. What is found equal is equal for all
values of the symbols.
"""

import sympy

from assignment4.pca.derivation.settings import symbols_matrix


def is_zero(expressions: sympy.MatrixBase) -> bool:
    """Return True if all entries are 0, rational functions of symbols, sines and cosines."""
    if expressions.has(sympy.sin, sympy.cos):
        expressions = expressions.applyfunc(lambda one: sympy.trigsimp(sympy.expand(one)))
    return all(sympy.cancel(one) == 0 for one in expressions)


def are_unit(V: sympy.MatrixBase) -> bool:
    """Return True if every column v_i has v_i^T v_i = 1, as (1) says."""
    return is_zero((V.T * V).diagonal() - sympy.ones(1, V.cols))


def are_orthogonal(V: sympy.MatrixBase) -> bool:
    """Return True if v_i^T v_j = 0 for all columns i and j that differ, as (2) says."""
    products = V.T * V
    return is_zero(products - sympy.diag(*products.diagonal()))


def represent_exactly(V: sympy.MatrixBase) -> bool:
    """Return True if every x is the sum of (v_i^T x) v_i over the columns of V, as (3) says."""
    x = symbols_matrix("x", V.rows, 1)
    return is_zero(V * (V.T * x) - x)


def are_eigenvectors(V: sympy.MatrixBase, matrix: sympy.MatrixBase) -> bool:
    """Return True if a matrix takes each column of V to a multiple of it, and no column is 0."""
    columns = [V.col(i) for i in range(V.cols)]
    images = [matrix * v * v.dot(v) - v * (v.T * matrix * v)[0] for v in columns]
    return not any(map(is_zero, columns)) and is_zero(sympy.Matrix.hstack(*images))


def separates_eigenvectors(matrix: sympy.MatrixBase) -> bool:
    r"""Return True if v^T (S w) = (S v)^T w for a matrix S and all v and w.

    For eigenvectors v and w this is $\mu\, v^T w = \lambda\, v^T w$: those of different
    eigenvalues are orthogonal. Within one eigenvalue they can be chosen so.
    """
    v, w = (symbols_matrix(letter, matrix.rows, 1) for letter in "vw")
    return is_zero(v.T * (matrix * w) - (matrix * v).T * w)


def symmetric_and_eigenvectors() -> tuple[sympy.Matrix, sympy.Matrix]:
    """Return a symmetric 2 x 2 matrix of symbols, and SymPy's eigenvectors over their norms."""
    entries = symbols_matrix("s", 2, 2)
    symmetric = entries + entries.T
    found = [v for _, _, vectors in symmetric.eigenvects() for v in vectors]
    return symmetric, sympy.Matrix.hstack(*[v / sympy.sqrt(v.dot(v)) for v in found])
