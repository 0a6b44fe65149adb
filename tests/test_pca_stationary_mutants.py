"""What only mutants of the Lagrange argument and the auto-encoder's points showed untested."""

import pytest
import sympy

from assignment4.pca.derivation.settings import symbols_matrix
from assignment4.pca.linear_auto_encoder.points import (
    covariance_of,
    eigenvector_point,
    falling_direction,
    gradient_at,
)
from assignment4.pca.linear_auto_encoder.points_checks import is_saddle
from assignment4.pca.minimum.stationary import (
    curvatures,
    lagrangian,
    ordered_eigenvalues,
    report_pair_rule,
    rotated_basis,
)


def test_the_lagrangian_of_an_orthonormal_basis_is_the_variance():
    basis = rotated_basis(sympy.Symbol("t", real=True))
    covariance = symbols_matrix("s", 2, 2)
    norms, pairs = symbols_matrix("l", 2, 1), symbols_matrix("m", 2, 2)
    variance = (basis.T * covariance * basis).trace()
    assert sympy.simplify(lagrangian(covariance, basis, norms, pairs) - variance) == 0


def test_the_report_s_multipliers_of_pairs_are_zero():
    assert report_pair_rule(sympy.eye(2), sympy.ones(2, 1), sympy.ones(2, 1)) == 0


def test_the_last_eigenvalue_has_nothing_added():
    assert ordered_eigenvalues(3)[-1] == sympy.Symbol("lambda3", real=True)
    with pytest.raises(ValueError, match="gap 0 of 3 eigenvalues; gaps are 1 to 2"):
        ordered_eigenvalues(3, equal=[0])


def test_a_discarded_vector_is_turned_to_each_kept_one():
    assert set(curvatures(ordered_eigenvalues(3), [2])) == {(2, 1), (2, 3)}
    with pytest.raises(ValueError, match="eigenvector 4 of 3; numbers are 1 to 3"):
        curvatures(ordered_eigenvalues(3), [4])


def test_points_are_of_length_one_if_nothing_is_said():
    encoder, decoder = eigenvector_point(3, 2)
    assert encoder.T == decoder == sympy.Matrix([0, 1, 0])
    assert falling_direction(2, 2) == sympy.Matrix([1, 1, 0, 0])
    assert gradient_at((encoder, decoder)).shape == (6, 1)
    with pytest.raises(ValueError, match="from 1 to 3, got 0"):
        eigenvector_point(3, 0)


def test_all_eigenvalues_are_positive():
    covariance = covariance_of(3)
    assert covariance[2, 2] == sympy.Symbol("delta_3", positive=True)
    assert covariance[0, 0] == sum(sympy.symbols("delta_1:4", positive=True))


def test_a_point_from_which_nothing_rises_along_an_axis_is_no_saddle():
    origin = sympy.zeros(1, 2), sympy.zeros(2, 1)
    assert is_saddle(origin, sympy.Matrix([1, 1, 0, 0])) is False
