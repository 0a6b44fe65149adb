"""The architecture, and the checks that read its graph."""

import keras
import numpy as np
import pytest
import sympy
from keras import layers

from assignment4.encoder_decoder import build_decoder, build_encoder, build_encoder_decoder
from assignment4.encoder_decoder.checks import (
    are_equal,
    dropout_joins,
    has_layers,
    has_parametric_relus,
    normalizes_before_activations,
    parameters_by_block,
    weighted_layers,
)

ENCODER = [
    ("Conv2D", (3, 3, 1, 32), 2, (14, 14, 32)),
    ("Conv2D", (3, 3, 32, 64), 2, (7, 7, 64)),
    ("Dense", (3136, 512), 1, (512,)),
]
DECODER = [
    ("Dense", (512, 3136), 1, (3136,)),
    ("Conv2DTranspose", (3, 3, 32, 64), 2, (14, 14, 32)),
    ("Conv2DTranspose", (3, 3, 1, 32), 2, (28, 28, 1)),
    ("Dense", (784, 784), 1, (784,)),
]


def chain(*steps, shape=(28, 28, 1), name="chain") -> keras.Model:
    """Return a model of these layers in a row."""
    images = keras.Input(shape)
    tensor = images
    for step in steps:
        tensor = step(tensor)
    return keras.Model(images, tensor, name=name)


def convolution(channels, **options):
    return layers.Conv2D(channels, 3, **({"strides": 2, "padding": "same"} | options))


def test_outputs_have_the_shape_of_images():
    images = np.zeros((2, 28, 28, 1), np.float32)
    assert build_encoder()(images).shape == (2, 512)
    assert build_decoder()(np.zeros((2, 512), np.float32)).shape == (2, 28, 28, 1)
    assert build_encoder_decoder()(images).shape == (2, 28, 28, 1)


def test_outputs_may_be_negative():
    last = build_decoder().layers[-2]
    assert isinstance(last, layers.Dense)
    assert last.activation is keras.activations.linear


def test_parameters_add_up():
    model = build_encoder_decoder()
    blocks = parameters_by_block(build_encoder()) | parameters_by_block(build_decoder())
    assert sum(blocks.values()) == model.count_params() == 3_886_806


@pytest.mark.can_fail("2b-encoder")
@pytest.mark.parametrize(
    "wrong",
    [
        chain(convolution(32, strides=1), convolution(64), layers.Flatten(), layers.Dense(512)),
        chain(
            convolution(32, padding="valid"), convolution(64), layers.Flatten(), layers.Dense(512)
        ),
        chain(convolution(64), convolution(32), layers.Flatten(), layers.Dense(512)),
        chain(convolution(32), convolution(64), layers.Flatten(), layers.Dense(256)),
        chain(convolution(32), layers.Flatten(), layers.Dense(512)),
    ],
)
def test_check_of_the_encoder_s_shapes_fails(wrong):
    assert has_layers(build_encoder(), ENCODER)
    assert not has_layers(wrong, ENCODER)


@pytest.mark.can_fail("2b-decoder")
def test_check_of_the_decoder_s_shapes_fails():
    decoder = build_decoder()
    assert has_layers(decoder, DECODER)
    flat = decoder.get_layer("flatten").output
    image = layers.Reshape((28, 28, 1), name="picture")(flat)
    without_last = keras.Model(decoder.input, image)
    assert weighted_layers(without_last) == DECODER[:-1]
    assert not has_layers(without_last, DECODER)
    assert not has_layers(decoder, DECODER[:-1])
    assert not has_layers(keras.Model(decoder.input, decoder.layers[-2].output), DECODER)


@pytest.mark.can_fail("2b-batchnorm")
@pytest.mark.parametrize(
    "wrong",
    [
        chain(convolution(4), layers.PReLU(), layers.BatchNormalization()),
        chain(
            convolution(4),
            layers.BatchNormalization(),
            layers.PReLU(),
            convolution(4),
            layers.ReLU(),
        ),
        chain(convolution(4), layers.BatchNormalization()),
    ],
)
def test_check_of_normalisation_fails(wrong):
    assert normalizes_before_activations(build_encoder())
    assert normalizes_before_activations(build_decoder())
    assert not normalizes_before_activations(wrong)


@pytest.mark.can_fail("2b-prelu")
@pytest.mark.parametrize(
    "wrong",
    [
        chain(convolution(4), layers.BatchNormalization(), layers.ReLU()),
        chain(convolution(4), layers.BatchNormalization(), layers.LeakyReLU()),
        chain(convolution(4), layers.BatchNormalization(), layers.PReLU()),
        chain(convolution(4), layers.BatchNormalization(), layers.PReLU(shared_axes=[1, 2, 3])),
        chain(
            convolution(4),
            layers.BatchNormalization(),
            layers.PReLU(shared_axes=[1, 2]),
            convolution(4),
        ),
    ],
)
def test_check_of_parametric_relus_fails(wrong):
    assert has_parametric_relus(build_encoder())
    assert has_parametric_relus(build_decoder(), linear_last=True)
    assert not has_parametric_relus(build_decoder())
    assert not has_parametric_relus(wrong)


@pytest.mark.can_fail("2b-prelu")
def test_check_of_equal_functions_fails():
    x, a = sympy.symbols("x a", real=True)
    relu, negative = sympy.Max(0, x), sympy.Min(0, x)
    assert are_equal(relu - a * relu, (1 - a) * relu)
    assert are_equal(relu + negative, x)
    assert not are_equal(relu - a * relu, relu + a * negative)
    assert not are_equal(relu, relu + a * negative)
    assert not are_equal(relu + a * negative, relu - a * negative)


def dense(name: str, *before) -> keras.Model:
    return chain(*before, layers.Dense(3), shape=(3,), name=name)


@pytest.mark.can_fail("2b-dropout")
@pytest.mark.parametrize(
    "wrong",
    [
        chain(dense("encoder"), dense("decoder"), shape=(3,)),
        chain(layers.Dropout(0.33, name="dropout"), dense("encoder"), dense("decoder"), shape=(3,)),
        chain(dense("encoder"), layers.Dropout(0.67, name="dropout"), dense("decoder"), shape=(3,)),
        chain(dense("encoder"), layers.Dense(3, name="dropout"), dense("decoder"), shape=(3,)),
    ],
)
def test_check_of_the_dropout_fails(wrong):
    assert dropout_joins(build_encoder_decoder(), rate=0.33)
    assert not dropout_joins(wrong, rate=0.33)
