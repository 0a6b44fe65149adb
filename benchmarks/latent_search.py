"""Time the latent search: fourteen vectors at once against one after the other.

Run as `python benchmarks/latent_search.py`. Both are the same compiled descent, and its compilation
is not timed; they must find the same images. The decoder is that of the chapters, trained where
the cache does not have it. The measurement goes to results/speed.jsonl, from which a chapter reads
it. The run fails where all at once is not fast enough.
"""

import keras
import numpy as np
from measuring import conclude, describe_machine, take_turns

from assignment4.encoder_decoder.losses import train_on_random_targets
from assignment4.encoder_decoder.metrics import class_means, within_class_variances
from assignment4.encoder_decoder.training import training_steps
from assignment4.latent_search.descent import STEPS, Descent, draw_starts, run_one_by_one
from assignment4.letters import load_letters, normalize, split_as_reported

NAME = "latent search"
CLASSES = 14
ROUNDS = 7
AT_ONCE, ALONE = "all at once", "one after the other"
TOLERANCE = 1e-3


def trained_decoder() -> keras.Model:
    """Return the decoder of the chapters."""
    letters = load_letters()
    cyrillic, _ = split_as_reported(letters.cyrillic)
    latin, _ = split_as_reported(letters.latin)
    trained = train_on_random_targets(cyrillic, latin, steps=training_steps(), seed=0)
    return trained.model.get_layer("decoder")


def measure(decoder: keras.Model, *, steps: int = STEPS, rounds: int = ROUNDS) -> dict[str, object]:
    """Return the seconds of both in each round; they must find the same images.

    Args:
        decoder: from latent vectors (n, 512) to images (n, 28, 28, 1).
        steps: of each search.
        rounds: how many.
    """
    latin, _ = split_as_reported(load_letters().latin)
    images = normalize(latin.images)
    means = class_means(images, latin.labels)
    constants = within_class_variances(images, latin.labels)
    starts = draw_starts(CLASSES, seed=0)
    whole = Descent(decoder, (CLASSES,), steps=steps)
    single = Descent(decoder, (1,), steps=steps)
    at_once = whole.run(means, constants, starts)
    alone = run_one_by_one(single, means, constants, starts)
    difference = np.abs(at_once.images - alone.images).max()
    print(f"images differ by at most {difference:.1e}, allowed: {TOLERANCE:g}")
    assert difference <= TOLERANCE

    works = {
        AT_ONCE: lambda: whole.run(means, constants, starts),
        ALONE: lambda: run_one_by_one(single, means, constants, starts),
    }
    machine = describe_machine("keras", "numpy", "tensorflow")
    return {"machine": machine, "steps": steps, "ways": take_turns(works, rounds=rounds)}


if __name__ == "__main__":
    conclude(NAME, measure(trained_decoder()))
