"""The ledger is honest: each decided claim has one check, and each check has been seen to fail."""

import ast
import dataclasses
import re
from collections import Counter
from pathlib import Path

import nbformat
import pytest
import yaml

from assignment4 import ROOT, claims
from assignment4.book.ledger import Ledger, VerdictCounts, recorded_claims
from assignment4.book.notebooks import chapter_paths
from assignment4.claims import VerdictError, derive_verdict, read_claims, record

CHECK_MODULES = ("checks", "assessment")
"""How the names of modules end whose functions decide claims."""


def decided_claims() -> list[str]:
    return [claim.id for claim in read_claims().values() if claim.verdict != "open"]


def recorded(paths) -> Counter:
    return Counter(claim_id for path in paths for claim_id in recorded_claims(path))


def ledger_problems(paths, decided) -> list[str]:
    """Return what is wrong with the claims that notebooks record, given those that are decided."""
    counts = recorded(paths)
    never = [f"{claim_id} is decided, and no chapter checks it" for claim_id in decided]
    problems = [line for line, claim_id in zip(never, decided, strict=True) if not counts[claim_id]]
    problems += [f"{claim_id} is checked {n} times" for claim_id, n in counts.items() if n > 1]
    return problems + [
        f"{claim_id} is checked, and is open or unknown"
        for claim_id in counts
        if claim_id not in decided
    ]


def checks_of_claims(path: Path) -> dict[str, set[str]]:
    """Return, for each claim that a notebook records, the checks that the same cell calls."""
    cells = [
        list(ast.walk(ast.parse(cell.source)))
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code"
    ]
    imported = {
        name.name
        for nodes in cells
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module.endswith(CHECK_MODULES)
        for name in node.names
    }
    return {
        ast.literal_eval(node.args[0]): {
            inner.id for inner in nodes if isinstance(inner, ast.Name) and inner.id in imported
        }
        for nodes in cells
        for node in nodes
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "record"
    }


def names_in_failing_tests(folder: Path) -> dict[str, set[str]]:
    """Return, for each claim, the names used in the tests marked to show its check failing."""
    names: dict[str, set[str]] = {}
    for path in sorted(folder.glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for decorator in getattr(node, "decorator_list", []):
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func).endswith(
                    ".can_fail"
                ):
                    used = {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}
                    for argument in decorator.args:
                        names.setdefault(ast.literal_eval(argument), set()).update(used)
    return names


def test_every_decided_claim_is_checked_in_one_cell():
    assert ledger_problems(chapter_paths(), decided_claims()) == []


def test_every_check_of_a_claim_is_shown_to_fail():
    failing = names_in_failing_tests(ROOT / "tests")
    for path in chapter_paths():
        for claim_id, checks in checks_of_claims(path).items():
            assert checks, f"{claim_id} is recorded without a function of {CHECK_MODULES}"
            assert checks <= failing.get(claim_id, set()), (
                f"no test shows the check of {claim_id} fail"
            )


def write_book(folder: Path, *sources: str) -> Path:
    path = folder / "chapter.ipynb"
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


@pytest.mark.parametrize(
    ("sources", "problem"),
    [
        ((), "no chapter checks it"),
        (('record("2a-mean", True)', 'record("2a-mean", True)'), "checked 2 times"),
        (('record("2a-mean", True)', 'record("1a-fits", True)'), "1a-fits is checked, and is open"),
        (('# record("2a-mean", True)',), "no chapter checks it"),
    ],
)
def test_ledger_gate_fails_on_broken_books(tmp_path, sources, problem):
    problems = ledger_problems([write_book(tmp_path, *sources)], ["2a-mean"])
    assert len(problems) == 1
    assert problem in problems[0]


def test_ledger_gate_sees_a_check_that_is_not_called(tmp_path):
    book = write_book(tmp_path, "from a.checks import is_zero", 'record("2a-mean", True)')
    assert checks_of_claims(book) == {"2a-mean": set()}
    book = write_book(tmp_path, "from a.checks import is_zero", 'record("2a-mean", is_zero(x))')
    assert checks_of_claims(book) == {"2a-mean": {"is_zero"}}


@pytest.mark.parametrize(
    ("findings", "verdict"),
    [
        ({"holds": True}, "confirmed"),
        ({"holds": True, "as_corrected": True}, "confirmed"),
        ({"holds": False}, "refuted"),
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
    monkeypatch.setattr(claims, "book_claims", lambda: {"x": claim})
    monkeypatch.delenv("ASSIGNMENT4_LETTERS", raising=False)
    return claim


def test_recording_the_verdict_shows_it(one_claim):
    assert repr(record("x", True)) == "x: confirmed. Water is wet."


@pytest.mark.parametrize("holds", [False, None])
def test_recording_anything_else_fails(one_claim, holds):
    with pytest.raises(VerdictError, match=r"x: the check finds .* says 'confirmed'"):
        record("x", holds)


def test_recording_an_unknown_claim_fails(one_claim):
    with pytest.raises(ValueError, match="'y' is no claim"):
        record("y", True)


@pytest.mark.parametrize("finding", [0.97, "yes", [True]])
def test_a_finding_must_be_a_truth_value(one_claim, finding):
    with pytest.raises(ValueError, match="finds True, False or None"):
        record("x", finding)


def test_other_letters_change_no_verdict_and_fail_nothing(one_claim, monkeypatch, tmp_path):
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", str(tmp_path))
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "cache"))
    row = Ledger()._row(one_claim)
    assert "not checked" in row
    outcome = record("x", False, evidence="It is ≈0.3.")
    assert repr(outcome) == "x: does not hold on these letters. Water is wet. It is ≈0.3."
    assert "does not hold on these letters. It is ≈0.3." in Ledger()._row(one_claim)
    assert "cannot be decided" in repr(record("x", None))


def test_a_file_in_place_of_the_cache_has_no_outcome(one_claim, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", str(tmp_path))
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "file"))
    assert claims.outcome_on_other_letters("x") == "not checked"
    with pytest.raises(OSError, match=r"cannot write to the cache folder .*set ASSIGNMENT4_CACHE"):
        record("x", True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"verdict": "true"}, "'true' is no verdict"),
        ({"verdict": "refuted"}, "needs its 'because'"),
        ({"rests_on": ["z"]}, "rests on 'z', which is no claim"),
        ({"rests_on": ["x"]}, "rests on itself"),
        ({"colour": "red"}, "its fields are"),
        ({1: "red"}, "its fields are"),
        ({"x" * 1000: "red"}, "its fields are"),
        ({"id": 7}, "7: all fields are texts"),
        ({"id": None}, "None: all fields are texts"),
        ({"claim": ["Water", "is wet."]}, "x: all fields are texts"),
        ({"verdict": True}, "x: all fields are texts"),
        ({"verdict": ["confirmed"]}, "x: all fields are texts"),
        ({"because": None}, "x: all fields are texts"),
        ({"rests_on": None}, "rests_on is a list of ids"),
        ({"rests_on": "x"}, "rests_on is a list of ids"),
        ({"rests_on": [["x"]]}, "rests_on is a list of ids"),
        ({"rests_on": {"x": "y"}}, "rests_on is a list of ids"),
        ({"id": ""}, "'' is no id"),
        ({"id": "a b"}, "'a b' is no id"),
        ({"id": "../../x"}, "'../../x' is no id"),
        ({"id": '"><script>'}, "is no id"),
        ({"id": "x\n"}, "is no id"),
        ({"id": "x" * 999 + "."}, "is no id"),
    ],
)
def test_broken_claims_are_refused(one_claim, changes, message, tmp_path):
    entry = dataclasses.asdict(one_claim) | {"rests_on": []} | changes
    path = tmp_path / "claims.yml"
    path.write_text(yaml.safe_dump([entry]), encoding="utf-8")
    with pytest.raises(ValueError, match=message) as refusal:
        read_claims(path)
    assert len(str(refusal.value)) < 400


ENTRY = b"""- id: x
  report: "Exercise 0"
  claim: Water is wet.
  verdict: confirmed
  because: ""
  rests_on: []
"""
NO_LEDGERS = {
    "nothing": (b"", "claims.yml is no list of claims"),
    "a text": (b"claims", "claims.yml is no list of claims"),
    "one claim alone": (ENTRY.replace(b"- ", b"  "), "claims.yml is no list of claims"),
    "a list of texts": (b"[a, b]", "'a' is no claim with fields"),
    "a list within itself": (b"&a [*a]", "is no claim with fields"),
    "an open bracket": (b"- [", r"claims.yml cannot be read: .* line 1"),
    "a tabulator": (ENTRY + b"\t- id: y", r"claims.yml cannot be read: .* line 7"),
    "two documents": (b"[]\n---\n[]", r"claims.yml cannot be read: .* line 2"),
    "bytes of no encoding": (ENTRY + b"# \xff", "claims.yml cannot be read: "),
    "an end of text": (ENTRY + b"# \x00", "claims.yml cannot be read: "),
    "code": (b"- !!python/object/apply:os.getcwd []", r"cannot be read: .* line 1"),
    "an unknown alias": (b"- *a", r"cannot be read: .* line 1"),
    "brackets in brackets": (b"[" * 5000, "claims.yml cannot be read: "),
    "a field twice": (
        ENTRY + b"  verdict: refuted\n",
        r"claims.yml cannot be read: 'verdict' occurs twice .* line 1",
    ),
    "a key that is a list": (b"- {[a]: b}", "claims.yml cannot be read: "),
}


@pytest.mark.parametrize(("content", "message"), NO_LEDGERS.values(), ids=list(NO_LEDGERS))
def test_a_file_that_is_no_ledger_is_one_error(content, message, tmp_path):
    path = tmp_path / "claims.yml"
    path.write_bytes(ENTRY)
    assert list(read_claims(path)) == ["x"]
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message) as refusal:
        read_claims(path)
    assert "\n" not in str(refusal.value)


def test_a_long_row_of_foundations_is_followed(tmp_path):
    entries = [ENTRY.replace(b"id: x", b"id: x0")]
    entries += [
        ENTRY.replace(b"id: x", b"id: x%d" % i).replace(b"[]", b"[x%d]" % (i - 1))
        for i in range(1, 300)
    ]
    path = tmp_path / "claims.yml"
    path.write_bytes(b"".join(reversed(entries)))
    assert len(read_claims(path)) == 300


@pytest.mark.parametrize(
    ("foundation", "verdict", "refused"),
    [
        ("undecided", "confirmed", True),
        ("undecided", "refuted", True),
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
        message = f"above: cannot be {verdict}, since it rests on below, which is {foundation}"
        with pytest.raises(ValueError, match=message):
            read_claims(path)
    else:
        assert list(read_claims(path)) == ["below", "above"]


def test_an_id_may_not_occur_twice(one_claim, tmp_path):
    path = tmp_path / "claims.yml"
    entry = dataclasses.asdict(one_claim) | {"rests_on": []}
    path.write_text(yaml.safe_dump([entry, entry]), encoding="utf-8")
    with pytest.raises(ValueError, match="the id occurs twice"):
        read_claims(path)


def test_the_ledger_lists_every_claim_and_links_to_its_check():
    page = Ledger()._repr_html_()
    for claim in read_claims().values():
        assert f'<tr id="{claim.id}"' in page
    assert '<a href="exercise2_letters.html#claim-2a-mean">' in page
    assert sum(Ledger().counts().values()) == len(read_claims())


def test_text_of_claims_is_escaped(one_claim, monkeypatch):
    claim = dataclasses.replace(one_claim, claim="a < b & c")
    monkeypatch.setattr("assignment4.claims.book_claims", lambda: {"x": claim})
    monkeypatch.setattr("assignment4.book.ledger.book_claims", lambda: {"x": claim})
    assert "a &lt; b &amp; c" in record("x", True)._repr_html_()
    assert "a &lt; b &amp; c" in Ledger()._repr_html_()


@pytest.fixture
def two_claims(one_claim, monkeypatch):
    """A ledger with a confirmed claim of exercise 2 and a refuted one of exercise 1."""
    confirmed = dataclasses.replace(one_claim, id="2a-wet")
    refuted = dataclasses.replace(
        one_claim, id="1b-dry", verdict="refuted", because="A hand is wet."
    )
    found = {claim.id: claim for claim in (confirmed, refuted)}
    monkeypatch.setattr("assignment4.book.ledger.book_claims", lambda: found)
    return confirmed, refuted


def test_the_ledger_offers_the_exercises_and_verdicts_that_it_has(two_claims):
    page = Ledger()._repr_html_()
    options = re.findall(r"<option(?: selected)?>(.*?)</option>", page)
    assert options == ["all", "1", "2", "all", "confirmed", "refuted"]


def test_the_ledger_offers_exercises_in_their_order(one_claim, monkeypatch):
    claims = [dataclasses.replace(one_claim, id=f"{number}a-wet") for number in "735914826"]
    monkeypatch.setattr(
        "assignment4.book.ledger.book_claims", lambda: {one.id: one for one in claims}
    )
    options = re.findall(r"<option(?: selected)?>(\d)</option>", Ledger()._repr_html_())
    assert options == list("123456789")


def test_the_ledger_says_what_was_found_where_it_was_something_else(two_claims):
    confirmed, refuted = (Ledger()._row(claim) for claim in two_claims)
    assert "Found: A hand is wet." in refuted
    assert "Found" not in confirmed


def test_the_ledger_has_a_column_for_other_letters_only(two_claims, monkeypatch, tmp_path):
    assert "On your letters" not in Ledger()._repr_html_()
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", str(tmp_path))
    assert "On your letters" in Ledger()._repr_html_()


def test_only_verdicts_that_occur_are_counted(two_claims):
    page = VerdictCounts()._repr_html_()
    assert re.findall(r"<strong>(\d+)</strong> . (\w+)", page) == [
        ("1", "confirmed"),
        ("1", "refuted"),
    ]
