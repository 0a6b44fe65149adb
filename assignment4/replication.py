"""Experiments over seeds, kept as lines of text with what they depend on."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import assignment4.reproducible  # noqa: F401  (before keras)

from assignment4 import cache
from assignment4.encoder_decoder import training
from assignment4.encoder_decoder.assessment import Readability, Yardstick
from assignment4.encoder_decoder.classifiers import build_second_judge, train_judge
from assignment4.experiments import (
    ABLATIONS,
    CLASSIFIER_LOSSES,
    JUDGE_SEED,
    SECOND_JUDGE_SEED,
    SQUARED_ERRORS,
    Parts,
    measure,
)
from assignment4.intervals import Interval, mean_interval
from assignment4.letters import Letters, load_letters
from assignment4.notebooks import ROOT

RESULTS = ROOT / "results"
GROUPS = {
    "squared_errors": SQUARED_ERRORS,
    "classifier_losses": CLASSIFIER_LOSSES,
    "ablations": ABLATIONS,
}
"""The experiments of each file of results, by the file's name."""

STEPS = {
    "squared_errors": training.DEFAULT_STEPS,
    "classifier_losses": training.DEFAULT_STEPS // 2,
    "ablations": training.DEFAULT_STEPS // 2,
}
"""Training steps of each group: fewer where a step takes twice as long, or runs are many."""

SEEDS = range(5)
STEPS_OF_THE_REPORT = 20_000

PLAN = (
    {"group": "squared_errors", "seeds": SEEDS},
    {"group": "classifier_losses", "seeds": SEEDS},
    {"group": "ablations", "seeds": SEEDS},
    {
        "group": "squared_errors",
        "names": ["random letters"],
        "split": "by family",
        "seeds": SEEDS,
    },
    {
        "group": "squared_errors",
        "names": ["random letters"],
        "seeds": [0],
        "steps": STEPS_OF_THE_REPORT,
    },
    {
        "group": "classifier_losses",
        "names": ["classifier"],
        "seeds": [0],
        "steps": STEPS_OF_THE_REPORT,
    },
)
"""What `make replicate` does, as arguments of `replicate`."""

CODE = (
    *training.CODE,
    "encoder_decoder/assessment",
    "encoder_decoder/metrics",
    "encoder_decoder/spectrum",
    "experiments",
    "intervals",
    "letters/dataset",
    "letters/normalization",
    "letters/splits",
)
"""The modules on which a result depends, beside the letters."""


def replicate(
    group: str,
    *,
    seeds: Sequence[int],
    steps: int | None = None,
    names: Sequence[str] = (),
    split: str = "as reported",
    folder: Path = RESULTS,
) -> None:
    """Train and measure each experiment of a group for each seed, and append a line for each.

    Runs whose line is there already, from the same letters and code, are not done again.

    Args:
        group: a name of GROUPS, and that of the file, one JSON object a line.
        seeds: of weights, dropout and draws.
        steps: training steps; those of STEPS, if None.
        names: some of the group's experiments; all, if empty.
        split: how the letters are divided.
        folder: of the file.

    Raises:
        ValueError: a name is not of the group, or ASSIGNMENT4_LETTERS names other letters than
            those that the results are of.
    """
    if unknown := sorted(set(names) - set(GROUPS[group])):
        raise ValueError(f"{group} has no experiment {unknown}; it has {list(GROUPS[group])}")
    letters = load_letters()
    if not letters.embedded:
        raise ValueError(
            f"the stored results are of the embedded letters, not of {letters.source}; "
            "unset ASSIGNMENT4_LETTERS"
        )
    path, steps = _path(group, folder), steps or STEPS[group]
    done = [_identity(result) for result in read_lines(group, folder=folder)]
    for seed in seeds:
        for name in names or GROUPS[group]:
            run = {"experiment": name, "split": split, "seed": seed, "steps": steps}
            run |= _provenance(letters)
            if _identity(run) not in done:
                numbers = run_experiment(group, name, letters, split=split, seed=seed, steps=steps)
                _append(path, run | numbers)


def run_experiment(
    group: str, name: str, letters: Letters, *, split: str, seed: int, steps: int
) -> dict[str, float]:
    """Train and measure one network, and return its numbers."""
    parts = Parts.of(letters, split)
    judges = [
        train_judge(parts.latin, seed=JUDGE_SEED + seed),
        train_judge(parts.latin, seed=SECOND_JUDGE_SEED + seed, build=build_second_judge),
    ]
    yardstick = Yardstick(judges, parts.latin, parts.unseen_latin)
    run = GROUPS[group][name](parts, steps, seed)
    first, second = yardstick.letters.reading_accuracies
    return {
        "first judge": round(first.estimate, 4),
        "second judge": round(second.estimate, 4),
        **measure(run, yardstick, parts.unseen_cyrillic),
        "seconds": round(run.trained.seconds, 1),
    }


def read_lines(group: str, *, folder: Path = RESULTS) -> list[dict]:
    """Return all results of a group, oldest first; a missing file has none."""
    path = _path(group, folder)
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read_results(
    group: str,
    name: str,
    *,
    split: str = "as reported",
    steps: int | None = None,
    folder: Path = RESULTS,
) -> list[dict]:
    """Return the newest result of each seed of an experiment, by seed.

    Args:
        group: a name of GROUPS.
        name: of one of its experiments.
        split: how the letters were divided.
        steps: training steps; those of STEPS, if None.
        folder: of the file.
    """
    steps = steps or STEPS[group]
    newest = {
        result["seed"]: result
        for result in read_lines(group, folder=folder)
        if (result["experiment"], result["split"], result["steps"]) == (name, split, steps)
    }
    return [newest[seed] for seed in sorted(newest)]


def over_seeds(results: Sequence[dict], number: str) -> Interval:
    """Return a number's mean over the seeds, with Student's 95 % interval."""
    return mean_interval([result[number] for result in results])


def readability_over_seeds(results: Sequence[dict]) -> Readability:
    """Return the readability of outputs as means over the seeds."""
    return Readability(
        [over_seeds(results, f"{judge} judge") for judge in ("first", "second")],
        [over_seeds(results, f"read by {judge} judge") for judge in ("first", "second")],
        over_seeds(results, "as near as letters"),
    )


def difference_over_seeds(results: Sequence[dict], others: Sequence[dict], number: str) -> Interval:
    """Return by how much a number exceeds that of others, seed by seed, with its interval.

    Raises:
        ValueError: the seeds are not the same.
    """
    seeds, other_seeds = ([result["seed"] for result in some] for some in (results, others))
    if seeds != other_seeds:
        raise ValueError(f"seeds {seeds} cannot be paired with {other_seeds}")
    pairs = zip(results, others, strict=True)
    return mean_interval([result[number] - other[number] for result, other in pairs])


def _path(group: str, folder: Path) -> Path:
    return folder / f"{group}.jsonl"


def _provenance(letters: Letters) -> dict[str, str]:
    """Return what a result depends on: letters, code, libraries, and the commit for reference."""
    return {
        "letters": letters.digest()[:16],
        "code": cache.code_digest(*CODE)[:16],
        "lock": cache.file_digest(ROOT / "requirements.txt")[:16],
        "commit": _commit(),
    }


def _identity(run: dict) -> tuple:
    names = ("experiment", "split", "seed", "steps", "letters", "code", "lock")
    return tuple(run[name] for name in names)


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _append(path: Path, result: dict) -> None:
    lines = path.read_text(encoding="utf-8") if path.exists() else ""
    lines += json.dumps(result, ensure_ascii=False) + "\n"
    cache.write_atomically(path, lines.encode())
