"""The report's encoder-decoder, Exercise 2 b.

Every layer but the last is followed by batch normalisation and a parametric ReLU with one
parameter a channel, a unit after dense layers. Weights start as Keras starts them; the report's
scripts drew them from N(0, 1).
"""

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
from keras import layers

IMAGE_SHAPE = (28, 28, 1)
LATENT_SIZE = 512
DROPOUT_RATE = 0.33


def build_encoder() -> keras.Model:
    """Return the encoder, from images (n, 28, 28, 1) to latent vectors (n, 512), float32.

    Two convolutions of kernel 3 x 3 and stride 2 with 32 and 64 channels, then a fully
    connected layer.

    Source: report, Exercise 2 b, Encoder.
    """
    images = keras.Input(IMAGE_SHAPE, name="image")
    tensor = _convolve(layers.Conv2D, 32, "convolution_1")(images)
    tensor = _convolve(layers.Conv2D, 64, "convolution_2")(tensor)
    tensor = layers.Dense(LATENT_SIZE, name="latent")(layers.Flatten(name="flatten")(tensor))
    return keras.Model(images, _activate("latent")(tensor), name="encoder")


def build_decoder() -> keras.Model:
    """Return the decoder, from latent vectors (n, 512) to images (n, 28, 28, 1), float32.

    A fully connected layer, two transposed convolutions that mirror the encoder's, and a fully
    connected layer from 784 to 784 units. That one is linear: targets are negative, too.

    Source: report, Exercise 2 b, Decoder.
    """
    latent = keras.Input((LATENT_SIZE,), name="latent")
    tensor = _activate("expand")(layers.Dense(7 * 7 * 64, name="expand")(latent))
    tensor = layers.Reshape((7, 7, 64), name="reshape")(tensor)
    tensor = _convolve(layers.Conv2DTranspose, 32, "transposed_1")(tensor)
    tensor = _convolve(layers.Conv2DTranspose, 1, "transposed_2")(tensor)
    tensor = layers.Dense(28 * 28, name="last")(layers.Flatten(name="flatten")(tensor))
    return keras.Model(latent, layers.Reshape(IMAGE_SHAPE, name="image")(tensor), name="decoder")


def build_encoder_decoder() -> keras.Model:
    """Return encoder, dropout of rate 0.33 and decoder in a row, (n, 28, 28, 1) to the same.

    Source: report, Exercise 2 b; the rate is that of its public source (keep 0.67).
    """
    images = keras.Input(IMAGE_SHAPE, name="image")
    latent = layers.Dropout(DROPOUT_RATE, name="dropout")(build_encoder()(images))
    return keras.Model(images, build_decoder()(latent), name="encoder_decoder")


def _convolve(layer, channels, name):
    convolution = layer(channels, 3, strides=2, padding="same", name=name)
    activate = _activate(name, shared_axes=[1, 2])
    return lambda tensor: activate(convolution(tensor))


def _activate(name, **parametric_relu):
    normalization = layers.BatchNormalization(name=f"{name}_normalization")
    activation = layers.PReLU(name=f"{name}_activation", **parametric_relu)
    return lambda tensor: activation(normalization(tensor))
