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


MODULES = (
    "__init__.py",
    "book/__init__.py",
    "book/network.py",
    "book/notebooks.py",
    "book/pictures.py",
)
"""Of this package, those that pytest's settings need."""


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
        (root / "assignment4" / "book").mkdir(parents=True)
        for name in MODULES:
            shutil.copy(ROOT / "assignment4" / name, root / "assignment4" / name)
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


def test_chapters_pass_or_fail_as_they_should(book: SmallBook) -> None:
    """Measured numbers are not compared, but their bounds are, and the package is found."""
    source = "print('accuracy ≈0.97, above 0.9')"
    chapters = {
        "right": cell("import assignment4\nprint(1)", printed("1\n")),
        "measured": cell(source, printed("accuracy ≈0.95, above 0.9\n")),
        "wrong": cell("print(1)", printed("2\n")),
        "bound": cell(source, printed("accuracy ≈0.97, above 0.8\n")),
        "raising": cell("assert False"),
        "warning": cell("import warnings\nwarnings.warn('stale')"),
        "asking": cell("import socket\nsocket.create_connection(('192.0.2.1', 80), 1)"),
    }
    for name, only in chapters.items():
        book.add_chapter(name, only)
    passing = {"right": "PASSED", "measured": "PASSED"}
    assert book.outcomes() == dict.fromkeys(chapters, "FAILED") | passing
    assert "the network is off" in book.told


def test_processes_side_by_side_share_the_processors_and_no_training(book: SmallBook) -> None:
    """Those that train the same networks follow one another, and threads that are set are kept."""
    half = max(1, os.cpu_count() // 2)
    variables = "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"
    source = f"import os\nprint(*map(os.environ.get, {variables}))"
    book.add_chapter("one", cell(source, printed(f"{half} 7\n")))
    sharing = "exercise2_losses", "exercise2_classifier_loss", "exercise2_comparison"
    for name in sharing:
        process = f"open('{name}', 'w').write(os.environ['PYTEST_XDIST_WORKER'])"
        book.add_chapter(name, cell(f"import os\nassert {process}"))
    result = book.pytest(
        "--nbval", "--numprocesses", "2", "--dist", "loadfile", OPENBLAS_NUM_THREADS="7"
    )
    assert result.returncode == 0, result.stdout
    assert len({(book.root / "chapters" / name).read_text() for name in sharing}) == 1


@pytest.mark.parametrize(
    "variable", ["ASSIGNMENT4_LETTERS", "ASSIGNMENT4_PAIRS", "ASSIGNMENT4_STEPS"]
)
def test_altered_runs_execute_without_comparing_and_say_so(book: SmallBook, variable: str) -> None:
    book.add_chapter("one", cell("print(1)", printed("2\n")))
    book.add_chapter("another", cell("assert False"))
    assert book.outcomes(**{variable: "7"}) == {"one": "PASSED", "another": "FAILED"}
    assert "outputs are not compared" in book.told


def test_other_pairs_of_letters_are_those_of_the_chapters_only(book: SmallBook) -> None:
    source = "from assignment4.letters import PAIRS\nassert PAIRS.endswith('greek.txt')"
    book.add_chapter("one", cell(source))
    (book.root / "tests" / "test_unit.py").write_text(
        "import os\n"
        "from assignment4.letters import PAIRS\n\n"
        "def test_pairs():\n"
        "    assert PAIRS == 'Cyrillic'\n"
        "    assert 'ASSIGNMENT4_PAIRS' not in os.environ\n"
    )
    result = book.pytest("--nbval", ASSIGNMENT4_PAIRS="greek.txt")
    assert result.returncode == 0, result.stdout
    assert "2 passed" in result.stdout


def test_chapters_follow_the_tests_in_reading_order(book: SmallBook) -> None:
    book.add_chapter("another", cell("print(1)", printed("1\n")))
    book.add_chapter("one", cell("print(1)", printed("1\n")))
    (book.root / "tests" / "test_unit.py").write_text("def test_unit(): pass\n")
    result = book.pytest("--nbval", "--collect-only", "-q", "chapters", "tests")
    collected = [line for line in result.stdout.splitlines() if "::" in line]
    assert [line.split("::")[0] for line in collected] == [
        "tests/test_unit.py",
        "chapters/one.ipynb",
        "chapters/another.ipynb",
    ]


def test_slow_tests_run_with_nbval_or_when_named_by_marker(book: SmallBook) -> None:
    book.add_chapter("one", cell("print(1)", printed("1\n")))
    (book.root / "tests" / "test_unit.py").write_text(
        "import pytest\n\n@pytest.mark.slow\ndef test_slow(): pass\n\ndef test_fast(): pass\n"
    )
    assert "1 passed, 1 deselected" in book.pytest().stdout
    assert "1 passed, 1 deselected" in book.pytest("-m", "slow").stdout
    assert "3 passed" in book.pytest("--nbval").stdout


DRAWING = """import base64
from IPython.display import Image
Image(base64.b64decode({!r}), format="png")"""


def png(grey: int) -> str:
    picture = io.BytesIO()
    Image.new("L", (20, 10), grey).save(picture, "PNG")
    return base64.b64encode(picture.getvalue()).decode()


def test_a_changed_picture_fails(book: SmallBook) -> None:
    shown = {"image/png": png(100), "text/plain": "<IPython.core.display.Image object>"}
    stored = new_output("execute_result", data=shown, execution_count=1)
    for name, grey in {"same": 100, "near": 101, "other": 110, "tolerated": 110}.items():
        drawn = cell(DRAWING.format(png(grey)), stored)
        if name == "tolerated":
            drawn.metadata["picture_tolerance"] = 0.05
        book.add_chapter(name, drawn)
    assert book.outcomes() == {
        "same": "PASSED",
        "near": "PASSED",
        "other": "FAILED",
        "tolerated": "PASSED",
    }
    assert "differs from the stored one by 0.039; 0.005 is allowed" in book.told
