"""What goes back through a convolution, against finite differences, loops and TensorFlow."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from assignment4.convolution import (
    activated_error,
    activated_error_gradient,
    contacts,
    convolution_matrix,
    convolve_loop,
    kernel_gradient,
    output_shape,
)
from assignment4.convolution.layers import (
    build_transposed,
    convolve,
    error_gradients,
    gradients_by_tape,
    transpose_convolve,
)

CASES = [
    {"strides": strides, "padding": padding}
    for strides in ((1, 1), (2, 1), (2, 3))
    for padding in ("SAME", "VALID")
]


@pytest.fixture
def generator():
    return np.random.default_rng(0)


def central_differences(function, place: np.ndarray, step: float = 1e-6) -> np.ndarray:
    """Return the derivatives of a function of an array by each of its entries."""
    derivatives = np.empty_like(place)
    for index in np.ndindex(place.shape):
        unit = np.zeros_like(place)
        unit[index] = step
        derivatives[index] = (function(place + unit) - function(place - unit)) / (2 * step)
    return derivatives


def test_activated_error_by_hand():
    values, targets = np.array([-2.0, 3.0]), np.array([0.5, 1.0])
    assert activated_error(values, targets, slope=0.25) == ((-0.5 - 0.5) ** 2 + 2**2) / 2
    gradient = activated_error_gradient(values, targets, slope=0.25)
    assert gradient.tolist() == [-1 * 0.25, 2.0]


def test_activated_error_gradient_by_differences(generator):
    values, targets = generator.normal(size=(2, 3, 4, 2))
    found = activated_error_gradient(values, targets, slope=0.25)
    expected = central_differences(lambda y: activated_error(y, targets, slope=0.25), values)
    assert found == pytest.approx(expected, abs=1e-8)


def test_the_kink_counts_as_in_keras():
    values, targets = np.array([[-1.0, 0.0, 2.0]]), np.ones((1, 3))
    activation = keras.layers.PReLU(keras.initializers.Constant(0.25), dtype="float64")
    place = tf.constant(values)
    with tf.GradientTape() as tape:
        tape.watch(place)
        error = tf.reduce_mean(tf.square(activation(place) - targets))
    expected = tape.gradient(error, place).numpy()
    assert activated_error_gradient(values, targets, slope=0.25) == pytest.approx(expected)


@pytest.mark.parametrize("function", [activated_error, activated_error_gradient])
def test_targets_of_another_shape_are_refused(function):
    with pytest.raises(ValueError, match=r"values of shape \(3,\) and targets of shape \(3, 1\)"):
        function(np.ones(3), np.ones((3, 1)), slope=0.25)


@pytest.mark.parametrize("options", CASES)
def test_gradient_of_the_error_is_found_in_three_ways(options, generator):
    image, kernel = generator.normal(size=(7, 8, 2)), generator.normal(size=(3, 3, 2, 3))
    targets = generator.normal(size=output_shape(kernel.shape, image.shape, **options))
    found = error_gradients(image, kernel, targets, slope=0.25, **options)
    assert list(found) == ["matrix", "backward pass", "transposed layer"]
    expected = central_differences(
        lambda x: activated_error(convolve_loop(x, kernel, **options), targets, slope=0.25), image
    )
    for gradient in found.values():
        assert gradient == pytest.approx(expected, abs=1e-8)
        assert np.abs(gradient - found["matrix"]).max() <= 1e-12 * np.abs(expected).max()


@pytest.mark.parametrize("options", [*CASES, {"strides": 2, "padding": "SAME", "dilations": 3}])
def test_kernel_gradient_is_a_sum_over_contacts(options, generator):
    image, kernel = generator.normal(size=(7, 8, 2)), generator.normal(size=(3, 2, 2, 3))
    errors = generator.normal(size=output_shape(kernel.shape, image.shape, **options))
    expected = np.zeros(kernel.shape)
    for window, tap, pixel in contacts((3, 2), (7, 8), **options):
        expected[tap] += np.multiply.outer(image[pixel], errors[window])
    found = kernel_gradient(image, errors, (3, 2), **options)
    assert found == pytest.approx(expected, abs=1e-12)


def test_kernel_gradient_is_the_tape_s(generator):
    image, kernel = generator.normal(size=(28, 28, 1)), generator.normal(size=(3, 3, 1, 4))
    errors = generator.normal(size=(14, 14, 4))
    options = {"strides": 2, "padding": "SAME"}
    _, expected = gradients_by_tape(
        lambda values: tf.reduce_sum(values * errors), image[None], kernel, **options
    )
    found = kernel_gradient(image, errors, (3, 3), **options)
    assert np.abs(found - expected).max() <= 1e-12 * np.abs(expected).max()


def test_kernel_gradient_of_errors_from_another_image_is_refused():
    with pytest.raises(ValueError, match=r"turns it into \(14, 14, 4\)"):
        kernel_gradient(
            np.ones((28, 28, 1)), np.ones((14, 13, 4)), (3, 3), strides=2, padding="SAME"
        )


def test_layers_take_batches(generator):
    images, kernel = generator.normal(size=(3, 5, 6, 2)), generator.normal(size=(3, 3, 2, 4))
    options = {"strides": (2, 1), "padding": "SAME"}
    values = convolve(images, kernel, **options).numpy()
    assert values.dtype == np.float64
    A = convolution_matrix(kernel, (5, 6, 2), **options)
    assert values.reshape(3, -1) == pytest.approx(images.reshape(3, -1) @ A.T.toarray())
    back = transpose_convolve(values, kernel, (5, 6, 2), **options).numpy()
    assert back.reshape(3, -1) == pytest.approx(values.reshape(3, -1) @ A.toarray())


def test_keras_s_own_choice_of_a_size():
    layer = build_transposed(
        np.zeros((3, 3, 17, 15)), strides=(3, 2), padding="SAME", output_padding=None
    )
    assert layer(np.zeros((1, 22, 24, 15))).shape == (1, 66, 48, 17)


def test_tensorflow_does_not_run_without_a_shape():
    with pytest.raises(TypeError, match=r"[Mm]issing"):
        tf.nn.conv2d_transpose(np.zeros((1, 4, 4, 1)), np.zeros((3, 3, 1, 1)), strides=2)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strides": 1}, r"turns it into \(12, 12, 1\)"),
        ({"strides": 3, "dilations": 2}, r"got strides \(3, 3\) and dilations \(2, 2\)"),
        ({"strides": 0}, "strides must be a positive integer, got 0"),
    ],
)
def test_transposed_layers_that_do_not_exist_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        transpose_convolve(
            np.zeros((1, 4, 4, 1)), np.zeros((3, 3, 1, 1)), (12, 12, 1), padding="SAME", **options
        )


def test_unequal_dilations_are_refused():
    with pytest.raises(ValueError, match=r"dilations \(1, 2\)"):
        transpose_convolve(
            np.zeros((1, 4, 4, 1)), np.zeros((3, 3, 1, 1)), (4, 4, 1), strides=1, padding="SAME",
            dilations=(1, 2),
        )  # fmt: skip
