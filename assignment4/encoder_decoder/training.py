"""Training that can be repeated, interrupted and resumed, and need not be done twice."""

import os
from collections.abc import Callable, Mapping

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np
from keras import ops

from assignment4 import cache
from assignment4.encoder_decoder.targets import Batches
from assignment4.progress import progress_bar

DEFAULT_STEPS = 1000
"""Training steps of a chapter; the report took 20,000, and ASSIGNMENT4_STEPS may say so."""

CODE = (
    "encoder_decoder/judge",
    "encoder_decoder/losses",
    "encoder_decoder/models",
    "encoder_decoder/targets",
    "encoder_decoder/training",
    "reproducible",
)
"""The modules on which trained weights depend, beside the data that they are trained on."""

STEPS_BETWEEN_SAVES = 1000
LEARNING_RATE = 1e-3


def training_steps() -> int:
    """Return the number of steps that ASSIGNMENT4_STEPS names, or the book's own.

    Raises:
        ValueError: the variable is no positive integer.
    """
    value = os.environ.get("ASSIGNMENT4_STEPS") or str(DEFAULT_STEPS)
    if not value.isdecimal() or int(value) == 0:
        raise ValueError(f"ASSIGNMENT4_STEPS must be a positive integer, got {value!r}")
    return int(value)


class MeanSquaredErrorToTargets(keras.losses.Loss):
    """The squared error of each output, averaged over its targets and over all pixels.

    A class, not a function: Keras drops the last axis of a function's targets where they have
    one axis more than the outputs.

    Source: report, Exercise 2 c.
    """

    def call(self, targets, outputs):
        """Return (batch,) float32.

        Args:
            targets: (batch, targets, 28, 28, 1) float32.
            outputs: (batch, 28, 28, 1) float32.
        """
        return ops.mean(ops.square(targets - ops.expand_dims(outputs, 1)), axis=(1, 2, 3, 4))


def train(
    build: Callable[[], keras.Model],
    batches: Batches,
    *,
    loss: keras.losses.Loss,
    steps: int,
    seed: int,
    data: Mapping[str, str],
) -> keras.Model:
    """Return a trained model, from the cache where the same training has been done before.

    Args:
        build: makes the untrained model; its name becomes the cache entry's.
        batches: the batch of every step.
        loss: of a batch's targets and the model's outputs.
        steps: how many Adam steps, at the report's learning rate 1e-3.
        seed: of the first weights and of the dropout.
        data: digests and settings of everything that the batches are made of.

    Returns:
        The model with its trained weights, compiled for no further training.

    Raises:
        OSError: the cache's folder cannot be written.
    """
    keras.utils.set_random_seed(seed)
    model = build()
    key = {
        "steps": steps,
        "seed": seed,
        "loss": type(loss).__name__,
        "learning rate": LEARNING_RATE,
        "data": dict(data),
        "code": cache.code_digest(*CODE),
        "versions": cache.versions("keras", "numpy", "tensorflow"),
    }

    def compute():
        _fit(model, batches, loss, steps, key)
        return _as_arrays(model.get_weights())

    weights = cache.stored(model.name, key, compute)
    model.set_weights([weights[name] for name in sorted(weights)])
    return model


def _fit(model, batches, loss, steps, key) -> None:
    """Train the model, saving its state on the way; go on from such a state if there is one."""
    optimizer = keras.optimizers.Adam(LEARNING_RATE)
    optimizer.build(model.trainable_variables)
    model.compile(optimizer, loss=loss)
    variables = [*model.variables, *optimizer.variables]
    name = f"{model.name}-unfinished"
    state = cache.read(name, key)
    done = int(state.pop("step")) if state else 0
    for variable, saved in zip(variables, sorted(state or ()), strict=False):
        variable.assign(state[saved])
    with progress_bar(steps, description=f"training {model.name}") as bar:
        bar.update(done)
        count = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: bar.update())
        for first in range(done, steps, STEPS_BETWEEN_SAVES):
            stop = min(first + STEPS_BETWEEN_SAVES, steps)
            model.fit(batches(first, stop), verbose=0, callbacks=[count], shuffle=False)
            if stop < steps:
                values = _as_arrays([variable.numpy() for variable in variables])
                cache.write(name, key, values | {"step": np.array(stop)})
    cache.remove(name, key)


def _as_arrays(values: list[np.ndarray]) -> cache.Arrays:
    return {f"{index:04}": np.asarray(value) for index, value in enumerate(values)}
