"""Exercise 4 b: all misprints, each with what it does to its formula."""
# ruff: noqa: D103  (the formulas say what a misprint is)

from dataclasses import replace

import numpy as np

from assignment4.claims import typeset
from assignment4.pca.derivation import remainder
from assignment4.pca.derivation.line import TRANSPOSE, Slip, slip
from assignment4.pca.derivation.lines import SLIPS as SLIPS_OF_LINES
from assignment4.pca.derivation.settings import Setting
from assignment4.tables import Table, html_row, html_table


def _derivative(s: Setting) -> np.ndarray:
    """Return the derivative by the last vector, a column, with every multiplier of a pair 1."""
    v = s.discarded[-1]
    others = sum(s.discarded[:-1], np.zeros_like(v))
    return 2 * s.covariance @ v - 2 * s.discarded_eigenvalues[-1] * v + others


@slip(
    "the Lagrangian",
    r"v_i \Sigma v_i",
    r"v_i^T \Sigma v_i",
    TRANSPOSE,
    lambda s: sum(v.T @ s.covariance @ v for v in s.discarded),
)
def form_without_transpose(s: Setting) -> np.ndarray:
    return sum(v @ s.covariance @ v for v in s.discarded)


@slip(
    "its derivative",
    r"v_j \, \partial F / \partial v_i",
    r"v_j^T \, \partial F / \partial v_i",
    TRANSPOSE,
    lambda s: s.vectors[0].T @ _derivative(s),
)
def derivative_times_column(s: Setting) -> np.ndarray:
    return s.vectors[0] @ _derivative(s)


_ERRORS = (remainder.error_without_transpose, remainder.one_image_in_error)

SLIPS = (
    remainder.error_of_one_image,
    *SLIPS_OF_LINES,
    replace(
        remainder.error_of_one_image,
        place="the minimiser",
        printed=r"\lVert x - W W^T x \rVert",
        right=r"\lVert x_l - W W^T x_l \rVert",
    ),
    form_without_transpose,
    derivative_times_column,
    *(replace(one, place="the last formula") for one in _ERRORS),
)
"""The misprints; a formula with two slips occurs twice."""


class Misprints(Table):
    """A table of slips: where, what is printed and what is right, and what there is with them."""

    def __init__(self, slips: tuple[Slip, ...] = SLIPS) -> None:
        names = ["where", "printed", "right", "slip", "with it there is"]
        rows = [(s.place, f"${s.printed}$", f"${s.right}$", s.slip, s.effect) for s in slips]
        super().__init__(names, rows)

    def _repr_html_(self) -> str:
        rows = [html_row(map(typeset, row)) for row in self.rows]
        return html_table("values", self.names, rows)
