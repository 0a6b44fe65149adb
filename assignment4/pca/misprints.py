"""Exercise 4 b: all misprints, in the report's order, each with what it does to its formula."""

from dataclasses import replace

from assignment4.claims import typeset
from assignment4.pca.derivation import remainder
from assignment4.pca.derivation.line import Slip
from assignment4.pca.derivation.lines import SLIPS as SLIPS_OF_LINES
from assignment4.pca.minimum.lagrangian import SLIPS as SLIPS_OF_LAGRANGIAN
from assignment4.tables import Table, html_row, html_table

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
    *SLIPS_OF_LAGRANGIAN,
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
