"""Statements about the report name what they rest on, and quotes stand in its scan."""

from pathlib import Path

import pytest
import yaml

from assignment4 import ROOT

STATEMENTS = yaml.safe_load((ROOT / "statements.yml").read_bytes())
SCAN = ROOT.parent / "shared" / "report" / "solution-of-assignment-4.md"


def plain(text: str) -> str:
    return " ".join(text.split())


def test_each_statement_has_a_source_and_a_page():
    assert len(STATEMENTS) >= 60
    assert len({one["says"] for one in STATEMENTS}) == len(STATEMENTS)
    for one in STATEMENTS:
        assert {"says", "rests_on", "where"} <= set(one) <= {"says", "rests_on", "where", "quote"}
        assert ("scan" in one["rests_on"]) == ("quote" in one)
        assert Path(ROOT, "chapters", f"{one['where']}.ipynb").is_file()


@pytest.mark.skipif(not SCAN.exists(), reason="the scan of the report is not beside this clone")
def test_quotes_stand_in_the_scan():
    scan = plain(SCAN.read_text(encoding="utf-8"))
    assert [one["quote"] for one in STATEMENTS if plain(one.get("quote", "")) not in scan] == []
