r"""The latent search of Exercise 2 e: the vector from which a frozen decoder draws a letter.

For class c, with $n_c$ training letters $y_i$ of $p$ pixels each, the loss of a vector z is

$$\frac{1}{n_c p} \sum_{i \in c} \lVert g(z) - y_i \rVert^2
= \frac1p \lVert g(z) - \bar y_c \rVert^2 + v_c ,$$

where g is the decoder, $\bar y_c$ the class mean and $v_c$ the letters' own variance: so one
image and one number for each class are all that a search needs of the letters.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np
import tensorflow as tf

from assignment4 import cache
from assignment4.encoder_decoder.models import LATENT_SIZE

STEPS = 100
LEARNING_RATE = 1e-2
"""Both are those of the report's public source."""


@dataclass(frozen=True)
class Search:
    """Vectors (..., classes, 512) after the last step, and their images (..., classes, 28, 28, 1).

    The losses (steps + 1, ..., classes) are before each step and after the last; all is float32.
    """

    vectors: np.ndarray
    images: np.ndarray
    losses: np.ndarray


class Descent:
    """Adam steps on latent vectors, compiled once and run many times; see `search`.

    What is minimised is the sum of the losses. The decoder treats each vector as if it were alone,
    and Adam each number, so no vector's path depends on the others'; unless batch normalisation
    mixes them in training mode. The shape is (..., classes); `weights` are optimised beside the
    vectors.
    """

    def __init__(
        self,
        decoder: keras.Model,
        shape: Sequence[int],
        *,
        steps: int = STEPS,
        learning_rate: float = LEARNING_RATE,
        training: bool = False,
        weights: Sequence[keras.Variable] = (),
    ) -> None:
        self.decoder, self.shape, self.steps, self.training = decoder, shape, steps, training
        self._vectors = keras.Variable(np.zeros((int(np.prod(shape)), LATENT_SIZE), np.float32))
        self._variables = [self._vectors, *weights]
        self._optimizer = keras.optimizers.Adam(learning_rate)
        self._optimizer.build(self._variables)
        self._first_state = [variable.numpy() for variable in self._optimizer.variables]
        self._compiled = tf.function(self._descend)

    def run(self, means: np.ndarray, constants: np.ndarray, starts: np.ndarray) -> Search:
        """Return what is found from given starts; see `search`."""
        if starts.shape != (*self.shape, LATENT_SIZE):
            raise ValueError(f"starts of shape {starts.shape}, not {(*self.shape, LATENT_SIZE)}")
        if not self.shape[-1] == len(means) == len(constants):
            raise ValueError(
                f"{self.shape[-1]} vectors, {len(means)} means and {len(constants)} constants"
            )
        self._vectors.assign(starts.reshape(-1, LATENT_SIZE))
        for variable, value in zip(self._optimizer.variables, self._first_state, strict=True):
            variable.assign(value)
        images, losses = self._compiled(
            tf.constant(means, tf.float32), tf.constant(constants, tf.float32)
        )
        vectors = self._vectors.numpy().reshape(starts.shape)
        return Search(vectors, images.numpy(), losses.numpy())

    def _descend(self, means, constants):
        values = [variable.value for variable in self._variables]
        losses = tf.TensorArray(tf.float32, self.steps + 1)
        for step in tf.range(self.steps):
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(values)
                _, loss = self._draw(means, constants)
                total = tf.reduce_sum(loss)
            losses = losses.write(step, loss)
            gradients = tape.gradient(total, values, unconnected_gradients="zero")
            self._optimizer.apply(gradients, self._variables)
        images, loss = self._draw(means, constants)
        return images, losses.write(self.steps, loss).stack()

    def _draw(self, means, constants):
        """Return the images of the vectors as they are, and each one's loss."""
        images = self.decoder(self._vectors.value, training=self.training)
        images = tf.reshape(images, (*self.shape, *images.shape[1:]))
        return images, tf.reduce_mean(tf.square(images - means), axis=(-3, -2, -1)) + constants


def search(
    decoder: keras.Model,
    means: np.ndarray,
    constants: np.ndarray,
    starts: np.ndarray,
    *,
    steps: int = STEPS,
    learning_rate: float = LEARNING_RATE,
    training: bool = False,
) -> Search:
    """Search a latent vector for each class, all at once; the decoder's weights stay. It is kept.

    The decoder is from (n, 512) to (n, 28, 28, 1). Of each class there are the mean of its letters,
    (classes, 28, 28, 1), their variance a pixel, (classes,), and starts, (..., classes, 512)
    float32. In `training` mode, which is wrong, moving statistics move, and what is found for a
    vector depends on the others. ValueError: the shapes do not fit together. Source: report,
    Exercise 2 e.
    """
    options = {"steps": steps, "learning_rate": learning_rate, "training": training}
    key = search_key(decoder, (means, constants, starts), options, search)
    moving = decoder.non_trainable_variables if training else ()

    def run() -> dict[str, np.ndarray]:
        return vars(Descent(decoder, starts.shape[:-1], **options).run(means, constants, starts))

    return Search(**kept("latent-search", key, run, moving=moving))


def search_one_by_one(
    decoder: keras.Model,
    means: np.ndarray,
    constants: np.ndarray,
    starts: np.ndarray,
    *,
    steps: int = STEPS,
    learning_rate: float = LEARNING_RATE,
    training: bool = False,
    weights: Sequence[keras.Variable] = (),
) -> Search:
    """Search vectors, (classes, 512) float32, each in a batch of its own; else see `search`.

    `weights` of the decoder are optimised beside each vector and not put back before the next one.
    """
    options = {"steps": steps, "learning_rate": learning_rate, "training": training}
    names = {"weights": [weight.path for weight in weights]}
    key = search_key(decoder, (means, constants, starts), options | names, search_one_by_one)
    moving = [*weights, *(decoder.non_trainable_variables if training else ())]

    def run() -> dict[str, np.ndarray]:
        descent = Descent(decoder, (1,), weights=weights, **options)
        return vars(run_one_by_one(descent, means, constants, starts))

    return Search(**kept("latent-search-one-by-one", key, run, moving=moving))


def run_one_by_one(
    descent: Descent, means: np.ndarray, constants: np.ndarray, starts: np.ndarray
) -> Search:
    """Run a descent of one vector for one class after the other; see `search`."""
    return joined(
        [
            descent.run(means[[label]], constants[[label]], starts[[label]])
            for label in range(len(starts))
        ]
    )


def joined(found: Sequence[Search]) -> Search:
    """Return searches of one class each as a search of all."""
    return Search(
        np.concatenate([one.vectors for one in found]),
        np.concatenate([one.images for one in found]),
        np.concatenate([one.losses for one in found], axis=1),
    )


def draw_starts(*shape: int, seed: int) -> np.ndarray:
    """Return vectors from N(0, 1), (*shape, 512) float32. Source: the report's public source."""
    generator = np.random.default_rng(seed)
    return generator.standard_normal((*shape, LATENT_SIZE), dtype=np.float32)


def search_key(
    decoder: keras.Model,
    data: Sequence[np.ndarray],
    options: Mapping[str, object],
    run: object,
) -> dict[str, object]:
    """Return all that a search depends on, as the key of an entry of the cache."""
    return {
        "decoder": cache.array_digest(*decoder.get_weights()),
        "layers": [[type(layer).__name__, layer.get_config()] for layer in decoder.layers],
        "data": cache.array_digest(*data),
        "options": dict(options),
        "made by": cache.made_by(run),
    }


def kept(
    name: str,
    key: Mapping[str, object],
    run: Callable[[], Mapping[str, np.ndarray]],
    *,
    moving: Sequence[keras.Variable] = (),
) -> dict[str, np.ndarray]:
    """Return what a search finds, from the cache or as it runs; so are the variables `moving`."""

    def compute() -> dict[str, np.ndarray]:
        found = run()
        return {**found, **{variable.path: variable.numpy() for variable in moving}}

    arrays = cache.stored(name, key, compute)
    for variable in moving:
        variable.assign(arrays.pop(variable.path))
    return arrays
