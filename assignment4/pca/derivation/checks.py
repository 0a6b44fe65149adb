"""Checks of Exercise 4 b, (1) to (17): exact ones, on rational functions of symbols.

The facts (1) to (3) are judged on a matrix with the vectors as columns. Each of the lines (4) to
(17) is judged against the line before it, in settings that have what the step cites and no more.
"""

from collections.abc import Iterable

import numpy as np
import sympy

from assignment4.pca.derivation.index_notation import GeneralLine, terms
from assignment4.pca.derivation.lines import LINES, Line
from assignment4.pca.derivation.settings import (
    Setting,
    arbitrary_settings,
    centred_settings,
    eigenvector_settings,
    orthogonal_settings,
    orthonormal_settings,
    symbols_matrix,
    unit_settings,
)
from assignment4.pca.derivation.slips import HIDDEN, NO_VALUE, SHOWN, Slip
from assignment4.tables import Table

SETTINGS = {
    "": arbitrary_settings,
    "(1)": unit_settings,
    "(2)": orthogonal_settings,
    "(3)": orthonormal_settings,
    "(4)": centred_settings,
    "eigenvectors": eigenvector_settings,
}
"""Where a step is checked, by what it cites."""

DESCRIPTIONS = {
    "": "any vectors, any images",
    "(1)": "unit vectors at any angles, any images",
    "(2)": "orthogonal vectors of any lengths, any images",
    "(3)": "orthonormal bases, any images",
    "(4)": "any vectors, images with mean zero",
    "eigenvectors": "eigenvectors of the covariance of any lengths, images with mean zero",
}
"""The same in words."""

FOR_ALL_SIZES = (6, 9, 10, 11, 12, 13, 14, 15, 17)
"""The lines that are checked for symbolic d, k and L too; (6) by its entries before the norm."""


def are_unit(V: sympy.MatrixBase) -> bool:
    """Say whether every column v_i has v_i^T v_i = 1, as (1) says.

    Args:
        V: (d, number of vectors), of symbols or exact numbers.
    """
    products = _products(V)
    return all(products[i, i] == 1 for i in range(V.cols))


def are_orthogonal(V: sympy.MatrixBase) -> bool:
    """Say whether v_i^T v_j = 0 for all columns i and j that differ, as (2) says.

    Args:
        V: (d, number of vectors), of symbols or exact numbers.
    """
    return _products(V).is_diagonal()


def _products(V: sympy.MatrixBase) -> sympy.MatrixBase:
    return (V.T * V).applyfunc(sympy.cancel)


def are_eigenvectors(V: sympy.MatrixBase, matrix: sympy.MatrixBase) -> bool:
    """Say whether a matrix takes each column of V to a multiple of it, and no column is 0.

    Args:
        V: (d, number of vectors).
        matrix: (d, d).
    """
    squares = _products(V).diagonal()
    if 0 in squares:
        return False
    forms = (V.T * matrix * V).diagonal()
    factors = [sympy.cancel(form / square) for form, square in zip(forms, squares, strict=True)]
    remainder = matrix * V - V * sympy.diag(*factors)
    return remainder.applyfunc(sympy.cancel).is_zero_matrix is True


def separates_eigenvectors(matrix: sympy.MatrixBase) -> bool:
    r"""Say whether v^T (S w) = (S v)^T w for all v and w.

    For eigenvectors v and w this is $\mu\, v^T w = \lambda\, v^T w$: those of different
    eigenvalues are orthogonal. Within one eigenvalue they can be chosen so.

    Args:
        matrix: S, (d, d), such as the covariance.
    """
    v, w = (symbols_matrix(letter, matrix.rows, 1) for letter in "vw")
    return sympy.expand((v.T * (matrix * w) - (matrix * v).T * w)[0]) == 0


def represent_exactly(V: sympy.MatrixBase) -> bool:
    """Say whether every x is the sum of (v_i^T x) v_i over the columns of V, as (3) says.

    Args:
        V: (d, number of vectors), of symbols or exact numbers.
    """
    x = symbols_matrix("x", V.rows, 1)
    return (V * (V.T * x) - x).applyfunc(sympy.cancel).is_zero_matrix is True


def follows(line: Line, previous: Line) -> bool:
    """Say whether a line follows from another by nothing else than what it cites.

    A line without a value, where shapes do not fit, follows from nothing and nothing from it.

    Args:
        line: the later one, such as LINES[6].
        previous: the line before it, such as LINES[5].
    """
    return not fault(line, previous, SETTINGS[line.cites]())


def needs_what_it_cites(line: Line, previous: Line) -> bool:
    """Say whether a line does not follow for any vectors and images, so that it has to cite."""
    return bool(fault(line, previous, arbitrary_settings()))


def fault(line: Line, previous: Line, settings: tuple[Setting, ...]) -> str:
    """Say what is wrong with a step from a line to the next.

    Args:
        line: the later one.
        previous: the line before it.
        settings: in which the two are to be equal, identically in all symbols.

    Returns:
        In which setting the two differ first, or one has no value; empty where they are equal in
        all.
    """
    for setting in settings:
        try:
            difference = line.value(setting) - previous.value(setting)
        except ValueError:  # NumPy's for shapes that do not fit
            return f"it has no value for {setting}"
        if np.any(difference != 0):
            return f"it differs for {setting}"
    return ""


def differ_by(first: Line, second: Line, term: Line) -> bool:
    """Say whether first - second is a third expression, for any vectors and any images.

    Args:
        first: such as (4), or (14).
        second: such as the covariance, or (15): what `first` equals if the mean is zero.
        term: such as `product_of_means`, or `squares_of_mean`: what is left if it is not.
    """
    return not any(
        np.any(first.value(setting) - second.value(setting) - term.value(setting) != 0)
        for setting in arbitrary_settings()
    )


def follows_for_all_sizes(line: GeneralLine, previous: GeneralLine) -> bool:
    """Say whether a line follows from another for symbolic d, k and L.

    Args:
        line: the later one, such as GENERAL_LINES[10].
        previous: the line before it.
    """
    return terms(line.expression, line.fact) == terms(previous.expression, line.fact)


def sums_are_equal(first: sympy.Expr, second: sympy.Expr) -> bool:
    """Say whether SymPy finds two combinations of sums equal, for symbolic ranges.

    Args:
        first: such as DIFFERENCE_OF_EXPANSIONS.
        second: such as REMAINDER.
    """
    return sympy.simplify(first - second) == 0


def has_effect(slip: Slip) -> bool:
    """Say whether a misprint has the effect that it is said to have.

    What has no value is tried in every setting with k < d, where the right expression has one.
    """
    return _effect(slip) == slip.effect


def _effect(slip: Slip) -> str:
    discarding = [setting for setting in arbitrary_settings() if setting.discarded]
    if not any(_exists(slip, setting) for setting in discarding):
        return NO_VALUE
    if not _differs(slip, discarding):
        return ""
    return SHOWN if _differs(slip, orthonormal_settings()) else HIDDEN


def _exists(slip: Slip, setting: Setting) -> bool:
    slip.right_value(setting)
    try:
        slip.printed_value(setting)
    except ValueError:  # NumPy's for shapes that do not fit
        return False
    return True


def _differs(slip: Slip, settings: Iterable[Setting]) -> bool:
    return any(
        np.any(slip.printed_value(setting) - slip.right_value(setting) != 0) for setting in settings
    )


def steps() -> Table:
    """Return what each step cites, for what it is checked, in which sizes, and whether in all."""
    rows = []
    for number, line in LINES.items():
        sizes = {(setting.d, setting.count) for setting in SETTINGS[line.cites]()}
        rows.append(
            (
                f"({number})",
                line.cites,
                DESCRIPTIONS[line.cites],
                ", ".join(f"({d}, {count})" for d, count in sorted(sizes)),
                "yes" if number in FOR_ALL_SIZES else "no",
            )
        )
    return Table(["line", "cites", "checked for", "(d, L), every k", "all d, k, L"], rows)
