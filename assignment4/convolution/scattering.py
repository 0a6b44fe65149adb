"""Gathering and scattering, contact by contact: a window touches pixels, each with one of its taps.

The convolution gathers from them, the transposed convolution scatters to them, and no more differs.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from assignment4.convolution.sizes import axis_options

Place = tuple[int, int]


def scatter_loop(
    values: np.ndarray, kernel: np.ndarray, input_shape: Sequence[int], **options
) -> np.ndarray:
    """Return the transposed convolution: every value scattered over the pixels of its window.

    Values are (output h, output w, out), what comes back (h, w, in) as the input shape; kernel,
    (kh, kw, in, out), and options are the convolution's own, see `sizes.axis_options`.
    """
    image = np.zeros(tuple(input_shape))
    for window, tap, pixel in contacts(kernel.shape[:2], input_shape[:2], **options):
        image[pixel] += kernel[tap] @ values[window]
    return image


def contacts(
    kernel_size: Sequence[int], input_size: Sequence[int], **options
) -> Iterator[tuple[Place, Place, Place]]:
    """Yield every contact of a window with a pixel inside the image, window by window.

    That is (row, column) of the window in the output, of the tap in the kernel, and of the pixel.
    """
    rows, columns = axis_options(kernel_size, **options)
    for i, top in enumerate(window_starts(input_size[0], **rows)):
        for j, left in enumerate(window_starts(input_size[1], **columns)):
            for a, b in np.ndindex(*kernel_size):
                y, x = top + a * rows["dilation"], left + b * columns["dilation"]
                if 0 <= y < input_size[0] and 0 <= x < input_size[1]:
                    yield (i, j), (a, b), (y, x)


def window_starts(size: int, *, kernel: int, stride: int, padding: str, dilation: int) -> range:
    """Return where the windows over an axis start; before 0 is padding.

    The rule is not taken from `sizes`, so that each can be checked by the other. Source:
    TensorFlow's documentation of tf.nn, "Notes on padding".
    """
    window = (kernel - 1) * dilation + 1
    if padding == "VALID":
        return range(0, size - window + 1, stride)
    before = max(window - (size % stride or stride), 0) // 2
    return range(-before, size - before, stride)
