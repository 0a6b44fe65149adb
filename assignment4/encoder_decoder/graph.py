"""What a built network is, read off its graph, and the checks of Exercise 2 b."""

from collections.abc import Sequence

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import sympy
from keras import layers

from assignment4.claims import Finding
from assignment4.encoder_decoder.models import IMAGE_SHAPE, ScaledReLU

ACTIVATIONS = (layers.PReLU, layers.LeakyReLU, layers.ReLU, layers.Activation, ScaledReLU)
WEIGHTED = (layers.Conv2D, layers.Conv2DTranspose, layers.Dense)
Layer = tuple[str, tuple[int, ...], int, tuple[int, ...]]
"""The kind, the kernel's shape, the stride and the output's shape of a layer with weights.

The kernel of a transposed convolution ends in the channels out and in, not in and out, as Keras has
it. A fully connected layer has the stride 1.
"""


def tensor_shapes(model: keras.Model) -> list[tuple[int, ...]]:
    """Return the shapes, without the batch, that the model's tensors take one after the other."""
    shapes = [tuple(layer.output.shape[1:]) for layer in model.layers]
    return [
        shape for shape, before in zip(shapes, [None, *shapes], strict=False) if shape != before
    ]


def parameters_by_block(model: keras.Model) -> dict[str, int]:
    """Return for each weighted layer its parameters, with its normalisation and activation."""
    blocks: dict[str, int] = {}
    for layer in model.layers:
        if layer.count_params():
            name = layer.name.removesuffix("_normalization").removesuffix("_activation")
            blocks[name] = blocks.get(name, 0) + layer.count_params()
    return blocks


def weighted_layers(model: keras.Model) -> list[Layer]:
    """Return the model's layers with weights in their order."""
    return [
        (
            type(layer).__name__,
            tuple(layer.kernel.shape),
            getattr(layer, "strides", (1,))[0],
            tuple(layer.output.shape[1:]),
        )
        for layer in model.layers
        if isinstance(layer, WEIGHTED)
    ]


def has_layers(model: keras.Model, expected: Sequence[Layer]) -> Finding:
    """Find whether an encoder's or a decoder's layers with weights are these, from or to images."""
    ends = (tuple(model.input.shape[1:]), tuple(model.output.shape[1:]))
    found = weighted_layers(model)
    shapes = " to ".join(str(list(shape)) for shape in (ends[0], *(layer[-1] for layer in found)))
    return Finding(found == list(expected) and IMAGE_SHAPE in ends, f"Built: {shapes}.")


def normalizes_before_activations(*parts: keras.Model) -> Finding:
    """Find whether the input of every activation is a batch normalisation, and there is one."""
    activations = {
        id(layer): layer
        for part in parts
        for layer in part.layers
        if isinstance(layer, ACTIVATIONS)
    }
    before = [
        _before(layer, node=node)
        for layer in activations.values()
        for node in range(len(layer._inbound_nodes))
    ]
    normalized = sum(isinstance(layer, layers.BatchNormalization) for layer in before)
    holds = 0 < normalized == len(before)
    return Finding(holds, f"Normalised inputs: {normalized} of {len(before)} activations.")


def has_parametric_relus(*parts: keras.Model) -> Finding:
    """Find whether a parametric ReLU follows every layer with weights but the last of all.

    It does so by way of its normalisation, and has one parameter a channel, or a unit after dense
    layers.
    """
    every = [layer for part in parts for layer in part.layers]
    expected = [layer.name for layer in every if isinstance(layer, WEIGHTED)][:-1]
    activations = [layer for layer in every if isinstance(layer, layers.PReLU)]
    sizes = all(layer.count_params() == layer.output.shape[-1] for layer in activations)
    holds = [_before(_before(layer)).name for layer in activations] == expected and sizes
    return Finding(
        holds, f"Parametric ReLUs: {len(activations)}, for {len(expected)} layers but the last."
    )


def dropout_joins(model: keras.Model, *, rate: float) -> Finding:
    """Find whether a model is an encoder, a dropout layer of that rate and a decoder in a row."""
    names = [layer.name for layer in model.layers[1:]]
    dropout = model.get_layer("dropout") if "dropout" in names else None
    holds = (
        names == ["encoder", "dropout", "decoder"]
        and isinstance(dropout, layers.Dropout)
        and dropout.rate == rate
        and _before(dropout).name == "encoder"
        and _before(model.get_layer("decoder"), node=-1).name == "dropout"
    )
    return Finding(holds, f"In a row: {', '.join(names)}; asked for is the rate {rate}.")


def are_equal(first: sympy.Expr, second: sympy.Expr) -> bool:
    """Return True if SymPy proves two expressions of real symbols equal, case by case."""
    difference = sympy.piecewise_fold((first - second).rewrite(sympy.Piecewise))
    return sympy.simplify(difference) == 0


def _before(layer: layers.Layer, *, node: int = 0) -> layers.Layer:
    return layer._inbound_nodes[node].parent_nodes[0].operation
