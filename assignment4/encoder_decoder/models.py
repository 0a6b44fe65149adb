"""The report's encoder-decoder, Exercise 2 b, and what the book changes of it to see its effect.

As described, every layer but the last is followed by batch normalisation and a parametric ReLU
with one parameter a channel, a unit after dense layers.
"""

from dataclasses import dataclass

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np
from keras import layers, ops

IMAGE_SHAPE = (28, 28, 1)
LATENT_SIZE = 512
DROPOUT_RATE = 0.33
IMAGES_AT_ONCE = 500

CHOICES = {
    "activation": ("parametric", "scaled", "relu"),
    "normalization": ("every", "convolutions", "none"),
    "initial_weights": ("glorot_uniform", "standard_normal"),
    "upsampling": ("transposed", "resized"),
}


@dataclass(frozen=True)
class Architecture:
    """What may differ from the network that the report describes.

    Attributes:
        activation: "parametric" ReLU; "scaled", the scripts' (1 - a) relu(x) with one a for the
            whole network; or "relu".
        normalization: batch normalisation before "every" activation, only those of
            "convolutions", or "none".
        dropout_rate: the share of the latent vector that is dropped in training.
        initial_weights: Keras's "glorot_uniform", or "standard_normal" as in the scripts.
        weight_decay: the factor of the kernels' squared entries in the loss.
        last_layer: whether the fully connected layer from 784 to 784 units closes the decoder.
        upsampling: "transposed" convolutions, or "resized" ones: nearest neighbours, then a
            convolution of stride 1.
        kernel_size: of the decoder's convolutions.
    """

    activation: str = "parametric"
    normalization: str = "every"
    dropout_rate: float = DROPOUT_RATE
    initial_weights: str = "glorot_uniform"
    weight_decay: float = 0.0
    last_layer: bool = True
    upsampling: str = "transposed"
    kernel_size: int = 3

    def __post_init__(self) -> None:
        """Raise ValueError for a choice that there is not."""
        for field, choices in CHOICES.items():
            value = getattr(self, field)
            if value not in choices:
                raise ValueError(f"{field} must be one of {choices}, got {value!r}")


AS_DESCRIBED = Architecture()
FOR_CLASSIFIER = Architecture(
    activation="scaled",
    normalization="convolutions",
    initial_weights="standard_normal",
    weight_decay=1e-5,
    last_layer=False,
)
"""The variant that `encoder_decoder_class.py` trains through a classifier, by its layers.

Of its first weights and its decay `scripts.py` has more: the decay here is twice theirs, on the sum
of squares and not on half of it.
"""


class ScaledReLU(layers.Layer):
    """The activation of the report's scripts, relu(x) - a relu(x), with one trainable a from 0."""

    def build(self, input_shape) -> None:
        """Make a."""
        self.a = self.add_weight(shape=(), initializer="zeros", name="a")

    def call(self, inputs):
        """Return (1 - a) relu(inputs)."""
        return (1 - self.a) * ops.relu(inputs)


class Blocks:
    """The rows of layers that recur in a network: one with weights and what follows it.

    A decoder built with its encoder's blocks shares the activation that a network has once.
    """

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture
        self._scaled_relu = ScaledReLU(name="scaled_relu")

    def convolve(self, tensor, channels: int, *, name: str):
        """Return the tensor after a convolution that halves height and width."""
        convolution = layers.Conv2D(
            channels, 3, strides=2, padding="same", name=name, **self.kernel
        )
        return self._activate(convolution(tensor), name, axes=[1, 2])

    def enlarge(self, tensor, channels: int, *, name: str):
        """Return the tensor after a convolution that doubles height and width."""
        size = self.architecture.kernel_size
        if self.architecture.upsampling == "resized":
            tensor = layers.UpSampling2D(name=f"{name}_resized")(tensor)
            convolution = layers.Conv2D(channels, size, padding="same", name=name, **self.kernel)
        else:
            convolution = layers.Conv2DTranspose(
                channels, size, strides=2, padding="same", name=name, **self.kernel
            )
        return self._activate(convolution(tensor), name, axes=[1, 2])

    def connect(self, tensor, units: int, *, name: str):
        """Return the tensor after a fully connected layer."""
        return self._activate(layers.Dense(units, name=name, **self.kernel)(tensor), name)

    @property
    def kernel(self) -> dict[str, object]:
        """How kernels start and what keeps them small, as arguments of a layer."""
        initial, decay = self.architecture.initial_weights, self.architecture.weight_decay
        standard_normal = keras.initializers.RandomNormal(stddev=1.0)
        return {
            "kernel_initializer": standard_normal if initial == "standard_normal" else initial,
            "kernel_regularizer": keras.regularizers.L2(decay) if decay else None,
        }

    def _activate(self, tensor, name, *, axes=()):
        normalization = self.architecture.normalization
        if normalization == "every" or (normalization == "convolutions" and axes):
            tensor = layers.BatchNormalization(name=f"{name}_normalization")(tensor)
        if self.architecture.activation == "scaled":
            return self._scaled_relu(tensor)
        if self.architecture.activation == "relu":
            return layers.ReLU(name=f"{name}_activation")(tensor)
        return layers.PReLU(shared_axes=list(axes) or None, name=f"{name}_activation")(tensor)


def build_encoder(blocks: Blocks | None = None) -> keras.Model:
    """Return the encoder, from images (n, 28, 28, 1) to latent vectors (n, 512), float32.

    Source: report, Exercise 2 b, Encoder.
    """
    blocks = blocks or Blocks(AS_DESCRIBED)
    images = keras.Input(IMAGE_SHAPE, name="image")
    tensor = blocks.convolve(images, 32, name="convolution_1")
    tensor = blocks.convolve(tensor, 64, name="convolution_2")
    latent = blocks.connect(layers.Flatten(name="flatten")(tensor), LATENT_SIZE, name="latent")
    return keras.Model(images, latent, name="encoder")


def build_decoder(blocks: Blocks | None = None) -> keras.Model:
    """Return the decoder, from latent vectors (n, 512) to images (n, 28, 28, 1), float32.

    The last layer is linear: targets are negative, too.

    Source: report, Exercise 2 b, Decoder.
    """
    blocks = blocks or Blocks(AS_DESCRIBED)
    latent = keras.Input((LATENT_SIZE,), name="latent")
    tensor = blocks.connect(latent, 7 * 7 * 64, name="expand")
    tensor = layers.Reshape((7, 7, 64), name="reshape")(tensor)
    tensor = blocks.enlarge(tensor, 32, name="transposed_1")
    tensor = blocks.enlarge(tensor, 1, name="transposed_2")
    if blocks.architecture.last_layer:
        tensor = layers.Flatten(name="flatten")(tensor)
        tensor = layers.Dense(28 * 28, name="last", **blocks.kernel)(tensor)
        tensor = layers.Reshape(IMAGE_SHAPE, name="image")(tensor)
    return keras.Model(latent, tensor, name="decoder")


def build_encoder_decoder(architecture: Architecture = AS_DESCRIBED) -> keras.Model:
    """Return encoder, dropout and decoder in a row, (n, 28, 28, 1) to the same, float32.

    Source: report, Exercise 2 b; the dropout's rate is that of its public source (keep 0.67).
    """
    blocks = Blocks(architecture)
    images = keras.Input(IMAGE_SHAPE, name="image")
    latent = build_encoder(blocks)(images)
    latent = layers.Dropout(architecture.dropout_rate, name="dropout")(latent)
    return keras.Model(images, build_decoder(blocks)(latent), name="encoder_decoder")


def outputs_of(model: keras.Model, inputs: np.ndarray) -> np.ndarray:
    """Return a model's outputs at inference, (n, ...) float32, for n > 0 inputs.

    The bits are those of `predict`, which traces a function first; that takes longer than the
    layers do.
    """
    parts = [
        model(inputs[first : first + IMAGES_AT_ONCE], training=False)
        for first in range(0, len(inputs), IMAGES_AT_ONCE)
    ]
    return np.concatenate([keras.ops.convert_to_numpy(part) for part in parts])
