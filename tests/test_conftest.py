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


def run(book: Path, cells: dict, *, test: str = "", **variables: str) -> tuple[dict, str]:
    """Run pytest on chapters of one cell each and a test, with this repository's settings.

    Returns "PASSED" or "FAILED" for each chapter, and what was printed.
    """
    for name in ("conftest.py", "pyproject.toml", "tests/sanitize.cfg", "assignment4/__init__.py"):
        (book / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, book / name)
    for name in ("book", "cache"):
        shutil.copytree(ROOT / "assignment4" / name, book / "assignment4" / name)
    letters = "import os\nPAIRS = os.environ.get('ASSIGNMENT4_PAIRS', 'Cyrillic')\n"
    (book / "assignment4" / "letters.py").write_text(letters)
    (book / "_toc.yml").write_text("root: chapters/one\n")
    (book / "tests" / "test_unit.py").write_text(test)
    (book / "chapters").mkdir()
    for name, cell in cells.items():
        nbformat.write(new_notebook(cells=[cell]), book / "chapters" / f"{name}.ipynb")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(ALTERING)}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rA", "--nbval"]
    done = subprocess.run(command, cwd=book, env=kept | variables, capture_output=True, text=True)
    found = re.findall(r"^(PASSED|FAILED) chapters/(\w+)\.ipynb", done.stdout, re.MULTILINE)
    return {name: outcome for outcome, name in found}, done.stdout


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


def test_chapters_pass_or_fail_as_they_should(tmp_path: Path) -> None:
    """Measured numbers are not compared, but their bounds are, and pictures by their colours."""
    found, told = run(tmp_path, PASSING | FAILING)
    assert found == dict.fromkeys(PASSING, "PASSED") | dict.fromkeys(FAILING, "FAILED")
    assert "the network is off" in told
    assert "differs from the stored one by 0.039; 0.005 is allowed" in told


def test_other_letters_are_those_of_the_chapters_only_and_nothing_is_compared(tmp_path) -> None:
    source = "from assignment4.letters import PAIRS\nassert PAIRS.endswith('greek.txt')\nprint(2)"
    test = (
        "import os\n"
        "from assignment4.letters import PAIRS\n\n"
        "def test_pairs():\n"
        "    assert PAIRS == 'Cyrillic'\n"
        "    assert 'ASSIGNMENT4_PAIRS' not in os.environ\n"
    )
    cells = {"one": cell(source), "another": cell("assert False", "")}
    variables = {"ASSIGNMENT4_PAIRS": "greek.txt", "ASSIGNMENT4_STEPS": "7"}
    found, told = run(tmp_path, cells, test=test, **variables)
    assert found == {"one": "PASSED", "another": "FAILED"}
    assert "outputs are not compared" in told
    assert "2 passed" in told
