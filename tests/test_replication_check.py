"""The check of predicted seconds: predicted from one seed, measured on another, threads alike."""

import math
import os
import time

import pytest
from test_replication import LETTERS

from assignment4 import THREADS
from assignment4.replication import check as replication_check
from assignment4.replication import runs as replication
from assignment4.replication.check import PARTS, measure, seconds_beside_training
from assignment4.replication.cost import TRAINING, WHOLE
from assignment4.replication.experiments import GROUPS

TICK = 0.02
"""Real seconds for a pretended one."""


@pytest.fixture
def pretended(monkeypatch):
    """Workers that do nothing, each task taking the same; the list of what they were asked."""
    asked = []

    def carry_out(tasks, work, *, circumstances, store, workers):
        threads = {os.environ.get(name) for name in THREADS}
        asked.append((len(tasks), {task.run["seed"] for task in tasks}, workers, threads))
        assert "ASSIGNMENT4_CACHE" in os.environ
        seconds = 8.0 / int(os.environ[THREADS[0]])
        for task in tasks:
            store(task, {"device": "cpu", TRAINING: seconds - 3.0, WHOLE: seconds})
        time.sleep(TICK * seconds * len(tasks) / workers)

    monkeypatch.setattr(replication_check, "carry_out_on_workers", carry_out)
    monkeypatch.setattr(replication_check, "load_letters", lambda: LETTERS)
    monkeypatch.setattr(replication, "load_letters", lambda: LETTERS)
    return asked


def test_each_share_is_predicted_from_one_seed_and_measured_on_another(pretended):
    before = dict(os.environ)
    found = measure(shares=((1, 2), (1, 1), (2, 1)))
    count = len(PARTS)
    assert found["tasks"] == count
    assert [run["predicted"] for run in found["runs"]] == pytest.approx(
        [4 * count, 8 * count, 8 * math.ceil(count / 2)], abs=0.2
    )
    assert all(run["measured"] > 0 for run in found["runs"])
    assert [(run["workers"], run["threads"]) for run in found["runs"]] == [(1, 2), (1, 1), (2, 1)]
    assert found["beside training"] == {part["group"]: 3.0 for part in PARTS}
    assert [one for one in pretended if one[0]] == [
        (count, {0}, 1, {"2"}),
        (count, {1}, 1, {"2"}),
        (count, {0}, 1, {"1"}),
        (count, {1}, 1, {"1"}),
        (count, {1}, 2, {"1"}),
    ]
    assert os.environ == before


def test_what_is_beside_the_training_is_the_rest_of_the_whole():
    lines = [{TRAINING: 1.0, WHOLE: 4.0}, {TRAINING: 1.0}, {TRAINING: 2.0, WHOLE: 7.0}]
    assert seconds_beside_training(lines) == 4
    with pytest.raises(ValueError, match="none of 1 lines has 'seconds of the task'"):
        seconds_beside_training(lines[1:2])


def test_the_short_tasks_are_experiments_of_groups():
    assert {part["group"] for part in PARTS} <= set(GROUPS)
    assert all(part["names"][0] in GROUPS[part["group"]].experiments for part in PARTS)
