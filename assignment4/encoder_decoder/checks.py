"""Checks of what the report says about the architecture, Exercise 2 b, on the built graph."""

from collections.abc import Sequence

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import sympy
from keras import layers

from assignment4.encoder_decoder.models import IMAGE_SHAPE, ScaledReLU

ACTIVATIONS = (layers.PReLU, layers.LeakyReLU, layers.ReLU, layers.Activation, ScaledReLU)
Layer = tuple[str, tuple[int, ...], int, tuple[int, ...]]
WEIGHTED = (layers.Conv2D, layers.Conv2DTranspose, layers.Dense)


def tensor_shapes(model: keras.Model) -> list[tuple[int, ...]]:
    """Return the shapes, without the batch, that the model's tensors take one after the other."""
    shapes = [tuple(layer.output.shape[1:]) for layer in model.layers]
    return [
        shape for shape, before in zip(shapes, [None, *shapes], strict=False) if shape != before
    ]


def weighted_layers(model: keras.Model) -> list[Layer]:
    """Return the kind, the kernel's shape, the stride and the output's shape of weighted layers.

    The kernel's shape is as Keras has it: that of a transposed convolution ends in the channels
    out and in, not in and out. A fully connected layer has the stride 1.
    """
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


def has_layers(model: keras.Model, expected: Sequence[Layer]) -> bool:
    """Say whether the model's weighted layers are these, in this order, from image or to image.

    Args:
        model: an encoder or a decoder.
        expected: as `weighted_layers` returns them.
    """
    ends = (tuple(model.input.shape[1:]), tuple(model.output.shape[1:]))
    return weighted_layers(model) == list(expected) and IMAGE_SHAPE in ends


def normalizes_before_activations(model: keras.Model) -> bool:
    """Say whether the input of every activation is a batch normalisation, and there is one."""
    before = [
        _before(layer, node=node)
        for layer in model.layers
        if isinstance(layer, ACTIVATIONS)
        for node in range(len(layer._inbound_nodes))
    ]
    return bool(before) and all(isinstance(layer, layers.BatchNormalization) for layer in before)


def has_parametric_relus(model: keras.Model, *, linear_last: bool = False) -> bool:
    """Say whether a parametric ReLU follows every weighted layer, by way of its normalisation.

    Each must have one parameter a channel, or a unit after dense layers.

    Args:
        model: an encoder or a decoder.
        linear_last: whether its last weighted layer is exempt.
    """
    weighted = [layer for layer in model.layers if isinstance(layer, WEIGHTED)]
    expected = [layer.name for layer in weighted][: -1 if linear_last else None]
    activations = [layer for layer in model.layers if isinstance(layer, layers.PReLU)]
    found = [_before(_before(layer)).name for layer in activations]
    sizes = all(layer.count_params() == layer.output.shape[-1] for layer in activations)
    return found == expected and sizes


def dropout_joins(model: keras.Model, *, rate: float) -> bool:
    """Say whether the model is an encoder, a dropout layer of that rate and a decoder in a row."""
    names = [layer.name for layer in model.layers[1:]]
    dropout = model.get_layer("dropout") if "dropout" in names else None
    return (
        names == ["encoder", "dropout", "decoder"]
        and isinstance(dropout, layers.Dropout)
        and dropout.rate == rate
        and _before(dropout).name == "encoder"
        and _before(model.get_layer("decoder"), node=-1).name == "dropout"
    )


def are_equal(first: sympy.Expr, second: sympy.Expr) -> bool:
    """Say whether SymPy proves two expressions of real symbols equal, case by case."""
    difference = sympy.piecewise_fold((first - second).rewrite(sympy.Piecewise))
    return sympy.simplify(difference) == 0


def parameters_by_block(model: keras.Model) -> dict[str, int]:
    """Return for each weighted layer its parameters, with its normalisation and activation."""
    blocks: dict[str, int] = {}
    for layer in model.layers:
        if layer.count_params():
            name = layer.name.removesuffix("_normalization").removesuffix("_activation")
            blocks[name] = blocks.get(name, 0) + layer.count_params()
    return blocks


def _before(layer: layers.Layer, *, node: int = 0) -> layers.Layer:
    """Return the layer whose output is the input of this one."""
    return layer._inbound_nodes[node].parent_nodes[0].operation
