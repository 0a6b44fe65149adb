"""How pytest runs here: fast tests alone, everything and the chapters with --nbval."""

import os
import signal
from importlib import import_module
from pathlib import Path, PurePosixPath

import pytest
from nbval.plugin import IPyNbCell
from xdist.scheduler import LoadFileScheduling

from assignment4 import ROOT, THREADS
from assignment4.book.network import forbid_network
from assignment4.book.notebooks import chapter_paths, kernel_environment
from assignment4.book.pictures import TOLERANCE, changed_pictures

ALTERING = ("ASSIGNMENT4_LETTERS", "ASSIGNMENT4_PAIRS", "ASSIGNMENT4_STEPS")
"""Variables under which a chapter's outputs are others than the stored ones."""

ONE_BY_ONE = "test_networks"
"""The file of tests that train what several chapters show: each process takes one at a time."""

LONGEST = (
    ONE_BY_ONE,
    "exercise2_classifier_loss",
    "test_pages",
    "exercise4_auto_encoders",
    "exercise2_comparison",
    "exercise2_losses",
    "exercise2_latent_search",
    "exercise4_pca",
    "transfer",
)
"""What takes longest from an empty cache, chapters and test files: begun first."""


def share_processors() -> None:
    """Give each of several processes that test side by side its part of the processors."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if processes > 1:
        threads = max(1, (os.cpu_count() or 1) // processes)
        for name in THREADS:
            os.environ.setdefault(name, str(threads))


class FilesAndNetworks(LoadFileScheduling):
    """Gives a process the tests of a file, or the training of one network."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return nodeid if PurePosixPath(file).stem == ONE_BY_ONE else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log) -> LoadFileScheduling | None:
    return FilesAndNetworks(config, log) if config.option.dist == "loadfile" else None


def heed_interrupts() -> None:
    """Let processes that tests start be interrupted, which those of a background job are not."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def keep_tests_to_the_book_s_pairs() -> None:
    """Let tests in this process have the book's pairs of letters, whichever the chapters have."""
    if pairs := os.environ.pop("ASSIGNMENT4_PAIRS", None):
        import_module("assignment4.letters")
        os.environ["ASSIGNMENT4_PAIRS"] = pairs


@pytest.fixture(autouse=True)
def processes_of_tests_have_the_book_s_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASSIGNMENT4_PAIRS", raising=False)


@pytest.fixture
def empty_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("ASSIGNMENT4_PROGRESS", "0")


def altering_variables() -> list[str]:
    return [f"{name}={os.environ[name]}" for name in ALTERING if os.environ.get(name)]


def compare_pictures() -> None:
    """Have nbval compare pictures as well, once the other outputs of a cell agree."""
    compare_others = IPyNbCell.compare_outputs

    def compare_all(cell: IPyNbCell, outputs: list, stored: list, skip_compare=None) -> bool:
        if not compare_others(cell, outputs, stored, skip_compare):
            return False
        tolerance = cell.cell.metadata.get("picture_tolerance", TOLERANCE)
        cell.comparison_traceback += changed_pictures(outputs, stored, tolerance)
        return not cell.comparison_traceback

    IPyNbCell.compare_outputs = compare_all


def pytest_configure(config: pytest.Config) -> None:
    forbid_network()
    compare_pictures()
    share_processors()
    heed_interrupts()
    keep_tests_to_the_book_s_pairs()
    os.environ.update(kernel_environment())
    config.option.nbval_sanitize_with = str(ROOT / "tests" / "sanitize.cfg")
    if altering_variables() and config.option.nbval:
        config.option.nbval_lax = True
    config.option.loadscopereorder = False


def pytest_report_header(config: pytest.Config) -> str | None:
    if config.option.nbval and (variables := altering_variables()):
        return f"chapters are executed, but their outputs are not compared: {' '.join(variables)}"
    return None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort tests before chapters in reading order, what takes long first where several share."""
    chapters = chapter_paths()
    items.sort(key=lambda item: chapters.index(item.path) if item.path in chapters else -1)
    if os.environ.get("PYTEST_XDIST_WORKER"):
        items.sort(key=lambda item: (*LONGEST, item.path.stem).index(item.path.stem))
    if not (config.option.nbval or config.option.nbval_lax or config.option.markexpr):
        slow = [item for item in items if item.get_closest_marker("slow")]
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if item not in slow]
