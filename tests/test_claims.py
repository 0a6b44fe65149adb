"""The ledger is honest: each decided claim has one check, and each check has been seen to fail."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import yaml

from assignment4 import ROOT, claims
from assignment4.book import ledger
from assignment4.book.checking import failing_tests
from assignment4.book.ledger import recorded_claims, recorded_in
from assignment4.book.notebooks import chapter_paths
from assignment4.claims import Finding, VerdictError, derive_verdict, read_claims, record, typeset


def ledger_problems(paths, decided) -> list[str]:
    """Return what is wrong with the claims that notebooks record, given those that are decided."""
    counts = Counter(claim_id for path in paths for claim_id in recorded_claims(path))
    problems = [f"{name} is decided, and no chapter checks it" for name in decided - counts.keys()]
    problems += [f"{name} is checked {n} times" for name, n in counts.items() if n > 1]
    return problems + [f"{name} is open or unknown" for name in counts.keys() - decided]


def names_in(tree: ast.AST, *, stored: bool = False) -> set[str]:
    """Return the names in code, or only those that it gives to variables."""
    nodes = list(ast.walk(tree))
    if stored:
        nodes = [one for one in nodes if isinstance(getattr(one, "ctx", None), ast.Store)]
    return {getattr(one, "id", getattr(one, "attr", None)) for one in nodes} - {None}


def called_for_claims(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Yield each claim that a notebook records, with all names that its outcome was made with.

    These are the names of the cell that records it, and of the cells that gave it its variables.
    """
    cells = nbformat.read(path, as_version=4).cells
    trees = [ast.parse(cell.source) for cell in cells if cell.cell_type == "code"]
    for last, tree in enumerate(trees):
        for claim_id in recorded_in(tree):
            names = names_in(tree)
            for before in reversed(trees[1:last]):
                if names_in(before, stored=True) & names:
                    names |= names_in(before)
            yield claim_id, names


def functions_of_the_package() -> set[str]:
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "assignment4").rglob("*.py")]
    return set(re.findall(r"^ *(?:def|class) (\w+)", "\n".join(texts), re.MULTILINE))


def test_every_decided_claim_is_checked_in_one_cell():
    decided = {claim.id for claim in read_claims().values() if claim.verdict != "open"}
    assert ledger_problems(chapter_paths(), decided) == []


def test_every_check_of_a_claim_is_shown_to_fail():
    """A test that is marked to show it uses a function that the claim's outcome was made with."""
    failing, functions = failing_tests(), functions_of_the_package() - {"record"}
    for path in chapter_paths():
        for claim_id, names in called_for_claims(path):
            tests = failing.get(claim_id, [])
            assert any(names & functions & names_in(test) for test in tests), claim_id


def write_book(folder: Path, *sources: str) -> Path:
    path = folder / "chapter.ipynb"
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


@pytest.mark.parametrize(
    ("sources", "problem"),
    [
        ((), "no chapter checks it"),
        (('# record("2a-mean", True)',), "no chapter checks it"),
        (('record("2a-mean", True)', 'record("2a-mean", True)'), "checked 2 times"),
        (('record("2a-mean", True)', 'record("1a-fits", True)'), "1a-fits is open"),
    ],
)
def test_the_gate_stops_a_broken_book(tmp_path, sources, problem):
    (found,) = ledger_problems([write_book(tmp_path, *sources)], {"2a-mean"})
    assert problem in found


def test_the_gate_follows_a_finding_to_the_check_that_made_it(tmp_path):
    cells = "import a", "x = a.is_zero(1)", "y = a.other(2)", 'record("2a-mean", x)'
    ((claim, names),) = called_for_claims(write_book(tmp_path, *cells))
    assert claim == "2a-mean"
    assert {"is_zero", "other"} & names == {"is_zero"}


def test_verdicts_follow_from_findings():
    assert derive_verdict(True, as_corrected=True) == "confirmed"
    assert derive_verdict(False, as_corrected=False, on_condition=False) == "refuted"
    assert derive_verdict(False, as_corrected=True) == "corrected"
    assert derive_verdict(False, on_condition=True) == "conditional"
    assert derive_verdict(None, as_corrected=True) == "undecided"


@pytest.fixture
def one_claim(monkeypatch):
    """A ledger with one confirmed claim, on the embedded letters."""
    claim = claims.Claim("x", "Exercise 0", "Water is wet.", "confirmed", "", ())
    for module in (claims, ledger):
        monkeypatch.setattr(module, "book_claims", lambda: {"x": claim})
    monkeypatch.delenv("ASSIGNMENT4_LETTERS", raising=False)
    return claim


def test_recording_the_verdict_shows_it_with_its_numbers(one_claim):
    assert repr(record("x", True)) == "x: confirmed. Water is wet."
    outcome = record("x", Finding(True, "Its share is 3 < 4."), as_corrected=Finding(True, "So."))
    assert repr(outcome) == "x: confirmed. Water is wet. Its share is 3 < 4. So."
    assert "3 &lt; 4. So." in outcome._repr_html_()


def test_recording_anything_else_fails(one_claim):
    assert [bool(Finding(holds)) for holds in (True, False, None)] == [True, False, False]
    for holds in (False, None, Finding(False)):
        with pytest.raises(VerdictError, match="x: the check finds"):
            record("x", holds)
    with pytest.raises(ValueError, match="'y' is no claim"):
        record("y", True)
    for finding in (0.97, "yes", [True]):
        with pytest.raises(ValueError, match="True, False or None"):
            record("x", finding)


def test_formulas_are_typeset_and_all_else_is_escaped():
    shown = typeset("a < b, $v_i^T x < 1$, and $y$")
    first, second = (f'<span class="math">\\({one}\\)</span>' for one in ("v_i^T x &lt; 1", "y"))
    assert shown == f"a &lt; b, {first}, and {second}"
    assert all(claim.claim.count("$") % 2 == 0 for claim in read_claims().values())


def test_other_letters_change_no_verdict_and_fail_nothing(one_claim, monkeypatch, tmp_path):
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", str(tmp_path))
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "cache"))
    assert "not checked" in ledger.Ledger()._repr_html_()
    outcome = record("x", Finding(False, "It is ≈0.3."))
    assert repr(outcome) == "x: does not hold on these letters. Water is wet. It is ≈0.3."
    assert "does not hold on these letters. It is ≈0.3." in ledger.Ledger()._repr_html_()
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "cache" / "file"))
    (tmp_path / "cache" / "file").touch()
    assert claims.outcome_on_other_letters("x") == "not checked"
    with pytest.raises(OSError, match="set ASSIGNMENT4_CACHE"):
        record("x", True)


@pytest.fixture
def read(tmp_path):
    """A function that reads claims from a file with these entries."""
    path = tmp_path / "claims.yml"

    def read_written(*entries: dict) -> dict[str, claims.Claim]:
        path.write_text(yaml.safe_dump(list(entries), sort_keys=False))
        return read_claims(path)

    return read_written


ENTRY = {"id": "x", "report": "Exercise 0", "claim": "Water is wet.", "verdict": "confirmed"}
ENTRY |= {"because": "", "rests_on": []}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"verdict": "true"}, "'true' is no verdict"),
        ({"verdict": "refuted"}, "needs its 'because'"),
        ({"rests_on": ["z"]}, "rests on 'z', which is no claim"),
        ({"rests_on": ["x"]}, "rests on itself"),
        ({"colour": "red"}, "fields"),
        ({"because": None}, "texts"),
        ({"rests_on": "x"}, "texts"),
        ({"id": "../../x"}, "no id"),
    ],
)
def test_broken_claims_are_refused(read, changes, message):
    assert list(read(ENTRY)) == ["x"]
    with pytest.raises(ValueError, match="occurs twice"):
        read(ENTRY, ENTRY)
    with pytest.raises(ValueError, match=message):
        read(ENTRY | changes)


@pytest.mark.parametrize(
    ("foundation", "verdict", "refused"),
    [
        ("undecided", "confirmed", True),
        ("undecided", "undecided", False),
        ("open", "undecided", True),
        ("refuted", "confirmed", True),
        ("refuted", "conditional", False),
        ("corrected", "confirmed", False),
    ],
)
def test_no_verdict_is_firmer_than_those_it_rests_on(read, foundation, verdict, refused):
    below = ENTRY | {"because": "So.", "id": "below", "verdict": foundation}
    above = below | {"id": "above", "verdict": verdict, "rests_on": ["below"]}
    if refused:
        with pytest.raises(ValueError, match=f"cannot be {verdict}, since it rests on below"):
            read(below, above)
    else:
        assert list(read(below, above)) == ["below", "above"]
    with pytest.raises(ValueError, match="rests on itself by way of"):
        read(below | {"rests_on": ["above"]}, above)


def test_the_ledger_lists_every_claim_and_links_to_its_check():
    page = ledger.Ledger()._repr_html_()
    assert all(f'<tr id="{name}"' in page for name in read_claims())
    assert '<a href="exercise2_letters.html#claim-2a-mean">' in page
    verdicts = [claim.verdict for claim in read_claims().values()]
    assert ledger.verdict_counts() == {name: verdicts.count(name) for name in claims.MARKS}
    links = ledger.VerdictCounts()._repr_html_()
    assert {name for name in claims.MARKS if f"verdict={name}" in links} == set(verdicts)
