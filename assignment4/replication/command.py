"""The command that repeats experiments over seeds: what is asked for, and how it is done."""

import argparse
import functools
from collections.abc import Sequence
from pathlib import Path

from assignment4.replication.experiments import GROUPS
from assignment4.replication.provenance import circumstances
from assignment4.replication.runs import (
    PLAN,
    RESULTS,
    SEEDS,
    Task,
    carry_out,
    open_tasks,
    read_lines,
    store,
)
from assignment4.replication.workers import carry_out_on_workers, default_workers

LOSSES = ("squared_errors", "classifier_losses")
"""The groups of what the report calls losses."""


def replicate(arguments: argparse.Namespace, *, folder: Path = RESULTS) -> None:
    """Carry out all open tasks of what is asked for.

    Args:
        arguments: as the command line gives them.
        folder: of the files of results.

    Raises:
        ValueError: something is asked for that does not exist.
        RuntimeError: tasks failed or were interrupted; those that were done are stored.
    """
    parts = asked_for(arguments)
    tasks = [task for part in parts for task in open_tasks(**part, folder=folder)]
    workers = f"{arguments.workers or default_workers()} of this machine"
    if arguments.scheduler:
        workers = f"those of {arguments.scheduler}"
    print(f"open tasks: {len(tasks)}, workers: {workers}", flush=True)
    if not tasks:
        return
    groups = tuple(sorted({task.group for task in tasks}))
    try:
        carry_out_on_workers(
            longest_first(tasks),
            carry_out,
            circumstances=functools.partial(circumstances, groups),
            store=functools.partial(store, folder=folder),
            workers=arguments.workers,
            scheduler=arguments.scheduler,
        )
    except KeyboardInterrupt as interruption:
        raise RuntimeError(
            "interrupted; what is done is stored, and the same command does the rest"
        ) from interruption


def longest_first(tasks: Sequence[Task]) -> list[Task]:
    """Return tasks in the order of their length, from the slowest stored run of their group."""
    seconds = {
        group: max((line["seconds"] / line["steps"] for line in read_lines(group)), default=0)
        for group in {task.group for task in tasks}
    }
    return sorted(tasks, key=lambda task: -seconds[task.group] * task.run["steps"])


def asked_for(arguments: argparse.Namespace) -> list[dict]:
    """Return what the command line asks for, as arguments of `open_tasks`; PLAN if nothing.

    Raises:
        ValueError: a group or a name does not exist, or the arguments do not go together.
    """
    if arguments.losses and (arguments.group or arguments.names):
        raise ValueError("--losses chooses groups and names itself: leave --group and --names out")
    settings = {name: getattr(arguments, name) for name in ("seeds", "steps", "split")}
    settings = {name: value for name, value in settings.items() if value is not None}
    if not (arguments.losses or arguments.group or arguments.names):
        if settings:
            raise ValueError(f"--{next(iter(settings))} needs --losses, --group or --names")
        return list(PLAN)
    settings["seeds"] = range(settings["seeds"]) if "seeds" in settings else SEEDS
    names = by_group(
        arguments.losses or arguments.names or ["all"],
        LOSSES if arguments.losses else arguments.group or list(GROUPS),
    )
    return [{"group": group, "names": some} | settings for group, some in names.items()]


def by_group(names: Sequence[str], groups: Sequence[str]) -> dict[str, list[str]]:
    """Return which of the experiments' names are in which group; all of them for ["all"].

    Raises:
        ValueError: there is no such group, or a name is in none.
    """
    if unknown := sorted(set(groups) - set(GROUPS)):
        raise ValueError(f"there is no group {unknown}; there are {list(GROUPS)}")
    there = {group: list(GROUPS[group].experiments) for group in groups}
    if list(names) == ["all"]:
        return there
    if unknown := set(names) - {name for experiments in there.values() for name in experiments}:
        raise ValueError(f"there is no experiment {sorted(unknown)} in {', '.join(groups)}")
    chosen = {group: [name for name in some if name in names] for group, some in there.items()}
    return {group: some for group, some in chosen.items() if some}
