"""The architecture, what may differ from it, and the checks that read its graph."""

import dataclasses

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
    tensor_shapes,
    weighted_layers,
)
from assignment4.encoder_decoder.models import (
    AS_DESCRIBED,
    FOR_CLASSIFIER,
    Architecture,
    Blocks,
    ScaledReLU,
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


def test_tensors_shrink_to_a_vector_and_grow_again():
    shrinking = [(28, 28, 1), (14, 14, 32), (7, 7, 64), (3136,), (512,)]
    assert tensor_shapes(build_encoder()) == shrinking
    growing = [(512,), (3136,), (7, 7, 64), (14, 14, 32), (28, 28, 1), (784,), (28, 28, 1)]
    assert tensor_shapes(build_decoder()) == growing


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


def parts(model: keras.Model) -> list[layers.Layer]:
    """Return the layers of encoder and decoder; one that both have counts once."""
    found = [*model.get_layer("encoder").layers, *model.get_layer("decoder").layers]
    return list({id(layer): layer for layer in found}.values())


def of_kind(model: keras.Model, *kinds: type) -> list[layers.Layer]:
    return [layer for layer in parts(model) if isinstance(layer, kinds)]


def described(architecture: Architecture) -> dict[str, object]:
    """Return what the built network is, one entry for each field of the architecture."""
    model = build_encoder_decoder(architecture)
    weighted = weighted_layers(model.get_layer("encoder"))
    weighted += weighted_layers(model.get_layer("decoder"))
    kernels = of_kind(model, layers.Conv2D, layers.Conv2DTranspose, layers.Dense)
    normalizations = of_kind(model, layers.BatchNormalization)
    return {
        "activation": sorted(
            type(layer).__name__ for layer in of_kind(model, layers.PReLU, layers.ReLU, ScaledReLU)
        ),
        "normalization": [layer.name.removesuffix("_normalization") for layer in normalizations],
        "dropout_rate": model.get_layer("dropout").rate,
        "initial_weights": [type(layer.kernel_initializer).__name__ for layer in kernels],
        "weight_decay": [layer.kernel_regularizer for layer in kernels],
        "last_layer": weighted[6:] == [DECODER[-1]],
        "upsampling": sorted({kind for kind, *_ in weighted})
        + [layer.name for layer in of_kind(model, layers.UpSampling2D)],
        "kernel_size": [kernel[:2] for _, kernel, *_ in weighted if len(kernel) == 4],
        "shapes": [shape for *_, shape in weighted[:6]],
        "strides": [stride for kind, _, stride, _ in weighted if kind == "Conv2D"][:2],
    }


CONVOLUTIONS = ["convolution_1", "convolution_2", "transposed_1", "transposed_2"]
CHANGES = {
    "activation": [("relu", ["ReLU"] * 6), ("scaled", ["ScaledReLU"])],
    "normalization": [("convolutions", CONVOLUTIONS), ("none", [])],
    "dropout_rate": [(0.0, 0.0), (0.5, 0.5)],
    "initial_weights": [("standard_normal", ["RandomNormal"] * 7)],
    "kernel_size": [(4, [(3, 3), (3, 3), (4, 4), (4, 4)])],
    "upsampling": [
        ("resized", ["Conv2D", "Dense", "transposed_1_resized", "transposed_2_resized"])
    ],
}


@pytest.fixture(scope="module")
def as_described() -> dict[str, object]:
    return described(AS_DESCRIBED)


def test_the_network_is_the_described_one(as_described):
    assert Architecture() == AS_DESCRIBED
    assert as_described["activation"] == ["PReLU"] * 6
    assert as_described["normalization"] == [
        *("convolution_1", "convolution_2", "latent"),
        *("expand", "transposed_1", "transposed_2"),
    ]
    assert as_described["initial_weights"] == ["GlorotUniform"] * 7
    assert as_described["weight_decay"] == [None] * 7
    assert as_described["last_layer"] is True
    assert as_described["kernel_size"] == [(3, 3)] * 4
    model = build_encoder_decoder(AS_DESCRIBED)
    encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
    assert has_layers(encoder, ENCODER)
    assert has_layers(decoder, DECODER)
    assert normalizes_before_activations(encoder)
    assert normalizes_before_activations(decoder)
    assert has_parametric_relus(encoder)
    assert has_parametric_relus(decoder, linear_last=True)
    assert dropout_joins(model, rate=AS_DESCRIBED.dropout_rate)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [(field, *change) for field, changes in CHANGES.items() for change in changes],
)
def test_a_field_changes_what_it_names_and_nothing_else(as_described, field, value, expected):
    changed = described(dataclasses.replace(AS_DESCRIBED, **{field: value}))
    assert changed[field] == expected != as_described[field]
    assert {name for name in changed if changed[name] != as_described[name]} == {field}


def test_without_the_last_layer_a_convolution_draws_the_image(as_described):
    architecture = dataclasses.replace(AS_DESCRIBED, last_layer=False)
    changed = described(architecture)
    assert changed["last_layer"] is False
    for per_layer in ("initial_weights", "weight_decay"):
        assert changed.pop(per_layer) == as_described[per_layer][:-1]
    assert {name for name in changed if changed[name] != as_described[name]} == {"last_layer"}
    difference = build_encoder_decoder().count_params()
    difference -= build_encoder_decoder(architecture).count_params()
    assert difference == 784 * 784 + 784


def test_weight_decay_adds_the_kernels_squares_to_the_loss():
    assert build_encoder_decoder().losses == []
    model = build_encoder_decoder(dataclasses.replace(AS_DESCRIBED, weight_decay=0.5))
    kernels = [weight for weight in model.trainable_weights if weight.name == "kernel"]
    assert len(model.losses) == len(kernels) == 7
    expected = [0.5 * np.square(kernel.numpy(), dtype=np.float64).sum() for kernel in kernels]
    assert sorted(map(float, model.losses)) == pytest.approx(sorted(expected), rel=1e-4)


def test_initial_weights_are_standard_normal_in_every_kernel():
    model = build_encoder_decoder(
        dataclasses.replace(AS_DESCRIBED, initial_weights="standard_normal")
    )
    for layer in of_kind(model, layers.Conv2D, layers.Conv2DTranspose, layers.Dense):
        kernel = layer.kernel.numpy()
        assert kernel.std() == pytest.approx(1, abs=5 / np.sqrt(2 * kernel.size))
        assert kernel.mean() == pytest.approx(0, abs=5 / np.sqrt(kernel.size))
        assert not layer.bias.numpy().any()


def test_one_parameter_scales_all_activations_of_a_network():
    model, plain = (
        build_encoder_decoder(dataclasses.replace(AS_DESCRIBED, activation=kind))
        for kind in ("scaled", "relu")
    )
    assert model.count_params() == plain.count_params() + 1
    assert len(model.trainable_weights) == len(plain.trainable_weights) + 1
    assert len({id(weight) for weight in model.weights}) == len(model.weights)
    encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
    shared = encoder.get_layer("scaled_relu")
    assert decoder.get_layer("scaled_relu") is shared
    assert shared.a.numpy() == 0
    images = np.random.default_rng(0).normal(size=(2, 28, 28, 1)).astype(np.float32)
    latent = encoder(images).numpy()
    assert (latent >= 0).all()
    assert (latent > 0).any()
    assert (plain.get_layer("encoder")(images).numpy() >= 0).all()
    shared.a.assign(1.0)
    assert not encoder(images).numpy().any()


def test_networks_share_no_activation():
    first, second = Blocks(FOR_CLASSIFIER), Blocks(FOR_CLASSIFIER)
    encoders = [build_encoder(blocks) for blocks in (first, second)]
    encoders[0].get_layer("scaled_relu").a.assign(0.5)
    assert encoders[1].get_layer("scaled_relu").a.numpy() == 0


def test_scaled_relu_by_its_formula():
    relu = ScaledReLU()
    values = np.array([-2.0, 0, 3], np.float32)
    assert relu(values).numpy().tolist() == [0, 0, 3]
    relu.a.assign(0.25)
    assert relu(values).numpy().tolist() == [0, 0, 2.25]


def test_the_variant_of_the_scripts():
    assert described(FOR_CLASSIFIER) | {"weight_decay": None} == {
        "activation": ["ScaledReLU"],
        "normalization": CONVOLUTIONS,
        "dropout_rate": 0.33,
        "initial_weights": ["RandomNormal"] * 6,
        "weight_decay": None,
        "last_layer": False,
        "upsampling": ["Conv2D", "Conv2DTranspose", "Dense"],
        "kernel_size": [(3, 3)] * 4,
        "shapes": [shape for *_, shape in [*ENCODER, *DECODER[:-1]]],
        "strides": [2, 2],
    }
    assert FOR_CLASSIFIER.weight_decay == 1e-5
    assert len(build_encoder_decoder(FOR_CLASSIFIER).losses) == 6


@pytest.mark.parametrize("last_layer", [True, False])
@pytest.mark.parametrize("upsampling", ["transposed", "resized"])
@pytest.mark.parametrize("kernel_size", [3, 4])
def test_every_variant_returns_images(last_layer, upsampling, kernel_size):
    blocks = Blocks(
        Architecture(last_layer=last_layer, upsampling=upsampling, kernel_size=kernel_size)
    )
    assert build_decoder(blocks)(np.zeros((2, 512), np.float32)).shape == (2, 28, 28, 1)


def test_dropout_is_of_training_alone():
    model = build_encoder_decoder(dataclasses.replace(AS_DESCRIBED, dropout_rate=0.5))
    dropout = model.get_layer("dropout")
    ones = np.ones((4, 512), np.float32)
    assert (dropout(ones, training=False).numpy() == 1).all()
    kept = dropout(ones, training=True).numpy()
    assert set(np.unique(kept)) == {0, 2}
    assert (kept == 0).mean() == pytest.approx(0.5, abs=0.1)


@pytest.mark.can_fail("2b-batchnorm")
@pytest.mark.parametrize(
    "architecture",
    [
        FOR_CLASSIFIER,
        dataclasses.replace(FOR_CLASSIFIER, activation="parametric"),
        dataclasses.replace(AS_DESCRIBED, normalization="convolutions"),
        dataclasses.replace(AS_DESCRIBED, normalization="none"),
    ],
)
def test_networks_without_every_normalisation_are_found_out(architecture):
    blocks = Blocks(architecture)
    assert not normalizes_before_activations(build_encoder(blocks))
    assert not normalizes_before_activations(build_decoder(blocks))


@pytest.mark.can_fail("2b-prelu")
@pytest.mark.parametrize("activation", ["scaled", "relu"])
def test_networks_with_another_activation_are_found_out(activation):
    blocks = Blocks(dataclasses.replace(AS_DESCRIBED, activation=activation))
    assert not has_parametric_relus(build_encoder(blocks))
    assert not has_parametric_relus(build_decoder(blocks), linear_last=True)


@pytest.mark.can_fail("2b-encoder", "2b-decoder", "2b-dropout")
def test_other_networks_are_not_the_described_one():
    model = build_encoder_decoder(
        Architecture(dropout_rate=0.5, upsampling="resized", last_layer=False)
    )
    assert not dropout_joins(model, rate=0.33)
    assert not has_layers(model.get_layer("decoder"), DECODER)
    assert not has_layers(model.get_layer("decoder"), ENCODER)
