"""The experiment of Exercise 4 c: learning 10 components of the letters, by the size of a batch."""

import time

import numpy as np

from assignment4 import cache
from assignment4.letters import Letters, normalize, split_as_reported, split_by_family
from assignment4.pca.batches.descent import (
    draw_order,
    draw_start,
    excess_errors,
    follow_gradient,
    follow_oja,
)
from assignment4.pca.components import principal_components

K = 10
SIZES = tuple(2**power for power in range(10))
SAMPLES_SEEN = 40 * SIZES[-1]
"""Some four epochs, and whole batches of every size."""

EQUAL_UPDATES, SIZE_OF_UPDATES = "equal updates", 32
"""The rule with as many updates at every size as the samples give batches of 32."""

TUNING_SEEDS = range(100, 105)
RATES, FINER = 2.0 ** np.arange(-9, 6), 2.0 ** np.array([-0.5, 0, 0.5])
"""Learning rates to try, in the reciprocal of the covariance's trace, and factors of the best."""

RULES = {
    "constant rate": (follow_gradient, {}),
    "falling rate": (follow_gradient, {"falling": True}),
    "Oja's rule": (follow_oja, {}),
    EQUAL_UPDATES: (follow_gradient, {}),
}
"""What follows the samples, and its options."""

BATCH_SIZES = {f"{rule}, B = {size}": (rule, size) for rule in RULES for size in SIZES}


def run_batch_size(
    experiment: tuple[str, int], letters: Letters, *, split: str, seed: int, steps: int
) -> dict[str, float]:
    """Learn components of the Latin training letters, and return by how much that falls short.

    The experiment is one of RULES and B; `steps` says how many samples are seen. The excess is in
    the least error of 10 components; the rate, tuned with other seeds, over the trace.
    """
    if seed in TUNING_SEEDS:
        raise ValueError(f"the learning rate is tuned with seed {seed}; take another")
    divide = {"as reported": split_as_reported, "by family": split_by_family}[split]
    part, _ = divide(letters.latin)
    samples = normalize(part.images).reshape(len(part), -1).astype(float)
    samples -= samples.mean(axis=0)
    least_error = principal_components(samples).least_error(K)
    rate = _best_rate(experiment, samples, least_error, steps)
    start = time.perf_counter()
    excess = _excesses(experiment, samples, least_error, steps, seed, [rate])[0]
    seconds = time.perf_counter() - start
    return {"excess": round(float(excess), 6), "rate": round(rate, 6), "seconds": round(seconds, 2)}


def _best_rate(experiment, samples, least_error, seen) -> float:
    """Return the best rate on the seeds for tuning, from the cache if there."""

    def best_of(rates: np.ndarray) -> int:
        excesses = [
            _excesses(experiment, samples, least_error, seen, seed, rates) for seed in TUNING_SEEDS
        ]
        return int(np.mean(excesses, axis=0).argmin())

    def compute() -> cache.Arrays:
        best = best_of(RATES)
        if best in (0, len(RATES) - 1):
            raise ValueError(f"the best rate, {RATES[best]:g}, is at the end of those to try")
        finer = RATES[best] * FINER
        return {"rate": finer[best_of(finer)]}

    key = {
        "samples": cache.array_digest(samples),
        "experiment": experiment,
        "samples seen": seen,
        "made by": cache.made_by(_best_rate),
    }
    return float(cache.stored("learning_rate", key, compute)["rate"])


def _excesses(experiment, samples, least_error, seen, seed, rates) -> np.ndarray:
    rule, size = experiment
    updates = seen // (SIZE_OF_UPDATES if rule == EQUAL_UPDATES else size)
    follow, options = RULES[rule]
    networks = follow(
        samples,
        draw_order(len(samples), size * updates, seed=seed),
        draw_start(samples.shape[1], K, seed=seed),
        batch_size=size,
        rates=np.asarray(rates) * len(samples) / np.square(samples).sum(),
        **options,
    )
    return excess_errors(samples, networks, least_error)
