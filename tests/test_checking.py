"""What the page on checking counts, and the budgets of the chapters."""

import json
from pathlib import Path

from assignment4.budgets import BUDGETS, over_budget
from assignment4.checking import (
    claims_by_exercise,
    claims_shown_to_fail,
    equations_by_standing,
    newest_runs,
)
from assignment4.claims import book_claims
from assignment4.matrix import RUNS
from assignment4.notebooks import chapter_paths


def test_marked_claims_are_found(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text(
        '@pytest.mark.can_fail("1a-fits", "2a-mean")\ndef test_it():\n    pass\n'
        'other.function("3a")\n',
        encoding="utf-8",
    )
    (tmp_path / "helper.py").write_text('pytest.mark.can_fail("4a")', encoding="utf-8")
    assert claims_shown_to_fail(tmp_path) == {"1a-fits", "2a-mean"}


def test_every_claim_is_counted_once() -> None:
    rows = claims_by_exercise()
    assert [exercise for exercise, *_ in rows] == ["1", "2", "3", "4"]
    assert sum(claims for _, claims, _, _ in rows) == len(book_claims())


def test_equations_are_checked_or_stated() -> None:
    counts = equations_by_standing()
    assert counts.keys() == {"checked", "stated"}
    assert min(counts.values()) > 5


def test_the_newest_run_of_each_circumstance_counts(tmp_path: Path) -> None:
    name = RUNS[1].name
    lines = [
        {"circumstances": name, "outcome": "failed"},
        {"circumstances": name, "outcome": "passed", "passed": 7},
        {"circumstances": "no longer tried", "outcome": "failed"},
    ]
    results = tmp_path / "matrix.jsonl"
    results.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    runs = newest_runs(results)
    assert [run["circumstances"] for run in runs] == [one.name for one in RUNS]
    assert runs[1] == lines[1]
    assert {run["outcome"] for run in runs} == {"passed", "not tried yet"}


def test_every_chapter_has_a_budget() -> None:
    assert list(BUDGETS) == [path.stem for path in chapter_paths()]
    assert sum(BUDGETS.values()) > 1


def test_a_chapter_over_its_budget_is_named() -> None:
    assert over_budget(BUDGETS) == []
    (line,) = over_budget(dict.fromkeys(BUDGETS, 0.0) | {"intro": 1.0, "claims": 9.0})
    assert line.startswith("claims took 90% of the chapters' time; its budget is ")
