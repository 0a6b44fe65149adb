"""What the page on checking counts, and the record that it shows."""

import re
from pathlib import Path

from assignment4.book.checking import (
    claims_by_exercise,
    claims_shown_to_fail,
    equations_by_standing,
    read_record,
)
from assignment4.claims import book_claims


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


def test_the_record_names_a_date_and_a_commit() -> None:
    mutants, runs = read_record().values()
    for record in (mutants, *runs):
        assert re.fullmatch(r"[0-9a-f]{7}", record["commit"])
        assert record["date"].year >= 2026
    assert all(counts["equivalent"] <= counts["survived"] for counts in mutants["parts"].values())
