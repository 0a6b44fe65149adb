"""The ledger is honest: each decided claim has one check, and each check has been seen to fail."""

import ast
import dataclasses
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import yaml

from assignment4 import ROOT, claims
from assignment4.book import ledger
from assignment4.book.checking import failing_tests
from assignment4.book.ledger import Ledger, VerdictCounts, recorded_claims, verdict_counts
from assignment4.book.notebooks import chapter_paths
from assignment4.claims import Finding, VerdictError, derive_verdict, read_claims, record, typeset


def ledger_problems(paths, decided) -> list[str]:
    """Return what is wrong with the claims that notebooks record, given those that are decided."""
    counts = Counter(claim_id for path in paths for claim_id in recorded_claims(path))
    problems = [f"{name} is decided, and no chapter checks it" for name in decided - counts.keys()]
    problems += [f"{name} is checked {n} times" for name, n in counts.items() if n > 1]
    return problems + [f"{name} is open or unknown" for name in counts.keys() - decided]


def names_in(node: ast.AST) -> set[str]:
    return {
        getattr(one, "id", getattr(one, "attr", ""))
        for one in ast.walk(node)
        if isinstance(one, ast.Name | ast.Attribute)
    }


def called_for_claims(path: Path) -> Iterator[tuple[str, set[str]]]:
    """Yield each claim that a notebook records, with all names that its outcome was made with.

    These are the names of the cell that records it, and of the cells that gave it its variables.
    """
    cells = [
        ast.parse(cell.source)
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code"
    ]
    stored = [{one.id for one in ast.walk(tree) if _is_stored(one)} for tree in cells]
    for last, tree in enumerate(cells):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "record":
                names = names_in(tree)
                for before in range(last - 1, 0, -1):
                    if stored[before] & names:
                        names |= names_in(cells[before])
                yield ast.literal_eval(node.args[0]), names


def _is_stored(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def functions_of_the_package() -> set[str]:
    return {
        node.name
        for path in (ROOT / "assignment4").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }


def test_every_decided_claim_is_checked_in_one_cell():
    decided = {claim.id for claim in read_claims().values() if claim.verdict != "open"}
    assert ledger_problems(chapter_paths(), decided) == []


def test_every_check_of_a_claim_is_shown_to_fail():
    """A test that is marked to show it uses a function that the claim's outcome was made with."""
    failing, functions = failing_tests(), functions_of_the_package() - {"record"}
    without = [
        claim_id
        for path in chapter_paths()
        for claim_id, names in called_for_claims(path)
        if not any(names & functions & names_in(test) for test in failing.get(claim_id, []))
    ]
    assert without == []


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
    book = write_book(
        tmp_path, "import a", "x = a.is_zero(1)", "y = a.other(2)", 'record("2a-mean", x)'
    )
    ((claim, names),) = called_for_claims(book)
    assert claim == "2a-mean"
    assert "is_zero" in names
    assert "other" not in names


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ({"holds": True, "as_corrected": True}, "confirmed"),
        ({"holds": False, "as_corrected": False, "on_condition": False}, "refuted"),
        ({"holds": False, "as_corrected": True}, "corrected"),
        ({"holds": False, "on_condition": True}, "conditional"),
        ({"holds": None, "as_corrected": True}, "undecided"),
    ],
)
def test_verdicts_follow_from_findings(findings, verdict):
    assert derive_verdict(**findings) == verdict


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
    assert Finding(True)
    for holds in (False, None, Finding(False)):
        assert not holds
        with pytest.raises(VerdictError, match="x: the check finds"):
            record("x", holds)
    with pytest.raises(ValueError, match="'y' is no claim"):
        record("y", True)
    for finding in (0.97, "yes", [True]):
        with pytest.raises(ValueError, match="True, False or None"):
            record("x", finding)


def test_formulas_are_typeset_and_all_else_is_escaped():
    shown = typeset("a < b, $v_i^T x < 1$, and $y$")
    assert shown == (
        'a &lt; b, <span class="math">\\(v_i^T x &lt; 1\\)</span>, and '
        '<span class="math">\\(y\\)</span>'
    )
    assert all(claim.claim.count("$") % 2 == 0 for claim in read_claims().values())


def test_other_letters_change_no_verdict_and_fail_nothing(one_claim, monkeypatch, tmp_path):
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", str(tmp_path))
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "cache"))
    assert "not checked" in Ledger()._repr_html_()
    outcome = record("x", Finding(False, "It is ≈0.3."))
    assert repr(outcome) == "x: does not hold on these letters. Water is wet. It is ≈0.3."
    assert "does not hold on these letters. It is ≈0.3." in Ledger()._repr_html_()
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "cache" / "file"))
    (tmp_path / "cache" / "file").touch()
    assert claims.outcome_on_other_letters("x") == "not checked"
    with pytest.raises(OSError, match="set ASSIGNMENT4_CACHE"):
        record("x", True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"verdict": "true"}, "'true' is no verdict"),
        ({"verdict": "refuted"}, "needs its 'because'"),
        ({"rests_on": ["z"]}, "rests on 'z', which is no claim"),
        ({"rests_on": ["x"]}, "rests on itself"),
        ({"colour": "red"}, "has the fields"),
        ({"id": 7}, "7: all fields are texts"),
        ({"because": None}, "x: all fields are texts"),
        ({"rests_on": "x"}, "rests_on is a list of ids"),
        ({"id": "a b"}, "'a b' is no id"),
        ({"id": "../../x"}, "'../../x' is no id"),
    ],
)
def test_broken_claims_are_refused(one_claim, changes, message, tmp_path):
    entry = dataclasses.asdict(one_claim) | {"rests_on": []} | changes
    path = tmp_path / "claims.yml"
    path.write_text(yaml.safe_dump([entry]), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        read_claims(path)


@pytest.mark.parametrize("content", [b"", b"[a, b]", b"- [", b"# \xff", b"[" * 500])
def test_a_file_that_is_no_ledger_is_one_error(content, tmp_path):
    path = tmp_path / "claims.yml"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"claims\.yml|has the fields") as refusal:
        read_claims(path)
    assert "\n" not in str(refusal.value)


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
def test_no_verdict_is_firmer_than_those_it_rests_on(
    one_claim, foundation, verdict, refused, tmp_path
):
    entry = dataclasses.asdict(one_claim) | {"rests_on": [], "because": "Water is wet."}
    entries = [
        entry | {"id": "below", "verdict": foundation},
        entry | {"id": "above", "verdict": verdict, "rests_on": ["below"]},
    ]
    path = tmp_path / "claims.yml"
    path.write_text(yaml.safe_dump(entries), encoding="utf-8")
    if refused:
        with pytest.raises(ValueError, match=f"cannot be {verdict}, since it rests on below"):
            read_claims(path)
    else:
        assert list(read_claims(path)) == ["below", "above"]
    path.write_text(yaml.safe_dump([entries[0], entries[0]]), encoding="utf-8")
    with pytest.raises(ValueError, match="occurs twice"):
        read_claims(path)


def test_the_ledger_lists_every_claim_and_links_to_its_check():
    page = Ledger()._repr_html_()
    assert all(f'<tr id="{name}"' in page for name in read_claims())
    assert '<a href="exercise2_letters.html#claim-2a-mean">' in page
    verdicts = [claim.verdict for claim in read_claims().values()]
    assert verdict_counts() == {name: verdicts.count(name) for name in claims.MARKS}
    links = VerdictCounts()._repr_html_()
    assert {name for name in claims.MARKS if f"verdict={name}" in links} == set(verdicts)
