"""The command that repeats experiments over seeds: what is asked for, and how it is done."""

import argparse
import functools
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from assignment4.replication import runs as replication
from assignment4.replication.cluster import carry_out_on_workers, default_workers
from assignment4.replication.cost import expected_seconds, span, stored_beside_training
from assignment4.replication.experiments import GROUPS
from assignment4.replication.provenance import circumstances
from assignment4.replication.runs import PLAN, RESULTS, SEEDS, Task, open_tasks, read_lines, store

LOSSES = ("squared_errors", "classifier_losses")
"""The groups of what the report calls losses."""

NUMBERS_OF_WORKERS = (1, 2, 4, 8, 16)
ALL = ["all"]


def replicate(arguments: argparse.Namespace, *, folder: Path = RESULTS) -> None:
    """Carry out all open tasks of what is asked for, or say how long they will take.

    Args:
        arguments: as the command line gives them.
        folder: of the files of results.

    Raises:
        ValueError: something is asked for that does not exist.
        RuntimeError: tasks failed or were interrupted; those that were done are stored.
    """
    parts = asked_for(arguments)
    tasks = [task for part in parts for task in open_tasks(**part, folder=folder)]
    stored = {task.group: read_lines(task.group, folder=folder) for task in tasks}
    beside = stored_beside_training()
    seconds = [
        expected_seconds(task.run, stored[task.group], beside=beside.get(task.group, 0.0))
        for task in tasks
    ]
    if arguments.predict:
        print(prediction(seconds))
        return
    workers = f"those of {arguments.scheduler}"
    if not arguments.scheduler:
        workers = f"{arguments.workers or default_workers()} of this machine"
    print(f"open tasks: {len(tasks)}, workers: {workers}", flush=True)
    if tasks:
        _carry_out(longest_first(tasks, seconds), arguments, folder)


def _carry_out(tasks: Sequence[Task], arguments: argparse.Namespace, folder: Path) -> None:
    groups = tuple(sorted({task.group for task in tasks}))
    try:
        carry_out_on_workers(
            tasks,
            replication.carry_out_alone,
            circumstances=functools.partial(circumstances, groups),
            store=functools.partial(store, folder=folder),
            workers=arguments.workers,
            scheduler=arguments.scheduler,
        )
    except KeyboardInterrupt as interruption:
        raise RuntimeError(
            "interrupted; what is done is stored, and the same command does the rest"
        ) from interruption


def longest_first(tasks: Sequence[Task], seconds: Sequence[float | None]) -> list[Task]:
    """Return tasks in the order of their expected seconds, first those of unknown ones."""
    pairs = zip(tasks, seconds, strict=True)
    known = [(math.inf if time is None else time, task) for task, time in pairs]
    return [task for _, task in sorted(known, key=lambda pair: -pair[0])]


def prediction(seconds: Sequence[float | None]) -> str:
    """Return lines that say how long tasks will take on several numbers of workers."""
    known = [one for one in seconds if one is not None]
    lines = [f"open tasks: {len(seconds)}, hours in all: {sum(known) / 3600:.2f}"]
    if len(known) < len(seconds):
        lines.append(f"of {len(seconds) - len(known)} no time is known, and none is counted")
    for workers in NUMBERS_OF_WORKERS:
        least, longest_first = (one / 3600 for one in span(known, workers))
        lines.append(f"workers: {workers:2}  hours: {longest_first:.2f}, at least {least:.2f}")
    return "\n".join(lines)


def expected_of(parts: Sequence[Mapping]) -> list[float]:
    """Return the expected seconds of all tasks of some parts, done or not, on a processor.

    Args:
        parts: as `asked_for` returns them.

    Raises:
        ValueError: nothing is stored of a part's group, from which to expect a time.
    """
    beside, seconds = stored_beside_training(), []
    for part in parts:
        group = part["group"]
        lines = read_lines(group)
        for name in part.get("names") or GROUPS[group].experiments:
            run = {"experiment": name, "steps": part.get("steps") or GROUPS[group].steps}
            each = expected_seconds(run, lines, beside=beside.get(group, 0.0))
            if each is None:
                raise ValueError(f"no time of {group} is stored")
            seconds += [each] * len(part["seeds"])
    return seconds


def asked_for(arguments: argparse.Namespace) -> list[dict]:
    """Return what the command line asks for, as arguments of `open_tasks`; PLAN if nothing.

    Raises:
        ValueError: a group or a name does not exist, or the arguments do not go together.
    """
    if arguments.losses and (arguments.group or arguments.names):
        raise ValueError("--losses chooses groups and names itself: leave --group and --names out")
    chosen = arguments.losses or arguments.group or arguments.names
    settings = {"seeds": arguments.seeds, "steps": arguments.steps, "split": arguments.split}
    settings = {name: value for name, value in settings.items() if value is not None}
    if not chosen:
        if settings:
            raise ValueError(f"--{next(iter(settings))} needs --losses, --group or --names")
        return list(PLAN)
    settings["seeds"] = range(settings["seeds"]) if "seeds" in settings else SEEDS
    groups = LOSSES if arguments.losses else arguments.group
    names = by_group(arguments.losses or arguments.names, groups)
    return [{"group": group, "names": some} | settings for group, some in names.items()]


def by_group(names: Sequence[str] | None, groups: Sequence[str] | None) -> dict[str, list[str]]:
    """Return the group of each name of an experiment.

    Args:
        names: of experiments, each in one of the groups at least; all, if empty or "all".
        groups: to look in; all, if empty, where no name may be in several.

    Raises:
        ValueError: a group or a name does not exist, or a name is in several groups.
    """
    if unknown := sorted(set(groups or ()) - set(GROUPS)):
        raise ValueError(f"there is no group {unknown}; there are {list(GROUPS)}")
    there = {group: list(GROUPS[group].experiments) for group in groups or GROUPS}
    if not names or list(names) == ALL:
        return there
    for name in names:
        holders = [group for group, experiments in there.items() if name in experiments]
        if not holders:
            raise ValueError(f"there is no experiment {name!r} in {', '.join(there)}")
        if len(holders) > 1 and not groups:
            raise ValueError(f"{name!r} is in {' and '.join(holders)}; choose with --group")
    some = {group: [name for name in all_ if name in names] for group, all_ in there.items()}
    return {group: chosen for group, chosen in some.items() if chosen}
