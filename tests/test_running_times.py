"""Running times: taken in turns, kept with their machine, compared round by round."""

import json
import math

import pytest

from assignment4 import ROOT
from assignment4.book.running_times import (
    check_idle,
    compared,
    describe_machine,
    keep,
    newest,
    spread,
    take_turns,
    times_as_fast,
)


def test_the_spread_is_the_median_between_the_extremes():
    assert spread([3.0, 1.0, 2.0, 9.0]) == (1.0, 2.5, 9.0)
    assert spread([3.0, 1.0, 2.0]).told(".1f") == "≈2.0 (≈1.0 to ≈3.0)"
    assert spread([0.25]).told(".0%") == "≈25% (≈25% to ≈25%)"


def test_works_take_turns_and_a_first_one_is_not_timed():
    calls = []
    works = {name: lambda name=name: calls.append(name) for name in "ab"}
    seconds = take_turns(works, rounds=3)
    assert "".join(calls) == "abababab"
    assert {name: len(spent) for name, spent in seconds.items()} == {"a": 3, "b": 3}
    assert min(min(spent) for spent in seconds.values()) >= 0


def test_a_warm_up_may_be_left_out():
    calls = []
    seconds = take_turns({"a": lambda: calls.append("a")}, rounds=2, warm_up=False)
    assert len(calls) == len(seconds["a"]) == 2


def test_a_work_may_time_itself():
    class Done:
        seconds = 1234.5

    assert take_turns({"a": Done}, rounds=2) == {"a": [1234.5, 1234.5]}


def test_ratios_are_taken_within_a_round():
    """A load that meets both in the second round leaves the ratio as it is."""
    seconds = {"one": [1.0, 10.0, 1.0], "other": [2.0, 20.0, 3.0]}
    assert times_as_fast(seconds, "one", "other") == (2, 2, 3)
    assert times_as_fast(seconds, "other", "one") == pytest.approx((1 / 3, 1 / 2, 1 / 2))
    with pytest.raises(ValueError, match="shorter"):
        times_as_fast({"one": [1.0], "other": [1.0, 2.0]}, "one", "other")


@pytest.mark.parametrize(
    ("ratios", "words"),
    [
        ([1.1, 1.2], "faster in every round"),
        ([0.9, 0.8], "slower in every round"),
        ([0.9, 5.0, 5.0], "now faster, now slower"),
        ([1.0], "now faster, now slower"),
    ],
)
def test_a_ratio_is_put_into_words(ratios, words):
    assert compared(spread(ratios)) == words


def test_a_busy_machine_s_measurement_is_refused():
    check_idle({"one": [1.0, 1.5, 2.9], "other": [2.0, 2.0, 2.0]})
    with pytest.raises(ValueError, match=r"other: the longest round took 4\.0 times"):
        check_idle({"one": [1.0, 1.5, 2.0], "other": [2.0, 2.0, 8.0]})


def test_the_newest_measurement_of_a_benchmark_is_read(tmp_path):
    path = tmp_path / "speed.jsonl"
    with pytest.raises(ValueError, match="no measurement of 'walk'"):
        newest("walk", path=path)
    for benchmark, number in [("walk", 1), ("run", 2), ("walk", 3)]:
        keep(benchmark, {"number": number}, path=path)
    assert newest("walk", path=path) == {"benchmark": "walk", "number": 3}
    assert len(path.read_text(encoding="utf-8").splitlines()) == 3


def test_a_machine_is_described():
    machine = describe_machine("numpy")
    assert machine["processor"]
    assert machine["cores"] >= 1
    assert math.isfinite(machine["load"])
    assert set(machine["versions"]) == {"python", "numpy"}
    assert json.loads(json.dumps(machine)) == machine


def test_the_stored_measurements_are_whole():
    step, search = newest("training step"), newest("latent search")
    for measured in (step, search):
        for seconds in (measured["ways"], measured.get("parts", {})):
            assert len({len(spent) for spent in seconds.values()}) <= 1
            assert all(one > 0 for spent in seconds.values() for one in spent)
    assert {"the book", "PyTorch, eager", "PyTorch, compiled", "matrix products"} <= set(
        step["ways"]
    )
    pinned = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f"torch=={step['machine']['versions']['torch'].split('+')[0]}" in pinned
