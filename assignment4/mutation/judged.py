"""What is thought of mutants that no test notices, and the share of those that one does."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import yaml

from assignment4.json_lines import read_json_lines
from assignment4.mutation.run import RESULTS, mutants_of_part
from assignment4.repository import ROOT

JUDGED = ROOT / "results" / "survivors.yml"

LEAST_SHARE = 0.95
"""Of the mutants of a part that are not equivalent, those that some test must kill."""


class Judgement(NamedTuple):
    """What is thought of a mutant that survived.

    Attributes:
        judgement: "equivalent", where it does what the code does wherever that may be called, or
            "gap", where a test is missing.
        because: the argument.
    """

    judgement: str
    because: str


def read_judgements(path: Path = JUDGED) -> dict[str, Judgement]:
    """Return the judgements of a file by the mutants' ids.

    Raises:
        ValueError: a judgement is not one of the two, or lacks its argument.
    """
    entries = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    judgements = {mutant_id: Judgement(**entry) for mutant_id, entry in entries.items()}
    for mutant_id, (judgement, because) in judgements.items():
        if judgement not in ("equivalent", "gap") or not because:
            raise ValueError(f"{mutant_id}: a judgement is 'equivalent' or 'gap', with its reason")
    return judgements


@functools.cache
def present(part: str) -> frozenset[str]:
    """Return the ids of all mutants of a part of the code as it is."""
    return frozenset(mutant.id for mutant in mutants_of_part(part, ROOT))


def newest_outcomes(results: Path = RESULTS) -> dict[str, dict]:
    """Return the newest line of each mutant that the code still has, by its id."""
    lines = read_json_lines(results)
    return {line["id"]: line for line in lines if line["id"] in present(line["part"])}


def survivors(outcomes: Mapping[str, dict]) -> set[str]:
    """Return the ids of the mutants that no test noticed."""
    return {mutant_id for mutant_id, line in outcomes.items() if line["outcome"] == "survived"}


def shares_killed(
    outcomes: Mapping[str, dict], judgements: Mapping[str, Judgement]
) -> dict[str, float]:
    """Return for each part the share of its mutants, without equivalent ones, that were killed."""
    equivalent = {name for name, (judgement, _) in judgements.items() if judgement == "equivalent"}
    alive, parts = survivors(outcomes), {}
    for mutant_id, line in outcomes.items():
        if mutant_id not in alive & equivalent:
            parts.setdefault(line["part"], []).append(mutant_id not in alive)
    return {part: sum(killed) / len(killed) for part, killed in parts.items()}


def summary() -> str:
    """Return a line for each part: how many mutants, how many killed, and what survived."""
    outcomes, judgements = newest_outcomes(), read_judgements()
    lines = []
    for part, share in shares_killed(outcomes, judgements).items():
        of_part = {name: line for name, line in outcomes.items() if line["part"] == part}
        alive = survivors(of_part)
        lines.append(
            f"{part}: {len(of_part) - len(alive)} of {len(of_part)} mutants killed, "
            f"{share:.1%} without equivalent ones"
        )
        lines += [f"  not judged: {name}" for name in sorted(alive - set(judgements))]
    return "\n".join(lines)
