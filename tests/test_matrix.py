"""The matrix tests copies under what each variation asks for, and tells what came of it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from assignment4.json_lines import read_json_lines
from assignment4.matrix import VARIATIONS, Variation, run_matrix, unavailable
from assignment4.notebooks import ROOT

ENVIRONMENT = f"""#!/bin/sh
mkdir -p .venv/bin
ln -s {sys.executable} .venv/bin/python
"""
PLACES = """import os, pathlib

def test_colour():
    assert os.environ.get("COLOUR", "blue") == "blue"

def test_folder():
    assert pathlib.Path(__file__).parent.name in ("book", "книга с пробелами")

def test_cache_is_empty():
    assert not pathlib.Path(os.environ["ASSIGNMENT4_CACHE"]).exists()
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


def outcomes(source: Path, results: Path, *variations: Variation) -> list[dict]:
    options = ["-q", "-p", "no:cacheprovider", "-p", "no:xdist"]
    run_matrix(variations, source=source, results=results, tests=options)
    return read_json_lines(results)


def test_what_a_variation_asks_for_decides(source, tmp_path):
    found = outcomes(
        source,
        tmp_path / "matrix.jsonl",
        Variation("blue", {"COLOUR": "blue"}),
        Variation("red", {"COLOUR": "red"}),
        Variation("Cyrillic", folder="книга с пробелами"),
        Variation("wrong folder", folder="elsewhere else"),
        Variation("from another folder", elsewhere=True),
    )
    assert [(line["variation"], line["outcome"]) for line in found] == [
        ("blue", "passed"),
        ("red", "failed"),
        ("Cyrillic", "passed"),
        ("wrong folder", "failed"),
        ("from another folder", "passed"),
    ]
    assert found[0]["passed"] == 3
    assert (found[1]["passed"], found[1]["failed"]) == (2, 1)
    assert "test_colour" in found[1]["ending"]


def test_what_has_passed_is_not_run_again_until_the_files_change(source, tmp_path):
    results = tmp_path / "matrix.jsonl"
    plain = Variation("plain")
    assert len(outcomes(source, results, plain)) == 1
    assert len(outcomes(source, results, plain)) == 1
    (source / "another.txt").write_text("new", encoding="utf-8")
    commit(source)
    assert len(outcomes(source, results, plain)) == 2


def test_an_environment_that_cannot_be_made_is_a_failure(source, tmp_path):
    (source / "environment.sh").write_text("echo no network >&2; exit 1\n", encoding="utf-8")
    commit(source)
    (line,) = outcomes(source, tmp_path / "matrix.jsonl", Variation("plain"))
    assert line["outcome"] == "failed"
    assert "no network" in line["ending"]


@pytest.mark.parametrize(
    ("variation", "reason"),
    [
        (Variation("plain"), ""),
        (Variation("old", python="python0.9"), "there is no python0.9 here"),
        (Variation("far", {"LC_ALL": "xx_XX.UTF-8"}), "the locale xx_XX.UTF-8 is not installed"),
    ],
)
def test_what_this_machine_lacks_is_said(variation, reason, source, tmp_path):
    assert unavailable(variation) == reason
    if reason:
        (line,) = outcomes(source, tmp_path / "matrix.jsonl", variation)
        assert line["outcome"] == f"not run: {reason}"


def test_a_read_only_copy_needs_somebody_who_may_not_write(monkeypatch):
    variation = Variation("read-only", read_only=True)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert unavailable(variation) == "the superuser may write everywhere"
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert unavailable(variation) == ""


def test_variations_have_names_of_their_own_and_cover_all_pythons():
    assert len({variation.name for variation in VARIATIONS}) == len(VARIATIONS)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for minor in (11, 12, 13):
        assert f"3.{minor}" in text
        assert f"python3.{minor}" in {variation.python for variation in VARIATIONS}


def test_the_command_refuses_an_unknown_name():
    command = [sys.executable, "-m", "assignment4", "matrix", "3 threads"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "no variation named 3 threads; there are 1 thread, 2 threads" in done.stderr
