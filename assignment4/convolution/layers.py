"""The layers that the rest is checked against: TensorFlow's and Keras's, in float64.

Images come in batches (b, h, w, channels), kernels in TensorFlow's layout (kh, kw, in, out). The
same array serves the transposed layers, whose layout is (kh, kw, out, in): what the convolution
takes in they give out.
"""

from collections.abc import Callable, Sequence

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np
import tensorflow as tf

from assignment4.convolution.arguments import pair
from assignment4.convolution.backpropagation import activated_error_gradient
from assignment4.convolution.keras_sizes import output_padding_pair
from assignment4.convolution.matrix import convolution_matrix
from assignment4.convolution.sizes import output_shape


def convolve(
    images: np.ndarray | tf.Tensor,
    kernel: np.ndarray | tf.Tensor,
    *,
    strides: int | Sequence[int],
    padding: str,
    dilations: int | Sequence[int] = 1,
) -> tf.Tensor:
    """Return a batch convolved by TensorFlow, (b, output h, output w, out).

    With stride 1 by tf.nn.convolution, which has a gradient for any dilation; with others by
    tf.nn.conv2d, which on a CPU has none for dilations above 1.

    Args:
        images: (b, h, w, in) float64.
        kernel: (kh, kw, in, out) float64.
        strides: for height and width, or one number for both, in pixels.
        padding: "SAME" or "VALID".
        dilations: for height and width, or one number for both, in pixels.

    Raises:
        ValueError: kernel and images do not fit together; see `sizes.output_shape`.
    """
    options = {"strides": strides, "padding": padding, "dilations": dilations}
    output_shape(kernel.shape, images.shape[1:], **options)
    options |= {name: pair(name, options[name]) for name in ("strides", "dilations")}
    operation = tf.nn.convolution if options["strides"] == (1, 1) else tf.nn.conv2d
    return operation(images, kernel, **options)


def transpose_convolve(
    values: np.ndarray,
    kernel: np.ndarray,
    input_shape: Sequence[int],
    *,
    strides: int | Sequence[int],
    padding: str,
    dilations: int | Sequence[int] = 1,
) -> tf.Tensor:
    """Return a batch sent through TensorFlow's transposed convolution, (b, *input_shape).

    Args:
        values: (b, output h, output w, out) float64.
        kernel: (kh, kw, in, out) float64, the convolution's own.
        input_shape: (h, w, in) of the convolution's input; TensorFlow does not run without it.
        strides: of the convolution, for height and width, or one number for both, in pixels.
        padding: of the convolution, "SAME" or "VALID".
        dilations: of the convolution; other than 1 only one number for both, with stride 1.

    Raises:
        ValueError: the convolution does not turn input_shape into the shape of the values, or
            TensorFlow has no such operation.
    """
    strides, dilations = pair("strides", strides), pair("dilations", dilations)
    options = {"strides": strides, "padding": padding, "dilations": dilations}
    expected = output_shape(kernel.shape, input_shape, **options)
    if tuple(values.shape[1:]) != expected:
        raise ValueError(
            f"values of shape {tuple(values.shape[1:])} do not come from an input of shape "
            f"{tuple(input_shape)}: this convolution turns it into {expected}"
        )
    shape = (len(values), *input_shape)
    if dilations == (1, 1):
        return tf.nn.conv2d_transpose(values, kernel, shape, strides, padding)
    if strides != (1, 1) or dilations[0] != dilations[1]:
        raise ValueError(
            "TensorFlow's transposed convolution takes a dilation above 1 only with stride 1 and "
            f"equal for height and width, got strides {strides} and dilations {dilations}"
        )
    return tf.nn.atrous_conv2d_transpose(values, kernel, shape, dilations[0], padding)


def gradients_by_tape(
    loss: Callable[[tf.Tensor], tf.Tensor],
    images: np.ndarray,
    kernel: np.ndarray,
    *,
    strides: int | Sequence[int],
    padding: str,
    dilations: int | Sequence[int] = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradients of a loss of the convolved images, by TensorFlow's backward pass.

    Args:
        loss: from (b, output h, output w, out) float64 to a number.
        images: (b, h, w, in) float64.
        kernel: (kh, kw, in, out) float64.
        strides: for height and width, or one number for both, in pixels.
        padding: "SAME" or "VALID".
        dilations: for height and width, or one number for both; other than 1 only with stride 1.

    Returns:
        The gradients by the images and by the kernel, in their shapes, float64.
    """
    images, kernel = tf.constant(images), tf.constant(kernel)
    with tf.GradientTape() as tape:
        tape.watch([images, kernel])
        values = convolve(images, kernel, strides=strides, padding=padding, dilations=dilations)
        error = loss(values)
    by_images, by_kernel = tape.gradient(error, [images, kernel])
    return by_images.numpy(), by_kernel.numpy()


def build_convolution(
    kernel: np.ndarray,
    *,
    strides: int | Sequence[int],
    padding: str,
    dilations: int | Sequence[int] = 1,
) -> keras.layers.Conv2D:
    """Return Keras's convolution with this kernel and no bias, in float64."""
    *size, _, filters = kernel.shape
    layer = keras.layers.Conv2D(
        filters,
        size,
        strides=strides,
        padding=padding.lower(),
        dilation_rate=dilations,
        use_bias=False,
        dtype="float64",
    )
    return _with_kernel(layer, kernel, channels=kernel.shape[2])


def build_transposed(
    kernel: np.ndarray,
    *,
    strides: int | Sequence[int],
    padding: str,
    output_padding: Sequence[int] | None,
) -> keras.layers.Conv2DTranspose:
    """Return Keras's transposed convolution with this kernel and no bias, in float64.

    Args:
        kernel: (kh, kw, in, out), the convolution's own.
        strides: of the convolution, for height and width, or one number for both, in pixels.
        padding: of the convolution, "SAME" or "VALID".
        output_padding: for height and width, or None for Keras's own choice; the size that is
            wanted decides, see `keras_sizes.output_padding_pair`.
    """
    *size, filters, channels = kernel.shape
    layer = keras.layers.Conv2DTranspose(
        filters,
        size,
        strides=strides,
        padding=padding.lower(),
        output_padding=output_padding,
        use_bias=False,
        dtype="float64",
    )
    return _with_kernel(layer, kernel, channels=channels)


def _with_kernel(layer: keras.Layer, kernel: np.ndarray, *, channels: int) -> keras.Layer:
    layer.build((None, None, None, channels))
    layer.set_weights([kernel])
    return layer


def error_gradients(
    image: np.ndarray,
    kernel: np.ndarray,
    targets: np.ndarray,
    *,
    slope: float,
    strides: int | Sequence[int],
    padding: str,
) -> dict[str, np.ndarray]:
    """Return the gradient of E(x) = g(Ax) by the image, found in three ways.

    g is a parametric ReLU and the mean squared error; see `backpropagation.activated_error`. The
    matrix and Keras's transposed layer send its gradient back, worked out by hand; TensorFlow's
    backward pass sees Keras's activation and loss.

    Args:
        image: x, (h, w, in) float64.
        kernel: (kh, kw, in, out) float64.
        targets: (output h, output w, out) float64.
        slope: of the parametric ReLU.
        strides: for height and width, or one number for both, in pixels.
        padding: "SAME" or "VALID".

    Returns:
        For "matrix", "backward pass" and "transposed layer" the gradient, (h, w, in) float64.

    Raises:
        ValueError: the shapes do not fit together; see `keras_sizes.output_padding_pair`.

    Source: report, Exercise 3 b.
    """
    options = {"strides": strides, "padding": padding}
    A = convolution_matrix(kernel, image.shape, **options)
    values = (A @ image.ravel()).reshape(output_shape(kernel.shape, image.shape, **options))
    outer = activated_error_gradient(values, targets, slope=slope)
    activation = keras.layers.PReLU(keras.initializers.Constant(slope), dtype="float64")
    loss = keras.losses.MeanSquaredError(dtype="float64")
    by_image, _ = gradients_by_tape(
        lambda batch: loss(targets[np.newaxis], activation(batch)),
        image[np.newaxis],
        kernel,
        **options,
    )
    output_padding = output_padding_pair(kernel.shape, image.shape, **options)
    layer = build_transposed(kernel, output_padding=output_padding, **options)
    return {
        "matrix": (A.T @ outer.ravel()).reshape(image.shape),
        "backward pass": by_image[0],
        "transposed layer": layer(outer[np.newaxis])[0].numpy(),
    }
