"""How many values reach each pixel, by the formula and by counting."""

import numpy as np
import pytest

from assignment4.convolution import (
    contacts,
    contributions,
    contributions_image,
    convolution_matrix,
    inner_contributions,
    is_even,
    padding_amounts,
)


def column_sums(size, kernel, strides, padding) -> np.ndarray:
    """Count the stored entries of each column of the matrix of ones."""
    matrix = convolution_matrix(
        np.ones((*kernel, 1, 1)), (*size, 1), strides=strides, padding=padding
    )
    return matrix.sum(axis=0).reshape(size)


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_contributions_are_column_sums_of_the_matrix(padding):
    for kernel, stride in np.ndindex(6, 5):
        for size in range(kernel + 1 if padding == "VALID" else 1, 15):
            found = contributions(size, kernel=kernel + 1, stride=stride + 1, padding=padding)
            expected = column_sums((1, size), (1, kernel + 1), (1, stride + 1), padding)
            assert found.tolist() == expected[0].tolist()


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_contributions_to_an_image_are_a_product(padding):
    options = {"strides": (2, 3), "padding": padding}
    found = contributions_image((9, 11), kernel=(3, 4), **options)
    assert (found == column_sums((9, 11), (3, 4), (2, 3), padding)).all()
    counted = np.zeros((9, 11), int)
    for _, _, pixel in contacts((3, 4), (9, 11), **options):
        counted[pixel] += 1
    assert (found == counted).all()


def test_kernel_3_with_stride_2_by_hand():
    assert contributions(7, kernel=3, stride=2, padding="VALID").tolist() == [1, 1, 2, 1, 2, 1, 1]
    assert contributions(6, kernel=3, stride=2, padding="SAME").tolist() == [1, 1, 2, 1, 2, 1]
    assert inner_contributions(kernel=3, stride=2) == [2, 1]
    assert inner_contributions(kernel=3, stride=6) == [1, 1, 1, 0, 0, 0]


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_inner_pixels_repeat_with_the_stride(padding):
    for kernel, stride in np.ndindex(6, 5):
        options = {"kernel": kernel + 1, "stride": stride + 1, "padding": padding}
        size = 8 * (stride + 1) + kernel
        found = contributions(size, **options)
        before = padding_amounts(size, **options)[0]
        period = inner_contributions(kernel=kernel + 1, stride=stride + 1)
        assert sum(period) == kernel + 1
        for pixel in range(kernel + 1, size - 2 * (kernel + 1) - stride):
            assert found[pixel] == period[(pixel + before) % (stride + 1)]


@pytest.mark.parametrize(
    ("kernel", "stride", "even"),
    [(3, 2, False), (4, 2, True), (2, 2, True), (5, 1, True), (3, 6, False), (6, 4, False)],
)
def test_contributions_are_even_where_the_stride_divides_the_kernel(kernel, stride, even):
    assert is_even(kernel=kernel, stride=stride) is even
    assert (len(set(inner_contributions(kernel=kernel, stride=stride))) == 1) is even


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: contributions(2, kernel=3, stride=2, padding="VALID"), "kernel 3 .* size 2"),
        (lambda: contributions(2, kernel=3, stride=0, padding="SAME"), "stride must .* got 0"),
        (lambda: inner_contributions(kernel=0, stride=2), "kernel must .* got 0"),
        (lambda: is_even(kernel=3, stride=-2), "stride must .* got -2"),
        (
            lambda: contributions_image((4, 4), kernel=(3, 3, 3), strides=2, padding="SAME"),
            r"kernel must be one number or two, .*\(3, 3, 3\)",
        ),
    ],
)
def test_impossible_kernels_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
