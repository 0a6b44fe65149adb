"""The layers that the rest is checked against: TensorFlow's and Keras's, in float64.

Images come in batches (b, h, w, channels), kernels are the convolution's, (kh, kw, in, out), for
transposed layers as well. What does not fit raises ValueError or tf.errors.InvalidArgumentError.
"""

from collections.abc import Callable, Sequence

import numpy as np


def convolve(images: np.ndarray, kernel: np.ndarray, *, strides: int | Sequence[int], **options):
    """Return a batch convolved by TensorFlow, a tensor (b, output h, output w, out).

    The options are padding and dilations. With stride 1 by tf.nn.convolution, which has a gradient
    for any dilation; with others by tf.nn.conv2d, which on a CPU has none for dilations above 1.
    """
    from assignment4.reproducible import tensorflow as tf

    operation = tf.nn.convolution if strides in (1, (1, 1)) else tf.nn.conv2d
    return operation(images, kernel, strides=strides, **options)


def transpose_convolve(
    values: np.ndarray, kernel: np.ndarray, input_shape: Sequence[int], **options
):
    """Return a batch sent through TensorFlow's transposed convolution, a tensor (b, *input_shape).

    It refuses an input shape, (h, w, in), that the convolution, with these strides and padding,
    does not turn into the shape of the values.
    """
    from assignment4.reproducible import tensorflow as tf

    return tf.nn.conv2d_transpose(values, kernel, (len(values), *input_shape), **options)


def gradients_by_tape(
    loss: Callable, images: np.ndarray, kernel: np.ndarray, **options
) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradients of a loss of what `convolve` returns, by images and by kernel.

    By TensorFlow's backward pass, where dilations above 1 go with stride 1 alone.
    """
    from assignment4.reproducible import tensorflow as tf

    images, kernel = tf.constant(images), tf.constant(kernel)
    with tf.GradientTape() as tape:
        tape.watch([images, kernel])
        error = loss(convolve(images, kernel, **options))
    by_images, by_kernel = tape.gradient(error, [images, kernel])
    return by_images.numpy(), by_kernel.numpy()


def build_transposed(kernel: np.ndarray, *, padding: str, **options):
    """Return Keras's transposed convolution with this kernel and no bias, in float64.

    The options are the convolution's strides and `sizes.output_padding_pair`, or None for Keras's
    own choice.
    """
    from assignment4.reproducible import keras

    *size, filters, channels = kernel.shape
    options |= {"padding": padding.lower(), "use_bias": False, "dtype": "float64"}
    layer = keras.layers.Conv2DTranspose(filters, size, **options)
    layer.build((None, None, None, channels))
    layer.set_weights([kernel])
    return layer


def layer_size(size: int, *, kernel: int, stride: int, padding: str) -> int:
    """Return the size that TensorFlow's convolution gives an axis, 0 where the kernel is larger."""
    if padding == "VALID" and kernel > size:
        return 0
    image, taps = np.zeros((1, size, 1, 1)), np.zeros((kernel, 1, 1, 1))
    return convolve(image, taps, strides=(stride, 1), padding=padding).shape[1]
