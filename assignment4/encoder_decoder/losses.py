"""The report's ways to train the encoder-decoder, Exercise 2 c, one function for each."""

import assignment4.reproducible  # noqa: F401  (before keras)

import keras

from assignment4.cache import array_digest
from assignment4.encoder_decoder.models import build_encoder_decoder
from assignment4.encoder_decoder.targets import draw_with_targets, letters_by_class
from assignment4.encoder_decoder.training import MeanSquaredErrorToTargets, train
from assignment4.letters import Alphabet, normalize


def train_on_random_targets(
    cyrillic: Alphabet, latin: Alphabet, *, steps: int, seed: int
) -> keras.Model:
    """Train with the squared error to 20 random Latin letters of the class, new at each step.

    Args:
        cyrillic: the inputs, a training part.
        latin: the targets, a training part.
        steps: how many batches of 100 images.
        seed: of the weights, the dropout and the draws.

    Returns:
        The trained encoder-decoder.

    Source: report, Exercise 2 c, second approach.
    """
    images, targets = normalize(cyrillic.images), normalize(latin.images)
    pools = letters_by_class(targets, latin.labels)
    return train(
        build_encoder_decoder,
        draw_with_targets(images, cyrillic.labels, pools, seed=seed),
        loss=MeanSquaredErrorToTargets(),
        steps=steps,
        seed=seed,
        data={
            "inputs": array_digest(images, cyrillic.labels),
            "targets": array_digest(targets, latin.labels),
        },
    )
