"""Arguments of convolutions that are left out, and kernels that are none."""

import numpy as np
import pytest

from assignment4.convolution import (
    convolution_matrix,
    convolve_loop,
    keras_transposed_size,
    output_padding_for,
    toeplitz_matrix,
)
from assignment4.convolution.layers import build_convolution, convolve

TAPS = np.array([1.0, 2.0, 3.0])
KERNEL = TAPS.reshape(1, 3, 1, 1)
LINE = np.array([1.0, 10.0, 100.0, 1000.0]).reshape(1, 4, 1)
OPTIONS = {"strides": 1, "padding": "VALID"}


@pytest.mark.parametrize(
    "way",
    [
        lambda: convolution_matrix(KERNEL, LINE.shape, **OPTIONS) @ LINE.ravel(),
        lambda: toeplitz_matrix(TAPS, 4, stride=1, padding="VALID") @ LINE.ravel(),
        lambda: convolve_loop(LINE, KERNEL, **OPTIONS),
        lambda: convolve(LINE[None], KERNEL, **OPTIONS),
        lambda: build_convolution(KERNEL, **OPTIONS)(LINE[None]),
    ],
)
def test_without_a_dilation_taps_lie_side_by_side(way):
    assert np.ravel(way()).tolist() == [321, 3210]


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("kernel", [0, -1, 2.5])
@pytest.mark.parametrize(
    "function",
    [
        keras_transposed_size,
        lambda size, **options: output_padding_for(2 * size, size, **options),
    ],
)
def test_kernels_that_are_no_positive_integer_are_refused(function, kernel, padding):
    with pytest.raises(ValueError, match=f"kernel must be a positive integer, got {kernel}"):
        function(4, kernel=kernel, stride=2, padding=padding)
