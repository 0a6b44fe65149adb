"""Time the latent search: fourteen vectors at once against one after the other.

Run as `python benchmarks/latent_search.py`. Both are the same compiled descent, and its compilation
is not timed; they must find the same images. The decoder is that of the chapters, trained where
the cache does not have it.
"""

import time
from collections.abc import Callable

import numpy as np

from assignment4.encoder_decoder.losses import train_on_random_targets
from assignment4.encoder_decoder.metrics import class_means, within_class_variances
from assignment4.encoder_decoder.training import training_steps
from assignment4.latent_search.search import STEPS, Descent, draw_starts, run_one_by_one
from assignment4.letters import load_letters, normalize, split_as_reported

CLASSES = 14
REPEATS = 5
LEAST_RATIO = 2.5
TOLERANCE = 1e-3


def best_times(*functions: Callable[[], object]) -> list[float]:
    """Return the shortest time of several calls of each function, taking turns, in seconds."""
    times = [[] for _ in functions]
    for _ in range(REPEATS):
        for function, spent in zip(functions, times, strict=True):
            start = time.perf_counter()
            function()
            spent.append(time.perf_counter() - start)
    return [min(spent) for spent in times]


def compare() -> None:
    """Print both times and their ratio."""
    letters = load_letters()
    cyrillic, _ = split_as_reported(letters.cyrillic)
    latin, _ = split_as_reported(letters.latin)
    trained = train_on_random_targets(cyrillic, latin, steps=training_steps(), seed=0)
    decoder, images = trained.model.get_layer("decoder"), normalize(latin.images)
    means = class_means(images, latin.labels)
    constants = within_class_variances(images, latin.labels)
    starts = draw_starts(CLASSES, seed=0)
    whole, single = Descent(decoder, (CLASSES,)), Descent(decoder, (1,))
    at_once = whole.run(means, constants, starts)
    alone = run_one_by_one(single, means, constants, starts)
    difference = np.abs(at_once.images - alone.images).max()
    assert difference <= TOLERANCE
    print(f"images differ by at most {difference:.1e}, needed: {TOLERANCE:g}")

    together, separately = best_times(
        lambda: whole.run(means, constants, starts),
        lambda: run_one_by_one(single, means, constants, starts),
    )
    ratio = separately / together
    print(f"{CLASSES} vectors, {STEPS} steps, one after the other: {1000 * separately:,.0f} ms")
    print(f"{CLASSES} vectors, {STEPS} steps, all at once:         {1000 * together:,.0f} ms")
    print(f"all at once is {ratio:.1f} times faster, needed: {LEAST_RATIO:g}")


if __name__ == "__main__":
    compare()
