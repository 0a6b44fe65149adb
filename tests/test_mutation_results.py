"""Hardly a mutant survives, and each that does has been judged."""

import random
import subprocess
import sys

import pytest

from assignment4.mutation import run
from assignment4.mutation.judged import (
    JUDGED,
    LEAST_SHARE,
    Judgement,
    newest_outcomes,
    read_judgements,
    shares_killed,
    survivors,
)
from assignment4.notebooks import ROOT

SAMPLED = ("convolution", "pca", "claims")
SAMPLE, SEED = 6, 0


@pytest.fixture(scope="module")
def outcomes() -> dict[str, dict]:
    return newest_outcomes()


def test_exactly_the_survivors_are_judged(outcomes) -> None:
    assert survivors(outcomes) == set(read_judgements())


def test_nearly_all_mutants_are_killed(outcomes) -> None:
    shares = shares_killed(outcomes, read_judgements())
    assert shares.keys() <= set(run.PARTS)
    assert min(shares.values()) >= LEAST_SHARE, shares


def test_every_named_mistake_is_noticed(outcomes) -> None:
    named = {mutant.id for mutant in run.mutants_of_part(run.TRAINING, ROOT)}
    assert named & survivors(outcomes) == set()


def test_equivalent_mutants_do_not_count() -> None:
    outcomes = {
        name: {"part": part, "outcome": outcome}
        for name, part, outcome in [
            ("a", "pca", "killed"),
            ("b", "pca", "timeout"),
            ("c", "pca", "survived"),
            ("d", "pca", "survived"),
            ("e", "claims", "killed"),
        ]
    }
    judgements = {"c": Judgement("equivalent", "so"), "d": Judgement("gap", "so")}
    assert survivors(outcomes) == {"c", "d"}
    assert shares_killed(outcomes, judgements) == {"pca": 2 / 3, "claims": 1}


@pytest.mark.parametrize(
    "entry", ["{judgement: harmless, because: so}", "{judgement: gap, because: ''}"]
)
def test_a_judgement_needs_its_reason(entry, tmp_path) -> None:
    path = tmp_path / JUDGED.name
    path.write_text(f"x: {entry}", encoding="utf-8")
    with pytest.raises(ValueError, match="x: a judgement is 'equivalent' or 'gap'"):
        read_judgements(path)


def test_the_command_refuses_an_unknown_part() -> None:
    command = [sys.executable, "-m", "assignment4", "mutants", "figures"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "no part named figures; there are letters, convolution, pca" in done.stderr


@pytest.mark.slow
def test_a_sample_of_stored_outcomes_is_found_again(outcomes, tmp_path) -> None:
    """Of killed ones: a survivor would wait for all its tests, and may be killed by new ones."""
    killed = outcomes.keys() - survivors(outcomes)
    stored = sorted(name for name in killed if outcomes[name]["part"] in SAMPLED)
    sample = random.Random(SEED).sample(stored, SAMPLE)
    results = tmp_path / run.RESULTS.name
    run.run_mutants(SAMPLED, only=sample, rehearse=False, processes=1, results=results)
    found = newest_outcomes(results)
    assert found.keys() == set(sample)
    assert survivors(found) == set()
