"""What the convolution's matrix costs, and that its indices hold numbers as large as they get."""

import tracemalloc

import numpy as np
import pytest
import scipy.sparse

from assignment4.convolution import convolution_matrix


@pytest.mark.parametrize(("size", "channels"), [(2**16, 1), (2**15, 4)])
def test_columns_beyond_32_bits_are_right(size, channels):
    """Four windows, one on each corner of an image of 2^32 numbers."""
    kernel = np.ones((1, 1, channels, 1))
    shape = (size, size, channels)
    matrix = convolution_matrix(kernel, shape, strides=size - 1, padding="VALID")
    corners = np.array([0, size - 1, size * (size - 1), size**2 - 1])
    assert matrix.shape == (4, 2**32)
    assert matrix.indices.tolist() == [
        pixel * channels + channel for pixel in corners.tolist() for channel in range(channels)
    ]


@pytest.mark.parametrize("out_channels", [7, 8, 9])
def test_indices_may_count_more_entries_than_the_image_has_numbers(out_channels, monkeypatch):
    """As many entries as 32 bits do not count take too much memory; 8 bits stand in for them.

    16 numbers in the image, and for each output channel 16 entries: 112, 128 and 144.
    """
    kernel = 1.0 + np.arange(4 * out_channels).reshape(1, 1, 4, out_channels)
    options = {"input_shape": (1, 4, 4), "strides": 1, "padding": "VALID"}
    expected = convolution_matrix(kernel, **options).toarray()

    def narrow_type(*, maxval):
        return np.int8 if maxval <= np.iinfo(np.int8).max else np.int16

    monkeypatch.setattr(scipy.sparse, "get_index_dtype", narrow_type)
    assert (convolution_matrix(kernel, **options).toarray() == expected).all()


@pytest.mark.parametrize("rows", [3, 5, 99])
def test_rows_of_taps_that_only_meet_padding_cost_no_memory(rows):
    """On an image of one pixel only the middle tap meets it."""
    middle = np.random.default_rng(0).normal(size=(1, 1, 100, 100))
    kernel = np.zeros((rows, 1, 100, 100))
    kernel[rows // 2] = middle[0]
    assert peak_memory(kernel) < 1.05 * peak_memory(middle)


def peak_memory(kernel: np.ndarray) -> int:
    """Return the bytes that making a matrix takes at most, for an image of one pixel."""
    tracemalloc.start()
    try:
        convolution_matrix(kernel, (1, 1, kernel.shape[2]), strides=1, padding="SAME")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
