"""Gathering and scattering, contact by contact.

A window touches pixels, each with one of its taps. The convolution gathers along these contacts,
from pixels to the window's value; the transposed convolution scatters along the same contacts,
from the value to the pixels. That is the whole difference.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from assignment4.convolution.sizes import axis_options

Place = tuple[int, int]


def scatter_loop(
    values: np.ndarray, kernel: np.ndarray, input_shape: Sequence[int], **options
) -> np.ndarray:
    """Return the transposed convolution: every value scattered over the pixels of its window.

    Args:
        values: (output h, output w, out) float.
        kernel: (kh, kw, in, out) float, the convolution's own, not turned.
        input_shape: (h, w, in) of the convolution's input, which is this one's output.
        **options: of the convolution: strides, padding, dilations, as in `sizes.axis_options`.
    """
    image = np.zeros(tuple(input_shape))
    for window, tap, pixel in contacts(kernel.shape[:2], input_shape[:2], **options):
        image[pixel] += kernel[tap] @ values[window]
    return image


def contacts(
    kernel_size: Sequence[int], input_size: Sequence[int], **options
) -> Iterator[tuple[Place, Place, Place]]:
    """Yield every contact of a window with a pixel inside the image, window by window.

    Sizes are (kh, kw) and (h, w), the options those of `sizes.axis_options`. What is yielded is
    (row, column) of the window in the output, of the tap in the kernel, and of the pixel.
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

    The rule is written down as TensorFlow's documentation has it, not taken from `sizes`, so that
    each can be checked by the other. Source: TensorFlow's documentation of tf.nn, "Notes on
    padding".
    """
    window = (kernel - 1) * dilation + 1
    if padding == "VALID":
        return range(0, size - window + 1, stride)
    before = max(window - (size % stride or stride), 0) // 2
    return range(-before, size - before, stride)
