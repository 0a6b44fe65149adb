"""Exercise 3 b: what goes back through a convolution, to its input and to its kernel.

The error is E(x) = g(Ax), where g is the parametric ReLU and the mean squared error of Exercise 2.
"""

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from assignment4.convolution.layers import build_transposed, gradients_by_tape, transpose_convolve
from assignment4.convolution.matrix import convolution_matrix
from assignment4.convolution.sizes import (
    axis_options,
    output_padding_pair,
    padding_amounts,
    window_size,
)


def activate(values: np.ndarray, slope: float) -> np.ndarray:
    r"""Return the parametric ReLU $h(y) = \max(0, y) + a \min(0, y)$ with slope a."""
    return np.maximum(values, 0) + slope * np.minimum(values, 0)


def activated_error(values: np.ndarray, targets: np.ndarray, *, slope: float) -> float:
    r"""Return $g(y) = \frac{1}{m} \sum_i (h(y_i) - t_i)^2$ for values y and targets t."""
    return float(np.mean(np.square(activate(values, slope) - targets)))


def activated_error_gradient(
    values: np.ndarray, targets: np.ndarray, *, slope: float
) -> np.ndarray:
    r"""Return $\frac{2}{m} (h(y_i) - t_i)\, h'(y_i)$, the gradient of `activated_error` by y.

    At the kink, where h has no derivative, h'(0) counts as 0, as in Keras's layer.
    """
    slopes = np.where(values > 0, 1.0, slope) * (values != 0)
    return 2 / values.size * (activate(values, slope) - targets) * slopes


def error_gradients(
    image: np.ndarray, kernel: np.ndarray, targets: np.ndarray, *, slope: float, **options
) -> dict[str, np.ndarray]:
    """Return the gradient of E by the image: by "matrix", "backward pass" and "transposed layer".

    The matrix and the transposed layer send g's gradient back, worked out by hand. The transposed
    layer is Keras's where that can lead back to the image's size, and else TensorFlow's. Image,
    kernel and targets are (h, w, in), (kh, kw, in, out) and (output h, output w, out), in float64,
    the options strides and padding. Source: report, Exercise 3 b.
    """
    A = convolution_matrix(kernel, image.shape, **options)
    outer = activated_error_gradient(
        (A @ image.ravel()).reshape(targets.shape), targets, slope=slope
    )
    by_image, _ = gradients_by_keras(image, kernel, targets, slope=slope, **options)
    output_padding = output_padding_pair(kernel.shape, image.shape, **options)
    layer = build_transposed(kernel, output_padding=output_padding, **options)
    sent_back = layer(outer[np.newaxis])[0].numpy()
    if sent_back.shape != image.shape:
        sent_back = transpose_convolve(outer[np.newaxis], kernel, image.shape, **options)[0].numpy()
    return {
        "matrix": (A.T @ outer.ravel()).reshape(image.shape),
        "backward pass": by_image,
        "transposed layer": sent_back,
    }


def gradients_by_keras(
    image: np.ndarray, kernel: np.ndarray, targets: np.ndarray, *, slope: float, **options
) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradients of E by image and kernel, by Keras's layers and the backward pass."""
    from assignment4.reproducible import keras

    activation = keras.layers.PReLU(keras.initializers.Constant(slope), dtype="float64")
    loss = keras.losses.MeanSquaredError(dtype="float64")
    by_images, by_kernel = gradients_by_tape(
        lambda batch: loss(targets[np.newaxis], activation(batch)),
        image[np.newaxis],
        kernel,
        **options,
    )
    return by_images[0], by_kernel


def kernel_gradient(
    image: np.ndarray, errors: np.ndarray, kernel_size: Sequence[int], **options
) -> np.ndarray:
    r"""Return the gradient of an error by a convolution's kernel.

    $\partial E / \partial K_{abco} = \sum_{ij} x_{is + ad,\, js + bd,\, c}\, p_{ijo}$, with the
    image x, (h, w, in), padded, and the errors p, (output h, output w, out), the gradient by the
    output. Kernel size and options are those of `sizes.axis_options`.
    """
    rows, columns = axis_options(kernel_size, **options)
    zeros = [padding_amounts(image.shape[0], **rows), padding_amounts(image.shape[1], **columns)]
    spans = [window_size(axis["kernel"], axis["dilation"]) for axis in (rows, columns)]
    windows = sliding_window_view(np.pad(image, [*zeros, (0, 0)]), spans, axis=(0, 1))
    windows = windows[:: rows["stride"], :: columns["stride"]]
    pixels = windows[..., :: rows["dilation"], :: columns["dilation"]]
    return np.einsum("ijcab,ijo->abco", pixels, errors)
