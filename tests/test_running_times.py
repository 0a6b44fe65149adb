"""Running times: measured in turns, compared round by round, and how they grow."""

import importlib
import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from matplotlib import pyplot as plt

from assignment4 import ROOT
from assignment4.book import running_times as times
from assignment4.book.running_times import COMPARISONS, Growth, SpeedComparison, newest, spread
from assignment4.letters import load_letters, normalize
from assignment4.replication.json_lines import append_json_line

SIZES = [10.0, 20.0, 40.0, 80.0, 160.0]


@pytest.fixture
def benchmark(monkeypatch):
    """Return a function that imports a benchmark by name."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    return importlib.import_module


def test_ratios_are_taken_within_a_round_and_for_one_unit_of_work(tmp_path):
    """A load that meets both in the second round leaves the ratio as it is."""
    assert spread([3.0, 1.0, 2.0, 9.0]) == (1.0, 2.5, 9.0)
    seconds = {"one": [1.0, 10.0, 1.0], "other": [2.0, 20.0, 3.0]}
    assert times.times_as_fast(seconds, "one", "other") == (2, 2, 3)
    rows = times.compare_ways(seconds, way="one", unit="milliseconds", scale=1000).rows
    assert rows[1] == ["other", "≈3e+03 (≈2e+03 to ≈2e+04)", "≈2.00 (≈2.00 to ≈3.00)"]
    measured = {"ways": {"a": [4.0, 8.0], "b": [1.0, 2.0]}, "amounts": {"a": 4}}
    assert times.seconds_each(measured) == {"a": [1.0, 2.0], "b": [1.0, 2.0]}
    path = tmp_path / "speed.jsonl"
    for amounts in ({"a": 1}, {"a": 4}):
        append_json_line(path, {"benchmark": "walk"} | measured | {"amounts": amounts})
    assert SpeedComparison("walking", "walk", "a", "b").ratio(path=path) == (1, 1, 1)
    with pytest.raises(ValueError, match="no measurement of 'run'"):
        newest("run", path=path)


def test_a_ratio_is_judged_by_all_rounds_and_a_promise_by_the_median():
    assert times.compared(spread([1.1, 1.2])) == "faster in every round"
    assert times.compared(spread([0.9, 0.8])) == "slower in every round"
    assert times.compared(spread([0.9, 5.0, 5.0])) == "now faster, now slower"
    one = SpeedComparison("walking", "walk", "ours", "theirs", 2.0)
    assert one.kept(spread([1.0, 2.0, 3.0])) == "met"
    assert one.kept(spread([1.0, 1.9, 3.0])) == "not met"
    assert one._replace(least=None).kept(spread([0.1])) == ""


def test_what_is_promised_is_met_by_the_stored_measurements():
    """That of a training step is told for all of its measurements, and not always met."""
    lines = [json.loads(line) for line in times.RESULTS.read_text(encoding="utf-8").splitlines()]
    benchmarks = {one.benchmark for one in COMPARISONS}
    assert {line["benchmark"] for line in lines} == benchmarks | {"growth", "whole book"}
    kept = {one.benchmark: one.kept(one.ratio()) for one in COMPARISONS if one.least is not None}
    assert set(kept) == {"training step", "latent search", "running PCA"}
    assert kept["latent search"] == kept["running PCA"] == "met"
    assert [row[5] for row in times.at_a_glance().rows if row[4]] == list(kept.values())
    torch = newest("training step")["machine"]["versions"]["torch"].split("+")[0]
    assert f"torch=={torch}" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("exponent", [0.25, 1.0, 2.75])
def test_a_power_law_is_found_again(exponent):
    law = times.fit_power_law(SIZES, [3e-4 * size**exponent for size in SIZES])
    assert law.exponent == pytest.approx((exponent,) * 3, abs=1e-6)
    assert law.factor == pytest.approx(3e-4)
    assert law.at_the_end == pytest.approx(exponent, abs=1e-12)
    assert law.seconds([7.0]) == pytest.approx([3e-4 * 7.0**exponent])


def test_intervals_hold_the_exponent_as_often_as_they_say():
    generator = np.random.default_rng(0)
    words = []
    for _ in range(400):
        noisy = np.array(SIZES) * np.exp(generator.normal(0, 0.1, len(SIZES)))
        law = times.fit_power_law(SIZES, noisy)
        words.append(law.in_words)
        assert (law.exponent.lower > 1) == (law.in_words == "more than in proportion")
    assert 370 <= words.count("1 lies in the interval") <= 390


def test_a_fixed_part_shows_in_the_exponent_at_the_end():
    law = times.fit_power_law(SIZES, [1 + 0.1 * size for size in SIZES])
    assert law.exponent.estimate < law.at_the_end < 1
    assert law.in_words == "less than in proportion"


def growth() -> Growth:
    return Growth("images", SIZES, [[2 * size, size, 5 * size] for size in SIZES])


def test_growth_is_drawn_with_the_law_through_its_medians():
    one, other = times.plot_growth(
        {"walking": growth(), "running, 1": growth(), "running, 2": growth()}
    )
    points, law = one.containers[0].lines[0], one.lines[-1]
    assert points.get_xydata() == pytest.approx(np.array([SIZES, growth().medians]).T)
    assert law.get_ydata() == pytest.approx([2 * size for size in SIZES])
    assert (one.get_xscale(), one.get_yscale()) == ("log", "log")
    assert len(other.containers) == 2
    so_far, alike = times.plot_chapters([1.0, 5.0, 3.0]).lines
    assert so_far.get_ydata().tolist() == [0, 1, 6, 9]
    assert alike.get_ydata().tolist() == [0, 3, 6, 9]
    plt.close("all")


def test_works_take_turns_and_may_time_themselves(benchmark):
    class Done:
        seconds = 1234.5

    take_turns = benchmark("measuring").take_turns
    calls = []
    works = {name: lambda name=name: calls.append(name) for name in "ab"}
    seconds = take_turns(works | {"c": Done}, rounds=3)
    assert "".join(calls) == "abababab", "a first round is not timed"
    assert {name: len(spent) for name, spent in seconds.items()} == {"a": 3, "b": 3, "c": 3}
    assert seconds["c"] == [1234.5] * 3
    take_turns(works, rounds=1, warm_up=False)
    assert len(calls) == 10


def test_a_measurement_is_kept_unless_the_machine_is_busy_or_a_promise_broken(
    benchmark, tmp_path, capsys
):
    measuring, path = benchmark("measuring"), tmp_path / "speed.jsonl"
    fast, slow = "all at once", "one after the other"
    machine = measuring.describe_machine("numpy")
    measured = {"machine": machine, "ways": {fast: [1.0, 1.0], slow: [2.5, 2.9]}}
    measuring.conclude("latent search", measured, path=path)
    assert newest("latent search", path=path) == {"benchmark": "latent search", **measured}
    assert slow in capsys.readouterr().out
    with pytest.raises(SystemExit, match=r"not 2\.5 times as fast"):
        measuring.conclude("latent search", {"ways": {fast: [1.0], slow: [2.4]}}, path=path)
    with pytest.raises(ValueError, match="too busy"):
        measuring.conclude("latent search", {"ways": {fast: [1.0, 3.1], slow: [9.0, 9.0]}})


def ways_of(name: str) -> set[str]:
    return {way for one in COMPARISONS if one.benchmark == name for way in (one.way, one.peer)}


def decoder() -> keras.Model:
    latent = keras.Input((512,))
    images = keras.layers.Reshape((28, 28, 1))(keras.layers.Dense(784)(latent))
    return keras.Model(latent, images)


TINY = {
    "convolution matrix": lambda get: get("convolution_matrix").measure(
        batches=(512,), images=512, times=1, rounds=1
    ),
    "rendering": lambda get: get("render_letters").measure(
        counts=(14, 14), peer_count=14, rounds=1
    ),
    "latent search": lambda get: get("latent_search").measure(decoder(), steps=2, rounds=1),
    "PCA": lambda get: get("pca").in_memory(
        np.random.default_rng(0).normal(size=(200, 12)), rounds=1
    ),
    "running PCA": lambda get: get("pca").in_one_pass(
        normalize(load_letters().cyrillic.images).reshape(-1, 784)[:, ::14], chunks=2, size=800
    ),
}
"""Each benchmark of two ways, at a tiny size."""


@pytest.mark.parametrize("name", TINY)
def test_a_benchmark_measures_what_is_compared(benchmark, name):
    measured = json.loads(json.dumps(TINY[name](benchmark)))
    assert ways_of(name) <= set(measured["ways"])
    assert {len(seconds) for seconds in times.seconds_each(measured).values()} == {1}


def test_training_steps_are_measured_beside_a_peer_s(benchmark, monkeypatch):
    module, done = benchmark("training_step"), benchmark("peers.pytorch").Done

    names = ("PyTorch, eager", "PyTorch, compiled")
    peer = SimpleNamespace(
        ways=dict.fromkeys(names, lambda: done(0.5, 0.9)),
        parts={"PyTorch, Adam": lambda: done(0.25, None)},
    )
    monkeypatch.setattr(module, "PACKAGES", ("keras",))
    monkeypatch.setattr(module, "matrix_products", lambda: lambda: None)
    measured = module.measure({module.BOOK: lambda: 0.5}, {}, peer, rounds=2)
    assert set(measured["ways"]) == {module.MATRIX} | ways_of(module.NAME)
    assert measured["ways"]["PyTorch, eager"] == [0.5, 0.5]
    assert measured["parts"] == {"PyTorch, Adam": [0.25, 0.25]}
    with pytest.raises(AssertionError, match="has learnt nothing"):
        module.measure({module.BOOK: lambda: 1.5}, {}, peer, rounds=1)


@pytest.mark.slow
def test_ways_and_parts_of_keras_run(benchmark):
    module = benchmark("training_step")
    data = module.load_data()
    ways = module.keras_ways(data, steps=2)
    assert module.BOOK in ways
    assert all(np.isfinite(way()) for way in ways.values())
    for part in module.keras_parts(data).values():
        part()
    assert min(module.operations_of_a_step(module.build_encoder_decoder()), 1e9) == 1e9
    growth = benchmark("growth").step_by_batch((2, 4), steps=2, rounds=1)
    assert growth.sizes == [2, 4]


def test_growth_is_measured(benchmark, monkeypatch):
    module = benchmark("growth")
    monkeypatch.setattr(module, "LEAST_NONZEROS", 2000)
    series = {
        "matrix": module.matrix_by_nonzeros(1, (100, 200, 400, 800), rounds=2),
        **module.pca_by_images((10, 20, 40, 80), entries=5, rounds=2),
    }
    assert times.read_growth(json.loads(json.dumps({"series": module.as_json(series)}))) == series
    assert series["matrix"].sizes == sorted(series["matrix"].sizes)
    done = type("Done", (), {"seconds": 6.0})
    grown = module.grown("steps", {1: done, 2: done}, rounds=2, times={1: 3, 2: 2})
    assert grown.rounds == [[2.0, 2.0], [3.0, 3.0]]
