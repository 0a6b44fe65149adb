"""Experiments over seeds: resumed, kept with their provenance, and from these letters."""

import dataclasses

import pytest

from assignment4 import replication
from assignment4.letters import load_letters
from assignment4.replication import (
    SPLITS,
    over_seeds,
    read_lines,
    read_results,
    replicate_random_targets,
)


@pytest.fixture
def counted(monkeypatch):
    """Runs that train nothing, and the list of those that were made."""
    runs = []

    def run(letters, *, split, seed, steps):
        runs.append((split, seed, steps))
        return {"reading accuracy": 0.9 + seed / 100}

    monkeypatch.setattr(replication, "run_random_targets", run)
    monkeypatch.delenv("ASSIGNMENT4_LETTERS", raising=False)
    return runs


def test_runs_are_appended_and_not_repeated(counted, tmp_path):
    path = tmp_path / "results.jsonl"
    replicate_random_targets([0, 1], steps=10, path=path)
    assert counted == [(split, seed, 10) for split in SPLITS for seed in (0, 1)]
    replicate_random_targets([0, 1, 2], steps=10, path=path)
    assert counted[4:] == [(split, 2, 10) for split in SPLITS]
    replicate_random_targets([0], steps=20, path=path)
    assert len(read_lines(path)) == len(counted) == 8
    assert len(read_results(path, steps=10)) == 6
    assert len(read_results(path, steps=20)) == 2


def test_an_interrupted_replication_keeps_what_it_has(counted, monkeypatch, tmp_path):
    path, run = tmp_path / "results.jsonl", replication.run_random_targets

    def interrupted(letters, **settings):
        if len(counted) == 1:
            raise KeyboardInterrupt
        return run(letters, **settings)

    monkeypatch.setattr(replication, "run_random_targets", interrupted)
    with pytest.raises(KeyboardInterrupt):
        replicate_random_targets([0, 1], steps=10, path=path)
    assert len(read_lines(path)) == 1
    monkeypatch.setattr(replication, "run_random_targets", run)
    replicate_random_targets([0, 1], steps=10, path=path)
    assert len(counted) == len(read_lines(path)) == 4


def test_other_letters_are_kept_out_of_the_results(counted, monkeypatch, tmp_path):
    letters = dataclasses.replace(load_letters(), source="elsewhere")
    monkeypatch.setattr(replication, "load_letters", lambda: letters)
    with pytest.raises(ValueError, match="not of elsewhere; unset ASSIGNMENT4_LETTERS"):
        replicate_random_targets([0], steps=10, path=tmp_path / "results.jsonl")
    assert not counted


def test_a_line_carries_its_provenance(counted, tmp_path):
    path = tmp_path / "results.jsonl"
    replicate_random_targets([0], steps=10, path=path)
    assert {"letters", "code", "lock", "commit", "seed", "steps", "split"} <= set(
        read_lines(path)[0]
    )


def test_numbers_are_taken_over_the_seeds_of_a_split():
    results = [{"split": "a", "n": 1.0}, {"split": "a", "n": 3.0}, {"split": "b", "n": 9.0}]
    assert over_seeds(results, "n", split="a").estimate == 2.0


def test_results_of_changed_code_take_the_place_of_older_ones(counted, monkeypatch, tmp_path):
    path = tmp_path / "results.jsonl"
    replicate_random_targets([0], steps=10, path=path)
    monkeypatch.setattr(replication.cache, "code_digest", lambda *_: "changed")
    replicate_random_targets([0], steps=10, path=path)
    assert len(read_lines(path)) == 2 * len(SPLITS)
    assert {result["code"] for result in read_results(path, steps=10)} == {"changed"}


def test_a_missing_file_has_no_results(tmp_path):
    assert read_results(tmp_path / "none.jsonl") == []


def test_the_stored_results_are_of_five_seeds_and_these_letters(monkeypatch):
    monkeypatch.delenv("ASSIGNMENT4_LETTERS", raising=False)
    digest = load_letters().digest()[:16]
    runs = sorted((result["split"], result["seed"]) for result in read_results())
    assert runs == sorted((split, seed) for split in SPLITS for seed in range(5))
    assert {result["letters"] for result in read_results()} == {digest}
