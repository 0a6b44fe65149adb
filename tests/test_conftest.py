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

from assignment4 import ROOT

pytestmark = pytest.mark.slow


ALTERING = (
    "ASSIGNMENT4_LETTERS",
    "ASSIGNMENT4_PAIRS",
    "ASSIGNMENT4_STEPS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "PYTEST_ADDOPTS",
    "PYTEST_XDIST_WORKER_COUNT",
    "PYTHONPATH",
)
"""Variables of the outer run that the small book must not see."""


def cell(source: str, *stored: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return new_code_cell(source, execution_count=1, outputs=list(stored))


def printed(text: str) -> nbformat.NotebookNode:
    return new_output("stream", name="stdout", text=text)


class SmallBook:
    """A folder with this repository's pytest settings and chapters that a test adds."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("conftest.py", "pyproject.toml", "tests/sanitize.cfg"):
            (root / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, root / name)
        for name in ("book", "cache"):
            shutil.copytree(ROOT / "assignment4" / name, root / "assignment4" / name)
        shutil.copy(ROOT / "assignment4" / "__init__.py", root / "assignment4")
        (root / "assignment4" / "letters.py").write_text(
            "import os\nPAIRS = os.environ.get('ASSIGNMENT4_PAIRS', 'Cyrillic')\n"
        )
        (root / "chapters").mkdir()
        self.told = ""
        self.contents = root / "_toc.yml"
        self.contents.write_text("root: chapters/one\nchapters: [{file: chapters/another}]\n")

    def add_chapter(self, name: str, *cells: nbformat.NotebookNode) -> None:
        nbformat.write(new_notebook(cells=list(cells)), self.root / "chapters" / f"{name}.ipynb")

    def pytest(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess:
        inherited = {name: text for name, text in os.environ.items() if name not in ALTERING}
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(
            command, cwd=self.root, env=inherited | variables, capture_output=True, text=True
        )

    def outcomes(self, *arguments: str, **variables: str) -> dict[str, str]:
        """Return what became of the only cell of each chapter, "PASSED" or "FAILED".

        What pytest printed is kept in `told`.
        """
        result = self.pytest("--nbval", "-rA", *arguments, **variables)
        found = dict(
            reversed(pair)
            for pair in re.findall(r"^(PASSED|FAILED) chapters/(\w+)\.ipynb", result.stdout, re.M)
        )
        assert result.returncode == int("FAILED" in found.values()), result.stdout
        self.told = result.stdout
        return found


@pytest.fixture
def book(tmp_path: Path) -> SmallBook:
    return SmallBook(tmp_path)


DRAWING = """import base64
from IPython.display import Image
Image(base64.b64decode({!r}), format="png")"""


def png(grey: int) -> str:
    picture = io.BytesIO()
    Image.new("L", (20, 10), grey).save(picture, "PNG")
    return base64.b64encode(picture.getvalue()).decode()


def picture_cell(grey: int, tolerance: float | None = None) -> nbformat.NotebookNode:
    """Return a cell that draws in a grey, beside a stored picture of grey 100."""
    shown = {"image/png": png(100), "text/plain": "<IPython.core.display.Image object>"}
    drawn = cell(DRAWING.format(png(grey)), new_output("execute_result", shown, execution_count=1))
    if tolerance:
        drawn.metadata["picture_tolerance"] = tolerance
    return drawn


MEASURED = "print('accuracy ≈0.97, above 0.9')"
PASSING = {
    "right": cell("import assignment4\nprint(1)", printed("1\n")),
    "measured": cell(MEASURED, printed("accuracy ≈0.95, above 0.9\n")),
    "picture_near": picture_cell(101),
    "picture_tolerated": picture_cell(110, 0.05),
}
FAILING = {
    "wrong": cell("print(1)", printed("2\n")),
    "bound": cell(MEASURED, printed("accuracy ≈0.97, above 0.8\n")),
    "raising": cell("assert False"),
    "warning": cell("import warnings\nwarnings.warn('stale')"),
    "asking": cell("import socket\nsocket.create_connection(('192.0.2.1', 80), 1)"),
    "picture_other": picture_cell(110),
}


def test_chapters_pass_or_fail_as_they_should(book: SmallBook) -> None:
    """Measured numbers are not compared, but their bounds are, and pictures by their colours."""
    for name, only in (PASSING | FAILING).items():
        book.add_chapter(name, only)
    expected = dict.fromkeys(PASSING, "PASSED") | dict.fromkeys(FAILING, "FAILED")
    assert book.outcomes() == expected
    assert "the network is off" in book.told
    assert "differs from the stored one by 0.039; 0.005 is allowed" in book.told


def test_processes_side_by_side_share_the_processors(book: SmallBook) -> None:
    """Threads that somebody has set are kept."""
    half = max(1, os.cpu_count() // 2)
    variables = "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"
    source = f"import os\nprint(*map(os.environ.get, {variables}))"
    book.add_chapter("one", cell(source, printed(f"{half} 7\n")))
    result = book.pytest(
        "--nbval", "--numprocesses", "2", "--dist", "loadfile", OPENBLAS_NUM_THREADS="7"
    )
    assert result.returncode == 0, result.stdout


def test_other_letters_or_pairs_are_those_of_the_chapters_only_and_nothing_is_compared(
    book: SmallBook,
) -> None:
    source = "from assignment4.letters import PAIRS\nassert PAIRS.endswith('greek.txt')\nprint(1)"
    book.add_chapter("one", cell(source, printed("2\n")))
    book.add_chapter("another", cell("assert False"))
    (book.root / "tests" / "test_unit.py").write_text(
        "import os\n"
        "from assignment4.letters import PAIRS\n\n"
        "def test_pairs():\n"
        "    assert PAIRS == 'Cyrillic'\n"
        "    assert 'ASSIGNMENT4_PAIRS' not in os.environ\n"
    )
    variables = {"ASSIGNMENT4_PAIRS": "greek.txt", "ASSIGNMENT4_STEPS": "7"}
    assert book.outcomes(**variables) == {"one": "PASSED", "another": "FAILED"}
    assert "outputs are not compared" in book.told
    assert "2 passed" in book.told


def test_tests_come_first_and_slow_ones_with_nbval_only(book: SmallBook) -> None:
    for name in ("another", "one"):
        book.add_chapter(name, cell("print(1)", printed("1\n")))
    (book.root / "tests" / "test_unit.py").write_text(
        "import pytest\n\n@pytest.mark.slow\ndef test_slow(): pass\n\ndef test_fast(): pass\n"
    )
    assert "1 passed, 1 deselected" in book.pytest().stdout
    result = book.pytest("--nbval", "--collect-only", "-q", "chapters", "tests")
    collected = [line for line in result.stdout.splitlines() if "::" in line]
    assert [line.split("::")[0] for line in collected] == [
        "tests/test_unit.py",
        "tests/test_unit.py",
        "chapters/one.ipynb",
        "chapters/another.ipynb",
    ]
