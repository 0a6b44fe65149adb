"""Tables as text and as HTML."""

import html
from collections.abc import Collection, Mapping, Sequence
from numbers import Integral, Real

import numpy as np


class Table:
    """A table with named columns; every cell is shown by its `str`.

    ValueError: a row has another number of cells than there are names.
    """

    def __init__(self, names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        self.names = list(names)
        self.rows = [[str(cell) for cell in row] for row in rows]
        for row in self.rows:
            if len(row) != len(self.names):
                raise ValueError(f"the row {row} has {len(row)} cells for {len(self.names)} names")

    def __repr__(self) -> str:
        lines = [self.names, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        )

    def _repr_html_(self) -> str:
        rows = [html_row([html.escape(cell) for cell in row]) for row in self.rows]
        return html_table("values", self.names, rows)


def table(
    columns: Mapping[str, Sequence[object]], *, digits: int = 3, measured: Collection[str] = ()
) -> Table:
    """Return a table of columns, by name, with so many digits behind the point.

    The `measured` columns, whose numbers differ from machine to machine, are marked. ValueError:
    one of them is not there, or the columns differ in length.
    """
    if unknown := sorted(set(measured) - set(columns)):
        raise ValueError(f"there are no columns {unknown}; there are {list(columns)}")
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"the columns differ in length: {lengths}")
    cells = [
        [_shown(value, digits, "≈" * (name in measured)) for value in values]
        for name, values in columns.items()
    ]
    return Table(list(columns), list(zip(*cells, strict=True)))


def _shown(value: object, digits: int, mark: str) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, Real) and not isinstance(value, Integral):
        return f"{mark}{value:,.{digits}f}"
    return f"{mark}{value:,}" if isinstance(value, Integral) else str(value)


def html_row(cells: Sequence[str], *, attributes: str = "") -> str:
    """Return a table row of cells that are HTML already."""
    return f"<tr{attributes}>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def html_table(css_class: str, names: Sequence[str], rows: Sequence[str]) -> str:
    """Return an HTML table of rows that `html_row` made, under a head of names."""
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in names)
    body = "\n".join(rows)
    return (
        f'<table class="{css_class}"><thead><tr>{head}</tr></thead>\n'
        f"<tbody>\n{body}\n</tbody></table>"
    )
