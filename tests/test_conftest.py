"""`pytest --nbval` compares what it should, in order, and says when it does not compare.

Each test runs pytest on a small book that has this repository's settings.
"""

import base64
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from PIL import Image

from assignment4 import ROOT, THREADS

pytestmark = pytest.mark.slow

ALTERING = ("ASSIGNMENT4_", "PYTEST_", "PYTHONPATH", *THREADS)
"""How variables of the outer run begin that the small book must not see."""


def cell(source: str, stored: str = "1\n") -> nbformat.NotebookNode:
    output = new_output("stream", name="stdout", text=stored)
    return new_code_cell(source, execution_count=1, outputs=[output] if stored else [])


def picture_cell(grey: int, **metadata: float) -> nbformat.NotebookNode:
    """Return a cell that draws in a grey, beside a stored picture of grey 100."""
    drawing = "from IPython.display import Image\nImage({!r}, format='png')"
    stored = {
        "image/png": base64.b64encode(png(100)).decode(),
        "text/plain": "<IPython.core.display.Image object>",
    }
    shown = [new_output("execute_result", stored, execution_count=1)]
    source = drawing.format(png(grey))
    return new_code_cell(source, execution_count=1, outputs=shown, metadata=metadata)


def png(grey: int) -> bytes:
    picture = io.BytesIO()
    Image.new("L", (20, 10), grey).save(picture, "PNG")
    return picture.getvalue()


@pytest.fixture
def write(tmp_path: Path):
    """A function that adds chapters and a test file to a book with this repository's settings."""
    for name in ("conftest.py", "pyproject.toml", "tests/sanitize.cfg", "assignment4/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("book", "cache"):
        shutil.copytree(ROOT / "assignment4" / name, tmp_path / "assignment4" / name)
    letters = "import os\nPAIRS = os.environ.get('ASSIGNMENT4_PAIRS', 'Cyrillic')\n"
    (tmp_path / "assignment4" / "letters.py").write_text(letters)
    (tmp_path / "_toc.yml").write_text("root: chapters/one\nchapters: [{file: chapters/another}]\n")
    (tmp_path / "chapters").mkdir()

    def add(test: str = "", **cells: nbformat.NotebookNode) -> None:
        (tmp_path / "tests" / "test_unit.py").write_text(test)
        for name, only in cells.items():
            nbformat.write(new_notebook(cells=[only]), tmp_path / "chapters" / f"{name}.ipynb")

    return add


@pytest.fixture
def run(tmp_path: Path):
    """A function that runs pytest on the book, and returns what it printed."""

    def run_pytest(*arguments: str, **variables: str) -> str:
        kept = {name: text for name, text in os.environ.items() if not name.startswith(ALTERING)}
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", *arguments]
        done = subprocess.run(
            command, cwd=tmp_path, env=kept | variables, capture_output=True, text=True
        )
        return done.stdout

    return run_pytest


def outcomes(printed: str) -> dict[str, str]:
    """Return what became of the only cell of each chapter, "PASSED" or "FAILED"."""
    found = re.findall(r"^(PASSED|FAILED) chapters/(\w+)\.ipynb", printed, re.MULTILINE)
    return {name: outcome for outcome, name in found}


MEASURED = "print('accuracy ≈0.97, above 0.9')"
PASSING = {
    "right": cell("import assignment4\nprint(1)"),
    "measured": cell(MEASURED, "accuracy ≈0.95, above 0.9\n"),
    "picture_near": picture_cell(101),
    "picture_tolerated": picture_cell(110, picture_tolerance=0.05),
}
FAILING = {
    "wrong": cell("print(1)", "2\n"),
    "bound": cell(MEASURED, "accuracy ≈0.97, above 0.8\n"),
    "raising": cell("assert False", ""),
    "warning": cell("import warnings\nwarnings.warn('stale')", ""),
    "asking": cell("import socket\nsocket.create_connection(('192.0.2.1', 80), 1)", ""),
    "picture_other": picture_cell(110),
}


def test_chapters_pass_or_fail_as_they_should(write, run) -> None:
    """Measured numbers are not compared, but their bounds are, and pictures by their colours."""
    write(**PASSING, **FAILING)
    told = run("--nbval")
    expected = dict.fromkeys(PASSING, "PASSED") | dict.fromkeys(FAILING, "FAILED")
    assert outcomes(told) == expected
    assert "the network is off" in told
    assert "differs from the stored one by 0.039; 0.005 is allowed" in told


def test_processes_side_by_side_share_the_processors_and_slow_tests_run_with_nbval_only(
    write, run
) -> None:
    """Threads that somebody has set are kept; the tests come first, and chapters in order."""
    half = max(1, os.cpu_count() // 2)
    source = f"import os\nprint(*map(os.environ.get, {THREADS[:2]}))"
    test = "import pytest\n\n@pytest.mark.slow\ndef test_slow(): pass\n\ndef test_fast(): pass\n"
    write(test, another=cell("print(1)"), one=cell(source, f"{half} 7\n"))
    assert "1 passed, 1 deselected" in run()
    side_by_side = ("--numprocesses", "2", "--dist", "loadfile")
    assert "4 passed" in run("--nbval", *side_by_side, **{THREADS[1]: "7"})
    collected = run("--nbval", "--collect-only", "-q", "chapters", "tests")
    order = re.findall(r"^(\S+)::", collected, re.MULTILINE)
    assert order == ["tests/test_unit.py"] * 2 + ["chapters/one.ipynb", "chapters/another.ipynb"]


def test_other_letters_or_pairs_are_those_of_the_chapters_only_and_nothing_is_compared(
    write, run
) -> None:
    source = "from assignment4.letters import PAIRS\nassert PAIRS.endswith('greek.txt')\nprint(2)"
    test = (
        "import os\n"
        "from assignment4.letters import PAIRS\n\n"
        "def test_pairs():\n"
        "    assert PAIRS == 'Cyrillic'\n"
        "    assert 'ASSIGNMENT4_PAIRS' not in os.environ\n"
    )
    write(test, one=cell(source), another=cell("assert False", ""))
    told = run("--nbval", ASSIGNMENT4_PAIRS="greek.txt", ASSIGNMENT4_STEPS="7")
    assert outcomes(told) == {"one": "PASSED", "another": "FAILED"}
    assert "outputs are not compared" in told
    assert "2 passed" in told
