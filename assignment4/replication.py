"""Experiments over seeds, kept as lines of text with what they depend on."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import assignment4.reproducible  # noqa: F401  (before keras)

from assignment4 import cache
from assignment4.encoder_decoder import training
from assignment4.encoder_decoder.assessment import assess
from assignment4.encoder_decoder.judge import train_judge
from assignment4.encoder_decoder.losses import train_on_random_targets
from assignment4.intervals import Interval, mean_interval
from assignment4.letters import Letters, load_letters, split_as_reported, split_by_family
from assignment4.notebooks import ROOT

RESULTS = ROOT / "results" / "random_targets.jsonl"
SPLITS = {"as reported": split_as_reported, "by family": split_by_family}
CODE = (
    *training.CODE,
    "encoder_decoder/assessment",
    "encoder_decoder/metrics",
    "letters/normalization",
    "letters/splits",
)
"""The modules on which a result depends, beside the letters."""

JUDGE_SEED = 1000
"""Added to a network's seed for that of its judge."""


def replicate_random_targets(seeds: Sequence[int], *, steps: int, path: Path = RESULTS) -> None:
    """Train on random targets for each seed and split, and append a line for each to a file.

    Runs whose line is there already, from the same letters and code, are not done again.

    Args:
        seeds: of weights, dropout and draws.
        steps: training steps.
        path: the file of results, one JSON object a line.

    Raises:
        ValueError: ASSIGNMENT4_LETTERS names other letters than those that the results are of.
    """
    letters = load_letters()
    if not letters.embedded:
        raise ValueError(
            f"the stored results are of the embedded letters, not of {letters.source}; "
            "unset ASSIGNMENT4_LETTERS"
        )
    done = [_identity(result) for result in read_lines(path)]
    for split in SPLITS:
        for seed in seeds:
            run = {"split": split, "seed": seed, "steps": steps} | _provenance(letters)
            if _identity(run) not in done:
                _append(
                    path, run | run_random_targets(letters, split=split, seed=seed, steps=steps)
                )


def run_random_targets(letters: Letters, *, split: str, seed: int, steps: int) -> dict[str, float]:
    """Train and assess one network, and return its numbers."""
    divide = SPLITS[split]
    (cyrillic_train, cyrillic_test), (latin_train, latin_test) = map(
        divide, (letters.cyrillic, letters.latin)
    )
    model = train_on_random_targets(cyrillic_train, latin_train, steps=steps, seed=seed)
    judge = train_judge(latin_train, seed=JUDGE_SEED + seed)
    result = assess(model, judge, cyrillic_test, latin_test)
    return {
        "test images": len(cyrillic_test),
        "judge accuracy": round(result.judge_accuracy.estimate, 4),
        "reading accuracy": round(result.reading_accuracy.estimate, 4),
        "variance share": round(result.variance_share.estimate, 5),
        "largest variance share": round(float(result.variance_shares.max()), 5),
    }


def read_lines(path: Path = RESULTS) -> list[dict]:
    """Return all results of a file, oldest first; a missing file has none."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read_results(path: Path = RESULTS, *, steps: int = training.DEFAULT_STEPS) -> list[dict]:
    """Return the newest result of each split and seed, among those of so many steps."""
    newest = {
        (result["split"], result["seed"]): result
        for result in read_lines(path)
        if result["steps"] == steps
    }
    return list(newest.values())


def over_seeds(results: Sequence[dict], number: str, *, split: str) -> Interval:
    """Return a number's mean over the seeds of a split, with Student's 95 % interval."""
    return mean_interval([result[number] for result in results if result["split"] == split])


def _provenance(letters: Letters) -> dict[str, str]:
    """Return what a result depends on: letters, code, libraries, and the commit for reference."""
    return {
        "letters": letters.digest()[:16],
        "code": cache.code_digest(*CODE)[:16],
        "lock": cache.file_digest(ROOT / "requirements.txt")[:16],
        "commit": _commit(),
    }


def _identity(run: dict) -> tuple:
    return tuple(run[name] for name in ("split", "seed", "steps", "letters", "code", "lock"))


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short=12", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _append(path: Path, result: dict) -> None:
    lines = [json.dumps(line, ensure_ascii=False) for line in [*read_lines(path), result]]
    cache.write_atomically(path, ("\n".join(lines) + "\n").encode())
