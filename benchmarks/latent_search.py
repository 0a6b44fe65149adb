"""Time the latent search: fourteen vectors at once against one after the other.

Run as `python benchmarks/latent_search.py`. Both are the same compiled descent, and its compilation
is not timed; they must find the same images. The decoder is that of the chapters, trained where
the cache does not have it. The measurement goes to results/speed.jsonl, from which a chapter reads
it. The run fails where all at once is not fast enough.
"""

import numpy as np

from assignment4.encoder_decoder.losses import train_on_random_targets
from assignment4.encoder_decoder.metrics import class_means, within_class_variances
from assignment4.encoder_decoder.training import training_steps
from assignment4.latent_search.search import STEPS, Descent, draw_starts, run_one_by_one
from assignment4.letters import load_letters, normalize, split_as_reported
from assignment4.running_times import (
    check_idle,
    describe_machine,
    keep,
    spread,
    take_turns,
    times_as_fast,
)

CLASSES = 14
ROUNDS = 7
AT_ONCE, ALONE = "all at once", "one after the other"
LEAST_RATIO = 2.5
TOLERANCE = 1e-3


def compare() -> None:
    """Measure both, keep the measurement, and say whether all at once is fast enough."""
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

    works = {
        AT_ONCE: lambda: whole.run(means, constants, starts),
        ALONE: lambda: run_one_by_one(single, means, constants, starts),
    }
    machine = describe_machine("keras", "numpy", "tensorflow")
    seconds = take_turns(works, rounds=ROUNDS)
    check_idle(seconds)
    keep("latent search", {"machine": machine, "steps": STEPS, "ways": seconds})
    for name, spent in seconds.items():
        print(f"{CLASSES} vectors, {STEPS} steps, {name}: {spread(spent).told('.2f')} s")
    ratio = times_as_fast(seconds, AT_ONCE, ALONE)
    print(f"all at once is {ratio.told('.1f')} times as fast, needed: {LEAST_RATIO:g}")
    assert ratio.median >= LEAST_RATIO, "all at once is not fast enough"


if __name__ == "__main__":
    compare()
