"""What a page says of how this book is checked, counted in its sources and in stored test runs."""

import ast
import re
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import nbformat

from assignment4 import matrix
from assignment4.claims import book_claims
from assignment4.json_lines import read_json_lines
from assignment4.ledger import recorded_claims
from assignment4.mutation.judged import (
    newest_outcomes,
    present,
    read_judgements,
    shares_killed,
    survivors,
)
from assignment4.mutation.run import PARTS
from assignment4.notebooks import chapter_paths
from assignment4.repository import ROOT

STANDING = re.compile(r"\{(checked|stated)\}`[^`]+`")


def claims_shown_to_fail(tests: Path = ROOT / "tests") -> set[str]:
    """Return the claims for which a test is marked as showing their check fail."""
    shown = set()
    for path in tests.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".can_fail"):
                shown |= {ast.literal_eval(argument) for argument in node.args}
    return shown


def claims_by_exercise() -> list[tuple[str, int, int, int]]:
    """Return for each exercise its claims: how many, how many checked, how many seen to fail."""
    recorded = {claim for path in chapter_paths() for claim in recorded_claims(path)}
    failing = claims_shown_to_fail()
    rows = []
    for exercise in sorted({name[0] for name in book_claims()}):
        names = {name for name in book_claims() if name[0] == exercise}
        rows.append((exercise, len(names), len(names & recorded), len(names & failing)))
    return rows


def equations_by_standing() -> dict[str, int]:
    """Return how many displayed equations of the chapters are checked, and how many only stated."""
    counts: Counter = Counter()
    for path in chapter_paths():
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                counts.update(STANDING.findall(cell.source))
    return dict(counts)


class Part(NamedTuple):
    """What came of the mutants of a part of the package.

    Attributes:
        name: of the part.
        mutants: how many there are.
        tried: how many of them have been tried.
        survive: how many of these no test notices.
        equivalent: how many of the survivors do what the code does.
        share: of the mutants tried that are not equivalent, those that a test kills; None where
            none has been tried.
    """

    name: str
    mutants: int
    tried: int
    survive: int
    equivalent: int
    share: float | None


def mutants_by_part() -> list[Part]:
    """Return what came of the mutants of each part."""
    outcomes, judgements = newest_outcomes(), read_judgements()
    shares, parts = shares_killed(outcomes, judgements), []
    for name in PARTS:
        tried = {one: line for one, line in outcomes.items() if line["part"] == name}
        alive = survivors(tried)
        equivalent = sum(judgements[one].judgement == "equivalent" for one in alive)
        counts = (len(present(name)), len(tried), len(alive), equivalent)
        parts.append(Part(name, *counts, shares.get(name)))
    return parts


def known_gaps() -> list[tuple[str, str]]:
    """Return the mutants that a missing test would kill, each with what is missing."""
    judgements = read_judgements()
    return [
        (name, judgements[name].because)
        for name in sorted(survivors(newest_outcomes()))
        if judgements[name].judgement == "gap"
    ]


def newest_runs(results: Path = matrix.RESULTS) -> list[dict]:
    """Return the newest outcome of each run of the matrix, in the order of the matrix."""
    newest = {line["circumstances"]: line for line in read_json_lines(results)}
    not_tried = {"outcome": "not tried yet"}
    return [{"circumstances": one.name} | newest.get(one.name, not_tried) for one in matrix.RUNS]
