"""Training that can be repeated, interrupted and resumed, and need not be done twice."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from assignment4 import cache
from assignment4.cache import progress_bar
from assignment4.encoder_decoder.targets import Batches

DEFAULT_STEPS = 500
"""Training steps of a chapter; the report took 20,000, and ASSIGNMENT4_STEPS may say so."""

MOST_DIGITS = 9
"""Of a number of training steps."""

STEPS_BETWEEN_SAVES = 1000
STEPS_PER_EXECUTION = 20
LEARNING_RATE = 1e-3

Losses = keras.losses.Loss | Sequence[keras.losses.Loss]


def training_steps() -> int:
    """Return the number of steps that ASSIGNMENT4_STEPS names, or the book's own.

    Raises:
        ValueError: it is no positive integer of at most MOST_DIGITS digits.
    """
    value = os.environ.get("ASSIGNMENT4_STEPS") or str(DEFAULT_STEPS)
    if not value.isdecimal() or len(value) > MOST_DIGITS or int(value) == 0:
        raise ValueError(
            f"ASSIGNMENT4_STEPS must be a positive integer of at most {MOST_DIGITS} digits, "
            f"got {value!r:.40}"
        )
    return int(value)


class MeanSquaredErrorToTargets(keras.losses.Loss):
    """The squared error of each output, averaged over its targets and all pixels, times a weight.

    A class, since Keras drops the last axis of a function's targets where they have one axis more
    than the outputs.

    Source: report, Exercise 2 c.
    """

    def __init__(
        self, weight: float = 1.0, name: str = "mean_squared_error_to_targets", **options
    ) -> None:
        super().__init__(name=name, **options)
        self.weight = weight

    def call(self, targets, outputs):
        """Return (batch,), of (batch, targets, 28, 28, 1) and (batch, 28, 28, 1), float32."""
        distances = ops.square(targets - ops.expand_dims(outputs, 1))
        return self.weight * ops.mean(distances, axis=(1, 2, 3, 4))

    def get_config(self) -> dict[str, object]:
        """Return the settings, on which a training depends."""
        return super().get_config() | {"weight": self.weight}


class FusedAdam(keras.optimizers.Adam):
    """Keras's Adam, each variable updated by TensorFlow's one operation for it.

    The operation reads and writes a variable and its two moments once; Keras's own update is some
    ten operations. The result is the same up to rounding.

    Source: kingma2015adam, the formulation before Section 2.1.
    """

    def update_step(self, gradient, variable, learning_rate) -> None:
        """Update one variable; Keras calls this for each."""
        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.pow(tf.cast(self.beta_1, variable.dtype), step),
            beta2_power=tf.pow(tf.cast(self.beta_2, variable.dtype), step),
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )


class Trained(NamedTuple):
    """A trained model, and the seconds that its training took when it was done."""

    model: keras.Model
    seconds: float


def train(
    build: Callable[[], keras.Model],
    batches: Batches,
    *,
    loss: Losses,
    steps: int,
    seed: int,
    data: Mapping[str, object],
    learning_rate: float = LEARNING_RATE,
) -> Trained:
    """Return a trained model, from the cache where the same training has been done before.

    Args:
        build: makes the untrained model, whose layers are part of the cache entry's key.
        batches: the batch of every step.
        loss: of a batch's targets and the model's outputs; one for each output, if it has
            several, and their sum is minimised.
        steps: how many steps of Adam.
        seed: of the first weights and of the dropout.
        data: digests and settings of everything that model and batches are made of.
        learning_rate: of Adam; the report's by default.

    Raises:
        OSError: the cache's folder cannot be written.
    """
    keras.utils.set_random_seed(seed)
    model = build()
    losses = loss if isinstance(loss, Sequence) else [loss]
    key = {
        "steps": steps,
        "seed": seed,
        "loss": [{"class": type(one).__name__} | one.get_config() for one in losses],
        "learning rate": learning_rate,
        "layers": list(layer_settings(model)),
        "data": dict(data),
        "made by": cache.made_by(train, build, batches, *losses),
    }

    def compute():
        seconds = _fit(model, batches, loss, steps, learning_rate, key)
        return _as_arrays(model.get_weights()) | {"seconds": np.array(seconds)}

    weights = cache.stored(model.name, key, compute)
    cache.remove(_unfinished(model), key)
    seconds = float(weights.pop("seconds"))
    model.set_weights([weights[name] for name in sorted(weights)])
    return Trained(model, seconds)


def layer_settings(model: keras.Model) -> Iterator[list]:
    """Yield the class and the settings of each layer, all but its name, which Keras counts up."""
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield [type(layer).__name__, list(layer_settings(layer))]
        else:
            settings = {name: value for name, value in layer.get_config().items() if name != "name"}
            yield [type(layer).__name__, settings]


def _fit(model, batches, loss, steps, learning_rate, key) -> float:
    """Train, from the saved state if there is one; return the seconds of all runs together."""
    optimizer = FusedAdam(learning_rate)
    optimizer.build(model.trainable_variables)
    model.compile(optimizer, loss=loss, steps_per_execution=STEPS_PER_EXECUTION)
    variables = [*model.variables, *optimizer.variables]
    name = _unfinished(model)
    state = cache.read(name, key) or {"step": 0, "seconds": 0}
    done, seconds = int(state.pop("step")), float(state.pop("seconds"))
    for variable, saved in zip(variables, sorted(state), strict=False):
        variable.assign(state[saved])
    with progress_bar(steps, description=f"training {model.name}") as bar:
        bar.update(done)
        for first in range(done, steps, STEPS_BETWEEN_SAVES):
            stop = min(first + STEPS_BETWEEN_SAVES, steps)
            count = keras.callbacks.LambdaCallback(
                on_train_batch_end=lambda batch, logs, first=first: bar.update(
                    min(first + batch + 1, steps) - bar.n
                )
            )
            start = time.perf_counter()
            model.fit(batches(first, stop), verbose=0, callbacks=[count], shuffle=False)
            seconds += time.perf_counter() - start
            if stop < steps:
                values = _as_arrays([variable.numpy() for variable in variables])
                progress = {"step": np.array(stop), "seconds": np.array(seconds)}
                cache.write(name, key, values | progress)
    return seconds


def _unfinished(model: keras.Model) -> str:
    return f"{model.name}-unfinished"


def _as_arrays(values: list[np.ndarray]) -> cache.Arrays:
    return {f"{index:04}": np.asarray(value) for index, value in enumerate(values)}
