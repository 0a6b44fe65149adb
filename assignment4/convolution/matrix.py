r"""The convolution as a matrix: $y = A x$ for images and feature maps written as columns.

A row holds a window. It is a cross-correlation, as in TensorFlow: the kernel is not flipped.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import scipy.sparse

from assignment4.convolution.layers import convolve, gradients_by_tape, transpose_convolve
from assignment4.convolution.scattering import scatter_loop
from assignment4.convolution.sizes import axis_options, output_shape, output_size, padding_amounts
from assignment4.intervals import Finding

ROUNDING = 1e-12  # between two ways to the same numbers in float64, relative to the largest
BATCH = 256  # unit images that go through a layer at once

Layer = tuple[np.ndarray, Sequence[int], dict]
"""A kernel, the shape of its input, and the options of a convolution."""


def convolution_matrix(
    kernel: np.ndarray, input_shape: Sequence[int], **options
) -> scipy.sparse.csr_array:
    """Return the matrix that does to a flat image what a convolutional layer does to the image.

    Entry ((i, j, o), (y, x, c)) is kernel[a, b, c, o] where tap (a, b) of window (i, j) lies on
    pixel (y, x), and nothing is stored where no tap does, whatever zeros the kernel has. Rows are
    in the C order of (output h, output w, out), columns in that of the input's shape, (h, w, in).
    The options are those of `sizes.axis_options`; the dtype is the kernel's, if that is a float.
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
    """Return the matrix of a convolution on one axis, (outputs, size), dense, in the taps' dtype.

    With stride 1 it is a Toeplitz matrix: constant along each diagonal.
    """
    kernel = np.reshape(taps, (1, -1, 1, 1))
    matrix = convolution_matrix(kernel, (1, size, 1), strides=(1, stride), padding=padding)
    return matrix.toarray().astype(kernel.dtype)


def matrices_equal_layers(
    matrices: Sequence[scipy.sparse.csr_array], layers: Sequence[Layer]
) -> Finding:
    """Return whether matrices are what TensorFlow's convolutions do, on every unit image."""
    answers = []
    for matrix, (kernel, shape, options) in zip(matrices, layers, strict=True):
        outputs = output_shape(kernel.shape, shape, **options)
        layer = partial(convolve, kernel=kernel, **options)
        answers.append(_does(matrix, shape, outputs, layer))
    return _all_equal(answers)


def transposes_equal_layers(
    transposes: Sequence[scipy.sparse.sparray], layers: Sequence[Layer]
) -> Finding:
    """Return whether matrices are the transposed convolutions, on every unit feature map.

    They must do what TensorFlow's transposed convolution and its backward pass do, and on a feature
    map of random values what the scatter loop does.
    """
    answers = []
    for matrix, (kernel, shape, options) in zip(transposes, layers, strict=True):
        maps = output_shape(kernel.shape, shape, **options)
        layer = partial(transpose_convolve, kernel=kernel, input_shape=shape, **options)
        backward_pass = partial(_backward_pass, kernel=kernel, input_shape=shape, **options)
        values = np.random.default_rng(0).normal(size=maps)
        scattered = scatter_loop(values, kernel, shape, **options)
        equal = _does(matrix, maps, shape, layer, backward_pass)
        answers.append(equal and _are_equal(matrix @ values.ravel(), scattered))
    return _all_equal(answers)


def _backward_pass(maps: np.ndarray, kernel: np.ndarray, input_shape: Sequence[int], **options):
    images = np.zeros((len(maps), *input_shape))
    return gradients_by_tape(lambda values: maps * values, images, kernel, **options)[0]


def _all_equal(answers: Sequence[bool]) -> Finding:
    equal = f"{sum(answers)} of {len(answers)} layers equal their matrix"
    return Finding(all(answers), f"{equal}, within {ROUNDING} of the largest entry.")


def _does(
    matrix: scipy.sparse.sparray, inputs: Sequence[int], outputs: Sequence[int], *ways: Callable
) -> bool:
    """Return whether a matrix does what all ways do to the unit images of a shape."""
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
