"""The matrix tests copies under what each circumstance asks for, and tells what came of it."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from assignment4.json_lines import read_json_lines
from assignment4.matrix import (
    CIRCUMSTANCES,
    RUNS,
    Circumstance,
    run_matrix,
    together,
    unavailable,
)
from assignment4.repository import ROOT

ENVIRONMENT = f"""#!/bin/sh
mkdir -p .venv/bin
printf '#!/bin/sh\\nexec %s "$@"\\n' {shlex.quote(shlex.quote(sys.executable))} > .venv/bin/python
chmod +x .venv/bin/python
"""
"""A link would lead to the interpreter without what is installed for the tests."""

PLACES = """import os, pathlib

def test_colour():
    assert os.environ.get("COLOUR", "blue") == "blue"

def test_folder():
    assert pathlib.Path(__file__).parent.name in ("book", "книга с пробелами")

def test_cache_is_empty():
    assert not pathlib.Path(os.environ["ASSIGNMENT4_CACHE"]).exists()
"""

EARLIER_OUTCOMES = """import pathlib

def test_earlier_outcomes():
    assert (pathlib.Path(__file__).parent / "results" / "matrix.jsonl").exists()
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for name, text in {
        "environment.sh": ENVIRONMENT,
        "pyproject.toml": "[tool.pytest.ini_options]\n",
        "test_places.py": PLACES,
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    commit(folder)
    return folder


def commit(folder: Path) -> None:
    who = ["-c", "user.name=reader", "-c", "user.email=reader@example.org"]
    for command in (["init", "-q"], ["add", "."], [*who, "commit", "-q", "-m", "a book"]):
        subprocess.run(["git", "-C", folder, *command], check=True)


def outcomes(source: Path, results: Path, *runs: Circumstance) -> list[dict]:
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    run_matrix(runs, source=source, results=results, tests=options)
    return read_json_lines(results)


def test_what_a_circumstance_asks_for_decides(source, tmp_path):
    found = outcomes(
        source,
        tmp_path / "matrix.jsonl",
        Circumstance("blue", {"COLOUR": "blue"}),
        Circumstance("red", {"COLOUR": "red"}),
        Circumstance("Cyrillic", folder="книга с пробелами"),
        Circumstance("wrong folder", folder="elsewhere else"),
        Circumstance("from another folder", elsewhere=True),
    )
    assert [(line["circumstances"], line["outcome"]) for line in found] == [
        ("blue", "passed"),
        ("red", "failed"),
        ("Cyrillic", "passed"),
        ("wrong folder", "failed"),
        ("from another folder", "passed"),
    ]
    assert found[0]["passed"] == 3
    assert (found[1]["passed"], found[1]["failed"]) == (2, 1)
    assert found[1]["failures"] == ["test_places.py::test_colour"]


def test_what_has_passed_is_not_run_again_until_the_files_change(source, tmp_path):
    """A copy has the earlier outcomes, as its page tells of them; new ones are no change."""
    results = tmp_path / "matrix.jsonl"
    plain = Circumstance("plain")
    assert len(outcomes(source, results, plain)) == 1
    earlier = source / "results" / "matrix.jsonl"
    earlier.parent.mkdir()
    earlier.touch()
    commit(source)
    assert len(outcomes(source, results, plain)) == 1
    (source / "test_places.py").write_text(EARLIER_OUTCOMES, encoding="utf-8")
    commit(source)
    assert [line["outcome"] for line in outcomes(source, results, plain)] == ["passed"] * 2


def test_an_environment_that_cannot_be_made_is_a_failure(source, tmp_path):
    (source / "environment.sh").write_text("echo no network >&2; exit 1\n", encoding="utf-8")
    commit(source)
    (line,) = outcomes(source, tmp_path / "matrix.jsonl", Circumstance("plain"))
    assert line["outcome"] == "failed"
    assert "no network" in line["ending"]


@pytest.mark.parametrize(
    ("circumstance", "reason"),
    [
        (Circumstance("plain"), ""),
        (Circumstance("old", python="python0.9"), "there is no python0.9 here"),
        (Circumstance("far", {"LC_ALL": "xx_XX.UTF-8"}), "the locale xx_XX.UTF-8 is not installed"),
    ],
)
def test_what_this_machine_lacks_is_said(circumstance, reason, source, tmp_path):
    assert unavailable(circumstance) == reason
    if reason:
        (line,) = outcomes(source, tmp_path / "matrix.jsonl", circumstance)
        assert line["outcome"] == f"not run: {reason}"


TEST_OF_WRITING = """
def test_nothing_can_be_written():
    with pytest.raises(OSError):
        pathlib.Path(__file__).with_name("new").touch()
    pathlib.Path(os.environ["ASSIGNMENT4_CACHE"]).mkdir()
"""


@pytest.mark.parametrize("elsewhere", [False, True])
def test_nobody_can_write_in_a_read_only_checkout(source, tmp_path, elsewhere):
    run = Circumstance("read-only", read_only=True, elsewhere=elsewhere)
    if reason := unavailable(run):
        pytest.skip(reason)
    text = "import os, pathlib, pytest\n" + TEST_OF_WRITING
    (source / "test_places.py").write_text(text, encoding="utf-8")
    commit(source)
    results = tmp_path / "matrix.jsonl"
    (line,) = outcomes(source, results, run)
    assert line["outcome"] == "passed"
    *_, line = outcomes(source, results, Circumstance("may be written"))
    assert line["outcome"] == "failed"


def test_where_nothing_can_be_mounted_nothing_is_read_only(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(FileNotFoundError):
        subprocess.run(["unshare"])
    read_only = Circumstance("read-only", python=sys.executable, read_only=True)
    assert unavailable(read_only) == "nothing can be made read-only here"


def test_circumstances_are_put_together():
    names = ["1 thread", "Python 3.12", "read-only checkout", "path with spaces and Cyrillic"]
    one = together([*names, "locale C"])
    assert one.name == ", ".join([*names, "locale C"])
    assert one.variables == CIRCUMSTANCES["1 thread"].variables | {"LC_ALL": "C"}
    assert (one.python, one.folder) == ("python3.12", "книга с пробелами")
    assert (one.read_only, one.elsewhere) == (True, False)
    assert together(["from another folder"]).elsewhere


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        (["3 threads"], r"there is no circumstance \['3 threads'\]; there are \['1 thread'"),
        (["1 thread", "2 threads"], "two circumstances set "),
        (["locale C", "locale with a decimal comma"], r"two circumstances set \['LC_ALL'\]"),
        (["Python 3.11", "Python 3.12"], "two circumstances ask for a python"),
    ],
)
def test_what_does_not_go_together_is_refused(names, reason):
    with pytest.raises(ValueError, match=reason):
        together(names)


def test_the_runs_cover_every_circumstance_and_the_pythons_of_the_readme():
    named = {name for run in RUNS for name in run.name.split(", ")}
    assert named == CIRCUMSTANCES.keys()
    threads_and_library = {
        (run.variables["OMP_NUM_THREADS"], run.variables["TF_ENABLE_ONEDNN_OPTS"]) for run in RUNS
    }
    assert len(threads_and_library) == 4
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for minor in (11, 12, 13):
        assert f"3.{minor}" in text
        assert f"python3.{minor}" in {run.python for run in RUNS}


def test_the_command_refuses_an_unknown_name():
    command = [sys.executable, "-m", "assignment4", "matrix", "3 threads"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "there is no circumstance ['3 threads']; there are ['1 thread'" in done.stderr
