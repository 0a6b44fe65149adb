r"""Exercise 3 b in NumPy: what goes back through a convolution, to its input and to its kernel.

The error is $E = g(A x)$, where g is an activation and a loss: the parametric ReLU and the mean
squared error of Exercise 2.
"""

from collections.abc import Sequence

import numpy as np

from assignment4.convolution.arguments import pair
from assignment4.convolution.matrix import convolution_matrix
from assignment4.convolution.sizes import output_shape, padding_amounts, window_size


def activated_error(values: np.ndarray, targets: np.ndarray, *, slope: float) -> float:
    r"""Return g(y), the mean squared error after a parametric ReLU.

    $g(y) = \frac{1}{m} \sum_i (h(y_i) - t_i)^2$ with $h(y) = \max(0, y) + a \min(0, y)$.

    Args:
        values: y, float of any shape.
        targets: t, of the same shape.
        slope: a.

    Raises:
        ValueError: values and targets have different shapes.
    """
    _check_same_shape(values, targets)
    return float(np.mean(np.square(_activate(values, slope) - targets)))


def activated_error_gradient(
    values: np.ndarray, targets: np.ndarray, *, slope: float
) -> np.ndarray:
    r"""Return the gradient of `activated_error` by the values, in their shape.

    $\frac{2}{m} (h(y_i) - t_i)\, h'(y_i)$. At the kink, where h has no derivative, h'(0) counts
    as 0, as in Keras's layer.

    Raises:
        ValueError: values and targets have different shapes.
    """
    _check_same_shape(values, targets)
    slopes = np.where(values > 0, 1.0, slope) * (values != 0)
    return 2 / values.size * (_activate(values, slope) - targets) * slopes


def _activate(values: np.ndarray, slope: float) -> np.ndarray:
    return np.maximum(values, 0) + slope * np.minimum(values, 0)


def _check_same_shape(values: np.ndarray, targets: np.ndarray) -> None:
    if values.shape != targets.shape:
        raise ValueError(f"values of shape {values.shape} and targets of shape {targets.shape}")


def kernel_gradient(
    image: np.ndarray,
    errors: np.ndarray,
    kernel_size: Sequence[int],
    *,
    strides: int | Sequence[int],
    padding: str,
    dilations: int | Sequence[int] = 1,
) -> np.ndarray:
    r"""Return the gradient of an error by a convolution's kernel, as another convolution.

    $\partial E / \partial K_{abco} = \sum_{ij} x_{is + ad,\, js + bd,\, c}\, e_{ijo}$, with x
    padded: the image convolved with the errors as kernel. Stride and dilation change places,
    and each channel of the image is convolved on its own.

    Args:
        image: x, (h, w, in) float, the convolution's input.
        errors: e, (output h, output w, out) float, the gradient by its output.
        kernel_size: (kh, kw).
        strides: of the convolution, for height and width, or one number for both, in pixels.
        padding: of the convolution, "SAME" or "VALID".
        dilations: of the convolution, for height and width, or one number for both, in pixels.

    Returns:
        (kh, kw, in, out) float, TensorFlow's layout.

    Raises:
        ValueError: the convolution does not turn the image's shape into that of the errors; see
            also `sizes.output_shape`.
    """
    channels, out_channels = image.shape[-1], errors.shape[-1]
    expected = output_shape(
        (*kernel_size, channels, out_channels),
        image.shape,
        strides=strides,
        padding=padding,
        dilations=dilations,
    )
    if errors.shape != expected:
        raise ValueError(
            f"errors of shape {errors.shape} do not come from an image of shape {image.shape}: "
            f"this convolution turns it into {expected}"
        )
    strides, dilations = pair("strides", strides), pair("dilations", dilations)
    for axis in (0, 1):
        options = {
            "kernel": kernel_size[axis],
            "stride": strides[axis],
            "dilation": dilations[axis],
        }
        before, after = padding_amounts(image.shape[axis], padding=padding, **options)
        width = [(0, 0)] * 3
        width[axis] = before, after
        window = window_size(kernel_size[axis], dilations[axis])
        seen = (errors.shape[axis] - 1) * strides[axis] + window
        image = np.pad(image, width).take(range(seen), axis)
    A = convolution_matrix(
        errors[:, :, np.newaxis, :],
        (*image.shape[:2], 1),
        strides=dilations,
        dilations=strides,
        padding="VALID",
    )
    gradient = A @ image.reshape(-1, channels)
    return gradient.reshape(*kernel_size, out_channels, channels).swapaxes(2, 3)
