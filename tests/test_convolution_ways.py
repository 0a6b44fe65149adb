"""Four independent ways to a convolution and its transpose agree, whatever the configuration.

The ways: the sparse matrix, the loops in plain NumPy, TensorFlow's backward pass, and the layers
of TensorFlow and Keras. Values lie between 1 and 2, so that nothing cancels and the bound on the
relative error holds for every single entry.
"""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assignment4.convolution import (
    convolution_matrix,
    convolve_loop,
    kernel_gradient,
    output_padding_for,
    output_shape,
    scatter_loop,
)
from assignment4.convolution.layers import (
    build_convolution,
    build_transposed,
    convolve,
    gradients_by_tape,
    transpose_convolve,
)

RELATIVE_ERROR = 1e-12

FAST = settings(max_examples=60, derandomize=True, deadline=None)
THOROUGH = settings(max_examples=600, derandomize=True, deadline=None)


@dataclass(frozen=True)
class Configuration:
    """A convolution: its shapes and options."""

    kernel_shape: tuple[int, int, int, int]
    input_shape: tuple[int, int, int]
    strides: tuple[int, int]
    padding: str
    dilations: tuple[int, int]

    @property
    def options(self) -> dict:
        return {"strides": self.strides, "padding": self.padding, "dilations": self.dilations}

    @property
    def feature_shape(self) -> tuple[int, int, int]:
        return output_shape(self.kernel_shape, self.input_shape, **self.options)

    def draw(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return a kernel, an image, and values of the output's shape."""
        generator = np.random.default_rng(0)
        shapes = self.kernel_shape, self.input_shape, self.feature_shape
        return tuple(generator.uniform(1, 2, shape) for shape in shapes)


def pairs(largest: int) -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(1, largest), st.integers(1, largest))


@st.composite
def configurations(draw, *, strided: bool, dilated: bool) -> Configuration:
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
    return Configuration(
        kernel_shape=(*(draw(st.integers(1, taps)) for taps in largest), *channels),
        input_shape=(*sizes, channels[0]),
        strides=draw(pairs(4)) if strided else (1, 1),
        padding=padding,
        dilations=dilations,
    )


@st.composite
def misfits(draw) -> Configuration:
    """Draw a kernel that, on one axis at least, does not fit into the image without padding."""
    axis, dilations = draw(st.integers(0, 1)), draw(pairs(3))
    kernels, sizes = list(draw(pairs(5))), list(draw(pairs(12)))
    kernels[axis] = draw(st.integers(2, 5))
    sizes[axis] = draw(st.integers(1, (kernels[axis] - 1) * dilations[axis]))
    return Configuration((*kernels, 1, 1), (*sizes, 1), draw(pairs(4)), "VALID", dilations)


WITH_GRADIENT = st.one_of(
    configurations(strided=True, dilated=False), configurations(strided=False, dilated=True)
)
"""What TensorFlow has a backward pass for: strides or dilations, not both."""

ANY = configurations(strided=True, dilated=True)


def assert_agree(found: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(found, expected, rtol=RELATIVE_ERROR, atol=0, strict=True)


def assert_matrix_and_loops_agree(configuration: Configuration) -> tuple[np.ndarray, np.ndarray]:
    """Compare matrix, loops and layer; return what the loops gathered and scattered."""
    kernel, image, values = configuration.draw()
    options, input_shape = configuration.options, configuration.input_shape
    A = convolution_matrix(kernel, input_shape, **options)
    gathered = convolve_loop(image, kernel, **options)
    assert_agree((A @ image.ravel()).reshape(gathered.shape), gathered)
    assert_agree(convolve(image[None], kernel, **options)[0].numpy(), gathered)
    scattered = scatter_loop(values, kernel, input_shape, **options)
    assert_agree((A.T @ values.ravel()).reshape(input_shape), scattered)
    return gathered, scattered


def assert_four_ways_agree(configuration: Configuration) -> None:
    gathered, scattered = assert_matrix_and_loops_agree(configuration)
    kernel, image, values = configuration.draw()
    options = configuration.options
    assert_agree(build_convolution(kernel, **options)(image[None])[0].numpy(), gathered)
    by_image, by_kernel = gradients_by_tape(
        lambda outputs: values * outputs, image[None], kernel, **options
    )
    assert_agree(by_image[0], scattered)
    for layer in transposed_layers(configuration, kernel):
        assert_agree(np.asarray(layer(values[None]))[0], scattered)

    assert_agree(kernel_gradient(image, values, kernel.shape[:2], **options), by_kernel)


def transposed_layers(configuration: Configuration, kernel: np.ndarray) -> list:
    """Return the transposed layers that can do this: TensorFlow's, and Keras's."""
    options, input_shape = configuration.options, configuration.input_shape
    found = []
    if len(set(configuration.dilations)) == 1:
        found.append(lambda values: transpose_convolve(values, kernel, input_shape, **options))
    if configuration.dilations == (1, 1):
        strides, padding = configuration.strides, configuration.padding
        axes = zip(input_shape, configuration.feature_shape, kernel.shape, strides, strict=False)
        output_padding = [
            output_padding_for(target, size, kernel=taps, stride=stride, padding=padding)
            for target, size, taps, stride in axes
        ]
        if output_padding.count(None) != 1:
            found.append(
                build_transposed(
                    kernel,
                    strides=strides,
                    padding=padding,
                    output_padding=None if None in output_padding else output_padding,
                )
            )
    return found


@FAST
@given(misfits())
def test_kernels_that_do_not_fit_are_refused_every_way(configuration):
    kernel, image = np.ones(configuration.kernel_shape), np.ones(configuration.input_shape)
    options, values = configuration.options, np.ones((1, 1, 1))
    for way in (
        lambda: convolution_matrix(kernel, image.shape, **options),
        lambda: convolve_loop(image, kernel, **options),
        lambda: scatter_loop(values, kernel, image.shape, **options),
        lambda: kernel_gradient(image, values, kernel.shape[:2], **options),
        lambda: convolve(image[None], kernel, **options),
        lambda: transpose_convolve(values[None], kernel, image.shape, **options),
        lambda: gradients_by_tape(lambda outputs: outputs, image[None], kernel, **options),
    ):
        with pytest.raises(ValueError, match="does not fit into size"):
            way()


@FAST
@given(WITH_GRADIENT)
def test_four_ways_agree(configuration):
    assert_four_ways_agree(configuration)


@pytest.mark.slow
@THOROUGH
@given(WITH_GRADIENT)
def test_four_ways_agree_on_hundreds_of_configurations(configuration):
    assert_four_ways_agree(configuration)


@FAST
@given(ANY)
def test_matrix_and_loops_agree_with_strides_and_dilations(configuration):
    assert_matrix_and_loops_agree(configuration)


@pytest.mark.slow
@THOROUGH
@given(ANY)
def test_matrix_and_loops_agree_on_hundreds_of_configurations(configuration):
    assert_matrix_and_loops_agree(configuration)
