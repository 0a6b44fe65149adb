"""What stands for a displayed equation, and the gate that no equation goes without."""

from pathlib import Path

import nbformat
import pytest
from docutils import nodes
from nbformat.v4 import new_code_cell, new_notebook

from assignment4 import ROOT
from assignment4.book import results
from assignment4.book.results import (
    Check,
    Standing,
    book_checks,
    checks_of,
    equations_without_standing,
)


def notebook(path: Path, *cells: tuple[str, list[str]]) -> Path:
    made = [new_code_cell(source, metadata={"tags": tags}) for source, tags in cells]
    path.write_text(nbformat.writes(new_notebook(cells=made)), encoding="utf-8")
    return path


def test_checks_are_recorded_claims_and_tagged_cells(tmp_path):
    path = notebook(
        tmp_path / "sums.ipynb",
        ('record("1a-fits", True)', []),
        ("assert 1 + 1 == 2", ["check-sum", "hide-input"]),
        ("print(1)", ["hide-input"]),
    )
    assert checks_of(path) == {
        "1a-fits": Check("sums", "claim-1a-fits"),
        "sum": Check("sums", "check-sum"),
    }


def test_a_check_that_cannot_fail_is_refused(tmp_path):
    path = notebook(tmp_path / "sums.ipynb", ("print(1 + 1 == 2)", ["check-sum"]))
    with pytest.raises(ValueError, match=r"sums.ipynb: the cell check-sum neither asserts"):
        checks_of(path)


def test_a_name_stands_for_one_check(tmp_path, monkeypatch):
    paths = [notebook(tmp_path / f"{name}.ipynb", ("assert True", ["check-sum"])) for name in "ab"]
    monkeypatch.setattr(results, "chapter_paths", lambda root: paths)
    with pytest.raises(ValueError, match="two cells are the check 'sum'"):
        book_checks(tmp_path)


def document(*parts: nodes.Node) -> nodes.Element:
    return nodes.section("", *parts)


def equation() -> nodes.math_block:
    return nodes.math_block("x", "x = x")


def standing() -> nodes.paragraph:
    return nodes.paragraph("", "", Standing("", "definition"))


def test_equations_need_a_standing_behind_them():
    bare, covered, other = equation(), equation(), equation()
    found = equations_without_standing(
        document(bare, nodes.paragraph("", "so"), covered, standing(), other)
    )
    assert found == [bare, other]
    assert equations_without_standing(document(equation(), nodes.target(), standing())) == []


def test_equations_that_a_cell_has_printed_are_its_own_matter():
    output = nodes.container("", equation(), classes=["cell_output"])
    assert equations_without_standing(document(output)) == []


def test_every_check_of_the_book_is_known_by_one_name():
    checks = book_checks(ROOT)
    assert {"1a-fits", "size-rules", "kernel-gradient"} <= set(checks)
