"""Experiments over seeds, kept as lines of text with what they depend on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assignment4 import ROOT
from assignment4.encoder_decoder.assessment import Readability
from assignment4.encoder_decoder.learning_curves import POINTS, names_as_far_as
from assignment4.encoder_decoder.training import DEFAULT_STEPS
from assignment4.intervals import Interval, mean_interval, proportion_interval
from assignment4.letters import Letters, load_letters
from assignment4.letters.embedded import CYRILLIC_COUNT, LATIN_COUNT
from assignment4.letters.splits import REPORT_TRAIN_COUNT
from assignment4.replication.experiments import GROUPS
from assignment4.replication.json_lines import append_json_line, read_json_lines
from assignment4.replication.provenance import (
    IDENTITY,
    device,
    identity,
    is_of_gpu,
    provenance,
    take_gpu,
)

RESULTS = ROOT / "results"
STEPS = {name: group.steps for name, group in GROUPS.items()}
"""Training steps of each group, where no others are asked for."""

JUDGED = ("read by first judge", "read by second judge")
SEEDS = range(5)
STEPS_OF_READERS = 600
STEPS_OF_THE_REPORT = 20_000
TEN_TIMES_AS_LONG = 4000
NOISE_CLASS = ("classifier", "noise class as meant")
SEEDS_OF_NOISE_CLASS = range(5, 30)
"""Further ones, of the two trainings that tell whether a noise class helps."""

KNOWN = REPORT_TRAIN_COUNT
UNSEEN_CYRILLIC, UNSEEN_LATIN = CYRILLIC_COUNT - KNOWN, LATIN_COUNT - KNOWN
"""How many embedded images the split "as reported" has: the results are of these."""

JUDGES = ("first judge", "second judge")

PLAN = (
    *({"group": group, "seeds": SEEDS} for group in GROUPS if group != "learning_curves"),
    {"group": "squared_errors", "names": ["random letters"], "split": "by family", "seeds": SEEDS},
    {"group": "squared_errors", "names": ["plain mean"], "seeds": [0], "steps": 50},
    {"group": "squared_errors", "seeds": [0], "steps": DEFAULT_STEPS},
    {
        "group": "transfer",
        "names": ["1 family", "6 families"],
        "seeds": SEEDS,
        "steps": STEPS_OF_READERS,
    },
    {"group": "auto_encoders", "seeds": [0], "steps": 2000},
    *(
        {"group": "classifier_losses", "names": ["classifier"], "seeds": [0], "steps": steps}
        for steps in (STEPS_OF_THE_REPORT, TEN_TIMES_AS_LONG)
    ),
    {"group": "classifier_losses", "names": NOISE_CLASS, "seeds": SEEDS_OF_NOISE_CLASS},
    *(
        {"group": "learning_curves", "names": names_as_far_as(steps), "seeds": [0], "steps": steps}
        for steps in POINTS
    ),
)
"""What `make replicate` does, as arguments of `open_tasks`: 50 steps are for a test to do again."""


@dataclass(frozen=True)
class Task:
    """One run of a group that is to be done, with what its line of results begins with."""

    group: str
    run: Mapping[str, object]

    def __str__(self) -> str:
        form = "{experiment}, seed {seed}, {steps} steps, letters split {split}"
        return f"{self.group}: {form.format_map(self.run)}"


def open_tasks(
    group: str,
    *,
    seeds: Sequence[int],
    steps: int | None = None,
    names: Sequence[str] = (),
    split: str | None = None,
    folder: Path = RESULTS,
) -> list[Task]:
    """Return some experiments of a group, or all, for each seed whose line is not there yet.

    Steps and split are the group's own, if None. A line from other letters than the present ones
    does not count, nor does one from a processor where there is a GPU, or the other way round.
    Whether lines are stale, a short run again tells. ValueError: a name is not of the group, or the
    letters are not those of the results.
    """
    experiments = GROUPS[group].experiments
    if unknown := sorted(set(names) - set(experiments)):
        raise ValueError(f"{group} has no experiment {unknown}; it has {list(experiments)}")
    letters = load_letters()
    if not letters.embedded:
        raise ValueError(
            f"the stored results are of the embedded letters, not of {letters.source}; "
            "unset ASSIGNMENT4_LETTERS and ASSIGNMENT4_PAIRS"
        )
    shared = {"steps": steps or STEPS[group]} | provenance(letters) | {"device": device()}
    runs = [
        {"experiment": name, "split": split or GROUPS[group].split, "seed": seed} | shared
        for seed in seeds
        for name in names or experiments
    ]
    done = {identity(line) for line in read_lines(group, folder=folder)}
    return [Task(group, run) for run in runs if identity(run) not in done]


def carry_out(task: Task) -> dict[str, object]:
    """Carry out a task here, on a GPU if there is one, and return what its line ends with."""
    take_gpu()
    settings = {name: task.run[name] for name in ("split", "seed", "steps")}
    numbers = run_experiment(task.group, task.run["experiment"], load_letters(), **settings)
    return {"device": device()} | numbers


def store(task: Task, outcome: Mapping[str, object], *, folder: Path = RESULTS) -> None:
    """Append the line of a task that has been carried out."""
    append_json_line(_path(task.group, folder), {**task.run, **outcome})


def run_experiment(
    group: str, name: str, letters: Letters, *, split: str, seed: int, steps: int
) -> dict[str, float]:
    """Carry out one experiment of a group, and return its numbers."""
    chosen = GROUPS[group]
    return chosen.run(chosen.experiments[name], letters, split=split, seed=seed, steps=steps)


def read_lines(group: str, *, folder: Path = RESULTS) -> list[dict]:
    """Return all results of a group, oldest first; a missing file has none."""
    return read_json_lines(_path(group, folder), IDENTITY)


def read_results(
    group: str,
    name: str,
    *,
    split: str | None = None,
    steps: int | None = None,
    of_gpu: bool = False,
    folder: Path = RESULTS,
) -> list[dict]:
    """Return the newest result of each seed of a group's experiment, by seed.

    Split and steps are the group's own, if None. Results are those of processors, or of GPUs.
    """
    wanted = (name, split or GROUPS[group].split, steps or STEPS[group], of_gpu)
    newest = {
        result["seed"]: result
        for result in read_lines(group, folder=folder)
        if (*map(result.get, ("experiment", "split", "steps")), is_of_gpu(result)) == wanted
    }
    return [newest[seed] for seed in sorted(newest)]


def learning_curve(name: str, *, seed: int, folder: Path = RESULTS) -> list[dict]:
    """Return the results of one run of `learning_curves`, by the steps after which they were taken.

    Args:
        name: of an experiment, see `encoder_decoder.learning_curves.CURVES`.
        seed: of the run.
        folder: of the file.
    """
    lines = read_lines("learning_curves", folder=folder)
    wanted = [line for line in lines if (line["experiment"], line["seed"]) == (name, seed)]
    return sorted(wanted, key=lambda line: line["steps"])


def over_seeds(results: Sequence[dict], number: str) -> Interval:
    """Return a number's mean over the seeds, with Student's 95 % interval."""
    return mean_interval([result[number] for result in results])


def readability_over_seeds(results: Sequence[dict]) -> Readability:
    """Return the readability of outputs as means over the seeds."""
    return Readability(
        [over_seeds(results, name) for name in JUDGES],
        [over_seeds(results, f"read by {name}") for name in JUDGES],
    )


def share_of_outputs(result: Mapping[str, float], number: str) -> Interval:
    """Return a share of one stored run's outputs, split as reported, with its interval."""
    return proportion_interval(round(result[number] * UNSEEN_CYRILLIC), UNSEEN_CYRILLIC)


def readability_of_run(result: Mapping[str, float]) -> Readability:
    """Return the readability of one stored run, of letters split as reported."""
    return Readability(
        [proportion_interval(round(result[name] * UNSEEN_LATIN), UNSEEN_LATIN) for name in JUDGES],
        [share_of_outputs(result, f"read by {name}") for name in JUDGES],
    )


def difference_over_seeds(results: Sequence[dict], others: Sequence[dict], number: str) -> Interval:
    """Return by how much a number exceeds that of others, seed by seed; ValueError: other seeds."""
    seeds, other_seeds = ([result["seed"] for result in some] for some in (results, others))
    if seeds != other_seeds:
        raise ValueError(f"seeds {seeds} cannot be paired with {other_seeds}")
    pairs = zip(results, others, strict=True)
    return mean_interval([result[number] - other[number] for result, other in pairs])


def gain_in_reading(results: Sequence[dict], others: Sequence[dict]) -> Interval:
    """Return by how much the share that is read exceeds that of others, seed by seed.

    The share is the mean of both judges'. Otherwise as `difference_over_seeds`.
    """
    with_mean = [
        [one | {"read": (one[JUDGED[0]] + one[JUDGED[1]]) / 2} for one in some]
        for some in (results, others)
    ]
    return difference_over_seeds(*with_mean, "read")


def _path(group: str, folder: Path) -> Path:
    return folder / f"{group}.jsonl"
