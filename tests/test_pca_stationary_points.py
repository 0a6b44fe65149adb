"""Every eigenvector is a stationary point of the auto-encoder's error; all but one are saddles."""

import numpy as np
import pytest
import sympy

from assignment4.pca.batches.descent import draw_start, excess_errors, follow_gradient
from assignment4.pca.components import principal_components
from assignment4.pca.linear_auto_encoder.points import (
    covariance_of,
    eigenvector_point,
    error_of_weights,
    falling_direction,
    hessian_at,
    matching_encoder,
    second_derivative,
    weights_of,
)
from assignment4.pca.linear_auto_encoder.points_checks import (
    curves_upwards,
    is_saddle,
    is_stationary,
    only_eigenvectors_are_stationary,
)
from assignment4.pca.singular_values import decompose, truncate
from assignment4.pca.singular_values_checks import matches_components

c = sympy.Symbol("c", real=True, nonzero=True)
SIZES = [2, 3]


def origin(d: int) -> tuple[sympy.Matrix, sympy.Matrix]:
    return sympy.zeros(1, d), sympy.zeros(d, 1)


@pytest.mark.parametrize("d", SIZES)
def test_every_eigenvector_is_stationary_and_has_the_others_as_its_error(d):
    covariance = covariance_of(d)
    for number in range(1, d + 1):
        point = eigenvector_point(d, number, c)
        assert is_stationary(point)
        others = covariance.trace() - covariance[number - 1, number - 1]
        assert sympy.expand(error_of_weights(*point, covariance) - others) == 0
    assert is_stationary(origin(d))


@pytest.mark.parametrize("d", SIZES)
def test_all_but_the_first_are_saddles(d):
    assert curves_upwards(eigenvector_point(d, 1, c))
    eigenvalues = covariance_of(d).diagonal()
    for number in range(2, d + 1):
        point, direction = eigenvector_point(d, number, c), falling_direction(d, number, c)
        assert is_saddle(point, direction)
        assert not curves_upwards(point)
        fall = second_derivative(eigenvector_point(d, number), falling_direction(d, number))
        assert sympy.expand(fall - 2 * (eigenvalues[number - 1] - eigenvalues[0])) == 0


@pytest.mark.parametrize("d", SIZES)
def test_there_are_no_other_stationary_points(d):
    assert only_eigenvectors_are_stationary(d)
    for wrong in (
        lambda decoder: decoder.T,
        lambda decoder: -matching_encoder(decoder),
        lambda decoder: 2 * matching_encoder(decoder),
        lambda decoder: sympy.zeros(*decoder.T.shape),
    ):
        assert not only_eigenvectors_are_stationary(d, wrong)


def test_the_origin_is_level_and_falls_too():
    hessian = hessian_at(origin(2))
    first = covariance_of(2)[0, 0]
    assert sympy.expand(hessian[:2, :2].det() + 4 * first**2) == 0
    assert not curves_upwards(origin(2))


@pytest.mark.parametrize("d", SIZES)
def test_check_of_stationary_points_fails(d):
    """At a mixture of eigenvectors, with another scale, and with one sign flipped."""
    encoder, decoder = eigenvector_point(d, 1)
    other_encoder, other_decoder = eigenvector_point(d, 2)
    mixture = (encoder + other_encoder) / sympy.sqrt(2), (decoder + other_decoder) / sympy.sqrt(2)
    for point in (mixture, (encoder, 2 * decoder), (-encoder, decoder), (encoder, other_decoder)):
        assert not is_stationary(point)
        assert not curves_upwards(point)
        assert not is_saddle(point, falling_direction(d, 2))


def test_check_of_saddles_fails():
    """At the minimum for every direction that leaves the others, and along directions that rise."""
    for direction in (falling_direction(3, 2), falling_direction(3, 3)):
        assert not is_saddle(eigenvector_point(3, 1), direction)
    rising = sympy.zeros(6, 1)
    rising[0], rising[1] = 1, -1
    assert not is_saddle(eigenvector_point(3, 2), rising)
    towards_smaller = sympy.zeros(6, 1)
    towards_smaller[4] = towards_smaller[5] = 1
    assert not is_saddle(eigenvector_point(3, 2), towards_smaller)


def test_the_error_is_that_of_samples():
    generator = np.random.default_rng(0)
    samples = generator.standard_normal((40, 2))
    a, b = generator.standard_normal((1, 2)), generator.standard_normal((2, 1))
    covariance = sympy.Matrix(samples.T @ samples / len(samples))
    encoder, decoder = weights_of(2)
    symbols = [*encoder, *decoder]
    error = error_of_weights(encoder, decoder, covariance)
    value = error.subs(dict(zip(symbols, [*a.ravel(), *b.ravel()], strict=True)))
    measured = np.square(samples - samples @ a.T @ b.T).sum(axis=1).mean()
    assert float(value) == pytest.approx(measured, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: covariance_of(1), "d = 1"),
        (lambda: eigenvector_point(2, 3), "from 1 to 2, got 3"),
        (lambda: falling_direction(3, 1), "2 to 3 only, got 1"),
    ],
)
def test_points_that_there_are_not(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_descents_leave_a_saddle():
    """From beside eigenvectors 2 and 3 gradient descent on all samples ends at 1 and 2."""
    roots = np.sqrt(5 * np.array([5.0, 3.0, 1.0, 0.5, 0.2]))
    samples, identity = np.diag(roots), np.eye(5)
    beside = np.linalg.qr(identity[:, 1:3] + 1e-3 * draw_start(5, 2, seed=0)).Q
    least = float(np.square(roots[2:]).sum())

    def excess(start, steps):
        order = np.tile(np.arange(5), steps)
        networks = follow_gradient(samples, order, start, batch_size=5, rates=[0.1])
        return excess_errors(samples, networks, least)[0]

    assert excess(identity[:, 1:3], 200) > 2
    assert excess(beside, 1) > 2
    assert excess(beside, 200) < 1e-6


@pytest.fixture
def samples():
    generator = np.random.default_rng(1)
    return generator.standard_normal((30, 6)) * [5, 4, 3, 2, 1, 0.5] + 7


@pytest.mark.parametrize("k", [0, 1, 3, 6])
def test_singular_values_leave_what_components_leave(samples, k):
    assert matches_components(decompose(samples), samples, principal_components(samples), k)


def test_check_of_the_singular_values_fails(samples):
    """Without centring, with singular values not squared rightly, and with the smallest kept."""
    components, decomposition = principal_components(samples), decompose(samples)
    uncentred = type(decomposition)(*np.linalg.svd(samples, full_matrices=False))
    assert not matches_components(uncentred, samples, components, 2)
    left, values, right = decomposition
    for wrong in (
        (left, values / np.sqrt(30), right),
        (left[:, ::-1], values[::-1], right[::-1]),
        (left, values, -right),
    ):
        assert not matches_components(type(decomposition)(*wrong), samples, components, 2)


def test_no_matrix_of_rank_k_is_nearer(samples):
    decomposition = decompose(samples)
    centred = samples - samples.mean(axis=0)
    least = np.square(centred - truncate(decomposition, 2)).sum()
    generator = np.random.default_rng(2)
    for _ in range(100):
        left = generator.standard_normal((30, 2))
        nearest = left @ np.linalg.lstsq(left, centred, rcond=None)[0]
        assert np.square(centred - nearest).sum() > least
