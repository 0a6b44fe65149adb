"""A chapter's numbers are changed, and nothing else of it."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from assignment4.mutation.chapters import CHAPTERS, mutants_of_chapter
from assignment4.mutation.copies import copies
from assignment4.notebooks import ROOT


@pytest.fixture
def path(tmp_path):
    printed = new_output("stream", name="stdout", text="3\n")
    cells = [
        new_markdown_cell("1 + 2"),
        new_code_cell("print(1 + 2)", outputs=[printed], execution_count=1),
        new_code_cell("answer = 1", metadata={"tags": ["stub"]}, execution_count=2),
        new_code_cell("print(1 + 2)", outputs=[printed], execution_count=3),
    ]
    nbformat.write(new_notebook(cells=cells), tmp_path / "chapter.ipynb")
    return tmp_path / "chapter.ipynb"


def test_only_numbers_in_the_book_s_own_cells_are_changed(path) -> None:
    mutants = mutants_of_chapter(path, "chapter.ipynb")
    changes = ["-1 + 2", "2 + 2", "1 + -2", "1 + 3"]
    assert [mutant.mutated for mutant in mutants] == [f"print({text})" for text in changes] * 2
    assert len({mutant.id for mutant in mutants}) == len(mutants)
    for mutant in mutants:
        changed = nbformat.reads(mutant.source, as_version=4)
        before = nbformat.read(path, as_version=4)
        others = [a.source for a, b in zip(changed.cells, before.cells, strict=True) if a != b]
        assert others == [mutant.mutated]


@pytest.mark.slow
def test_an_output_that_differs_from_the_stored_one_is_noticed(path) -> None:
    mutant = mutants_of_chapter(path, path.name)[0]
    (path.parent / "conftest.py").touch()
    with copies(path.parent, [], count=1) as places:
        outcomes = [
            places.test(path.name, source, [path.name], 120.0)["outcome"]
            for source in (path.read_text(encoding="utf-8"), mutant.source)
        ]
    assert outcomes == ["survived", "killed"]


@pytest.mark.slow
def test_a_cell_without_end_is_not_waited_for(path) -> None:
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].source = "while True:\n    pass"
    (path.parent / "conftest.py").touch()
    with copies(path.parent, [], count=1) as places:
        answer = places.test(path.name, nbformat.writes(notebook), [path.name], 4.0)
    assert answer["outcome"] == "killed"


@pytest.mark.parametrize("name", CHAPTERS)
def test_chapters_have_numbers_to_change(name) -> None:
    file = f"chapters/{name}.ipynb"
    assert len(mutants_of_chapter(ROOT / file, file)) > 100
