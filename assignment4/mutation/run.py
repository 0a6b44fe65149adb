"""Mutants tried in copies of the repository, and what came of each kept as a line of text."""

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from assignment4.json_lines import append_json_line, read_json_lines
from assignment4.mutation.chapters import CHAPTERS, mutants_of_chapter
from assignment4.mutation.copies import Answer, Copies, copies
from assignment4.mutation.mutants import mutants_of
from assignment4.mutation.named import NAMED, named_mutant
from assignment4.mutation.selection import Selection, modules_of
from assignment4.mutation.text import Mutant
from assignment4.progress import progress_bar
from assignment4.repository import ROOT

RESULTS = ROOT / "results" / "mutants.jsonl"

PACKAGES = ("letters", "convolution", "pca", "claims", "ledger")
"""Parts of the package all mutants of which are tried."""

TRAINING = "training"
"""The part whose mutants have names."""

CHAPTERS_PART = "chapters"
"""The part whose mutants are tried by executing the chapter itself."""

PARTS = (*PACKAGES, TRAINING, CHAPTERS_PART)

LEAST_SECONDS = 120.0
TIMES_AS_LONG = 10.0
"""The tests of a mutant may take as many times as long as without a change, or the least."""


@dataclass(frozen=True)
class Trial:
    """A mutant, the part that it belongs to, and the tests that could notice it."""

    part: str
    mutant: Mutant
    tests: tuple[str, ...]


def run_mutants(
    parts: Sequence[str] = PARTS,
    *,
    only: Collection[str] | None = None,
    rehearse: bool = True,
    processes: int = os.cpu_count() or 1,
    root: Path = ROOT,
    results: Path = RESULTS,
) -> None:
    """Try the mutants of parts that have not been tried with the same module and tests.

    Args:
        parts: of PARTS.
        only: the ids of the mutants to try; all of these parts, if None.
        rehearse: whether the tests are run once without a change, to see that they pass and how
            long they take; otherwise they are taken to be quick.
        processes: how many run at the same time.
        root: the repository's root.
        results: the file that a line is appended to for each mutant.

    Raises:
        RuntimeError: a test fails without a change.
    """
    selection = Selection(root)
    trials = [trial for part in parts for trial in trials_of(part, selection)]
    if only is not None:
        trials = [trial for trial in trials if trial.mutant.id in only]
    digests = Digests(root)
    known = {line["id"]: line for line in read_json_lines(results)}
    waiting = [
        trial
        for trial in trials
        if trial.mutant.id not in known or not digests.fit(known[trial.mutant.id], trial)
    ]
    with progress_bar(len(trials), description="mutants") as bar:
        bar.update(len(trials) - len(waiting))
        for trial, answer in _outcomes(waiting, selection, rehearse, processes):
            append_json_line(results, _record(trial, answer, digests))
            bar.update()


def mutants_of_part(part: str, root: Path) -> list[Mutant]:
    """Return all mutants of a part.

    Raises:
        ValueError: there is no such part.
    """
    if part == TRAINING:
        return [named_mutant(named, root) for named in NAMED]
    if part == CHAPTERS_PART:
        files = [f"chapters/{name}.ipynb" for name in CHAPTERS]
        return [mutant for file in files for mutant in mutants_of_chapter(root / file, file)]
    return [
        mutant
        for module in modules_of(part, root)
        for mutant in mutants_of(module.read_text(encoding="utf-8"), _name(module, root))
    ]


def trials_of(part: str, selection: Selection) -> list[Trial]:
    """Return all mutants of a part, each with its tests.

    Raises:
        ValueError: there is no such part.
    """
    root = selection.root
    mutants = mutants_of_part(part, root)
    if part == CHAPTERS_PART:
        return [Trial(part, mutant, (mutant.file,)) for mutant in mutants]
    tests = {
        file: tuple(_name(test, root) for test in selection.tests_of(root / file))
        for file in {mutant.file for mutant in mutants}
    }
    return [Trial(part, mutant, tests[mutant.file]) for mutant in mutants]


class Digests:
    """What outcomes rest on: a module without its change, and the tests that told it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def of(self, trial: Trial, outcome: Mapping[str, object]) -> str:
        """Return a digest: of the module and the test that killed the mutant, or all its tests."""
        tests = [outcome["by"]] if "by" in outcome else trial.tests
        content = [(self.root / name).read_bytes() for name in (trial.mutant.file, *tests)]
        return hashlib.sha256(b"\0".join(content)).hexdigest()[:16]

    def fit(self, line: Mapping[str, object], trial: Trial) -> bool:
        """Say whether an earlier outcome still rests on the same files."""
        known = "by" not in line or line["by"] in trial.tests
        return known and line["digest"] == self.of(trial, line)


def _record(trial: Trial, answer: Answer, digests: Digests) -> dict[str, object]:
    mutant = trial.mutant
    about = {"part": trial.part, "id": mutant.id, "line": mutant.line, "operator": mutant.operator}
    return about | answer | {"digest": digests.of(trial, answer)}


def _outcomes(
    trials: Sequence[Trial], selection: Selection, rehearse: bool, processes: int
) -> Iterator[tuple[Trial, Answer]]:
    """Try mutants, and yield what comes of each as soon as it is there."""
    files = list(dict.fromkeys(test for trial in trials for test in trial.tests))
    needing = [selection.root / file for file in ("conftest.py", *files) if file.endswith(".py")]
    libraries = set().union(*map(selection.libraries, needing))
    count = min(processes, len(trials))
    with (
        ThreadPoolExecutor(count or 1) as pool,
        copies(selection.root, sorted(libraries), count=count) as places,
    ):
        plain = dict.fromkeys(files, 0.0)
        if rehearse:
            plain |= _all_of(pool, lambda file: _seconds_unchanged(file, places), files)

        def try_one(trial: Trial) -> Answer:
            tests = sorted(trial.tests, key=lambda test: (test != trial.tests[0], plain[test]))
            limit = max(LEAST_SECONDS, TIMES_AS_LONG * sum(plain[test] for test in tests))
            return places.test(trial.mutant.file, trial.mutant.source, tests, limit)

        yield from _all_of(pool, try_one, trials)


def _all_of(pool: ThreadPoolExecutor, function: Callable, items: Iterable) -> Iterator[tuple]:
    """Yield each item with the function's value, in the order in which they are ready."""
    futures = {pool.submit(function, item): item for item in items}
    try:
        for future in as_completed(futures):
            yield futures[future], future.result()
    finally:
        for future in futures:
            future.cancel()


def _seconds_unchanged(test: str, places: Copies) -> float:
    """Return how long a test file takes without a change."""
    source = (places.root / test).read_text(encoding="utf-8")
    answer = places.test(test, source, [test], 3600.0)
    if answer["outcome"] != "survived":
        raise RuntimeError(f"{test} fails without a change")
    return answer["seconds"]


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()
