"""What only mutants of the code for Exercises 1 and 3 showed to be untested."""

import numpy as np
import pytest

from assignment4.convolution import chain_equations, convolution_matrix, solve_chain
from assignment4.convolution.checks import (
    is_gradient,
    is_one_of_several,
    layer_size,
    matrix_equals_layer,
    needs_output_shape,
    transpose_equals_layer,
)


def test_the_unknowns_of_the_equations_are_the_blanks_in_order():
    unknowns = [str(*equation.free_symbols) for equation in chain_equations()]
    assert unknowns == list(solve_chain())


@pytest.mark.can_fail("1a-one-possible")
@pytest.mark.parametrize(("height", "stride"), [(4, 1), (1, 4)])
def test_check_of_the_solutions_knows_every_stride_up_to_the_size(height, stride):
    """Stride 1 alone keeps 4 pixels, and of those up to 4 only 4 leaves one."""
    shapes = ((4, 4, 1), (height, 2, 1))
    solutions = [{"x1": 1, "x2": 1, "x3": stride, "x4": other} for other in (2, 3)]
    assert is_one_of_several(solutions[0], solutions, shapes)
    assert is_one_of_several(solutions[0], solutions[::-1], shapes)
    wrong = [solution | {"x3": stride + 1} for solution in solutions]
    assert not is_one_of_several(wrong[0], wrong, shapes)


@pytest.mark.can_fail("3a-gradient")
@pytest.mark.parametrize("size", [(1, 1), (1, 3), (3, 1), (2, 2), (2, 3), (3, 2)])
def test_check_of_the_gradient_fails_on_a_rule_that_is_wrong_at_one_size(size):
    assert not is_gradient(lambda A, p: (-A.T if A.shape == size else A.T) * p)


@pytest.mark.can_fail("1c-ambiguous")
def test_check_of_the_ambiguity_knows_two_sizes_and_the_smallest():
    options = {"kernel": 3, "padding": "SAME"}
    assert needs_output_shape([7, 8], 4, stride=2, **options)
    assert needs_output_shape([1, 2, 3], 1, stride=3, **options)
    assert not needs_output_shape([2, 3], 1, stride=3, **options)


@pytest.mark.parametrize(("kernel", "size"), [(2, 2), (3, 1), (4, 0)])
def test_a_kernel_as_large_as_the_axis_leaves_one_pixel_and_a_larger_one_none(kernel, size):
    assert layer_size(3, kernel, 1, "VALID") == size


@pytest.mark.can_fail("3b-matrix", "3b-transpose")
@pytest.mark.parametrize("place", [0, -1])
def test_checks_see_the_first_and_the_last_unit_image(place):
    """There are 256 of them, a whole batch."""
    kernel = np.random.default_rng(0).normal(size=(3, 3, 1, 1))
    options = {"strides": (1, 1), "padding": "SAME"}
    matrix = convolution_matrix(kernel, (16, 16, 1), **options)
    assert matrix_equals_layer(matrix, kernel, (16, 16, 1), **options)
    assert transpose_equals_layer(matrix.T, kernel, (16, 16, 1), **options)
    matrix.data[place] += 1e-6
    assert not matrix_equals_layer(matrix, kernel, (16, 16, 1), **options)
    assert not transpose_equals_layer(matrix.T, kernel, (16, 16, 1), **options)
