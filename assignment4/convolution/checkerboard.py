"""The checkerboard of transposed convolutions: how many values reach each pixel.

Where the numbers differ from pixel to pixel, a flat feature map comes back with a pattern. A kernel
that the stride divides avoids it, and so does stride 1 on an image that was resized before.
Source: Odena, Dumoulin and Olah, Deconvolution and checkerboard artifacts, Distill 2016.
"""

from collections.abc import Sequence

import numpy as np

from assignment4.convolution.arguments import pair, positive_integer
from assignment4.convolution.sizes import output_size, padding_amounts


def inner_contributions(*, kernel: int, stride: int) -> list[int]:
    r"""Return how many values reach an inner pixel, for each of its s places in a stride.

    $\lceil (k - p) / s \rceil$ for a pixel p places behind the start of a window, 0 <= p < s: as
    many as there are taps p, p + s, p + 2 s, ... below k.

    Args:
        kernel: k, the number of taps.
        stride: s, in pixels.

    Raises:
        ValueError: a number is no positive integer.
    """
    kernel, stride = positive_integer("kernel", kernel), positive_integer("stride", stride)
    return [len(range(place, kernel, stride)) for place in range(stride)]


def is_even(*, kernel: int, stride: int) -> bool:
    """Say whether every inner pixel is reached by equally many values.

    It is so exactly where the stride divides the kernel: of the counts of `inner_contributions`
    the first k mod s are greater by one than the rest.
    """
    return positive_integer("kernel", kernel) % positive_integer("stride", stride) == 0


def contributions(size: int, *, kernel: int, stride: int, padding: str) -> np.ndarray:
    r"""Return how many values of a transposed convolution reach each pixel of an axis.

    Window i touches pixel q where $0 \le q + b - i s \le k - 1$, with b zeros of padding before
    the axis. So pixel q is reached by

    $\min(\lfloor (q + b) / s \rfloor, m - 1) - \max(\lceil (q + b - k + 1) / s \rceil, 0) + 1$

    of the m values, and by none where that is negative.

    Args:
        size: of the larger side, the transposed convolution's output, in pixels.
        kernel: k, the number of taps.
        stride: s, in pixels.
        padding: of the convolution, "SAME" or "VALID".

    Returns:
        (size,) int64.

    Raises:
        ValueError: the kernel does not fit; see `sizes.output_size`.
    """
    options = {"kernel": kernel, "stride": stride, "padding": padding}
    values = output_size(size, **options)
    places = np.arange(size) + padding_amounts(size, **options)[0]
    last = np.minimum(places // stride, values - 1)
    first = np.maximum(-((kernel - 1 - places) // stride), 0)
    return np.maximum(last - first + 1, 0)


def contributions_image(
    size: Sequence[int],
    *,
    kernel: int | Sequence[int],
    strides: int | Sequence[int],
    padding: str,
) -> np.ndarray:
    """Return how many values reach each pixel of an image: the product of those of both axes.

    Args:
        size: (h, w) of the larger side, in pixels.
        kernel: taps for height and width, or one number for both.
        strides: for height and width, or one number for both, in pixels.
        padding: of the convolution, "SAME" or "VALID".

    Returns:
        (h, w) int64.

    Raises:
        ValueError: the kernel does not fit; see `sizes.output_size`.
    """
    axes = zip(size, pair("kernel", kernel), pair("strides", strides), strict=True)
    rows, columns = (
        contributions(pixels, kernel=taps, stride=stride, padding=padding)
        for pixels, taps, stride in axes
    )
    return np.multiply.outer(rows, columns)
