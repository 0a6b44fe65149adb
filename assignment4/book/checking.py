"""What a page says of how this book is checked: counts of its sources, and a record of runs."""

import ast
import re
from collections import Counter, defaultdict
from pathlib import Path

import nbformat
import yaml

from assignment4 import ROOT
from assignment4.book.ledger import recorded_claims
from assignment4.book.notebooks import chapter_paths
from assignment4.claims import book_claims

STANDING = re.compile(r"\{(checked|stated)\}`[^`]+`")


def failing_tests(tests: Path = ROOT / "tests") -> dict[str, list[ast.AST]]:
    """Return for each claim the functions that are marked as showing its check fail."""
    shown = defaultdict(list)
    for path in sorted(tests.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for mark in getattr(node, "decorator_list", []):
                if isinstance(mark, ast.Call) and ast.unparse(mark.func).endswith(".can_fail"):
                    for argument in mark.args:
                        shown[ast.literal_eval(argument)].append(node)
    return shown


def claims_by_exercise() -> list[tuple[str, int, int, int]]:
    """Return for each exercise its claims: how many, how many checked, how many seen to fail."""
    recorded = {claim for path in chapter_paths() for claim in recorded_claims(path)}
    failing = failing_tests().keys()
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


def read_record(path: Path = ROOT / "results" / "checked.yml") -> dict[str, object]:
    """Return what came of "mutants" and of runs under other "circumstances" when last tried."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))
