"""Chapters are found in order, executed afresh and stored the same way every time."""

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from assignment4.book.notebooks import (
    METADATA,
    chapter_paths,
    execute,
    kernel_environment,
    store,
    toc_entries,
)


def save(path: Path, *sources: str) -> Path:
    cells = [new_markdown_cell("# Title"), *map(new_code_cell, sources)]
    nbformat.write(new_notebook(cells=cells), path)
    return path


def test_contents_are_read_in_reading_order(tmp_path: Path) -> None:
    (tmp_path / "_toc.yml").write_text("""
        root: intro
        parts:
          - chapters:
              - file: b
                sections: [{file: a}]
              - url: "unused"
          - chapters: [{file: c}]
    """)
    for name in ("a.ipynb", "b.ipynb", "c.md", "intro.ipynb", "stray.ipynb"):
        (tmp_path / name).touch()
    assert toc_entries(tmp_path) == ["intro", "b", "a", "c"]
    assert [path.name for path in chapter_paths(tmp_path)] == ["intro.ipynb", "b.ipynb", "a.ipynb"]


def test_relative_folders_are_taken_from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", "mine/letters")
    monkeypatch.setenv("ASSIGNMENT4_PAIRS", "mine/pairs.txt")
    monkeypatch.setenv("ASSIGNMENT4_CACHE", "/elsewhere")
    environment = kernel_environment(Path("/root"))
    assert environment["ASSIGNMENT4_LETTERS"] == "/root/mine/letters"
    assert environment["ASSIGNMENT4_PAIRS"] == "/root/mine/pairs.txt"
    assert environment["ASSIGNMENT4_CACHE"] == "/elsewhere"
    assert environment["PYTHONPATH"].split(":")[0] == "/root"


def test_a_tilde_is_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/reader")
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", "~/letters")
    monkeypatch.setenv("ASSIGNMENT4_CACHE", "~/kept")
    environment = kernel_environment(Path("/root"))
    assert environment["ASSIGNMENT4_LETTERS"] == "/home/reader/letters"
    assert environment["ASSIGNMENT4_CACHE"] == "/home/reader/kept"


def test_unset_folders_stay_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSIGNMENT4_LETTERS", raising=False)
    assert "ASSIGNMENT4_LETTERS" not in kernel_environment(Path("/root"))


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    path = tmp_path_factory.mktemp("chapters") / "sound.ipynb"
    save(path, "print(1, flush=True)\nprint(2)", "import os\nos.environ['ASSIGNMENT4_PROGRESS']")
    return execute(path)


def test_execution_counts_from_one(executed: NotebookNode) -> None:
    assert [cell.get("execution_count") for cell in executed.cells] == [None, 1, 2]


def test_consecutive_prints_are_one_output(executed: NotebookNode) -> None:
    assert [output.text for output in executed.cells[1].outputs] == ["1\n2\n"]


def test_progress_bars_are_off(executed: NotebookNode) -> None:
    assert executed.cells[2].outputs[0].data["text/plain"] == "'0'"


def test_metadata_tells_neither_time_nor_version(executed: NotebookNode) -> None:
    assert executed.metadata == METADATA
    assert all(cell.metadata == {} for cell in executed.cells)


def test_failure_names_chapter_and_cell(tmp_path: Path) -> None:
    path = save(tmp_path / "broken.ipynb", "x = 1", "x / 0")
    with pytest.raises(RuntimeError, match=r"(?s)^broken\.ipynb, code cell 2: .*ZeroDivisionError"):
        execute(path)


def test_stored_file_replaces_the_old_one_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = save(tmp_path / "chapter.ipynb", "1")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source = "# Another title"
    store(notebook, path)
    assert nbformat.read(path, as_version=4) == notebook
    assert list(tmp_path.iterdir()) == [path]


def test_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    path = save(tmp_path / "chapter.ipynb", "1")
    before = path.read_bytes()
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["unwritable"] = object()
    with pytest.raises(TypeError):
        store(notebook, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
