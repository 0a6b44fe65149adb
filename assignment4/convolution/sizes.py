"""How large images become: the rules SAME and VALID, from input to output and back.

SAME pads with zeros until every s-th pixel has a window; VALID never pads. The five functions at
the top are pure arithmetic: `symbolic_sizes` calls the same lines with symbols for numbers.
"""

from collections.abc import Sequence
from numbers import Integral


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
    r"""Return the size m that a convolution gives an axis of size n, in pixels.

    $\lceil n / s \rceil$ for SAME and $\lfloor (n - k') / s \rfloor + 1$ for VALID, where
    $k' = (k - 1) d + 1$ is the size of a window of k taps that are d apart. ValueError: a number
    is no positive integer, the padding is neither, or a window does not fit without padding.
    Source: TensorFlow's documentation of tf.nn.convolution.
    """
    _check(padding, size=size, kernel=kernel, stride=stride, dilation=dilation)
    if padding == "SAME":
        return same_size(size, stride)
    window = window_size(kernel, dilation)
    if window > size:
        raise ValueError(
            f"kernel {kernel} with dilation {dilation} does not fit into size {size}: VALID needs "
            f"size >= (kernel - 1) * dilation + 1 = {window}"
        )
    return valid_size(size, window, stride)


def _check(padding: str, **numbers: int) -> None:
    if padding not in ("SAME", "VALID"):
        raise ValueError(f"padding must be SAME or VALID, got {padding!r}")
    for name, number in numbers.items():
        if not isinstance(number, Integral) or number < 1:
            raise ValueError(f"{name} must be a positive integer, got {number!r}")


def padding_amounts(size: int, **options) -> tuple[int, int]:
    r"""Return how many zeros a convolution puts before and after an axis; see `output_size`.

    For SAME together $\max((m - 1) s + k' - n, 0)$: just enough for the last window. TensorFlow's
    convention: of an odd number the larger half comes after. For VALID none.
    """
    outputs = output_size(size, **options)
    if options["padding"] == "VALID":
        return 0, 0
    window = window_size(options["kernel"], options.get("dilation", 1))
    total = max((outputs - 1) * options["stride"] + window - size, 0)
    return total // 2, total - total // 2


def preimage_sizes(
    size: int, *, kernel: int, stride: int, padding: str, dilation: int = 1
) -> list[int]:
    """Return all input sizes that a convolution turns into this output size m, ascending.

    They are (m - 1) s + 1, ..., m s under SAME, whatever the kernel, and (m - 1) s + k', ...,
    m s + k' - 1 under VALID; see `output_size`.
    """
    _check(padding, size=size, kernel=kernel, stride=stride, dilation=dilation)
    if padding == "SAME":
        smallest, largest = same_bounds(size, stride)
    else:
        smallest, largest = valid_bounds(size, window_size(kernel, dilation), stride)
    return list(range(smallest, largest + 1))


def strides_between(size: int, output: int) -> list[int]:
    r"""Return all strides with which SAME turns a size n into an output size m, ascending.

    $\lceil n / s \rceil = m$ is $n / m \le s < n / (m - 1)$. For m = 1 any s from n on will do;
    only n is returned, since with larger ones the single window is the same.
    """
    smallest = same_size(size, output)
    largest = same_size(size, output - 1) - 1 if output > 1 else size
    return list(range(smallest, largest + 1))


def axis_options(
    kernel_size: int | Sequence[int],
    *,
    strides: int | Sequence[int],
    padding: str,
    dilations: int | Sequence[int] = 1,
) -> tuple[dict, dict]:
    """Return the options of `output_size` for height and for width, from pairs or one for both."""
    axes = {"padding": padding}, {"padding": padding}
    given = {"kernel": kernel_size, "stride": strides, "dilation": dilations}
    for name, value in given.items():
        values = value if isinstance(value, Sequence) else (value, value)
        for axis, number in zip(axes, values, strict=True):
            axis[name] = number
    return axes


def output_shape(
    kernel_shape: Sequence[int], input_shape: Sequence[int], **options
) -> tuple[int, int, int]:
    """Return (output h, output w, out) for a kernel (kh, kw, in, out) and an image (h, w, in).

    The options are those of `axis_options`. Another rank, other channels, or an axis that
    `output_size` refuses raise ValueError.
    """
    if len(kernel_shape) != 4 or len(input_shape) != 3 or kernel_shape[2] != input_shape[2]:
        raise ValueError(
            "expected a kernel of shape (kh, kw, in, out) and an input of shape (h, w, in) with as "
            f"many channels, got {tuple(kernel_shape)} and {tuple(input_shape)}"
        )
    rows, columns = axis_options(kernel_shape[:2], **options)
    height, width, _ = input_shape
    return output_size(height, **rows), output_size(width, **columns), kernel_shape[3]


def output_padding_for(
    target: int, size: int, *, kernel: int, stride: int, padding: str
) -> int | None:
    r"""Return the output padding with which Keras's transposed convolution turns m into a target.

    With output padding p the layer returns $(m - 1) s + k - 2 \lfloor k / 2 \rfloor + p$ for SAME
    and $(m - 1) s + k + p$ for VALID. An even kernel under SAME needs p = s for the largest
    target; Keras refuses that, and only its own choice, None, leads there. Kernel, stride and
    padding are the convolution's; if it does not turn the target into m, that is a ValueError.
    Source: Keras 3, compute_conv_transpose_output_shape.
    """
    preimages = preimage_sizes(size, kernel=kernel, stride=stride, padding=padding)
    if target not in preimages:
        raise ValueError(
            f"a {padding} convolution with kernel {kernel} and stride {stride} does not turn size "
            f"{target} into {size}: it does so with {preimages[0]} to {preimages[-1]}"
        )
    least = (size - 1) * stride + (kernel % 2 if padding == "SAME" else kernel)
    return None if target - least == stride else target - least


def output_padding_pair(
    kernel_shape: Sequence[int], input_shape: Sequence[int], **options
) -> tuple[int, int] | None:
    """Return `output_padding_for` height and width of a convolution's input, without dilations.

    It is None where one of them needs that, so that the other may come out larger.
    """
    found = []
    for target, axis in zip(input_shape, axis_options(kernel_shape[:2], **options), strict=False):
        size = output_size(target, **axis)
        del axis["dilation"]
        found.append(output_padding_for(target, size, **axis))
    return None if None in found else tuple(found)
