"""The benchmarks, at tiny sizes, and the table of their ratios."""

import importlib
import json
from pathlib import Path

import keras
import numpy as np
import pytest

from assignment4 import ROOT
from assignment4.book.growth import read_growth
from assignment4.book.running_times import RESULTS, keep, newest, seconds_each, spread
from assignment4.book.speed_ratios import (
    COMPARISONS,
    Comparison,
    at_a_glance,
    promise_kept,
    ratio_of,
)
from assignment4.letters import load_letters, normalize

FOLDER = ROOT / "benchmarks"


@pytest.fixture
def benchmark(monkeypatch):
    """Return a function that imports a benchmark by name."""
    monkeypatch.syspath_prepend(FOLDER)
    return importlib.import_module


def kept(name: str, measured: dict, folder: Path) -> dict:
    """Return a measurement as it is read again from a file that holds it alone."""
    path = folder / "speed.jsonl"
    keep(name, measured, path=path)
    assert len(path.read_text(encoding="utf-8").splitlines()) == 1
    return newest(name, path=path)


def rounds_of(measured: dict) -> set[int]:
    return {len(seconds) for seconds in measured["ways"].values()}


def slow(measured: dict, way: str) -> dict:
    """Return a measurement in which a way took a thousand times as long."""
    ways = measured["ways"]
    return measured | {"ways": ways | {way: [1000 * one for one in ways[way]]}}


def peers_of(name: str) -> set[str]:
    return {way for one in COMPARISONS if one.benchmark == name for way in (one.way, one.peer)}


def test_the_matrix_and_unit_images_are_measured(benchmark, tmp_path, capsys):
    module = benchmark("convolution_matrix")
    measured = module.measure(batches=(4, 512), images=512, times=1, rounds=2)
    again = kept(module.NAME, measured, tmp_path)
    assert rounds_of(again) == {2}
    assert again["ways"].keys() == again["amounts"].keys() >= peers_of(module.NAME)
    assert ratio_of(COMPARISONS[3], path=tmp_path / "speed.jsonl").median > 1
    module.show(again)
    assert "times as fast" in capsys.readouterr().out


def test_rendering_is_measured_beside_pillow(benchmark, tmp_path, capsys):
    module = benchmark("render_letters")
    again = kept(module.NAME, module.measure(counts=(14, 14), peer_count=14, rounds=1), tmp_path)
    assert rounds_of(again) == {1}
    assert again["ways"].keys() == peers_of(module.NAME)
    assert again["amounts"] == {module.BOOK: 28, module.PILLOW: 14}
    module.show(again)
    assert "ms a letter" in capsys.readouterr().out


def test_the_latent_search_is_measured(benchmark, tmp_path):
    module = benchmark("latent_search")
    latent = keras.Input((512,))
    images = keras.layers.Reshape((28, 28, 1))(keras.layers.Dense(784)(latent))
    measured = module.measure(keras.Model(latent, images), steps=2, rounds=2)
    again = kept(module.NAME, measured, tmp_path)
    assert rounds_of(again) == {2}
    assert again["ways"].keys() == peers_of(module.NAME)
    with pytest.raises(AssertionError, match="not fast enough"):
        module.show(slow(again, module.AT_ONCE))


def test_pca_is_measured_in_memory(benchmark, tmp_path, capsys):
    module = benchmark("pca")
    samples = np.random.default_rng(0).normal(size=(200, 12))
    again = kept(module.NAME, module.in_memory(samples, rounds=2), tmp_path)
    assert rounds_of(again) == {2}
    assert again["ways"].keys() == peers_of(module.NAME)
    module.show(again)
    assert "times as fast" in capsys.readouterr().out


def test_pca_is_measured_in_one_pass(benchmark, tmp_path):
    module = benchmark("pca")
    letters = normalize(load_letters().cyrillic.images).reshape(-1, 784)[:, ::14]
    again = kept(module.RUNNING_NAME, module.in_one_pass(letters, chunks=2, size=800), tmp_path)
    assert rounds_of(again) == {1}
    assert again["ways"].keys() == peers_of(module.RUNNING_NAME)
    assert again["errors"].keys() == again["ways"].keys()
    with pytest.raises(AssertionError, match="slower than scikit-learn's"):
        module.show(slow(again, module.BOOK))


class Peer:
    """Stands where PyTorch is not installed: it says how long it took."""

    def __init__(self, done) -> None:
        names = ("PyTorch, eager", "PyTorch, compiled")
        self.ways = {name: lambda: done(0.5, 0.9) for name in names}
        self.parts = {"PyTorch, Adam": lambda: done(0.25, None)}


def test_training_steps_are_measured(benchmark, tmp_path, monkeypatch):
    module = benchmark("training_step")
    monkeypatch.setattr(module, "PACKAGES", ("keras",))
    monkeypatch.setattr(module, "matrix_products", lambda: lambda: None)
    done = benchmark("peers.pytorch").Done
    ours = {module.BOOK: lambda: 0.5}
    measured = module.measure(ours, {"Keras, Adam": lambda: None}, Peer(done), rounds=2)
    again = kept(module.NAME, measured, tmp_path)
    assert rounds_of(again) == {2}
    assert again["ways"].keys() == {module.MATRIX} | peers_of(module.NAME)
    assert again["ways"]["PyTorch, eager"] == [0.5, 0.5]
    assert again["parts"]["PyTorch, Adam"] == [0.25, 0.25]
    module.show(again)
    with pytest.raises(AssertionError, match="slower than that of eager PyTorch"):
        module.show(slow(again, module.BOOK) | {"ways": again["ways"] | {module.BOOK: [0.6, 0.6]}})
    with pytest.raises(AssertionError, match="has learnt nothing"):
        module.measure({module.BOOK: lambda: 1.5}, {}, Peer(done), rounds=1)


@pytest.mark.slow
def test_ways_and_parts_of_keras_run(benchmark):
    module = benchmark("training_step")
    data = module.load_data()
    ways = module.keras_ways(data, steps=2)
    assert module.BOOK in ways
    assert all(np.isfinite(way()) for way in ways.values())
    for part in module.keras_parts(data).values():
        part()


def test_growth_is_measured(benchmark, tmp_path, monkeypatch, capsys):
    module = benchmark("growth")
    monkeypatch.setattr(module, "LEAST_NONZEROS", 2000)
    series = {
        "matrix": module.matrix_by_nonzeros(1, (100, 200, 400, 800), rounds=2),
        **module.pca_by_images((10, 20, 40, 80), entries=5, rounds=2),
    }
    measured = {"machine": {}, "series": module.as_json(series)}
    again = read_growth(kept(module.NAME, measured, tmp_path))
    assert again == series
    assert again["matrix"].sizes == sorted(again["matrix"].sizes)
    assert {len(seconds) for one in again.values() for seconds in one.rounds} == {2}
    module.show(again)
    assert "nonzeros" in capsys.readouterr().out


def test_seconds_are_of_one_piece_of_work(benchmark):
    class Done:
        seconds = 6.0

    module = benchmark("growth")
    grown = module.grown("steps", {1: Done, 2: Done}, rounds=2, times={1: 3, 2: 2})
    assert grown.rounds == [[2.0, 2.0], [3.0, 3.0]]
    assert module.grown("steps", {5: Done}, rounds=1).rounds == [[6.0]]


@pytest.mark.slow
def test_growth_of_training_is_measured(benchmark):
    module = benchmark("growth")
    steps = module.step_by_batch((2, 4), steps=2, rounds=1)
    passes = module.pass_by_images((100, 200), rounds=1)
    assert (steps.sizes, passes.sizes) == ([2, 4], [100, 200])
    assert min(min(seconds) for seconds in steps.rounds + passes.rounds) > 0


def test_chapters_are_measured(benchmark, tmp_path, monkeypatch, capsys):
    module = benchmark("whole_book")
    monkeypatch.setattr(module, "seconds_of", lambda path: float(len(path.stem)))
    monkeypatch.setattr(module, "SIZE", 4)
    measured = module.measure([Path("intro.ipynb"), Path("claims.ipynb")])
    again = kept(module.NAME, measured, tmp_path)
    assert again["chapters"] == {"intro": 5.0, "claims": 6.0}
    assert len(again["matrix products"]) == 2
    module.show(again)
    assert "2 chapters: 11 s" in capsys.readouterr().out


def test_a_chapter_that_trains_is_executed_again(benchmark, tmp_path, monkeypatch):
    module = benchmark("whole_book")
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path))
    executed = []

    def train_once(path):
        executed.append(path)
        (tmp_path / "weights.entry").touch()

    assert module.seconds_of(Path("a.ipynb"), train_once) > 0
    assert len(executed) == 2
    module.seconds_of(Path("a.ipynb"), train_once)
    assert len(executed) == 3

    def train_always(path):
        executed.append(path)
        (tmp_path / f"{len(executed)}.entry").touch()

    with pytest.raises(RuntimeError, match=r"a\.ipynb does not find in the cache"):
        module.seconds_of(Path("a.ipynb"), train_always)


def test_all_benchmarks_run_though_one_fails(benchmark, tmp_path, capsys):
    run_all = importlib.import_module("benchmarks.__main__").run_all
    (tmp_path / "first.py").write_text("raise SystemExit(3)", encoding="utf-8")
    (tmp_path / "__main__.py").write_text("raise SystemExit(4)", encoding="utf-8")
    (tmp_path / "second.py").write_text(f"open({str(tmp_path / 'done')!r}, 'w')", encoding="utf-8")
    assert run_all(tmp_path) == ["first"]
    assert (tmp_path / "done").exists()
    told = capsys.readouterr().out
    assert "== first: failed with 3 in" in told
    assert "== second: done in" in told


def test_seconds_are_those_of_one_unit_of_work():
    measured = {"ways": {"a": [4.0, 8.0], "b": [1.0, 2.0]}, "amounts": {"a": 4}}
    assert seconds_each(measured) == {"a": [1.0, 2.0], "b": [1.0, 2.0]}
    assert seconds_each({"ways": {"a": [4.0]}}) == {"a": [4.0]}


def test_a_ratio_takes_amounts_into_account(tmp_path):
    path = tmp_path / "speed.jsonl"
    one = Comparison("walking", "walk", "ours", "theirs", 2.0)
    ways = {"ours": [4.0, 4.0], "theirs": [3.0, 5.0]}
    keep("walk", {"ways": ways, "amounts": {"ours": 2}}, path=path)
    assert ratio_of(one, path=path) == (1.5, 2.0, 2.5)
    with pytest.raises(ValueError, match="did not measure 'hers'"):
        ratio_of(one._replace(peer="hers"), path=path)
    with pytest.raises(ValueError, match="no measurement of 'run'"):
        ratio_of(one._replace(benchmark="run"), path=path)


def test_a_promise_is_kept_by_the_median():
    one = Comparison("walking", "walk", "ours", "theirs", 2.0)
    assert promise_kept(one, spread([1.0, 2.0, 3.0])) == "met"
    assert promise_kept(one, spread([1.0, 1.9, 3.0])) == "not met"
    assert promise_kept(one._replace(least=None), spread([0.1])) == ""


def test_all_ratios_stand_in_one_table(tmp_path):
    path = tmp_path / "speed.jsonl"
    for name in {one.benchmark for one in COMPARISONS}:
        ways = {way: [6.0 if way in ("the book", "all at once") else 9.0] for way in peers_of(name)}
        keep(name, {"ways": ways}, path=path)
    rows = at_a_glance(path=path).rows
    assert [row[0] for row in rows] == [one.what for one in COMPARISONS]
    assert {row[3] for row in rows} == {"≈1.50 (≈1.50 to ≈1.50)"}
    assert [row[5] for row in rows if row[4]] == ["met", "not met", "met"]


def test_promises_are_those_that_the_benchmarks_demand(benchmark):
    demanded = {
        "training step": benchmark("training_step").LEAST_RATIO,
        "latent search": benchmark("latent_search").LEAST_RATIO,
        "running PCA": benchmark("pca").LEAST_RATIO,
    }
    assert {one.benchmark: one.least for one in COMPARISONS if one.least} == demanded


def test_every_benchmark_s_newest_line_is_whole():
    lines = [json.loads(line) for line in RESULTS.read_text(encoding="utf-8").splitlines()]
    assert {line["benchmark"] for line in lines} == {
        *(one.benchmark for one in COMPARISONS), "growth", "replication", "whole book",
    }  # fmt: skip
    for one in COMPARISONS:
        assert ratio_of(one).least > 0
        assert newest(one.benchmark)["machine"]["cores"] >= 1
    for growth in read_growth(newest("growth")).values():
        assert len({len(seconds) for seconds in growth.rounds}) == 1
        assert min(min(seconds) for seconds in growth.rounds) > 0
        assert growth.law().exponent.estimate > 0
