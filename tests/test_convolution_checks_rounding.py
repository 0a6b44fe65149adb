"""The checks of matrices forgive rounding and nothing larger, whatever the size of the numbers."""

import numpy as np
import pytest

from assignment4.convolution import checks, convolution_matrix
from assignment4.convolution.checks import matrix_equals_layer, transpose_equals_layer

SHAPE = (4, 4, 2)
OPTIONS = {"strides": (2, 1), "padding": "SAME"}
KERNEL = np.random.default_rng(0).uniform(1, 2, (3, 3, 2, 2))


def answers(kernel: np.ndarray, factor: float = 1.0) -> tuple[bool, bool]:
    """Return what the checks say of a kernel's matrix, and of its transpose, times a factor."""
    matrix = convolution_matrix(kernel, SHAPE, **OPTIONS) * factor
    return (
        matrix_equals_layer(matrix, kernel, SHAPE, **OPTIONS),
        transpose_equals_layer(matrix.T, kernel, SHAPE, **OPTIONS),
    )


@pytest.mark.can_fail("3b-matrix", "3b-transpose")
@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize("scale", [1, -1, 1e-6, 1e6])
def test_what_counts_as_rounding_is_relative_to_the_kernel(scale, step):
    """The kernel's numbers have one sign, so that all entries are too large or all too small."""
    assert answers(scale * KERNEL, 1 + step * 1e-14) == (True, True)
    assert answers(scale * KERNEL, 1 + step * 1e-9) == (False, False)


def test_a_kernel_of_zeros_has_the_matrix_of_zeros():
    assert answers(np.zeros(KERNEL.shape)) == (True, True)


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
    way = getattr(checks, name)
    monkeypatch.setattr(checks, name, lambda *values, **options: change(way(*values, **options)))
    assert answers(KERNEL) == (True, False)
