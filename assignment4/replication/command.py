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
    """Carry out all open tasks of what the command line asks for; `folder` has the results.

    ValueError: something does not exist; RuntimeError: tasks failed or were interrupted, and those
    that were done are stored.
    """
    tasks = [task for part in asked_for(arguments) for task in open_tasks(**part, folder=folder)]
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
    groups = LOSSES if arguments.losses else arguments.group or list(GROUPS)
    if unknown := sorted(set(groups) - set(GROUPS)):
        raise ValueError(f"there is no group {unknown}; there are {list(GROUPS)}")
    names = arguments.losses or arguments.names or ["all"]
    chosen = {
        group: [name for name in GROUPS[group].experiments if names == ["all"] or name in names]
        for group in groups
    }
    if names != ["all"] and (unknown := set(names) - set().union(*chosen.values())):
        raise ValueError(f"there is no experiment {sorted(unknown)} in {', '.join(groups)}")
    return [{"group": group, "names": some} | settings for group, some in chosen.items() if some]
