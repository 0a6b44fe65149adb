"""A GPU where there is one: one for each worker, or shared, and told apart in results."""

import dataclasses

import pytest
from test_replication import GROUP, LETTERS, NAMES

from assignment4.replication import devices, provenance
from assignment4.replication import experiments as groups
from assignment4.replication import runs as replication
from assignment4.replication.cost import expected_seconds
from assignment4.replication.devices import PROCESSOR, device, is_of_gpu, kind_of_device, take_gpu
from assignment4.replication.experiments import GROUPS
from assignment4.replication.runs import open_tasks, read_lines, read_results, replicate
from assignment4.replication.task_process import WORKER


@pytest.fixture
def machine(monkeypatch):
    """A function that gives the machine some GPUs, by name, and returns what is set of them."""

    def equip(*names: str | None) -> dict:
        gpus, state = list(range(len(names))), {"growing": []}
        state["visible"] = gpus
        config = devices.tensorflow.config

        def show(some: list, kind: str) -> None:
            assert kind == "GPU"
            state["visible"] = some

        def describe(gpu: int) -> dict:
            return {"device_name": names[gpu]} if names[gpu] else {}

        def grow(gpu: int, on: bool) -> None:
            state["growing"] += [gpu] * on

        monkeypatch.setattr(config, "list_physical_devices", lambda kind: gpus)
        monkeypatch.setattr(config, "get_visible_devices", lambda kind: state["visible"])
        monkeypatch.setattr(config, "set_visible_devices", show)
        monkeypatch.setattr(config.experimental, "get_device_details", describe)
        monkeypatch.setattr(config.experimental, "set_memory_growth", grow)
        return state

    return equip


@pytest.mark.parametrize(
    ("gpus", "name", "kind"),
    [([], "cpu", "processor"), (["A", "B"], "A", "GPU"), ([None], "unnamed GPU", "GPU")],
)
def test_the_device_is_the_processor_or_a_named_gpu(machine, gpus, name, kind):
    machine(*gpus)
    assert (device(), kind_of_device()) == (name, kind)


@pytest.mark.parametrize(
    ("worker", "mine"), [("0", 0), ("1", 1), ("2", 0), ("5", 1), ("tcp://10.0.0.1:99", 0), ("", 0)]
)
def test_workers_take_turns_in_choosing_a_gpu(machine, monkeypatch, worker, mine):
    state = machine("A", "B")
    monkeypatch.setenv(WORKER, worker)
    take_gpu()
    assert state == {"visible": [mine], "growing": [mine]}
    assert device() == "AB"[mine]


def test_without_a_gpu_nothing_is_taken(machine):
    state = machine()
    take_gpu()
    assert state == {"visible": [], "growing": []}


def test_a_line_without_a_device_is_of_a_processor():
    assert not is_of_gpu({"seed": 0})
    assert not is_of_gpu({"device": PROCESSOR})
    assert is_of_gpu({"device": "A"})


@pytest.fixture
def counted(monkeypatch):
    """Runs that compute nothing, and how many there were."""
    runs = []

    def run(experiment, letters, *, split, seed, steps):
        runs.append(seed)
        return {"accuracy": len(runs), "seconds": 1.0}

    group = dataclasses.replace(GROUPS[GROUP], run=run)
    monkeypatch.setitem(groups.GROUPS, GROUP, group)
    monkeypatch.setattr(replication, "load_letters", lambda: LETTERS)
    return runs


def test_results_of_a_gpu_stand_beside_those_of_a_processor(machine, counted, tmp_path):
    """Where there is a GPU the same runs are done again; neither takes the other's place."""
    settings = {"seeds": [0, 1], "names": NAMES[:1], "folder": tmp_path}
    machine()
    replicate(GROUP, **settings)
    machine("A")
    assert len(open_tasks(GROUP, **settings)) == 2
    replicate(GROUP, **settings)
    assert open_tasks(GROUP, **settings) == []
    found = {
        of_gpu: read_results(GROUP, NAMES[0], of_gpu=of_gpu, folder=tmp_path)
        for of_gpu in (False, True)
    }
    assert [[run["accuracy"] for run in runs] for runs in found.values()] == [[1, 2], [3, 4]]
    assert {run["device"] for run in found[True]} == {"A"}
    machine()
    assert open_tasks(GROUP, **settings) == []
    assert counted == [0, 1, 0, 1]


def test_a_line_tells_the_gpu_on_which_it_was_made(machine, counted, tmp_path):
    """The asking process may have another one."""
    machine("A")
    (task,) = open_tasks(GROUP, seeds=[0], names=NAMES[:1], folder=tmp_path)
    assert task.run["device"] == "A"
    machine("B")
    replication.store(task, replication.carry_out_alone(task), folder=tmp_path)
    (line,) = read_lines(GROUP, folder=tmp_path)
    assert line["device"] == "B"


def test_a_worker_s_process_takes_a_gpu_before_it_computes(machine, counted, monkeypatch, tmp_path):
    state = machine("A", "B")
    (task,) = open_tasks(GROUP, seeds=[0], names=NAMES[:1], folder=tmp_path)
    monkeypatch.setenv(WORKER, "1")
    assert replication.carry_out_alone(task)["device"] == "B"
    assert state["growing"] == [1]


def test_processes_with_and_without_a_gpu_are_not_alike(machine, monkeypatch):
    monkeypatch.setattr(provenance, "load_letters", lambda: LETTERS)
    alike = provenance.circumstances.__wrapped__
    machine()
    without = alike((GROUP,))
    machine("A")
    one = alike((GROUP,))
    machine("B", "C")
    assert one == alike((GROUP,))
    assert {name for name in one if one[name] != without[name]} == {"kind of device"}


def test_times_of_a_gpu_say_nothing_of_a_processor():
    line = {"experiment": "one", "steps": 10, "seconds": 5.0}
    of_gpu = line | {"device": "A", "seconds": 1.0}
    run = {"experiment": "one", "steps": 10}
    assert expected_seconds(run, [line, of_gpu]) == 5
    assert expected_seconds(run | {"device": "B"}, [line, of_gpu]) == 1
    assert expected_seconds(run, [of_gpu]) is None
