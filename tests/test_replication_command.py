"""What `replicate` is asked for on the command line."""

import shutil
import sys

import pytest

from assignment4 import __main__, cache
from assignment4.letters import load_letters
from assignment4.replication import command as replication_command
from assignment4.replication import runs as replication
from assignment4.replication.command import longest_first, prediction
from assignment4.replication.experiments import GROUPS
from assignment4.replication.runs import PLAN, SEEDS


@pytest.fixture
def asked_for(monkeypatch, capsys):
    """A function that calls the command and returns what it would replicate, or its complaint."""
    parts = []
    monkeypatch.setattr(
        replication_command, "open_tasks", lambda folder, **part: parts.append(part) or []
    )

    def call(*arguments: str) -> list[dict] | str:
        parts.clear()
        monkeypatch.setattr(sys, "argv", ["assignment4", "replicate", *arguments])
        failed = __main__.main()
        return capsys.readouterr().err if failed else list(parts)

    return call


def test_without_arguments_it_is_the_plan(asked_for):
    assert asked_for() == asked_for("--predict") == asked_for("--workers", "3") == list(PLAN)


def test_losses_are_found_in_their_groups(asked_for):
    everything = [
        {"group": group, "names": list(GROUPS[group].experiments), "seeds": SEEDS}
        for group in ("squared_errors", "classifier_losses")
    ]
    assert asked_for("--losses", "all") == everything
    assert asked_for("--losses", "classifier", "random letters", "--seeds", "2") == [
        {"group": "squared_errors", "names": ["random letters"], "seeds": range(2)},
        {"group": "classifier_losses", "names": ["classifier"], "seeds": range(2)},
    ]


def test_names_are_found_in_groups(asked_for):
    one = {"group": "auto_encoders", "names": ["k = 2"], "seeds": SEEDS}
    assert asked_for("--names", "k = 2") == [one]
    assert asked_for("--names", "k = 2", "--steps", "7", "--split", "by family") == [
        one | {"steps": 7, "split": "by family"}
    ]
    assert len(asked_for("--group", "as_in_scripts", "squared_errors")) == 2
    assert len(asked_for("--names", "all")) == len(GROUPS)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--seeds", "3"], "--seeds needs --losses, --group or --names"),
        (["--losses", "k = 2"], "no experiment 'k = 2' in squared_errors, classifier_losses"),
        (["--losses", "all", "--names", "k = 2"], "leave --group and --names out"),
        (["--names", "random letters"], "is in squared_errors and as_in_scripts"),
        (["--group", "no such group"], "there is no group"),
    ],
)
def test_what_does_not_go_together_is_refused(asked_for, arguments, complaint):
    assert complaint in asked_for(*arguments)


def test_the_longest_task_is_first_and_unknown_ones_before_it():
    assert longest_first(["a", "b", "c", "d"], [1.0, None, 3.0, 2.0]) == ["b", "c", "d", "a"]


def test_a_prediction_tells_hours_by_workers():
    lines = prediction([3600.0, 1800.0, 1800.0, None]).splitlines()
    assert lines[:2] == [
        "open tasks: 4, hours in all: 2.00",
        "of 1 no time is known, and none is counted",
    ]
    assert lines[2] == "workers:  1  hours: 2.00, at least 2.00"
    assert lines[3] == "workers:  2  hours: 1.00, at least 1.00"
    assert lines[-1] == "workers: 16  hours: 1.00, at least 1.00"


@pytest.mark.slow
def test_a_line_from_a_worker_is_that_from_this_process(monkeypatch, tmp_path):
    """Numbers are compared, not the time; the folder for trained weights is not shared."""
    monkeypatch.delenv("ASSIGNMENT4_LETTERS", raising=False)
    load_letters()
    letters = list(cache.cache_folder().glob("letters-*.entry"))
    part = {"group": "auto_encoders", "names": ["k = 2"], "seeds": [0], "steps": 2}
    lines = []
    for where in ("here", "worker"):
        (tmp_path / where).mkdir()
        for path in letters:
            shutil.copy(path, tmp_path / where)
        monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / where))
        folder = tmp_path / f"results of {where}"
        if where == "here":
            replication.replicate(**part, folder=folder)
        else:
            arguments = ["--names", "k = 2", "--seeds", "1", "--steps", "2", "--workers", "1"]
            replication_command.replicate(parse(arguments), folder=folder)
        (line,) = replication.read_lines("auto_encoders", folder=folder)
        lines.append({name: value for name, value in line.items() if "seconds" not in name})
    assert lines[0] == lines[1]


def parse(arguments: list[str]):
    return __main__.command_line().parse_args(["replicate", *arguments])
