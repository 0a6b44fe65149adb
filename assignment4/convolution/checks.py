"""Checks of what the report says in Exercises 1 and 3, on the real layers wherever there is one.

Each function takes what it judges, so that it can be shown to say no.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product

import numpy as np
import scipy.sparse

from assignment4.convolution.chain import KERNEL, Shape, chain_strides
from assignment4.convolution.gradient import Rule, fault, symbolic_fault
from assignment4.convolution.layers import (
    build_transposed,
    convolve,
    gradients_by_tape,
    transpose_convolve,
)
from assignment4.convolution.sizes import output_shape, padding_amounts
from assignment4.convolution.transposed import scatter_loop

ROUNDING = 1e-12
"""What float64 may leave between two ways to the same numbers, relative to the largest."""

BATCH = 256
MATRIX_SIZES = ((1, 1), (1, 3), (3, 1), (2, 2), (2, 3), (3, 2))
"""Numbers of rows and columns for which the chain rule is worked out entry by entry."""


def blanks_fit(blanks: dict[str, int], shapes: Sequence[Shape]) -> bool:
    """Say whether TensorFlow's convolutions with these blanks take a zero image to these shapes.

    Args:
        blanks: x1, x2, ...: for each convolution channels in and out, and both strides.
        shapes: (h, w, channels) from the input to the last output.
    """
    values = list(blanks.values())
    images = np.zeros((1, *shapes[0]))
    for strides, channels, shape in zip(
        chain_strides(blanks), zip(values[::4], values[1::4], strict=True), shapes[1:], strict=True
    ):
        try:
            kernel = np.zeros((KERNEL, KERNEL, *channels))
            images = convolve(images, kernel, strides=strides, padding="SAME")
        except ValueError:
            return False
        if tuple(images.shape[1:]) != shape:
            return False
    return True


def is_one_of_several(
    blanks: dict[str, int], solutions: Sequence[dict[str, int]], shapes: Sequence[Shape]
) -> bool:
    """Say whether the blanks are one of these solutions, which are several and all there are.

    All there are is what a search with TensorFlow's convolutions finds, over every stride up to
    the size of the image; larger ones change nothing.
    """
    searched = []
    for before, after in pairwise(shapes):
        searched += [[before[2]], [after[2]]]
        for size, output in zip(before[:2], after[:2], strict=True):
            outputs = {s: layer_size(size, KERNEL, s, "SAME") for s in range(1, size + 1)}
            searched.append([stride for stride in outputs if outputs[stride] == output])
    listed = [tuple(solution.values()) for solution in solutions]
    return blanks in solutions and len(solutions) > 1 and sorted(listed) == list(product(*searched))


def way_back_restores(
    shapes: Sequence[Shape],
    strides: Sequence[tuple[int, int]],
    output_paddings: Sequence[tuple[int, int] | None],
) -> bool:
    """Say whether transposed convolutions lead from the last shape back to the first.

    TensorFlow's are told the shape to return, and refuse it if it cannot be; Keras's are told an
    output padding.

    Args:
        shapes: (h, w, channels) from the first convolution's input to the last one's output.
        strides: of each convolution, the first one first.
        output_paddings: for each, or None for Keras's own choice.
    """
    steps = list(zip(pairwise(shapes), strides, output_paddings, strict=True))
    values = restored = np.zeros((1, *shapes[-1]))
    for (before, after), stride, output_padding in reversed(steps):
        kernel = np.zeros((KERNEL, KERNEL, before[2], after[2]))
        options = {"strides": stride, "padding": "SAME"}
        try:
            values = transpose_convolve(values, kernel, before, **options)
            layer = build_transposed(kernel, output_padding=output_padding, **options)
            restored = layer(restored)
        except ValueError:
            return False
        if not tuple(values.shape) == tuple(restored.shape) == (1, *before):
            return False
    return True


def needs_output_shape(
    sizes: Sequence[int], size: int, *, kernel: int, stride: int, padding: str
) -> bool:
    """Say whether these are the input sizes that a convolution turns into one, and are several.

    TensorFlow's convolution is tried with every input size up to one that gives a larger output.
    From several sizes with one output nothing can tell which it came from.
    """
    found = [
        before
        for before in range(1, (size + 1) * stride + kernel)
        if layer_size(before, kernel, stride, padding) == size
    ]
    return len(found) > 1 and list(sizes) == found


def padding_tells_sizes_apart(
    sizes: Sequence[int], *, kernel: int, stride: int, padding: str
) -> bool:
    """Say whether the amounts of padding differ for all of these input sizes."""
    options = {"kernel": kernel, "stride": stride, "padding": padding}
    return len({padding_amounts(size, **options) for size in sizes}) == len(sizes)


def is_gradient(rule: Rule) -> bool:
    """Say whether a rule in A and p gives the gradient of g(Ax), p the gradient of g at Ax.

    For an undefined function g: entry by entry for the MATRIX_SIZES, and as a sum for symbolic
    numbers of rows and columns.
    """
    return not any(fault(rule, *size) for size in MATRIX_SIZES) and not symbolic_fault(rule)


def matrix_equals_layer(
    matrix: scipy.sparse.csr_array,
    kernel: np.ndarray,
    input_shape: Shape,
    *,
    strides: tuple[int, int],
    padding: str,
) -> bool:
    """Say whether a matrix is what TensorFlow's convolution does, on every unit image.

    What two linear maps do to the unit images decides whether they are equal.
    """
    options = {"strides": strides, "padding": padding}
    inputs = int(np.prod(input_shape))
    outputs = int(np.prod(output_shape(kernel.shape, input_shape, **options)))
    if matrix.shape != (outputs, inputs):
        return False
    columns = matrix.T.tocsr()
    return all(
        _are_equal(columns[units], convolve(images, kernel, **options))
        for units, images in _unit_batches(input_shape)
    )


def transpose_equals_layer(
    transposed: scipy.sparse.sparray,
    kernel: np.ndarray,
    input_shape: Shape,
    *,
    strides: tuple[int, int],
    padding: str,
) -> bool:
    """Say whether a matrix is a convolution's transposed convolution, on every unit feature map.

    It is compared with TensorFlow's transposed convolution and with what its backward pass sends
    to the convolution's input, and on a feature map of random values with the scatter loop.
    """
    options = {"strides": strides, "padding": padding}
    feature_shape = output_shape(kernel.shape, input_shape, **options)
    if transposed.shape != (np.prod(input_shape), np.prod(feature_shape)):
        return False
    columns = transposed.T.tocsr()
    for units, maps in _unit_batches(feature_shape):
        images = np.zeros((len(maps), *input_shape))
        sent_back, _ = gradients_by_tape(
            lambda values, maps=maps: maps * values, images, kernel, **options
        )
        if not (
            _are_equal(columns[units], transpose_convolve(maps, kernel, input_shape, **options))
            and _are_equal(columns[units], sent_back)
        ):
            return False
    values = np.random.default_rng(0).normal(size=feature_shape)
    scattered = scatter_loop(values, kernel, input_shape, **options)
    return _are_equal((transposed @ values.ravel())[np.newaxis], scattered[np.newaxis])


def layer_size(size: int, kernel: int, stride: int, padding: str) -> int:
    """Return the size that TensorFlow's convolution gives an axis, 0 where the kernel is larger."""
    if padding == "VALID" and kernel > size:
        return 0
    values = convolve(
        np.zeros((1, size, 1, 1)),
        np.zeros((kernel, 1, 1, 1)),
        strides=(stride, 1),
        padding=padding,
    )
    return values.shape[1]


def _unit_batches(shape: Shape) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield places of unit images and the images, one for each entry of a shape."""
    count = int(np.prod(shape))
    for start in range(0, count, BATCH):
        units = np.eye(min(BATCH, count - start), count, start)
        yield slice(start, start + BATCH), units.reshape(-1, *shape)


def _are_equal(rows: np.ndarray | scipy.sparse.csr_array, images: np.ndarray) -> bool:
    """Say whether flat rows and images agree up to rounding."""
    rows = rows.toarray() if scipy.sparse.issparse(rows) else rows
    images = np.asarray(images).reshape(rows.shape)
    return bool(np.abs(rows - images).max() <= ROUNDING * np.abs(images).max())
