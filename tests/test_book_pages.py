"""What is made of chapters for pages: links to terms and checks, downloads, reading times."""

import re
from pathlib import Path

import nbformat
import pytest
from docutils import nodes
from nbformat.v4 import new_code_cell, new_notebook

from assignment4 import ROOT
from assignment4.book import results
from assignment4.book.checking import (
    claims_by_exercise,
    equations_by_standing,
    failing_tests,
    read_record,
)
from assignment4.book.glossary import Term, terms_of, uses_of
from assignment4.book.notebooks import chapter_paths
from assignment4.book.pages import (
    mend,
    reading_minutes,
    repository_url,
    without_outputs,
)
from assignment4.book.results import (
    Standing,
    book_checks,
    checks_of,
    equations_without_standing,
)
from assignment4.claims import book_claims


def test_the_address_is_the_configured_one_or_the_fork_s():
    fork = {"GITHUB_SERVER_URL": "https://example.org", "GITHUB_REPOSITORY": "someone/fork"}
    assert repository_url("https://example.org/us/book.git", fork) == "https://example.org/us/book"
    assert repository_url("", fork) == "https://example.org/someone/fork"
    assert repository_url("", {"GITHUB_REPOSITORY": "someone/fork"}) == ""


def test_a_notebook_without_outputs_keeps_its_text():
    given, stripped = (nbformat.read(chapter_paths()[1], as_version=4) for _ in range(2))
    without_outputs(stripped)
    assert [cell.source for cell in stripped.cells] == [cell.source for cell in given.cells]
    code = [cell for cell in stripped.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)


def test_reading_time_is_rounded_up_to_five_minutes():
    assert [reading_minutes(words) for words in (1, 750, 751, 3000)] == [5, 5, 10, 20]


def test_images_are_loaded_late_but_for_those_that_the_page_carries():
    late, carried = '<img alt="a" src="../a.png">', '<img alt="b" src="data:image/png;base64,AA==">'
    assert mend(late + carried) == late.replace("<img", '<img loading="lazy"') + carried


def found(text: str) -> list[str]:
    names = ["Adam", "SAME", "judge", "output padding", "padding"]
    return [text[start:stop] for start, stop, _ in uses_of(text, names)]


def test_terms_are_whole_words_with_their_capitals_and_the_longest_counts():
    assert found("Two judges, one judge, no judgement, no half-judge.") == ["judges", "judge"]
    assert found("the same adam, SAME, Adam") == ["SAME", "Adam"]
    assert found("The output padding and the padding.") == ["output padding", "padding"]


def test_a_meaning_is_the_first_sentence_without_its_citation():
    term = nodes.term("", "judge", ids=["term-judge"])
    citation = nodes.reference("", "[Oja]", refdomain="cite")
    words = [nodes.Text("A reader\nof letters "), citation, nodes.Text(". There are two.")]
    item = nodes.definition_list_item(
        "", term, nodes.definition("", nodes.paragraph("", "", *words))
    )
    document = nodes.document("", "")
    document += nodes.definition_list("", item)
    assert terms_of(document) == {"judge": Term("term-judge", "A reader of letters.")}


def notebook(path: Path, *cells: tuple[str, list[str]]) -> Path:
    made = [new_code_cell(source, metadata={"tags": tags}) for source, tags in cells]
    path.write_text(nbformat.writes(new_notebook(cells=made)), encoding="utf-8")
    return path


def test_checks_are_recorded_claims_and_tagged_cells_that_can_fail(tmp_path):
    path = notebook(
        tmp_path / "sums.ipynb",
        ('record("1a-fits", True)', []),
        ("assert 1 + 1 == 2", ["check-sum", "hide-input"]),
    )
    links = {"1a-fits": "sums.html#claim-1a-fits", "sum": "sums.html#check-sum"}
    assert checks_of(path) == links
    idle = notebook(tmp_path / "idle.ipynb", ("print(1 + 1 == 2)", ["check-sum"]))
    with pytest.raises(ValueError, match="check-sum neither asserts"):
        checks_of(idle)


def test_a_name_stands_for_one_check(tmp_path, monkeypatch):
    paths = [notebook(tmp_path / f"{name}.ipynb", ("assert True", ["check-sum"])) for name in "ab"]
    monkeypatch.setattr(results, "chapter_paths", lambda root: paths)
    with pytest.raises(ValueError, match="two cells"):
        book_checks(tmp_path)


def test_equations_need_a_standing_behind_them_unless_a_cell_printed_them():
    def equation() -> nodes.math_block:
        return nodes.math_block("x", "x = x")

    standing = nodes.paragraph("", "", Standing("", "definition"))
    bare, covered, printed = equation(), equation(), equation()
    output = nodes.container("", printed, classes=["cell_output"])
    section = nodes.section("", bare, nodes.paragraph("", "so"), covered, standing, output)
    assert equations_without_standing(section) == [bare]


def test_the_page_on_checking_counts_the_whole_book(tmp_path):
    rows = claims_by_exercise()
    assert sum(claims for _, claims, _, _ in rows) == len(book_claims())
    assert all(claims == checked == failing for _, claims, checked, failing in rows)
    assert equations_by_standing().keys() == {"checked", "stated"}
    assert "1a-fits" in book_checks(ROOT)
    (tmp_path / "test_one.py").write_text(
        '@pytest.mark.can_fail("1a-fits", "2a-mean")\ndef test_it():\n    pass\nother("3a")\n'
    )
    assert set(failing_tests(tmp_path)) == {"1a-fits", "2a-mean"}


def test_the_record_names_a_date_and_a_commit():
    mutants, runs = read_record().values()
    for record in (mutants, *runs):
        assert re.fullmatch(r"[0-9a-f]{7}", record["commit"])
        assert record["date"].year >= 2026
    assert all(counts["equivalent"] <= counts["survived"] for counts in mutants["parts"].values())
