"""The convolution and its transpose as plain loops, to be read and to check the others by.

A window touches pixels, each with one of its taps. The convolution gathers along these contacts,
from pixels to the window's value; the transposed convolution scatters along the same contacts,
from the value to the pixels. That is the whole difference.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from assignment4.convolution.arguments import known_padding, pair
from assignment4.convolution.sizes import output_shape

Place = tuple[int, int]


def convolve_loop(
    image: np.ndarray,
    kernel: np.ndarray,
    *,
    strides: int | Sequence[int],
    padding: str,
    dilations: int | Sequence[int] = 1,
) -> np.ndarray:
    """Return the convolution of an image, value by value gathered from its pixels.

    Args:
        image: (h, w, in) float.
        kernel: (kh, kw, in, out) float, TensorFlow's layout.
        strides: for height and width, or one number for both, in pixels.
        padding: "SAME" or "VALID".
        dilations: for height and width, or one number for both, in pixels.

    Returns:
        (output h, output w, out) float64.

    Raises:
        ValueError: kernel and image do not fit together; see `sizes.output_shape`.
    """
    options = {"strides": strides, "padding": padding, "dilations": dilations}
    values = np.zeros(output_shape(kernel.shape, image.shape, **options))
    for window, tap, pixel in contacts(kernel.shape[:2], image.shape[:2], **options):
        values[window] += image[pixel] @ kernel[tap]
    return values


def scatter_loop(
    values: np.ndarray,
    kernel: np.ndarray,
    input_shape: Sequence[int],
    *,
    strides: int | Sequence[int],
    padding: str,
    dilations: int | Sequence[int] = 1,
) -> np.ndarray:
    """Return the transposed convolution: every value scattered over the pixels of its window.

    Args:
        values: (output h, output w, out) float.
        kernel: (kh, kw, in, out) float, the convolution's own, not turned.
        input_shape: (h, w, in) of the convolution's input, which is this one's output.
        strides: of the convolution, for height and width, or one number for both, in pixels.
        padding: of the convolution, "SAME" or "VALID".
        dilations: of the convolution, for height and width, or one number for both, in pixels.

    Returns:
        input_shape, float64.

    Raises:
        ValueError: the convolution does not turn input_shape into the shape of the values; see
            also `sizes.output_shape`.
    """
    options = {"strides": strides, "padding": padding, "dilations": dilations}
    expected = output_shape(kernel.shape, input_shape, **options)
    if values.shape != expected:
        raise ValueError(
            f"values of shape {values.shape} do not come from an input of shape "
            f"{tuple(input_shape)}: this convolution turns it into {expected}"
        )
    image = np.zeros(tuple(input_shape))
    for window, tap, pixel in contacts(kernel.shape[:2], input_shape[:2], **options):
        image[pixel] += kernel[tap] @ values[window]
    return image


def contacts(
    kernel_size: Sequence[int],
    input_size: Sequence[int],
    *,
    strides: int | Sequence[int],
    padding: str,
    dilations: int | Sequence[int] = 1,
) -> Iterator[tuple[Place, Place, Place]]:
    """Yield every contact of a window with a pixel inside the image, window by window.

    Args:
        kernel_size: (kh, kw).
        input_size: (h, w).
        strides: for height and width, or one number for both, in pixels.
        padding: "SAME" or "VALID".
        dilations: for height and width, or one number for both, in pixels.

    Yields:
        The window's place in the output, the tap's in the kernel, the pixel's in the image, each
        as (row, column).

    Raises:
        ValueError: a number is no positive integer, or the padding is neither.
    """
    kernel_size, input_size = pair("kernel_size", kernel_size), pair("input_size", input_size)
    steps = pair("dilations", dilations)
    tops, lefts = (
        window_starts(size, kernel, stride, step, padding)
        for size, kernel, stride, step in zip(
            input_size, kernel_size, pair("strides", strides), steps, strict=True
        )
    )
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            for a in range(kernel_size[0]):
                for b in range(kernel_size[1]):
                    y, x = top + a * steps[0], left + b * steps[1]
                    if 0 <= y < input_size[0] and 0 <= x < input_size[1]:
                        yield (i, j), (a, b), (y, x)


def window_starts(size: int, kernel: int, stride: int, dilation: int, padding: str) -> range:
    """Return where the windows over an axis start; before 0 is padding.

    The rule is written down as TensorFlow's documentation has it, not taken from `sizes`, so that
    each can be checked by the other. Source: TensorFlow's documentation of tf.nn, "Notes on
    padding".
    """
    window = (kernel - 1) * dilation + 1
    if known_padding(padding) == "VALID":
        return range(0, size - window + 1, stride)
    if size % stride == 0:
        before = max(window - stride, 0) // 2
    else:
        before = max(window - size % stride, 0) // 2
    return range(-before, size - before, stride)
