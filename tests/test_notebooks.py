"""Chapters are found, executed with the network off, and stored; pictures are compared."""

import base64
import io
import socket
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from PIL import Image

from assignment4.book.network import NetworkError
from assignment4.book.notebooks import (
    METADATA,
    chapter_paths,
    execute,
    kernel_environment,
    store,
    toc_entries,
)
from assignment4.book.pictures import changed_pictures, difference


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


def test_folders_are_taken_from_the_root_or_from_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/reader")
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", "mine/letters")
    monkeypatch.setenv("ASSIGNMENT4_CACHE", "~/kept")
    monkeypatch.delenv("ASSIGNMENT4_PAIRS", raising=False)
    environment = kernel_environment(Path("/root"))
    assert environment["ASSIGNMENT4_LETTERS"] == "/root/mine/letters"
    assert environment["ASSIGNMENT4_CACHE"] == "/home/reader/kept"
    assert environment["PYTHONPATH"].split(":")[0] == "/root"
    assert "ASSIGNMENT4_PAIRS" not in environment


def test_execution_is_quiet_and_leaves_neither_time_nor_version(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("ASSIGNMENT4_PROGRESS", "1")
    asked = "import os\nos.environ['ASSIGNMENT4_PROGRESS']"
    executed = execute(save(tmp_path / "sound.ipynb", "print(1, flush=True)\nprint(2)", asked))
    assert [cell.get("execution_count") for cell in executed.cells] == [None, 1, 2]
    assert [output.text for output in executed.cells[1].outputs] == ["1\n2\n"]
    assert executed.cells[2].outputs[0].data["text/plain"] == "'0'"
    assert executed.metadata == METADATA
    assert all(cell.metadata == {} for cell in executed.cells)


def test_a_failure_names_its_chapter(tmp_path: Path) -> None:
    path = save(tmp_path / "broken.ipynb", "x = 1", "x / 0")
    with pytest.raises(RuntimeError, match=r"(?s)^broken\.ipynb: .*ZeroDivisionError"):
        execute(path)


def test_a_chapter_is_stored_wholly_or_not_at_all(tmp_path: Path) -> None:
    path = save(tmp_path / "chapter.ipynb", "1")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source = "# Another title"
    store(notebook, path)
    before = path.read_bytes()
    assert nbformat.read(path, as_version=4) == notebook
    notebook.metadata["unwritable"] = object()
    with pytest.raises(TypeError):
        store(notebook, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_this_machine_is_reached_and_no_other() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1]), timeout=5).close()
    for host in ("192.0.2.1", "2001:db8::1", "example.org"):
        with pytest.raises(NetworkError, match="network is off"):
            socket.create_connection((host, 80), timeout=1)


def png(colors: np.ndarray) -> bytes:
    picture = io.BytesIO()
    Image.fromarray(colors.astype(np.uint8)).save(picture, "PNG")
    return picture.getvalue()


def test_pictures_differ_by_their_colours_and_by_more_than_an_edge() -> None:
    white, black = np.full((10, 40), 255), np.zeros((10, 40))
    half = np.where(np.arange(10)[:, None] < 5, black, white)
    assert difference(png(white), png(white)) == 0
    assert difference(png(white), png(black)) == 1
    assert difference(png(half), png(white)) == pytest.approx(0.5)
    assert difference(png(black), png(np.zeros((10, 42)))) == 0
    assert difference(png(black), png(np.zeros((10, 43)))) == 1


def test_only_pictures_are_compared_and_numbered() -> None:
    def output(grey: int) -> dict:
        return {"data": {"image/png": base64.b64encode(png(np.full((4, 4), grey)))}}

    stored = [{"text": "1"}, output(255), output(255)]
    assert changed_pictures(stored, stored, 0) == []
    (line,) = changed_pictures([output(255), {"text": "1"}, output(200)], stored, 0.1)
    assert line.startswith("picture 2 differs")
