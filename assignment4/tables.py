"""Tables as text and as HTML."""

import html
from collections.abc import Sequence


class Table:
    """A table with named columns; every cell is shown by its `str`.

    Raises:
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
