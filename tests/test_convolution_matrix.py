"""The convolution as a matrix, and what goes back through it, found in ways that share no code.

Values lie between 1 and 2, so that nothing cancels and the bound on the relative error holds for
every single entry.
"""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment4.convolution import (
    activated_error,
    activated_error_gradient,
    build_transposed,
    convolution_matrix,
    error_gradients,
    gradients_by_keras,
    kernel_gradient,
    line_matrix,
    matrices_equal_layers,
    output_padding_pair,
    output_shape,
    transposes_equal_layers,
)
from assignment4.convolution import matrix as module
from assignment4.convolution.layers import convolve, gradients_by_tape, transpose_convolve
from assignment4.convolution.scattering import contacts, scatter_loop

FAST = settings(max_examples=60, derandomize=True, deadline=None)

# The shape of a kernel, that of its input, and the options of a convolution.
Layer = tuple[tuple[int, ...], tuple[int, int, int], dict]


def pairs(largest: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(1, largest), st.integers(1, largest))


@st.composite
def layers(draw, *, strided: bool = True, dilated: bool = True) -> Layer:
    """Draw sizes 1 to 12, kernels 1 to 5, strides 1 to 4, dilations 1 to 3, channels 1 to 3.

    Without padding only kernels that fit into the image are drawn, with it also larger ones.
    """
    sizes, channels = draw(pairs(12)), draw(pairs(3))
    dilations = draw(pairs(3)) if dilated else (1, 1)
    padding = draw(st.sampled_from(["SAME", "VALID"]))
    largest = [
        5 if padding == "SAME" else min(5, (size - 1) // dilation + 1)
        for size, dilation in zip(sizes, dilations, strict=True)
    ]
    kernel_size = tuple(draw(st.integers(1, taps)) for taps in largest)
    strides = draw(pairs(4)) if strided else (1, 1)
    options = {"strides": strides, "padding": padding, "dilations": dilations}
    return (*kernel_size, *channels), (*sizes, channels[0]), options


# What TensorFlow has a backward pass for: strides or dilations, not both.
WITH_GRADIENT = st.one_of(layers(dilated=False), layers(strided=False))


def draw_numbers(layer: Layer) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return a kernel, an image, and values of the output's shape."""
    kernel_shape, input_shape, options = layer
    generator = np.random.default_rng(0)
    shapes = kernel_shape, input_shape, output_shape(kernel_shape, input_shape, **options)
    return tuple(generator.uniform(1, 2, shape) for shape in shapes)


def assert_agree(found: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=0, strict=True)


@FAST
@given(layers())
def test_matrix_convolution_and_kernel_gradient_are_loops_over_contacts(layer):
    kernel, image, values = draw_numbers(layer)
    _, input_shape, options = layer
    A = convolution_matrix(kernel, input_shape, **options)
    gathered, weights = np.zeros(values.shape), np.zeros(kernel.shape)
    for window, tap, pixel in contacts(kernel.shape[:2], input_shape[:2], **options):
        gathered[window] += image[pixel] @ kernel[tap]
        weights[tap] += np.multiply.outer(image[pixel], values[window])
    assert_agree((A @ image.ravel()).reshape(values.shape), gathered)
    assert_agree(convolve(image[None], kernel, **options)[0].numpy(), gathered)
    scattered = scatter_loop(values, kernel, input_shape, **options)
    assert_agree((A.T @ values.ravel()).reshape(input_shape), scattered)
    assert_agree(kernel_gradient(image, values, kernel.shape[:2], **options), weights)


@FAST
@given(WITH_GRADIENT)
def test_the_transpose_is_tensorflow_s_backward_pass_and_its_transposed_layers(layer):
    kernel, image, values = draw_numbers(layer)
    _, input_shape, options = layer
    A = convolution_matrix(kernel, input_shape, **options)
    expected = (A.T @ values.ravel()).reshape(input_shape)
    by_images, by_kernel = gradients_by_tape(
        lambda outputs: values * outputs, image[None], kernel, **options
    )
    assert_agree(by_images[0], expected)
    assert_agree(kernel_gradient(image, values, kernel.shape[:2], **options), by_kernel)
    if options["dilations"] != (1, 1):
        return
    options = {name: options[name] for name in ("strides", "padding")}
    assert_agree(transpose_convolve(values[None], kernel, input_shape, **options)[0], expected)
    output_padding = output_padding_pair(kernel.shape, input_shape, **options)
    found = build_transposed(kernel, output_padding=output_padding, **options)(values[None])[0]
    if output_padding is not None:
        assert_agree(found.numpy(), expected)


@pytest.mark.parametrize(
    ("taps", "options", "expected"),
    [
        ([1, 2, 3], {"stride": 1, "padding": "VALID"}, [[1, 2, 3, 0], [0, 1, 2, 3]]),
        ([1, 2, 3], {"stride": 2, "padding": "SAME"}, [[1, 2, 3, 0], [0, 0, 1, 2]]),
        ([1, 2], {"stride": 3, "padding": "SAME"}, [[1, 2, 0, 0], [0, 0, 0, 1]]),
    ],
)
def test_rows_of_a_line_by_hand(taps, options, expected):
    found = line_matrix(taps, 4, **options)
    assert found.tolist() == expected
    assert found.dtype == int


def test_flat_order_is_height_width_channel():
    kernel, options = np.array([[[[2.0, 3.0], [5.0, 7.0]]]]), {"strides": 1, "padding": "VALID"}
    matrix = convolution_matrix(kernel, (1, 2, 2), **options)
    assert matrix.toarray().tolist() == [[2, 5, 0, 0], [3, 7, 0, 0], [0, 0, 2, 5], [0, 0, 3, 7]]
    tall = convolution_matrix(np.reshape([1, 2], (2, 1, 1, 1)), (2, 3, 1), **options)
    assert tall.toarray().tolist() == [[1, 0, 0, 2, 0, 0], [0, 1, 0, 0, 2, 0], [0, 0, 1, 0, 0, 2]]


def test_the_first_layer_of_the_chain_by_counting():
    """Rows meet 22 windows of 3 less one row of padding on two sides; columns 24 of 3 less one."""
    kernel = np.zeros((3, 3, 17, 15))
    matrix = convolution_matrix(kernel, (64, 48, 17), strides=(3, 2), padding="SAME")
    assert isinstance(matrix, scipy.sparse.csr_array)
    assert matrix.has_sorted_indices
    assert matrix.shape == (22 * 24 * 15, 64 * 48 * 17)
    assert matrix.nnz == (22 * 3 - 2) * (24 * 3 - 1) * 17 * 15 == 1_158_720


@pytest.mark.parametrize(("given", "kept"), [("float32", "float32"), ("int64", "float64")])
def test_dtype_is_the_kernel_s_if_it_is_a_float(given, kept):
    kernel = np.ones((2, 2, 1, 1), given)
    assert convolution_matrix(kernel, (3, 3, 1), strides=1, padding="SAME").dtype == kept


def test_columns_beyond_32_bits_are_right():
    """Four windows, one on each corner of an image of 2^32 numbers."""
    size, channels = 2**15, 4
    matrix = convolution_matrix(
        np.ones((1, 1, channels, 1)), (size, size, channels), strides=size - 1, padding="VALID"
    )
    corners = np.array([0, size - 1, size * (size - 1), size**2 - 1])
    assert matrix.shape == (4, 2**32)
    assert matrix.indices.tolist() == (corners[:, None] * channels + np.arange(4)).ravel().tolist()


def test_activated_error_by_hand():
    values, targets = np.array([-2.0, 3.0, 0.0]), np.array([0.5, 1.0, 1.0])
    assert activated_error(values, targets, slope=0.25) == (1 + 2**2 + 1) / 3
    gradient = activated_error_gradient(values, targets, slope=0.25)
    assert gradient == pytest.approx([-2 / 3 * 0.25, 4 / 3, 0])


def central_differences(function, place: np.ndarray, step: float = 1e-6) -> np.ndarray:
    """Return the derivatives of a function of an array by each of its entries."""
    moves = step * np.eye(place.size).reshape(-1, *place.shape)
    found = [(function(place + move) - function(place - move)) / (2 * step) for move in moves]
    return np.reshape(found, place.shape)


@pytest.mark.parametrize(
    ("kernel_size", "strides", "padding"),
    [((3, 3), (2, 1), "SAME"), ((2, 3), (2, 3), "SAME"), ((4, 2), 1, "VALID"), ((4, 2), 2, "SAME")],
)
def test_gradients_of_the_error_are_its_differences(kernel_size, strides, padding):
    """Of the kernels some need Keras's own choice for one axis, and a number for the other."""
    generator = np.random.default_rng(0)
    image, kernel = generator.normal(size=(6, 7, 2)), generator.normal(size=(*kernel_size, 2, 3))
    options = {"strides": strides, "padding": padding}
    targets = generator.normal(size=output_shape(kernel.shape, image.shape, **options))

    def error(image: np.ndarray, kernel: np.ndarray) -> float:
        values = convolution_matrix(kernel, image.shape, **options) @ image.ravel()
        return activated_error(values, targets.ravel(), slope=0.25)

    found = error_gradients(image, kernel, targets, slope=0.25, **options)
    expected = central_differences(lambda x: error(x, kernel), image)
    for gradient in found.values():
        assert gradient == pytest.approx(expected, abs=1e-8)
        assert np.abs(gradient - found["matrix"]).max() <= 1e-12 * np.abs(expected).max()
    _, by_kernel = gradients_by_keras(image, kernel, targets, slope=0.25, **options)
    expected = central_differences(lambda weights: error(image, weights), kernel)
    assert by_kernel == pytest.approx(expected, abs=1e-8)


KERNEL = np.random.default_rng(0).uniform(1, 2, (3, 3, 2, 2))
SHAPE, OPTIONS = (6, 6, 2), {"strides": (2, 1), "padding": "SAME"}
LAYER = (KERNEL, SHAPE, OPTIONS)


def matrix_of(kernel: np.ndarray = KERNEL, **changes) -> scipy.sparse.csr_array:
    return convolution_matrix(kernel, SHAPE, **(OPTIONS | changes))


WRONG_MATRICES = [
    -matrix_of(),
    matrix_of(KERNEL[::-1, ::-1]),
    matrix_of(KERNEL.swapaxes(0, 1)),
    matrix_of(KERNEL.swapaxes(2, 3)),
    matrix_of(strides=(1, 2)),
    matrix_of(strides=(3, 1)),
    matrix_of(padding="VALID"),
    matrix_of() * (1 + 1e-9),
    matrix_of() * (1 - 1e-9),
    matrix_of().T,
]


@pytest.mark.can_fail("3b-matrix", "3b-transpose")
@pytest.mark.parametrize("wrong", WRONG_MATRICES)
def test_checks_of_the_matrix_and_its_transpose_fail(wrong):
    assert matrices_equal_layers([matrix_of()] * 2, [LAYER] * 2)
    assert transposes_equal_layers([matrix_of().T] * 2, [LAYER] * 2)
    for matrices in ([wrong, matrix_of()], [matrix_of(), wrong]):
        assert not matrices_equal_layers(matrices, [LAYER] * 2)
        assert not transposes_equal_layers([one.T for one in matrices], [LAYER] * 2)


@pytest.mark.can_fail("3b-transpose")
def test_check_of_the_transpose_fails_on_what_undoes_the_values():
    inverse = scipy.sparse.csr_array(np.linalg.pinv(matrix_of().toarray()))
    assert not transposes_equal_layers([inverse], [LAYER])


@pytest.mark.can_fail("3b-matrix", "3b-transpose")
@pytest.mark.parametrize("place", [0, -1])
@pytest.mark.parametrize("size", [16, 20])
def test_checks_see_all_unit_images(size, place):
    """There are 256 of them, a whole batch, or more."""
    kernel, shape = np.random.default_rng(0).normal(size=(3, 3, 1, 1)), (size, size, 1)
    options = {"strides": (1, 1), "padding": "SAME"}
    matrix = convolution_matrix(kernel, shape, **options)
    assert matrices_equal_layers([matrix], [(kernel, shape, options)])
    assert transposes_equal_layers([matrix.T], [(kernel, shape, options)])
    matrix.data[place] += 1e-6
    assert not matrices_equal_layers([matrix], [(kernel, shape, options)])
    assert not transposes_equal_layers([matrix.T], [(kernel, shape, options)])


@pytest.mark.can_fail("3b-matrix", "3b-transpose")
@pytest.mark.parametrize("scale", [-1, 1e-6, 1e6, 0])
def test_what_counts_as_rounding_is_relative_to_the_kernel(scale):
    layer = (scale * KERNEL, SHAPE, OPTIONS)
    for factor, holds in ((1 + 1e-14, True), (1 + 1e-9, scale == 0)):
        matrix = matrix_of(scale * KERNEL) * factor
        assert matrices_equal_layers([matrix], [layer]).holds is holds
        assert transposes_equal_layers([matrix.T], [layer]).holds is holds


@pytest.mark.can_fail("3b-transpose")
@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("transpose_convolve", lambda images: 2 * images),
        ("gradients_by_tape", lambda gradients: (2 * gradients[0], gradients[1])),
        ("scatter_loop", lambda image: 2 * image),
    ],
)
def test_the_transpose_must_equal_each_of_the_three_ways(name, change, monkeypatch):
    way = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *values, **options: change(way(*values, **options)))
    assert not transposes_equal_layers([matrix_of().T], [LAYER])
