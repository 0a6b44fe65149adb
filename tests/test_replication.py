"""Experiments over seeds: resumed, kept with what they depend on, and found again."""

import dataclasses
import json

import numpy as np
import pytest

from assignment4.intervals import mean_interval, proportion_interval
from assignment4.letters import CYRILLIC, LATIN, SPLITS, Alphabet, Letters, embedded, load_letters
from assignment4.letters.splits import split_as_reported
from assignment4.replication import provenance, runs
from assignment4.replication.experiments import GROUPS
from assignment4.replication.json_lines import append_json_line, read_json_lines
from assignment4.replication.provenance import MEANINGS, count_devices, device, identity, take_gpu
from assignment4.replication.runs import (
    PLAN,
    UNSEEN_CYRILLIC,
    UNSEEN_LATIN,
    carry_out,
    difference_over_seeds,
    gain_in_reading,
    open_tasks,
    over_seeds,
    read_lines,
    read_results,
    readability_of_run,
    readability_over_seeds,
    run_experiment,
    store,
)
from assignment4.replication.workers import WORKER

GROUP = "squared_errors"
NAMES = list(GROUPS[GROUP].experiments)
BESIDE_NUMBERS = {*MEANINGS, "device", "seconds", "seconds of the task"}


def blank(letters: str) -> Alphabet:
    unknown = np.full(14, "")
    images = np.zeros((14, 28, 28), np.uint8)
    return Alphabet(letters, images, np.arange(14), unknown, unknown, 6015)


LETTERS = Letters(blank(CYRILLIC), blank(LATIN), embedded.NAME)


def use_letters(monkeypatch, letters: Letters) -> None:
    monkeypatch.setattr(runs, "load_letters", lambda: letters)
    monkeypatch.setattr(provenance, "load_letters", lambda: letters)


@pytest.fixture
def counted(monkeypatch):
    """Runs that train nothing, and the list of those that were made."""
    made = []

    def run(group, name, letters, *, split, seed, steps):
        made.append((group, name, split, seed, steps))
        return {"accuracy": 0.9 + seed / 100, "seconds": 1.0}

    monkeypatch.setattr(runs, "run_experiment", run)
    use_letters(monkeypatch, LETTERS)
    return made


def replicate(group: str = GROUP, **settings) -> None:
    for task in open_tasks(group, **settings):
        store(task, carry_out(task), folder=settings["folder"])


def test_runs_are_appended_and_not_repeated(counted, tmp_path):
    short = {"steps": 10, "folder": tmp_path}
    replicate(seeds=[0, 1], **short)
    assert counted == [(GROUP, name, "as reported", seed, 10) for seed in (0, 1) for name in NAMES]
    replicate(seeds=[0, 1, 10], **short)
    others = ({"steps": 20}, {"split": "by family"})
    for other in (*others, others[0]):
        replicate(seeds=[3], names=NAMES[:1], **short | other)
    later = [("as reported", 10, 10)] * len(NAMES) + [("as reported", 3, 20), ("by family", 3, 10)]
    assert [made[2:] for made in counted[2 * len(NAMES) :]] == later
    assert len(read_lines(GROUP, folder=tmp_path)) == len(counted)
    found = read_results(GROUP, NAMES[0], **short)
    assert {result["experiment"] for result in found} == {NAMES[0]}
    assert [(one["seed"], one["accuracy"]) for one in found] == [(0, 0.9), (1, 0.91), (10, 1.0)]
    for other in others:
        assert [one["seed"] for one in read_results(GROUP, NAMES[0], **short | other)] == [3]
    assert read_results(GROUP, "no such experiment", **short) == []


def test_a_line_is_known_by_its_letters_and_not_by_its_commit(counted, monkeypatch, tmp_path):
    replicate(seeds=[0, 1], names=NAMES[:1], folder=tmp_path)
    line = read_lines(GROUP, folder=tmp_path)[0]
    assert set(line) == {*MEANINGS, "device", "seconds", "accuracy"}
    assert line["letters"] == LETTERS.digest()[:16]
    monkeypatch.setattr(provenance, "_commit", lambda: "another")
    replicate(seeds=[0, 1], names=NAMES[:1], folder=tmp_path)
    assert len(counted) == 2
    use_letters(monkeypatch, dataclasses.replace(LETTERS, latin=LETTERS.latin.select([*range(13)])))
    monkeypatch.setattr(runs, "run_experiment", lambda *_, **settings: {"accuracy": 0.5})
    replicate(seeds=[0], names=NAMES[:1], folder=tmp_path)
    found = read_results(GROUP, NAMES[0], folder=tmp_path)
    assert [result["accuracy"] for result in found] == [0.5, 0.91], "the newest of each seed"


def test_what_has_no_place_among_the_results_is_refused(counted, monkeypatch, tmp_path):
    for wrong in ({"group": "nowhere"}, {"names": ["nowhere"]}):
        with pytest.raises((KeyError, ValueError), match="nowhere"):
            replicate(seeds=[0], folder=tmp_path, **wrong)
    use_letters(monkeypatch, dataclasses.replace(LETTERS, source="elsewhere"))
    with pytest.raises(ValueError, match="elsewhere"):
        replicate(seeds=[0], folder=tmp_path)
    assert counted == list(tmp_path.iterdir()) == []


def test_the_plan_does_everything_with_five_seeds_and_nothing_twice(counted, tmp_path):
    tasks = [task for part in PLAN for task in open_tasks(**part, folder=tmp_path)]
    runs = [
        (task.group, *(task.run[one] for one in ("experiment", "seed", "steps", "split")))
        for task in tasks
    ]
    assert len(set(runs)) == len(runs)
    assert set(runs) >= {
        (name, experiment, seed, group.steps, group.split)
        for name, group in GROUPS.items()
        for experiment in group.experiments
        for seed in range(5)
        if name != "learning_curves"
    }
    long = {experiment for _, experiment, _, steps, _ in runs if steps == 20_000}
    assert {name.partition(",")[0] for name in long} == {"random letters", "classifier"}


def test_circumstances_tell_letters_code_libraries_and_kind_of_device(monkeypatch):
    alike = provenance.circumstances.__wrapped__
    before = alike((GROUP, "batch_sizes"))
    assert {"letters", "kind of device", "code of squared_errors", "tensorflow"} <= set(before)
    assert before["code of squared_errors"] != before["code of batch_sizes"]
    use_letters(monkeypatch, LETTERS)
    monkeypatch.setitem(GROUPS, GROUP, dataclasses.replace(GROUPS[GROUP], run=replicate))
    monkeypatch.setattr(provenance, "device", lambda: "A")
    after = alike((GROUP, "batch_sizes"))
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed >= {"letters", "kind of device", "code of squared_errors"}
    assert "code of batch_sizes" not in changed


@pytest.fixture
def machine(monkeypatch):
    """A function that gives the machine some GPUs, by name."""
    config = provenance.tensorflow.config

    def equip(*names: str) -> None:
        visible = list(names)

        def show(some: list[str], kind: str) -> None:
            visible[:] = some

        monkeypatch.setattr(config, "list_physical_devices", lambda kind: names)
        monkeypatch.setattr(config, "get_visible_devices", lambda kind: visible)
        monkeypatch.setattr(config, "set_visible_devices", show)
        details = {name: {"device_name": name} for name in names}
        monkeypatch.setattr(config.experimental, "get_device_details", details.get)
        monkeypatch.setattr(config.experimental, "set_memory_growth", lambda one, on: None)

    return equip


def test_workers_take_turns_in_choosing_a_gpu(machine, monkeypatch):
    turns = {"0": "A", "1": "B", "2": "A", "5": "B", "tcp://10.0.0.1:99": "A", "": "A"}
    for worker, mine in turns.items():
        monkeypatch.setenv(WORKER, worker)
        machine()
        take_gpu()
        assert device() == "cpu"
        machine("A", "B")
        take_gpu()
        assert device() == mine
        assert provenance.tensorflow.config.get_visible_devices("GPU") == [mine]


def test_results_of_a_gpu_stand_beside_those_of_a_processor(machine, counted, tmp_path):
    """Where there is a GPU the same runs are done again; neither takes the other's place."""
    settings = {"seeds": [0, 1], "names": NAMES[:1], "folder": tmp_path}
    machine()
    replicate(**settings)
    machine("A")
    asked = open_tasks(GROUP, **settings)
    assert len(asked) == 2
    machine("B")  # the worker may have another one than the process that asks
    for task in asked:
        store(task, carry_out(task), folder=tmp_path)
    assert open_tasks(GROUP, **settings) == []
    for of_gpu, name in ((True, "B"), (False, "cpu")):
        found = read_results(GROUP, NAMES[0], of_gpu=of_gpu, folder=tmp_path)
        assert [run["device"] for run in found] == [name, name]
    lines = [*read_lines(GROUP, folder=tmp_path), {"seed": 3}]
    assert count_devices(lines) == {"processor": 3, "B": 2}


ONE = {"first judge": 0.99606, "second judge": 0.99310}
ONE |= {"read by first judge": 0.12531, "read by second judge": 0.06516}


def test_readability_is_that_of_each_judge_over_the_seeds():
    results = [ONE | {"read by first judge": 0.5 + seed / 10} for seed in (-1, 1)]
    letters, outputs = readability_over_seeds(results)
    assert [judge.estimate for judge in letters] == [0.99606, 0.99310]
    assert [judge.estimate for judge in outputs] == pytest.approx([0.5, 0.06516])
    assert outputs[0] == over_seeds(results, "read by first judge")
    assert outputs[0].upper - outputs[0].lower > 0.1


def test_readability_of_one_run_has_the_intervals_of_shares():
    letters, outputs = readability_of_run(ONE)
    assert letters[0] == proportion_interval(1011, 1015)
    assert outputs == [proportion_interval(100, 798), proportion_interval(52, 798)]
    assert readability_of_run(ONE).verdict is False
    assert readability_of_run(ONE | {"second judge": 0.9}).verdict is None


def test_a_gain_is_the_mean_of_both_judges_seed_by_seed():
    names = ("read by first judge", "read by second judge")
    others = [dict.fromkeys(names, seed / 10) | {"seed": seed} for seed in range(3)]
    results = [other | {names[0]: other[names[0]] + 0.2} for other in others]
    assert gain_in_reading(results, others) == pytest.approx((0.1, 0.1, 0.1))


def test_differences_are_taken_seed_by_seed():
    results = [{"seed": seed, "n": 10.0 * seed + 0.5 * (seed % 2)} for seed in range(4)]
    others = [{"seed": seed, "n": 10.0 * seed} for seed in range(4)]
    assert difference_over_seeds(results, others, "n") == mean_interval([0, 0.5, 0, 0.5])
    with pytest.raises(ValueError, match="cannot be paired"):
        difference_over_seeds(results, others[::-1], "n")


@pytest.mark.parametrize("group", GROUPS)
def test_stored_results_are_of_known_experiments_and_these_letters(group):
    lines = read_lines(group)
    assert {line["letters"] for line in lines} == {load_letters().digest()[:16]}
    for line in lines:
        assert set(line) >= {*MEANINGS, "seconds"}
        assert line["experiment"] in GROUPS[group].experiments
        assert line["split"] in SPLITS
        assert all(np.isfinite(value) for name, value in line.items() if name not in BESIDE_NUMBERS)
    assert len({identity(line) for line in lines}) == len(lines)


def test_stored_shares_are_of_so_many_embedded_letters():
    """Each is a count over the number of letters that the split leaves unseen."""
    letters = load_letters()
    unseen = [split_as_reported(one)[1] for one in (letters.cyrillic, letters.latin)]
    assert [len(one) for one in unseen] == [UNSEEN_CYRILLIC, UNSEEN_LATIN]
    for line in read_results(GROUP, NAMES[0]):
        found, judged = line["read by first judge"], line["first judge"]
        assert found == round(round(found * UNSEEN_CYRILLIC) / UNSEEN_CYRILLIC, 5)
        assert judged == round(round(judged * UNSEEN_LATIN) / UNSEEN_LATIN, 5)


def shortest(group: str) -> dict:
    return min(read_lines(group), key=lambda line: line["seconds"])


def disagreements(found: dict, stored: dict) -> list[str]:
    """Return the names of the numbers that a run and a stored one do not have in common.

    On the machine that made the stored ones nothing differs. On another, and with another number of
    threads, sums are rounded in another order: 0.003 and 3 % of a number are allowed for that, and
    extremes, which moved by half of themselves with one thread, are left out, and the loss of a
    network whose moving averages have not settled. Shares that are read are on the scale of 1:
    a small one rests on few images.
    """
    return [
        name
        for name in stored.keys() - BESIDE_NUMBERS
        if not name.startswith(("largest", "least", "loss"))
        and abs(found[name] - stored[name])
        > 0.003 + 0.03 * (1 if name.startswith("read") else abs(stored[name]))
    ]


@pytest.mark.parametrize("group", GROUPS)
def test_other_runs_of_a_group_are_told_from_the_shortest(group):
    """Without this, finding a run again would say nothing."""
    stored = shortest(group)
    others = [
        line
        for line in read_lines(group)
        if any(line[name] != stored[name] for name in ("experiment", "steps"))
        and stored.keys() - BESIDE_NUMBERS <= line.keys()
    ]
    assert any(disagreements(line, stored) for line in others)


@pytest.mark.slow
@pytest.mark.parametrize("group", GROUPS)
def test_the_shortest_stored_run_is_found_again(group, monkeypatch):
    """Whether results are stale, this alone tells: what trains has changed if it fails.

    Judges and networks that the present code has trained are taken from the person's cache.
    """
    monkeypatch.setenv("ASSIGNMENT4_PROGRESS", "0")
    stored = shortest(group)
    settings = {name: stored[name] for name in ("split", "seed", "steps")}
    found = run_experiment(group, stored["experiment"], load_letters(), **settings)
    assert disagreements(found, stored) == []


BROKEN = [
    b'{"a": 1, "b"', b"", b'{"a": 1}{"a": 2}', b'{"a": "\xff"}', b'{"a": NaN}', b"[" * 100_000,
    b"[1, 2]", b"null", b'{"b": 1}',
]  # fmt: skip


@pytest.mark.parametrize("line", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_line_is_one_error_that_says_where(tmp_path, line):
    path = tmp_path / "records.jsonl"
    path.write_bytes(b'{"a": 1}\n' * 2 + line + b"\n" + b'{"a": 1}\n')
    with pytest.raises(ValueError, match=r"^records\.jsonl, line 3: ") as refusal:
        read_json_lines(path, fields=["a"])
    assert len(str(refusal.value)) < 200
    append_json_line(path, {"a": 2})
    assert json.loads(path.read_bytes().splitlines()[-1]) == {"a": 2}, "nothing more is lost"


def test_a_text_with_ends_of_lines_comes_back(tmp_path):
    path = tmp_path / "records.jsonl"
    path.write_bytes(b'{"a": 1}\r\n{"a": 2}')
    text = "a\nb\r\x85\u2028\x0c буквы\x00"
    append_json_line(path, {text: text})
    assert read_json_lines(path) == [{"a": 1}, {"a": 2}, {text: text}]
