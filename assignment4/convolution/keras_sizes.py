"""What Keras's transposed convolution makes of a size, and how to tell it which size is meant.

Keras takes no output shape but `output_padding`, a number of pixels for each axis. Everything here
is about one axis, except `output_padding_pair`.
"""

import operator
from collections.abc import Sequence

from assignment4.convolution.arguments import known_padding, pair, positive_integer
from assignment4.convolution.sizes import output_shape, preimage_sizes, preimage_sizes_valid


def keras_transposed_size(
    size: int, *, kernel: int, stride: int, padding: str, output_padding: int | None = None
) -> int:
    r"""Return the size that keras.layers.Conv2DTranspose gives an axis.

    For SAME $(m - 1) s + k - 2 \lfloor k / 2 \rfloor + p$, and $m s$ where the output padding p is
    None; for VALID $(m - 1) s + k + p$, and $(m - 1) s + \max(k, s)$.

    Args:
        size: m, of what goes into the transposed convolution, in pixels.
        kernel: k, the number of taps.
        stride: s, in pixels.
        padding: "SAME" or "VALID".
        output_padding: p, 0 to s - 1, in pixels, or None for Keras's own choice.

    Raises:
        ValueError: a number is no positive integer, the padding is neither, the output padding is
            no integer from 0 to s - 1, or it leads to a size that the convolution does not turn
            into m. That is so for even kernels with SAME and output padding 0, where Keras builds
            the layer and TensorFlow refuses to run it.

    Source: Keras 3, compute_conv_transpose_output_shape.
    """
    preimages = _preimages(size, kernel, stride, padding)
    if output_padding is None:
        return size * stride if padding == "SAME" else (size - 1) * stride + max(kernel, stride)
    if not 0 <= _integer(output_padding) < stride:
        raise ValueError(
            f"output_padding must be an integer from 0 to stride - 1 = {stride - 1}, "
            f"got {output_padding!r}"
        )
    target = _least_size(size, kernel, stride, padding) + output_padding
    _check_preimage(target, preimages, size, kernel, stride, padding)
    return target


def output_padding_for(
    target: int, size: int, *, kernel: int, stride: int, padding: str
) -> int | None:
    """Return the output padding with which Keras's transposed convolution gives a size.

    It is what the target exceeds the formula of `keras_transposed_size` by, with p = 0 there. An
    even kernel under SAME needs p = s for the largest target; Keras refuses that, and only its
    own choice, None, leads there. In all other cases a number is returned, since Keras does not
    take None for one axis and a number for the other.

    Args:
        target: the size wanted, in pixels.
        size: m, of what goes into the transposed convolution, in pixels.
        kernel: k, the number of taps.
        stride: s, in pixels.
        padding: "SAME" or "VALID".

    Returns:
        0 to s - 1, or None.

    Raises:
        ValueError: a number is no positive integer, the padding is neither, or the convolution
            does not turn the target into m.
    """
    preimages = _preimages(size, kernel, stride, padding)
    _check_preimage(positive_integer("target", target), preimages, size, kernel, stride, padding)
    output_padding = target - _least_size(size, kernel, stride, padding)
    return None if output_padding == stride else output_padding


def output_padding_pair(
    kernel_shape: Sequence[int],
    input_shape: Sequence[int],
    *,
    strides: int | Sequence[int],
    padding: str,
) -> tuple[int, int] | None:
    """Return the output padding with which Keras leads back to the shape of a convolution's input.

    Args:
        kernel_shape: (kh, kw, in, out) of the convolution.
        input_shape: (h, w, in) of its input.
        strides: for height and width, or one number for both, in pixels.
        padding: "SAME" or "VALID".

    Returns:
        For height and width, or None where both axes need Keras's own choice.

    Raises:
        ValueError: kernel and input do not fit together, or one axis needs a number and the other
            None, which Keras does not take.
    """
    values = output_shape(kernel_shape, input_shape, strides=strides, padding=padding)
    axes = zip(input_shape, values, kernel_shape, pair("strides", strides), strict=False)
    height, width = (
        output_padding_for(target, size, kernel=kernel, stride=stride, padding=padding)
        for target, size, kernel, stride in axes
    )
    if height is None and width is None:
        return None
    if height is None or width is None:
        raise ValueError(
            f"Keras takes output padding for both axes or for none, and an input of shape "
            f"{tuple(input_shape)} needs {height} for the height and {width} for the width"
        )
    return height, width


def _least_size(size: int, kernel: int, stride: int, padding: str) -> int:
    """Return Keras's size for output padding 0."""
    return (size - 1) * stride + (kernel - 2 * (kernel // 2) if padding == "SAME" else kernel)


def _preimages(size: int, kernel: int, stride: int, padding: str) -> list[int]:
    positive_integer("kernel", kernel)
    if known_padding(padding) == "SAME":
        return preimage_sizes(size, stride=stride)
    return preimage_sizes_valid(size, kernel=kernel, stride=stride)


def _check_preimage(target, preimages, size, kernel, stride, padding) -> None:
    if target not in preimages:
        raise ValueError(
            f"a {padding} convolution with kernel {kernel} and stride {stride} does not turn size "
            f"{target} into {size}: it does so with {preimages[0]} to {preimages[-1]}"
        )


def _integer(value: int) -> int:
    try:
        return operator.index(value)
    except TypeError:
        return -1
