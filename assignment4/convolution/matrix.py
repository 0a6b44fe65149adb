r"""The convolution as a matrix: $y = A x$ for images and feature maps written as columns.

A layer is linear in its input, so there is such a matrix; each of its rows holds one window. It
is a cross-correlation, as in TensorFlow: the kernel is not flipped.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import scipy.sparse

from assignment4.convolution.layers import convolve, gradients_by_tape, transpose_convolve
from assignment4.convolution.scattering import scatter_loop
from assignment4.convolution.sizes import axis_options, output_shape, output_size, padding_amounts
from assignment4.intervals import Finding

ROUNDING = 1e-12
"""What float64 may leave between two ways to the same numbers, relative to the largest."""

BATCH = 256
"""How many unit images go through a layer at once."""

Layer = tuple[np.ndarray, Sequence[int], dict]
"""A kernel, the shape of its input, and the options of a convolution."""


def convolution_matrix(
    kernel: np.ndarray, input_shape: Sequence[int], **options
) -> scipy.sparse.csr_array:
    """Return the matrix that does to a flat image what a convolutional layer does to the image.

    Entry ((i, j, o), (y, x, c)) is kernel[a, b, c, o] where tap (a, b) of window (i, j) lies on
    pixel (y, x), and nothing is stored where no tap does. Where the kernel has a zero, a zero is
    stored: which entries are stored depends on shapes alone.

    Args:
        kernel: (kh, kw, in, out), TensorFlow's layout; integers become floats.
        input_shape: (h, w, in).
        **options: strides, padding and dilations as in `sizes.axis_options`.

    Returns:
        (outputs, inputs) in the kernel's dtype, indices sorted. Rows are numbered in the C order
        of (output h, output w, out), columns in that of (h, w, in), so that
        `matrix @ image.ravel()` is the layer's output, flat.
    """
    kernel = np.asarray(kernel)
    kernel = kernel.astype(np.result_type(kernel, np.float32), copy=False)
    rows, columns, filters = output_shape(kernel.shape, input_shape, **options)
    height, width, channels = input_shape
    vertical, horizontal = axis_options(kernel.shape[:2], **options)
    i, a, y = _axis_contacts(height, **vertical)
    j, b, x = _axis_contacts(width, **horizontal)
    windows = (i[:, None] * columns + j).ravel()
    order = np.argsort(windows, kind="stable")
    pixels = (y[:, None] * width + x).ravel()[order]
    blocks = kernel.swapaxes(2, 3)[a[:, None], b].reshape(-1, filters, channels)[order]
    starts = np.searchsorted(windows[order], np.arange(rows * columns + 1))
    return scipy.sparse.bsr_array(
        (blocks, pixels, starts),
        shape=(rows * columns * filters, height * width * channels),
        blocksize=(filters, channels),
    ).tocsr()


def _axis_contacts(size: int, **options) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return window, tap and pixel of each contact on an axis, window by window."""
    starts = np.arange(output_size(size, **options)) * options["stride"]
    taps = np.arange(options["kernel"]) * options["dilation"]
    places = starts[:, None] + taps - padding_amounts(size, **options)[0]
    windows, taps = np.nonzero((places >= 0) & (places < size))
    return windows, taps, places[windows, taps]


def line_matrix(taps: Sequence[float], size: int, *, stride: int, padding: str) -> np.ndarray:
    """Return the matrix of a convolution on one axis, (outputs, size), dense.

    With stride 1 it is a Toeplitz matrix: constant along each diagonal, since every window is the
    one before, moved on by a pixel. Arguments and errors are those of `sizes.output_size`.
    """
    kernel = np.reshape(taps, (1, -1, 1, 1))
    matrix = convolution_matrix(kernel, (1, size, 1), strides=(1, stride), padding=padding)
    return matrix.toarray().astype(kernel.dtype)


def matrices_equal_layers(
    matrices: Sequence[scipy.sparse.csr_array], layers: Sequence[Layer]
) -> Finding:
    """Return whether matrices are what TensorFlow's convolutions do, on every unit image.

    What two linear maps do to the unit images decides whether they are equal.
    """
    return _all_equal(map(_equals_convolution, matrices, layers))


def transposes_equal_layers(
    transposes: Sequence[scipy.sparse.sparray], layers: Sequence[Layer]
) -> Finding:
    """Return whether matrices are the transposed convolutions, on every unit feature map.

    They are compared with TensorFlow's transposed convolution and with what its backward pass
    sends to the convolution's input, and on a feature map of random values with the scatter loop.
    """
    return _all_equal(map(_equals_transposed, transposes, layers))


def _all_equal(answers: Iterator[bool]) -> Finding:
    answers = list(answers)
    equal = f"{sum(answers)} of {len(answers)} layers equal their matrix"
    return Finding(all(answers), f"{equal}, within {ROUNDING} of the largest entry.")


def _equals_convolution(matrix: scipy.sparse.csr_array, layer: Layer) -> bool:
    kernel, input_shape, options = layer
    outputs = output_shape(kernel.shape, input_shape, **options)
    return _does(matrix, input_shape, outputs, lambda images: convolve(images, kernel, **options))


def _equals_transposed(transposed: scipy.sparse.sparray, layer: Layer) -> bool:
    kernel, input_shape, options = layer
    feature_shape = output_shape(kernel.shape, input_shape, **options)

    def transposed_layer(maps: np.ndarray):
        return transpose_convolve(maps, kernel, input_shape, **options)

    def backward_pass(maps: np.ndarray) -> np.ndarray:
        images = np.zeros((len(maps), *input_shape))
        return gradients_by_tape(lambda values: maps * values, images, kernel, **options)[0]

    if not _does(transposed, feature_shape, input_shape, transposed_layer, backward_pass):
        return False
    values = np.random.default_rng(0).normal(size=feature_shape)
    scattered = scatter_loop(values, kernel, input_shape, **options)
    return _are_equal(transposed @ values.ravel(), scattered)


def _does(
    matrix: scipy.sparse.sparray, inputs: Sequence[int], outputs: Sequence[int], *ways: Callable
) -> bool:
    """Return True if a matrix does what all ways do to the unit images of a shape."""
    count = int(np.prod(inputs))
    if matrix.shape != (np.prod(outputs), count):
        return False
    columns = matrix.T.tocsr()
    for start in range(0, count, BATCH):
        units = np.eye(min(BATCH, count - start), count, start).reshape(-1, *inputs)
        rows = columns[start : start + BATCH].toarray()
        if not all(_are_equal(rows, way(units)) for way in ways):
            return False
    return True


def _are_equal(flat: np.ndarray, images: np.ndarray) -> bool:
    images = np.asarray(images).reshape(flat.shape)
    return bool(np.abs(flat - images).max() <= ROUNDING * np.abs(images).max())
