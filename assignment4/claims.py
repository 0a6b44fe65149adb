"""The ledger: what the report claims, what the checks say of it, and whether the two agree.

The verdicts stand on the embedded letters; on others each outcome is told and nothing fails.
"""

import functools
import hashlib
import html
import os
import re
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import yaml

from assignment4 import ROOT, cache
from assignment4.intervals import Finding
from assignment4.letters.pairs import PAIRS, are_of_the_book, letters_folder

MARKS = {
    "confirmed": "✓",
    "conditional": "◐",
    "corrected": "✎",
    "misprint": "¶",
    "refuted": "✗",
    "undecided": "?",
    "open": "○",
}
"""The verdicts, each with the mark that tells it from the others without colour."""

DECIDED = frozenset({"confirmed", "conditional", "corrected", "misprint", "refuted"})

FIRMER_THAN = {
    "open": DECIDED | {"undecided"},
    "undecided": DECIDED,
    "refuted": frozenset({"confirmed"}),
}
"""For each verdict those that a claim cannot have that rests on one with it."""

EXPLAINED = ("conditional", "corrected", "misprint", "refuted", "undecided")
"""The verdicts that say why."""

FINDINGS = {
    "confirmed": "holds",
    "conditional": "holds on its condition",
    "corrected": "holds as corrected",
    "misprint": "holds as it was meant",
    "refuted": "does not hold",
    "undecided": "cannot be decided",
}
"""How outcomes on letters from files, or of other pairs, are told."""


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
    scripts: str = ""
    scripts_because: str = ""


@dataclass(frozen=True)
class Outcome:
    """What a check found of a claim, shown as a line of text or as a box in a page."""

    claim: Claim
    finding: str
    evidence: str
    of_scripts: str = ""

    def __repr__(self) -> str:
        scripts = f" As the scripts did: {self.of_scripts}" if self.of_scripts else ""
        return f"{self.claim.id}: {self.finding}. {self._text()}{scripts}"

    def _repr_html_(self) -> str:
        return (
            f'<div class="claim claim-{self.claim.verdict}" id="claim-{self.claim.id}">'
            f'<a href="claims.html#{self.claim.id}">{self.claim.id}</a> '
            f"<strong>{MARKS.get(self.finding, '')} {self.finding}</strong> "
            f"{typeset(self._text())}{self._scripts_html()}</div>"
        )

    def _scripts_html(self) -> str:
        if not self.of_scripts:
            return ""
        return f'<br><span class="as-scripts">As the scripts did: {typeset(self.of_scripts)}</span>'

    def _text(self) -> str:
        because = self.claim.because if self.finding in MARKS else ""
        return " ".join(filter(None, [self.claim.claim, because, self.evidence]))


def typeset(text: str) -> str:
    """Return a text as HTML, in which MathJax finds the formulas that stand between dollars."""
    return re.sub(r"\$([^$]*)\$", r'<span class="math">\\(\1\\)</span>', html.escape(text))


def read_claims(path: Path = ROOT / "claims.yml") -> dict[str, Claim]:
    """Return the claims of a file by their ids, in its order.

    ValueError: an entry has missing or unknown fields or no text in one, an id is odd or occurs
    twice, a verdict is not one of MARKS or lacks its reason, or a claim rests on an unknown one, on
    itself, or on one whose verdict is less firm.
    """
    claims: dict[str, Claim] = {}
    for entry in yaml.safe_load(path.read_bytes()):
        _check_entry(entry)
        claim = Claim(**entry | {"rests_on": tuple(entry["rests_on"])})
        if claim.id in claims:
            raise ValueError(f"{claim.id}: the id occurs twice")
        claims[claim.id] = claim
    _check_foundations(claims)
    return claims


def _check_entry(entry: dict) -> None:
    fields = list(Claim.__dataclass_fields__)
    if list(entry) not in (fields, fields[:-2]):
        raise ValueError(f"{entry}: the fields are {fields}, the last two where scripts differ")
    texts = [value for name, value in entry.items() if name != "rests_on"]
    rests_on = entry["rests_on"]
    if not isinstance(rests_on, list) or not all(isinstance(one, str) for one in texts + rests_on):
        raise ValueError(f"{entry}: all fields are texts, and rests_on is a list of ids")
    if not re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", entry["id"]):  # a page has a place of this name
        raise ValueError(f"{entry['id']!r} is no id: words of a-z and 0-9, joined by hyphens")
    if entry["verdict"] not in MARKS:
        raise ValueError(f"{entry}: {entry['verdict']!r} is no verdict; they are {list(MARKS)}")
    if entry.get("scripts", "confirmed") not in MARKS:
        raise ValueError(f"{entry}: {entry['scripts']!r} is no verdict; they are {list(MARKS)}")
    for verdict, because in (("verdict", "because"), ("scripts", "scripts_because")):
        if entry.get(verdict) in EXPLAINED and not entry[because]:
            raise ValueError(f"{entry['id']}: the verdict {entry[verdict]!r} needs its {because!r}")


def _check_foundations(claims: dict[str, Claim]) -> None:
    try:
        TopologicalSorter({claim.id: claim.rests_on for claim in claims.values()}).prepare()
    except CycleError as error:
        first, *others = error.args[1]
        raise ValueError(f"{first}: rests on itself by way of {', '.join(others)}") from None
    for claim in claims.values():
        for name in claim.rests_on:
            if name not in claims:
                raise ValueError(f"{claim.id}: rests on {name!r}, which is no claim")
            below = claims[name].verdict
            if claim.verdict in FIRMER_THAN.get(below, ()):
                reason = f"it rests on {name}, which is {below}"
                raise ValueError(f"{claim.id}: cannot be {claim.verdict}, since {reason}")


@functools.cache
def book_claims() -> dict[str, Claim]:
    """Return the claims of this book by their ids."""
    return read_claims()


def derive_verdict(
    holds: bool | None,
    *,
    as_corrected: bool | None = None,
    as_meant: bool | None = None,
    on_condition: bool | None = None,
) -> str:
    """Return the verdict that follows from whether a claim holds as stated or as proposed.

    A correction, what a misprint was meant to say and a condition may be proposed; None stands for
    no proposal, and for `holds` it means that the data cannot tell.
    """
    if holds is None or holds:
        return "undecided" if holds is None else "confirmed"
    if as_corrected:
        return "corrected"
    if as_meant:
        return "misprint"
    return "conditional" if on_condition else "refuted"


def record(
    claim_id: str,
    holds: Finding | bool | None,
    *,
    as_corrected: Finding | bool | None = None,
    as_meant: Finding | bool | None = None,
    on_condition: Finding | bool | None = None,
    in_scripts: Finding | bool | None = None,
) -> Outcome:
    """Record what checks found of a claim of `claims.yml`, as `derive_verdict` takes it.

    Where the report's scripts did something else than its text says, `in_scripts` is whether the
    claim holds of what they did: a second verdict. Returned is the outcome with all numbers.

    ValueError: there is no such claim, or a finding is no truth value. VerdictError: on the
    embedded letters, the finding is not the verdict written down, and no person is trying
    something: ASSIGNMENT4_PROGRESS is 0, as where chapters are executed.
    """
    claims = book_claims()
    if claim_id not in claims:
        raise ValueError(f"{claim_id!r} is no claim of claims.yml")
    *findings, scripts = (
        one if isinstance(one, Finding) else Finding(one)
        for one in (holds, as_corrected, as_meant, on_condition, in_scripts)
    )
    for one in (*findings, scripts):
        if one.holds not in (True, False, None):
            raise ValueError(f"{claim_id}: a check finds True, False or None, not {one.holds!r}")
    claim = claims[claim_id]
    first, corrected, meant, condition = (finding.holds for finding in findings)
    options = {"as_corrected": corrected, "as_meant": meant, "on_condition": condition}
    verdict = derive_verdict(first, **options)
    found_of_scripts = derive_verdict(scripts.holds) if claim.scripts else ""
    told = " ".join(filter(None, [f"{found_of_scripts}.", claim.scripts_because, scripts.numbers]))
    of_scripts = told if claim.scripts else ""
    evidence = " ".join(finding.numbers for finding in findings if finding.numbers)
    if not are_of_the_book():
        outcome = Outcome(claim, f"{FINDINGS[verdict]} on these letters", evidence)
        with cache.refusals_named():
            text = f"{outcome.finding}. {evidence}".strip()
            cache.write_atomically(_outcome_path(claim_id), text.encode())
        return outcome
    if (verdict, found_of_scripts) != (claim.verdict, claim.scripts):
        if os.environ.get("ASSIGNMENT4_PROGRESS") != "0":  # a person is trying something
            return Outcome(claim, f"{FINDINGS[verdict]} here", evidence)
        stated = " and ".join(filter(None, [repr(claim.verdict), claim.scripts]))
        raise VerdictError(
            f"{claim_id}: the check finds {verdict!r} and {found_of_scripts!r} of the scripts, "
            f"and claims.yml says {stated}. {evidence} {scripts.numbers}"
        )
    return Outcome(claim, verdict, evidence, of_scripts)


def _outcome_path(claim_id: str) -> Path:
    digest = hashlib.sha256(repr((letters_folder(), PAIRS)).encode()).hexdigest()
    return cache.cache_folder() / f"outcomes-{digest[:32]}" / f"{claim_id}.txt"


def outcome_on_other_letters(claim_id: str) -> str:
    """Return what the last check of a claim found on the letters in use, not the book's own."""
    try:
        return _outcome_path(claim_id).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return "not checked"
