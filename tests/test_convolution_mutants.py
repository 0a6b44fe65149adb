"""What only mutants of the code for Exercises 1 and 3 showed to be untested."""

import pytest

from assignment4.convolution import chain_equations, solve_chain
from assignment4.convolution.checks import is_gradient, is_one_of_several


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
    wrong = [solution | {"x3": stride + 1} for solution in solutions]
    assert not is_one_of_several(wrong[0], wrong, shapes)


@pytest.mark.can_fail("3a-gradient")
@pytest.mark.parametrize("size", [(1, 1), (1, 3), (3, 1), (2, 2), (2, 3), (3, 2)])
def test_check_of_the_gradient_fails_on_a_rule_that_is_wrong_at_one_size(size):
    assert not is_gradient(lambda A, p: (-A.T if A.shape == size else A.T) * p)
