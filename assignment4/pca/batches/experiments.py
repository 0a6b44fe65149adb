"""The experiment of Exercise 4 c: learning 10 components of the letters, by the size of a batch."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from assignment4 import cache
from assignment4.letters import Letters, normalize, split_as_reported, split_by_family
from assignment4.pca.batches.descent import (
    LinearNetworks,
    descend,
    draw_order,
    draw_start,
    excess_errors,
    follow_oja,
)
from assignment4.pca.components import principal_components

SPLITS = {"as reported": split_as_reported, "by family": split_by_family}
K = 10
SIZES = tuple(2**power for power in range(10))
SAMPLES_SEEN = 40 * SIZES[-1]
"""Some four epochs, and whole batches of every size."""

SIZE_OF_UPDATES = 32
"""Where updates are equal, there are as many as the samples give batches of this size."""

TUNING_SEEDS = range(100, 105)
"""Others than those of the results."""

RATES = 2.0 ** np.arange(-9, 6)
"""Learning rates to choose from, in the reciprocal of the trace of the covariance."""

FINER = 2.0 ** np.array([-0.5, 0, 0.5])
"""Factors of the best of them, of which the best again is taken."""


class Experiment(NamedTuple):
    """One rule at one size.

    Attributes:
        follow: `descend` or `follow_oja`.
        options: of it.
        size: B.
        equal_updates: whether experiments have the number of updates in common, not of samples.
    """

    follow: Callable[..., LinearNetworks]
    options: dict[str, bool]
    size: int
    equal_updates: bool


RULES = {
    "constant rate": (descend, {}, False),
    "falling rate": (descend, {"falling": True}, False),
    "Oja's rule": (follow_oja, {}, False),
    "equal updates": (descend, {}, True),
}
BATCH_SIZES = {
    f"{rule}, B = {size}": Experiment(follow, options, size, equal_updates)
    for rule, (follow, options, equal_updates) in RULES.items()
    for size in SIZES
}


def run_batch_size(
    experiment: Experiment, letters: Letters, *, split: str, seed: int, steps: int
) -> dict[str, float]:
    """Learn the components of the Latin training letters, and return by how much that falls short.

    Args:
        experiment: of BATCH_SIZES.
        letters: both alphabets.
        split: how they are divided.
        seed: of the start and of the order of the samples; none of TUNING_SEEDS.
        steps: how many samples are seen, repetitions counted.

    Returns:
        The excess error, in the least error of 10 components; the learning rate, tuned with other
        seeds, in the reciprocal of the trace of the covariance; and the run's seconds.

    Raises:
        ValueError: the seed is one of those that the rate is tuned with.
    """
    if seed in TUNING_SEEDS:
        raise ValueError(f"the learning rate is tuned with seed {seed}; take another")
    part, _ = SPLITS[split](letters.latin)
    samples = normalize(part.images).reshape(len(part), -1).astype(float)
    samples -= samples.mean(axis=0)
    tuned = _tune(experiment, samples, steps)
    rate, least_error = float(tuned["rate"]), float(tuned["least error"])
    start = time.perf_counter()
    excess = _excesses(experiment, samples, steps, seed, least_error, [rate])[0]
    seconds = time.perf_counter() - start
    return {"excess": round(float(excess), 6), "rate": round(rate, 6), "seconds": round(seconds, 2)}


def _tune(experiment: Experiment, samples: np.ndarray, seen: int) -> cache.Arrays:
    """Return the best rate on the seeds for tuning, and the least error, from the cache if there.

    Raises:
        ValueError: the best rate is the first or the last of RATES.
    """

    def compute() -> cache.Arrays:
        least_error = principal_components(samples).least_error(K)

        def best_of(rates: np.ndarray) -> int:
            excesses = [
                _excesses(experiment, samples, seen, seed, least_error, rates)
                for seed in TUNING_SEEDS
            ]
            return int(np.mean(excesses, axis=0).argmin())

        best = best_of(RATES)
        if best in (0, len(RATES) - 1):
            raise ValueError(
                f"the best rate, {RATES[best]:g}, is at the end of those to choose from"
            )
        finer = RATES[best] * FINER
        rate = finer[best_of(finer)]
        return {"rate": np.array(rate), "least error": np.array(least_error)}

    key = {
        "samples": cache.array_digest(samples),
        "rule": experiment.follow.__name__,
        "options": experiment.options,
        "size": experiment.size,
        "updates": _updates(experiment, seen),
        "made by": cache.made_by(_tune, experiment.follow),
    }
    return cache.stored("learning_rate", key, compute)


def _excesses(experiment, samples, seen, seed, least_error, rates) -> np.ndarray:
    d = samples.shape[1]
    networks = experiment.follow(
        samples,
        draw_order(len(samples), experiment.size * _updates(experiment, seen), seed=seed),
        draw_start(d, K, seed=seed),
        batch_size=experiment.size,
        rates=np.asarray(rates) * len(samples) / np.square(samples).sum(),
        **experiment.options,
    )
    return excess_errors(samples, networks, least_error)


def _updates(experiment: Experiment, seen: int) -> int:
    return seen // (SIZE_OF_UPDATES if experiment.equal_updates else experiment.size)
