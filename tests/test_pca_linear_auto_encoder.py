"""Every eigenvector is a stationary point of the auto-encoder's error; all but one are saddles."""

import numpy as np
import pytest
import sympy

from assignment4.pca import linear_auto_encoder as linear

c = sympy.Symbol("c", real=True, nonzero=True)


def origin(d: int) -> tuple[sympy.Matrix, sympy.Matrix]:
    return sympy.zeros(1, d), sympy.zeros(d, 1)


def test_error_and_derivatives_are_those_of_samples():
    """Against differences of the error measured with NumPy, for the eigenvalues 3 and 1."""
    random = np.random.default_rng(0)
    samples = np.linalg.qr(random.normal(size=(40, 2))).Q * np.sqrt([3 * 40, 40])
    point = random.normal(size=4)  # a_1, b_1, a_2, b_2

    def measured(weights):
        a, b = weights[::2], weights[1::2]
        return np.square(samples - np.outer(samples @ a, b)).sum(axis=1).mean()

    def slopes(values):
        steps = 1e-4 * np.eye(4)
        return lambda at: np.array([values(at + e) - values(at - e) for e in steps]) / 2e-4

    gaps = dict(zip(sympy.symbols("delta_1:3", positive=True), (2, 1), strict=True))
    covariance = linear.covariance_of(2).subs(gaps)
    assert covariance == sympy.diag(3, 1)
    weights = sympy.Matrix([point[::2]]), sympy.Matrix(point[1::2])
    error = linear.error_of_weights(*weights, covariance)
    assert float(error) == pytest.approx(measured(point), rel=1e-10)
    gradient = np.array(linear.gradient_at(weights).subs(gaps), float)[:, 0]
    assert gradient == pytest.approx(slopes(measured)(point), abs=1e-5)
    hessian = np.array(linear.hessian_at(weights).subs(gaps), float)
    assert hessian == pytest.approx(slopes(slopes(measured))(point), abs=1e-4)


@pytest.mark.parametrize("d", [2, 3])
def test_every_eigenvector_is_stationary_and_all_but_the_first_are_saddles(d):
    covariance = linear.covariance_of(d)
    eigenvalues = covariance.diagonal()
    assert linear.is_stationary(origin(d))
    assert not linear.curves_upwards(origin(d))
    assert linear.curves_upwards(linear.eigenvector_point(d, 1, c))
    for number in range(1, d + 1):
        point = linear.eigenvector_point(d, number, c)
        assert linear.is_stationary(point)
        others = covariance.trace() - eigenvalues[number - 1]
        assert sympy.expand(linear.error_of_weights(*point, covariance) - others) == 0
    for number in range(2, d + 1):
        point = linear.eigenvector_point(d, number, c)
        direction = linear.falling_direction(d, number, c)
        assert linear.is_saddle(point, direction)
        assert not linear.curves_upwards(point)
        fall = linear.second_derivative(point, direction)
        assert sympy.expand(fall - 2 * (eigenvalues[number - 1] - eigenvalues[0])) == 0


@pytest.mark.parametrize("d", [2, 3])
def test_there_are_no_other_stationary_points(d):
    assert linear.only_eigenvectors_are_stationary(d)
    for wrong in (
        lambda decoder: decoder.T,
        lambda decoder: -linear.matching_encoder(decoder),
        lambda decoder: 2 * linear.matching_encoder(decoder),
    ):
        assert not linear.only_eigenvectors_are_stationary(d, wrong)
    encoder, decoder = linear.eigenvector_point(d, 1)
    other_encoder, other_decoder = linear.eigenvector_point(d, 2)
    mixture = (encoder + other_encoder) / sympy.sqrt(2), (decoder + other_decoder) / sympy.sqrt(2)
    for point in (mixture, (encoder, 2 * decoder), (-encoder, decoder), (encoder, other_decoder)):
        assert not linear.is_stationary(point)
        assert not linear.curves_upwards(point)
        assert not linear.is_saddle(point, linear.falling_direction(d, 2))


def test_check_of_saddles_fails():
    """At the minimum, along directions that rise, and where nothing rises along an axis."""
    for direction in (linear.falling_direction(3, 2), linear.falling_direction(3, 3)):
        assert not linear.is_saddle(linear.eigenvector_point(3, 1), direction)
    for rising in (sympy.Matrix([1, -1, 0, 0, 0, 0]), sympy.Matrix([0, 0, 0, 0, 1, 1])):
        assert not linear.is_saddle(linear.eigenvector_point(3, 2), rising)
    assert not linear.is_saddle(origin(2), sympy.Matrix([1, 1, 0, 0]))


def test_points_that_there_are_not():
    for number in (0, 3):
        with pytest.raises(ValueError, match="from 1 to 2"):
            linear.eigenvector_point(2, number)
    with pytest.raises(ValueError, match="2 to 3"):
        linear.falling_direction(3, 1)
