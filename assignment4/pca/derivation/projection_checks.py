"""Checks of Exercise 4 a, by SymPy, on vectors of symbols.

Each function takes what it judges, so that it can be shown to say no.
"""

import sympy
from sympy.matrices.exceptions import ShapeError

from assignment4.pca.derivation.projection import (
    Form,
    LengthRule,
    dot_product,
    entry_of_sum,
    projection_onto,
    sum_of_scaled,
)
from assignment4.pca.derivation.settings import symbols_matrix

DIMENSIONS = (1, 2, 3, 4)
"""The d for which the sum is written out, each with every k from 0 to d."""


def sum_is_compact(form: Form) -> bool:
    """Say whether the sum of (v_i^T x) v_i over the columns of V equals a compact form.

    Entry by entry for any vectors of the DIMENSIONS, and as a sum for symbolic d and k. Nothing is
    used of the vectors; they need not be orthonormal.

    Args:
        form: a function of V and x, such as `compact`.
    """
    try:
        return all(
            _equals_sum(form, symbols_matrix("v", d, k), symbols_matrix("x", d, 1))
            for d in DIMENSIONS
            for k in range(d + 1)
        ) and _equals_symbolic_sum(form)
    except ShapeError:
        return False


def _equals_sum(form: Form, V: sympy.MatrixBase, x: sympy.MatrixBase) -> bool:
    found = form(V, x)
    return found.shape == x.shape and (found - sum_of_scaled(V, x)).expand().is_zero_matrix is True


def _equals_symbolic_sum(form: Form) -> bool:
    d, k = sympy.symbols("d k", integer=True, positive=True)
    row = sympy.Symbol("r", integer=True)
    V, x = sympy.MatrixSymbol("V", d, k), sympy.MatrixSymbol("x", d, 1)
    found = form(V, x)
    return found.shape == x.shape and found[row, 0].as_dummy() == entry_of_sum(V, x, row).as_dummy()


def is_length(rule: LengthRule, v: sympy.MatrixBase, x: sympy.MatrixBase) -> bool:
    """Say whether a rule gives the length of the projection of x onto v.

    A length is not negative, nor is its product with the norm of v, and its square is the squared
    norm of the projection.

    Args:
        rule: a function of v and x, such as `dot_product`.
        v: (d, 1), not 0, of real symbols or exact numbers.
        x: (d, 1), likewise.
    """
    norm = sympy.sqrt(dot_product(v, v))
    return (rule(v, x) * norm).is_nonnegative is True and _has_square_of_length(rule, v, x)


def is_signed_length(rule: LengthRule, v: sympy.MatrixBase, x: sympy.MatrixBase) -> bool:
    """Say whether a rule gives the length up to its sign, and v scaled by it is the projection.

    Args:
        rule: as in `is_length`.
        v: (d, 1), not 0, such as a column of `unit_vectors`.
        x: (d, 1).
    """
    remainder = v * rule(v, x) - projection_onto(v, x)
    return _has_square_of_length(rule, v, x) and _is_zero(remainder)


def is_projection(projected: sympy.MatrixBase, v: sympy.MatrixBase, x: sympy.MatrixBase) -> bool:
    """Say whether a vector is a multiple of v and its distance from x is orthogonal to v.

    Args:
        projected: (d, 1), such as `projection_onto(v, x)`.
        v: (d, 1), not 0.
        x: (d, 1).
    """
    parallel = v * (v.T * projected) - projected * (v.T * v)
    return _is_zero(parallel) and _is_zero(v.T * (x - projected))


def _has_square_of_length(rule: LengthRule, v: sympy.MatrixBase, x: sympy.MatrixBase) -> bool:
    projected = projection_onto(v, x)
    return _is_zero(sympy.Matrix([rule(v, x) ** 2]) - projected.T * projected)


def _is_zero(matrix: sympy.MatrixBase) -> bool:
    return matrix.applyfunc(sympy.cancel).is_zero_matrix is True
