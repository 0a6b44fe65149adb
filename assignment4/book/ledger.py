"""The ledger as a page: every claim, its verdict, and the cell that earned it."""

import ast
import html
from collections.abc import Iterator
from pathlib import Path

import nbformat

from assignment4.book.notebooks import chapter_paths
from assignment4.claims import MARKS, Claim, book_claims, outcome_on_other_letters, typeset
from assignment4.figures.pages import fill_page, option_elements
from assignment4.letters.pairs import are_of_the_book
from assignment4.tables import html_row, html_table


def recorded_claims(path: Path) -> Iterator[str]:
    """Yield the ids that a notebook's cells record, in order, with repetitions."""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            yield from recorded_in(ast.parse(cell.source))


def recorded_in(tree: ast.AST) -> Iterator[str]:
    """Yield the ids that code records."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "record":
            yield ast.literal_eval(node.args[0])


def verdict_counts(field: str = "verdict") -> dict[str, int]:
    """Return how many claims have each verdict; of what the scripts did, with "scripts"."""
    verdicts = [getattr(claim, field) for claim in book_claims().values()]
    return {verdict: verdicts.count(verdict) for verdict in MARKS}


def _told_of_scripts() -> str:
    counts = [f"{count} {word}" for word, count in verdict_counts("scripts").items() if count]
    return f"As the scripts did, where that differs: {', '.join(counts)}"


class VerdictCounts:
    """How many claims have each verdict, each a link to those claims in the ledger."""

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} {verdict}" for verdict, count in verdict_counts().items())
        return f"{counts}. {_told_of_scripts()}."

    def _repr_html_(self) -> str:
        links = "".join(
            f'<a href="claims.html#verdict={verdict}" class="claim-{verdict}">'
            f"<strong>{count}</strong> {MARKS[verdict]} {verdict}</a>"
            for verdict, count in verdict_counts().items()
            if count
        )
        return f'<div class="verdict-counts">{links}</div><p>{_told_of_scripts()}.</p>'


def depth(name: str) -> int:
    """Return how many claims stand one upon the other below a claim."""
    return max((1 + depth(other) for other in book_claims()[name].rests_on), default=0)


class Ledger:
    """The table of all claims, as text or as HTML, with a link to the cell of each check."""

    def __repr__(self) -> str:
        return "\n".join(map(_told, book_claims().values()))

    def _repr_html_(self) -> str:
        claims = book_claims().values()
        chapters = {name: path.stem for path in chapter_paths() for name in recorded_claims(path)}
        names = ["Claim and verdict", "What is claimed, and what was found", "Rests on"]
        if not are_of_the_book():
            names.append("On your letters")
        exercises = sorted({claim.id[0] for claim in claims})
        verdicts = [verdict for verdict, count in verdict_counts().items() if count]
        return fill_page(
            "ledger_filter.html",
            exercises=option_elements(["all", *exercises], selected="all"),
            verdicts=option_elements(["all", *verdicts], selected="all"),
            table=html_table("ledger", names, [_row(one, chapters.get(one.id)) for one in claims]),
        )


def _told(claim: Claim) -> str:
    told = f"{claim.id}: {claim.verdict}. {claim.claim} {claim.because}".rstrip()
    scripts = f" As the scripts did: {claim.scripts}. {claim.scripts_because}".rstrip()
    return told + scripts if claim.scripts else told


def _row(claim: Claim, chapter: str | None) -> str:
    name = f'<a href="{chapter}.html#claim-{claim.id}">{claim.id}</a>' if chapter else claim.id
    found = f'<p class="found">Found: {typeset(claim.because)}</p>' if claim.because else ""
    if claim.scripts:
        found += (
            f'<p class="found">As the scripts did: <strong>{MARKS[claim.scripts]} '
            f"{claim.scripts}</strong> {typeset(claim.scripts_because)}</p>"
        )
    cells = [
        f"{name}<br><strong>{MARKS[claim.verdict]} {claim.verdict}</strong>"
        f"<br><small>{html.escape(claim.report)}</small>",
        typeset(claim.claim) + found,
        ", ".join(f'<a href="#{other}">{other}</a>' for other in claim.rests_on),
    ]
    if not are_of_the_book():
        cells.append(typeset(outcome_on_other_letters(claim.id)))
    attributes = (
        f' id="{claim.id}" class="claim-{claim.verdict}" style="--depth: {depth(claim.id)}"'
        f' data-exercise="{claim.id[0]}" data-verdict="{claim.verdict}"'
    )
    return html_row(cells, attributes=attributes)
