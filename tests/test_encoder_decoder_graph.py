"""The architecture, what may differ from it, and the checks that read its graph."""

from dataclasses import replace
from math import prod

import keras
import numpy as np
import pytest
import sympy
from keras import layers
from matplotlib import pyplot as plt

from assignment4.encoder_decoder.graph import (
    are_equal,
    dropout_joins,
    has_layers,
    has_parametric_relus,
    normalizes_before_activations,
    parameters_by_block,
    tensor_shapes,
    weighted_layers,
)
from assignment4.encoder_decoder.models import (
    AS_DESCRIBED,
    FOR_CLASSIFIER,
    Architecture,
    Blocks,
    ScaledReLU,
    build_decoder,
    build_encoder,
    build_encoder_decoder,
    outputs_of,
)
from assignment4.figures.networks import plot_functions, plot_shapes

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
    images = tensor = keras.Input(shape)
    for step in steps:
        tensor = step(tensor)
    return keras.Model(images, tensor, name=name)


def convolution(channels, **options):
    return layers.Conv2D(channels, 3, **({"strides": 2, "padding": "same"} | options))


def parts_of(model: keras.Model) -> tuple[keras.Model, keras.Model]:
    return model.get_layer("encoder"), model.get_layer("decoder")


def test_the_network_is_the_described_one(described):
    encoder, decoder = parts_of(described)
    assert Architecture() == AS_DESCRIBED
    assert has_layers(encoder, ENCODER)
    assert has_layers(decoder, DECODER)
    assert "[28, 28, 1] to [14, 14, 32] to [7, 7, 64] to [512]" in has_layers(encoder, []).numbers
    assert normalizes_before_activations(encoder, decoder)
    assert has_parametric_relus(encoder, decoder)
    assert dropout_joins(described, rate=0.33)
    assert decoder.get_layer("last").activation is keras.activations.linear
    assert tensor_shapes(encoder)[2:] == [(7, 7, 64), (3136,), (512,)]
    assert described.losses == []


def test_parameters_are_those_of_the_formulas(described):
    """Weights, biases, four for each normalised channel and one for each activation's."""
    encoder, decoder = parts_of(described)
    counted = parameters_by_block(encoder) | parameters_by_block(decoder)
    channels = [32, 64, 512, 3136, 32, 1]
    kernels = [prod(kernel) for _, kernel, *_ in [*ENCODER, *DECODER]]
    expected = [k + c + 5 * c for k, c in zip(kernels[:-1], channels, strict=True)]
    assert list(counted.values()) == [*expected, 784 * 784 + 784]
    assert sum(counted.values()) == described.count_params() == 3_886_806


@pytest.mark.can_fail("2b-encoder")
def test_another_encoder_is_found_out(described):
    wrong = [
        [convolution(32, strides=1), convolution(64)],
        [convolution(32, padding="valid"), convolution(64)],
        [convolution(64), convolution(32)],
        [convolution(32)],
    ]
    for convolutions in wrong:
        model = chain(*convolutions, layers.Flatten(), layers.Dense(512))
        assert has_layers(model, ENCODER).holds is False
    assert not has_layers(parts_of(described)[1], ENCODER)


@pytest.mark.can_fail("2b-decoder")
def test_another_decoder_is_found_out(described):
    decoder = parts_of(described)[1]
    assert not has_layers(decoder, DECODER[:-1])
    assert not has_layers(keras.Model(decoder.input, decoder.layers[-2].output), DECODER)
    for changes in ({"last_layer": False}, {"upsampling": "resized"}, {"kernel_size": 4}):
        assert not has_layers(build_decoder(Blocks(Architecture(**changes))), DECODER)


@pytest.mark.can_fail("2b-batchnorm")
def test_activations_without_a_normalisation_are_found_out(described):
    normal, prelu = layers.BatchNormalization, layers.PReLU
    assert not normalizes_before_activations(chain(convolution(4), prelu(), normal()))
    assert not normalizes_before_activations(chain(convolution(4), normal()))
    mixed = chain(convolution(4), normal(), prelu(), convolution(4), layers.ReLU())
    assert normalizes_before_activations(mixed).numbers == "Normalised inputs: 1 of 2 activations."
    for changes in ({}, {"activation": "parametric"}, {"normalization": "none"}):
        blocks = Blocks(replace(FOR_CLASSIFIER, **changes))
        variant = [build_encoder(blocks), build_decoder(blocks)]
        assert not normalizes_before_activations(*variant)
        assert not normalizes_before_activations(*parts_of(described), *variant)
    blocks = Blocks(replace(FOR_CLASSIFIER, normalization="every"))
    assert "6 of 6" in normalizes_before_activations(*map_blocks(blocks)).numbers


def map_blocks(blocks: Blocks) -> list[keras.Model]:
    return [build_encoder(blocks), build_decoder(blocks)]


@pytest.mark.can_fail("2b-prelu")
def test_other_activations_are_found_out(described):
    encoder, decoder = parts_of(described)
    assert not has_parametric_relus(encoder)  # its last layer has one, too
    assert not has_parametric_relus(decoder, encoder)
    for activation in ("scaled", "relu"):
        blocks = Blocks(replace(AS_DESCRIBED, activation=activation))
        assert not has_parametric_relus(*map_blocks(blocks))
    for wrong in (layers.LeakyReLU(), layers.PReLU(), layers.PReLU(shared_axes=[1, 2, 3])):
        block = [convolution(4), layers.BatchNormalization(), wrong, layers.Flatten()]
        assert not has_parametric_relus(chain(*block, layers.Dense(2)))
    x, a = sympy.symbols("x a", real=True)
    relu, negative = sympy.Max(0, x), sympy.Min(0, x)
    assert are_equal(relu - a * relu, (1 - a) * relu)
    assert are_equal(relu + negative, x)
    for wrong in (relu - a * relu, relu, relu - a * negative):
        assert not are_equal(wrong, relu + a * negative)


@pytest.mark.can_fail("2b-dropout")
def test_another_dropout_is_found_out(described):
    def dense(name: str) -> keras.Model:
        return chain(layers.Dense(3), shape=(3,), name=name)

    def dropout(rate: float) -> layers.Layer:
        return layers.Dropout(rate, name="dropout")

    assert not dropout_joins(described, rate=0.67)
    for middle in ([], [dropout(0.67)], [layers.Dense(3, name="dropout")]):
        wrong = chain(dense("encoder"), *middle, dense("decoder"), shape=(3,))
        assert not dropout_joins(wrong, rate=0.33)
    wrong = chain(dropout(0.33), dense("encoder"), dense("decoder"), shape=(3,))
    assert not dropout_joins(wrong, rate=0.33)


def features(architecture: Architecture) -> dict[str, object]:
    """Return what the built network is, one entry for each field of the architecture."""
    model = build_encoder_decoder(architecture)
    encoder, decoder = parts_of(model)
    every = list({id(one): one for one in [*encoder.layers, *decoder.layers]}.values())
    weighted = weighted_layers(encoder) + weighted_layers(decoder)
    kernels = [one for one in every if hasattr(one, "kernel")][:6]

    def of_kind(*kinds: type) -> list[str]:
        return [type(one).__name__ for one in every if isinstance(one, kinds)]

    return {
        "activation": of_kind(layers.PReLU, layers.ReLU, ScaledReLU),
        "normalization": [
            one.name.removesuffix("_normalization") for one in every if "_norm" in one.name
        ],
        "dropout_rate": model.get_layer("dropout").rate,
        "initial_weights": {type(one.kernel_initializer).__name__ for one in kernels},
        "weight_decay": len(model.losses) > 0,
        "last_layer": weighted[6:] == [DECODER[-1]],
        "upsampling": sorted({kind for kind, *_ in weighted}) + of_kind(layers.UpSampling2D),
        "kernel_size": [kernel[0] for _, kernel, *_ in weighted if len(kernel) == 4],
        "shapes": [shape for *_, shape in weighted[:6]],
    }


CONVOLUTIONS = ["convolution_1", "convolution_2", "transposed_1", "transposed_2"]
CHANGES = [
    ("activation", "relu", ["ReLU"] * 6),
    ("activation", "scaled", ["ScaledReLU"]),
    ("normalization", "convolutions", CONVOLUTIONS),
    ("normalization", "none", []),
    ("dropout_rate", 0.0, 0.0),
    ("initial_weights", "standard_normal", {"RandomNormal"}),
    ("weight_decay", 0.5, True),
    ("last_layer", False, False),
    ("kernel_size", 4, [3, 3, 4, 4]),
    ("upsampling", "resized", ["Conv2D", "Dense", "UpSampling2D", "UpSampling2D"]),
]


@pytest.mark.parametrize(("field", "value", "expected"), CHANGES)
def test_a_field_changes_what_it_names_and_nothing_else(field, value, expected):
    plain, changed = features(AS_DESCRIBED), features(replace(AS_DESCRIBED, **{field: value}))
    assert changed[field] == expected
    assert {name for name in changed if changed[name] != plain[name]} == {field}


def test_the_variant_of_the_scripts():
    plain, found = features(AS_DESCRIBED), features(FOR_CLASSIFIER)
    same = {"dropout_rate", "kernel_size", "upsampling", "shapes"}
    assert {name for name in found if found[name] == plain[name]} == same
    assert FOR_CLASSIFIER.weight_decay == 1e-5
    assert found["normalization"] == CONVOLUTIONS
    with pytest.raises(ValueError, match="activation"):
        Architecture(activation="tanh")


def test_weight_decay_and_first_weights_are_those_asked_for():
    options = {"weight_decay": 0.5, "initial_weights": "standard_normal"}
    model = build_encoder_decoder(replace(AS_DESCRIBED, **options))
    kernels = [weight.numpy() for weight in model.trainable_weights if weight.name == "kernel"]
    assert len(model.losses) == len(kernels) == 7
    expected = sorted(0.5 * np.square(kernel, dtype=np.float64).sum() for kernel in kernels)
    assert sorted(map(float, model.losses)) == pytest.approx(expected, rel=1e-4)
    for kernel in kernels:
        assert kernel.std() == pytest.approx(1, abs=5 / np.sqrt(2 * kernel.size))
        assert kernel.mean() == pytest.approx(0, abs=5 / np.sqrt(kernel.size))


def test_one_parameter_scales_all_activations_of_a_network_and_no_other_s():
    blocks, others = Blocks(FOR_CLASSIFIER), Blocks(FOR_CLASSIFIER)
    encoder, decoder = map_blocks(blocks)
    scale = encoder.get_layer("scaled_relu")
    assert decoder.get_layer("scaled_relu") is scale
    values = np.array([-2.0, 0, 3], np.float32)
    assert scale(values).numpy().tolist() == [0, 0, 3]
    scale.a.assign(0.25)
    assert scale(values).numpy().tolist() == [0, 0, 2.25]
    assert build_encoder(others).get_layer("scaled_relu").a.numpy() == 0


def test_dropout_is_of_training_alone(described):
    dropout, ones = described.get_layer("dropout"), np.ones((40, 512), np.float32)
    kept = dropout(ones, training=True).numpy()
    assert (kept == 0).mean() == pytest.approx(0.33, abs=0.02)
    assert (dropout(ones, training=False).numpy() == 1).all()


def test_outputs_are_those_at_inference_also_of_more_images_than_at_once():
    keras.utils.set_random_seed(0)
    model = chain(layers.BatchNormalization(), convolution(1, strides=1), layers.Dropout(0.5))
    inputs = np.random.default_rng(0).normal(size=(501, 28, 28, 1)).astype(np.float32)
    assert (outputs_of(model, inputs) == model.predict(inputs, batch_size=500, verbose=0)).all()


def test_pictures_show_the_shapes_and_the_functions():
    assert len(plot_shapes([(28, 28, 1), (7, 7, 64), (512,)]).patches) == 3
    x = sympy.Symbol("x", real=True)
    (line,) = plot_functions({"half": x / 2}, x).lines
    assert line.get_ydata()[[0, -1]].tolist() == [-1.5, 1.5]
    plt.close("all")
