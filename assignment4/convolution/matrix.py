r"""The convolution as a matrix: $y = A x$ for images and feature maps written as columns.

A layer is linear in its input, so there is such a matrix; each of its rows holds one window. It
is a cross-correlation, as in TensorFlow: the kernel is not flipped.
"""

from collections.abc import Sequence

import numpy as np
import scipy.linalg
import scipy.sparse

from assignment4.convolution.arguments import pair
from assignment4.convolution.sizes import output_shape, output_size, padding_amounts, window_size


def convolution_matrix(
    kernel: np.ndarray,
    input_shape: Sequence[int],
    *,
    strides: int | Sequence[int],
    padding: str,
    dilations: int | Sequence[int] = 1,
) -> scipy.sparse.csr_array:
    """Return the matrix that does to a flat image what a convolutional layer does to the image.

    Entry ((i, j, o), (y, x, c)) is kernel[a, b, c, o] where tap (a, b) of window (i, j) lies on
    pixel (y, x), and nothing is stored where no tap does. Where the kernel has a zero, a zero is
    stored: which entries are stored depends on shapes alone. Time and memory are linear in the
    number of entries.

    Args:
        kernel: (kh, kw, in, out), TensorFlow's layout; integers become floats.
        input_shape: (h, w, in).
        strides: for height and width, or one number for both, in pixels.
        padding: "SAME" or "VALID".
        dilations: for height and width, or one number for both, in pixels.

    Returns:
        (outputs, inputs) in the kernel's dtype, indices sorted. Rows are numbered in the C order
        of (output h, output w, out), columns in that of (h, w, in), so that
        `matrix @ image.ravel()` is the layer's output, flat.

    Raises:
        ValueError: kernel and input do not fit together; see `sizes.output_shape`.
    """
    kernel = np.asarray(kernel)
    kernel = kernel.astype(np.result_type(kernel, np.float32), copy=False)
    options = {"strides": strides, "padding": padding, "dilations": dilations}
    outputs = output_shape(kernel.shape, input_shape, **options)
    height, width, channels = input_shape
    steps = list(zip(pair("strides", strides), pair("dilations", dilations), strict=True))
    row_taps, rows = _axis(height, kernel.shape[0], *steps[0], padding)
    column_taps, columns = _axis(width, kernel.shape[1], *steps[1], padding)
    kernel = kernel[row_taps][:, column_taps].transpose(3, 0, 1, 2)  # (out, taps, taps, in)

    # Axes from here on: output row, output column, [output channel,] tap's row, tap's column.
    inside = ((rows >= 0) & (rows < height))[:, None, :, None] & (
        (columns >= 0) & (columns < width)
    )[None, :, None, :]
    entries = np.repeat(inside.sum(axis=(2, 3)).ravel() * channels, outputs[2])
    starts = np.concatenate([[0], np.cumsum(entries)])
    index_type = scipy.sparse.get_index_dtype(maxval=max(starts[-1], height * width * channels))
    pixels = (rows[:, None, :, None] * width + columns[None, :, None, :]).astype(index_type)

    every = (*outputs, *kernel.shape[1:3])
    inside = np.broadcast_to(inside[:, :, None], every)
    pixels = np.broadcast_to(pixels[:, :, None], every)[inside] * index_type(channels)
    indices = (pixels[:, None] + np.arange(channels, dtype=index_type)).ravel()
    data = np.broadcast_to(kernel, (*every, channels))[inside].ravel()
    return scipy.sparse.csr_array(
        (data, indices, starts.astype(index_type)),
        shape=(len(entries), height * width * channels),
    )


def _axis(
    size: int, kernel: int, stride: int, dilation: int, padding: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return the taps that are ever inside an axis, and their places in each window.

    Leaving out the taps of a large kernel that only meet padding keeps the work linear.

    Returns:
        taps (t,) int64; places (outputs, t) int64, negative or from size on where in the padding.
    """
    options = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    before, _ = padding_amounts(size, **options)
    windows = np.arange(output_size(size, **options)) * stride - before
    places = windows[:, None] + np.arange(kernel) * dilation
    taps = np.flatnonzero(((places >= 0) & (places < size)).any(axis=0))
    return taps, places[:, taps]


def toeplitz_matrix(
    taps: np.ndarray, size: int, *, stride: int, padding: str, dilation: int = 1
) -> np.ndarray:
    """Return the matrix of a one-dimensional convolution, cut from a Toeplitz matrix.

    With stride 1 it is one: constant along each diagonal, since every window is the one before,
    moved on by a pixel. Stride s keeps every s-th row.

    Args:
        taps: (k,) float, the kernel.
        size: n, of the input, in pixels.
        stride: in pixels.
        padding: "SAME" or "VALID".
        dilation: in pixels.

    Returns:
        (outputs, n) of the taps' dtype, dense.

    Raises:
        ValueError: the kernel does not fit; see `sizes.output_size`.
    """
    options = {"kernel": len(taps), "stride": stride, "padding": padding, "dilation": dilation}
    rows = (output_size(size, **options) - 1) * stride + 1
    before, _ = padding_amounts(size, **options)
    window = np.zeros(window_size(len(taps), dilation), np.asarray(taps).dtype)
    window[::dilation] = taps
    padded = np.pad(window, (rows, size))  # the window in the middle of an empty line
    first = rows + before  # where pixel 0 is in the first window
    column = padded[first - np.arange(rows)]
    return scipy.linalg.toeplitz(column, padded[first : first + size])[::stride]
