"""The ledger: what the report claims, what the checks say of it, and whether the two agree.

`claims.yml` holds each claim with the verdict written down for it. A chapter records what a check
found, and the recording fails where that is not the verdict. The verdicts stand on the embedded
letters; on other letters each outcome is told as it is and nothing fails.
"""

import ast
import functools
import hashlib
import html
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import yaml

from assignment4 import cache
from assignment4.letters.dataset import letters_folder
from assignment4.notebooks import ROOT, chapter_paths
from assignment4.tables import html_row, html_table

MARKS = {
    "confirmed": "✓",
    "conditional": "◐",
    "corrected": "✎",
    "refuted": "✗",
    "undecided": "?",
    "open": "○",
}
"""The verdicts, each with the mark that tells it from the others without colour."""

EXPLAINED = ("conditional", "corrected", "refuted", "undecided")
"""The verdicts that say why."""


class VerdictError(AssertionError):
    """A check found something else than the verdict that `claims.yml` holds."""


@dataclass(frozen=True)
class Claim:
    """One entry of `claims.yml`; the file's head says what the fields mean."""

    id: str
    report: str
    claim: str
    verdict: str
    because: str
    rests_on: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What a check found of a claim, shown as a line of text or as a box in a page."""

    claim: Claim
    finding: str
    evidence: str
    other_letters: bool

    def __repr__(self) -> str:
        return f"{self.claim.id}: {self.finding}. {self.claim.claim}{self._remark(' ')}"

    def _repr_html_(self) -> str:
        text = html.escape(f"{self.claim.claim}{self._remark(' ')}")
        return (
            f'<div class="claim claim-{self.claim.verdict}" id="claim-{self.claim.id}">'
            f'<a href="claims.html#{self.claim.id}">{self.claim.id}</a> '
            f"<strong>{MARKS.get(self.finding, '')} {self.finding}</strong> {text}</div>"
        )

    def _remark(self, space: str) -> str:
        remark = (self.other_letters and self.evidence) or self.claim.because
        return f"{space}{remark}" if remark else ""


def read_claims(path: Path = ROOT / "claims.yml") -> dict[str, Claim]:
    """Return the claims of a file by their ids, in its order.

    Raises:
        ValueError: an entry has missing or unknown fields, an id occurs twice, a verdict is not
            one of MARKS or lacks its reason, or a claim rests on an unknown one or on itself.
    """
    claims: dict[str, Claim] = {}
    for entry in yaml.safe_load(path.read_text(encoding="utf-8")):
        fields = set(Claim.__dataclass_fields__)
        if set(entry) != fields:
            raise ValueError(
                f"{entry.get('id')}: its fields are {sorted(entry)}, not {sorted(fields)}"
            )
        claim = Claim(**entry | {"rests_on": tuple(entry["rests_on"])})
        if claim.id in claims:
            raise ValueError(f"{claim.id}: the id occurs twice")
        if claim.verdict not in MARKS:
            raise ValueError(f"{claim.id}: {claim.verdict!r} is no verdict; they are {list(MARKS)}")
        if claim.verdict in EXPLAINED and not claim.because:
            raise ValueError(f"{claim.id}: the verdict {claim.verdict!r} needs its 'because'")
        claims[claim.id] = claim
    _check_foundations(claims)
    return claims


def _check_foundations(claims: dict[str, Claim]) -> None:
    """Raise ValueError where a claim rests on an unknown one, or in a circle."""
    settled: set[str] = set()

    def settle(claim: Claim, path: tuple[str, ...]) -> None:
        if claim.id in path:
            raise ValueError(f"{claim.id}: rests on itself by way of {', '.join(path)}")
        for foundation in claim.rests_on:
            if foundation not in claims:
                raise ValueError(f"{claim.id}: rests on {foundation!r}, which is no claim")
            if foundation not in settled:
                settle(claims[foundation], (*path, claim.id))
        settled.add(claim.id)

    for claim in claims.values():
        settle(claim, ())


@functools.cache
def _book_claims() -> dict[str, Claim]:
    return read_claims()


def derive_verdict(
    holds: bool | None, *, as_corrected: bool | None = None, on_condition: bool | None = None
) -> str:
    """Return the verdict that follows from what the checks found.

    Args:
        holds: whether the claim holds as the report states it; None where that is undecided.
        as_corrected: whether it holds after a correction, if one is proposed.
        on_condition: whether it holds on a condition, if one is proposed.
    """
    if holds is None:
        return "undecided"
    if holds:
        return "confirmed"
    if as_corrected:
        return "corrected"
    return "conditional" if on_condition else "refuted"


def record(
    claim_id: str,
    holds: bool | None,
    *,
    as_corrected: bool | None = None,
    on_condition: bool | None = None,
    evidence: str = "",
) -> Outcome:
    """Record what a check found of a claim; see `derive_verdict` for the findings.

    Args:
        claim_id: the claim's id in `claims.yml`.
        holds: whether the claim holds as stated; None where the data cannot tell.
        as_corrected: whether it holds as corrected.
        on_condition: whether it holds on the condition.
        evidence: one sentence with the numbers, told on letters from files.

    Returns:
        The outcome, to be shown as the cell's result.

    Raises:
        ValueError: there is no such claim, or a finding is no truth value.
        VerdictError: on the embedded letters, the finding is not the verdict written down.
    """
    claims = _book_claims()
    if claim_id not in claims:
        raise ValueError(f"{claim_id!r} is no claim of claims.yml")
    for finding in (holds, as_corrected, on_condition):
        if finding not in (True, False, None):
            raise ValueError(f"{claim_id}: a check finds True, False or None, not {finding!r}")
    claim = claims[claim_id]
    verdict = derive_verdict(holds, as_corrected=as_corrected, on_condition=on_condition)
    if letters_folder() is not None:
        return _record_on_other_letters(claim, verdict, evidence)
    if verdict != claim.verdict:
        raise VerdictError(
            f"{claim_id}: the check finds {verdict!r}, and claims.yml says {claim.verdict!r}. "
            + evidence
        )
    return Outcome(claim, verdict, evidence, other_letters=False)


FINDINGS = {
    "confirmed": "holds",
    "conditional": "holds on its condition",
    "corrected": "holds as corrected",
    "refuted": "does not hold",
    "undecided": "cannot be decided",
}
"""How outcomes on letters from files are told."""


def _record_on_other_letters(claim: Claim, verdict: str, evidence: str) -> Outcome:
    outcome = Outcome(claim, FINDINGS[verdict] + " on these letters", evidence, other_letters=True)
    content = json.dumps({"finding": outcome.finding, "evidence": evidence}, ensure_ascii=False)
    cache.write_atomically(_outcome_path(claim.id), content.encode())
    return outcome


def _outcome_path(claim_id: str) -> Path:
    folder = hashlib.sha256(str(letters_folder()).encode()).hexdigest()[:16]
    return cache.cache_folder() / f"outcomes-{folder}" / f"{claim_id}.json"


def recorded_claims(path: Path) -> Iterator[str]:
    """Yield the ids that a notebook's cells record, in order, with repetitions."""
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            yield from _recorded_in(ast.parse(cell.source))


def _recorded_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "record":
            yield ast.literal_eval(node.args[0])


class Ledger:
    """The table of all claims, as text or as HTML, with a link to the cell of each check."""

    def __init__(self) -> None:
        self.claims = list(_book_claims().values())
        self.chapters = {
            claim_id: path.stem for path in chapter_paths() for claim_id in recorded_claims(path)
        }

    def counts(self) -> dict[str, int]:
        """Return how many claims have each verdict."""
        verdicts = [claim.verdict for claim in self.claims]
        return {verdict: verdicts.count(verdict) for verdict in MARKS}

    def __repr__(self) -> str:
        return "\n".join(
            f"{claim.id}: {claim.verdict}. {claim.claim} {claim.because}".rstrip()
            for claim in self.claims
        )

    def _repr_html_(self) -> str:
        names = ["Claim", "What the report says", "Verdict", "Rests on"]
        if letters_folder() is not None:
            names.append("On your letters")
        return html_table("ledger", names, [self._row(claim) for claim in self.claims])

    def _row(self, claim: Claim) -> str:
        chapter = self.chapters.get(claim.id)
        name = f'<a href="{chapter}.html#claim-{claim.id}">{claim.id}</a>' if chapter else claim.id
        because = f"<br><small>{html.escape(claim.because)}</small>" if claim.because else ""
        foundations = ", ".join(f'<a href="#{other}">{other}</a>' for other in claim.rests_on)
        cells = [
            f"{name}<br><small>{html.escape(claim.report)}</small>",
            html.escape(claim.claim) + because,
            f"{MARKS[claim.verdict]} {claim.verdict}",
            foundations,
        ]
        if letters_folder() is not None:
            cells.append(html.escape(_outcome_on_other_letters(claim.id)))
        return html_row(cells, attributes=f' id="{claim.id}" class="claim-{claim.verdict}"')


def _outcome_on_other_letters(claim_id: str) -> str:
    try:
        outcome = json.loads(_outcome_path(claim_id).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return "not checked"
    return f"{outcome['finding']}. {outcome['evidence']}".strip()
