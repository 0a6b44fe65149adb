"""How large images become: the rules SAME and VALID, from input to output and back.

Everything here is about one axis of an image, except `output_shape`. The five functions at the
top are pure arithmetic: `symbolic_sizes` calls the same lines with symbols in place of numbers.
"""

from collections.abc import Sequence

from assignment4.convolution.arguments import known_padding, pair, positive_integer


def window_size(kernel, dilation):
    """Return (k - 1) d + 1, the pixels from a window's first tap to its last."""
    return (kernel - 1) * dilation + 1


def same_size(size, stride):
    """Return the output size under SAME, which is n / s rounded up."""
    return -(-size // stride)


def valid_size(size, window, stride):
    """Return the output size under VALID, which is (n - k') / s rounded down, plus 1."""
    return (size - window) // stride + 1


def same_bounds(size, stride):
    """Return the smallest and the largest input size that SAME turns into an output size."""
    return (size - 1) * stride + 1, size * stride


def valid_bounds(size, window, stride):
    """Return the smallest and the largest input size that VALID turns into an output size."""
    return (size - 1) * stride + window, size * stride + window - 1


def output_size(size: int, *, kernel: int, stride: int, padding: str, dilation: int = 1) -> int:
    r"""Return the size that a convolution gives an axis.

    $\lceil n / s \rceil$ for SAME and $\lfloor (n - k') / s \rfloor + 1$ for VALID, where
    $k' = (k - 1) d + 1$ is the size of a window.

    Args:
        size: n, of the input, in pixels.
        kernel: k, the number of taps.
        stride: s, the step from one window to the next, in pixels.
        padding: "SAME" or "VALID".
        dilation: d, the step from one tap to the next, in pixels.

    Raises:
        ValueError: a number is no positive integer, the padding is neither, or a window does not
            fit into the input without padding.

    Source: TensorFlow's documentation of tf.nn.convolution.
    """
    size, stride = positive_integer("size", size), positive_integer("stride", stride)
    window = window_size(positive_integer("kernel", kernel), positive_integer("dilation", dilation))
    if known_padding(padding) == "SAME":
        return same_size(size, stride)
    if window > size:
        raise ValueError(
            f"kernel {kernel} with dilation {dilation} does not fit into size {size}: VALID needs "
            f"size >= (kernel - 1) * dilation + 1 = {window}"
        )
    return valid_size(size, window, stride)


def padding_amounts(
    size: int, *, kernel: int, stride: int, padding: str, dilation: int = 1
) -> tuple[int, int]:
    r"""Return how many zeros a convolution puts before and after an axis.

    For SAME together $\max((m - 1) s + k' - n, 0)$, where m is the output size: just enough for
    the last window. TensorFlow's convention: of an odd number the larger half comes after.
    For VALID none. Arguments and errors are those of `output_size`.
    """
    outputs = output_size(size, kernel=kernel, stride=stride, padding=padding, dilation=dilation)
    if padding == "VALID":
        return 0, 0
    total = max((outputs - 1) * stride + window_size(kernel, dilation) - size, 0)
    return total // 2, total - total // 2


def preimage_sizes(size: int, *, stride: int) -> list[int]:
    """Return all input sizes that SAME turns into this output size, ascending.

    They are (m - 1) s + 1, ..., m s, whatever the kernel.

    Args:
        size: m, of the output, in pixels.
        stride: s, in pixels.

    Raises:
        ValueError: a number is no positive integer.
    """
    smallest, largest = same_bounds(
        positive_integer("size", size), positive_integer("stride", stride)
    )
    return list(range(smallest, largest + 1))


def preimage_sizes_valid(size: int, *, kernel: int, stride: int, dilation: int = 1) -> list[int]:
    """Return all input sizes that VALID turns into this output size, ascending.

    They are (m - 1) s + k', ..., m s + k' - 1, where k' = (k - 1) d + 1. Arguments and errors are
    those of `preimage_sizes` and `output_size`.
    """
    window = window_size(positive_integer("kernel", kernel), positive_integer("dilation", dilation))
    smallest, largest = valid_bounds(
        positive_integer("size", size), window, positive_integer("stride", stride)
    )
    return list(range(smallest, largest + 1))


def strides_between(size: int, output: int) -> list[int]:
    r"""Return all strides with which SAME turns an input size into an output size, ascending.

    $\lceil n / s \rceil = m$ is $n / m \le s < n / (m - 1)$. For m = 1 any s from n on will do;
    only n is returned, since with larger ones the single window is the same.

    Args:
        size: n, of the input, in pixels.
        output: m, in pixels.

    Returns:
        Strides from 1 to n; none where no stride leads from one size to the other.

    Raises:
        ValueError: a number is no positive integer.
    """
    size, output = positive_integer("size", size), positive_integer("output", output)
    smallest = same_size(size, output)
    largest = same_size(size, output - 1) - 1 if output > 1 else size
    return list(range(smallest, largest + 1))


def output_shape(
    kernel_shape: Sequence[int],
    input_shape: Sequence[int],
    *,
    strides: int | Sequence[int],
    padding: str,
    dilations: int | Sequence[int] = 1,
) -> tuple[int, int, int]:
    """Return the shape that a two-dimensional convolution gives an image.

    Args:
        kernel_shape: (kh, kw, in, out), TensorFlow's layout.
        input_shape: (h, w, in).
        strides: for height and width, or one number for both.
        padding: "SAME" or "VALID".
        dilations: for height and width, or one number for both.

    Returns:
        (output h, output w, out).

    Raises:
        ValueError: a shape has another rank, kernel and image have different channels, or an axis
            is refused by `output_size`.
    """
    if len(kernel_shape) != 4 or len(input_shape) != 3:
        raise ValueError(
            "expected a kernel of shape (kh, kw, in, out) and an input of shape (h, w, in), got "
            f"{tuple(kernel_shape)} and {tuple(input_shape)}"
        )
    *kernels, channels, out_channels = kernel_shape
    if channels != input_shape[2]:
        raise ValueError(
            f"a kernel of shape {tuple(kernel_shape)} needs inputs of {channels} channels, got "
            f"{input_shape[2]} in {tuple(input_shape)}"
        )
    positive_integer("channels", channels)
    height, width = (
        output_size(size, kernel=kernel, stride=stride, padding=padding, dilation=dilation)
        for size, kernel, stride, dilation in zip(
            input_shape[:2], kernels, pair("strides", strides), pair("dilations", dilations),
            strict=True,
        )
    )  # fmt: skip
    return height, width, positive_integer("output channels", out_channels)
