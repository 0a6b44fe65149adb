"""What only mutants of measured errors, singular values and the descent showed to be untested."""

import numpy as np
import pytest

from assignment4.pca.batches import descent
from assignment4.pca.batches.descent import draw_order, draw_start
from assignment4.pca.batches.descent_checks import factor_between, geometric_mean
from assignment4.pca.components import PrincipalComponents, principal_components
from assignment4.pca.minimum.error_checks import (
    centring_saves_at_most_one_component,
    errors_are_discarded_sums,
    last_eigenvalue_is_rounding,
    mean_explains_error,
)
from assignment4.pca.minimum.errors import MeasuredErrors, UncentredError
from assignment4.pca.singular_values import decompose
from assignment4.pca.singular_values_checks import matches_components


def test_order_and_start_of_a_seed_share_no_random_numbers(monkeypatch):
    seeds = []
    generator = np.random.default_rng
    monkeypatch.setattr(
        descent.np.random, "default_rng", lambda seed: seeds.append(seed) or generator(seed)
    )
    for seed in range(3):
        draw_order(4, 4, seed=seed)
        draw_start(4, 2, seed=seed)
    assert len(set(seeds)) == 6


def test_an_interval_is_one_of_its_own_if_nothing_is_said():
    values = [1.0, 2.0, 4.0]
    assert geometric_mean(values) == geometric_mean(values, comparisons=1)
    excesses = {1: values, 2: [1.0, 1.0, 1.0]}
    assert factor_between(excesses, 1, 2) == factor_between(excesses, 1, 2, comparisons=1)
    assert factor_between(excesses, 1, 2) != factor_between(excesses, 1, 2, comparisons=2)


def errors(k: int, *, count: int = 1000, apart: float = 1e-6) -> MeasuredErrors:
    """An error of one part in a hundred million of the total, by a share apart from the sum."""
    sums = np.array([1e-8])
    return MeasuredErrors((k,), sums * (1 + apart), sums, 1.0, count)


@pytest.mark.can_fail("4b-error")
@pytest.mark.parametrize(("k", "count"), [(1, 1000), (400, 1000), (8, 10)])
def test_small_errors_must_agree_in_their_own_digits(k, count):
    assert errors_are_discarded_sums(errors(k, count=count, apart=1e-11))
    assert not errors_are_discarded_sums(errors(k, count=count))


@pytest.mark.parametrize(("k", "count"), [(401, 1000), (9, 10)])
def test_errors_near_rounding_need_not(k, count):
    assert errors_are_discarded_sums(errors(k, count=count))


def test_nothing_left_of_nothing_is_no_difference():
    zero = np.zeros(3)
    assert errors_are_discarded_sums(MeasuredErrors((0, 1, 2), zero, zero, 0.0, 5))
    assert mean_explains_error(UncentredError(0.0, 0.0, 0.0, 0.0))
    assert centring_saves_at_most_one_component(zero, zero)


def test_errors_are_compared_and_not_single_eigenvalues():
    assert centring_saves_at_most_one_component(np.array([3, 1.5, 0.5]), np.array([3, 1, 1.0]))
    assert not centring_saves_at_most_one_component(np.array([3.0, 2, 1]), np.array([3, 1.5, 1.4]))


def test_rounding_of_a_least_error_goes_by_the_largest():
    centred = np.array([3e6, 2e6, 0])
    assert centring_saves_at_most_one_component(centred, centred - [0, 3e-6, 0])
    assert not centring_saves_at_most_one_component(centred, centred - [0, 3e-5, 0])


def test_images_of_a_last_eigenvalue_are_finite():
    with pytest.raises(ValueError, match="sample 0 has nan in entry 1"):
        last_eigenvalue_is_rounding(np.array([[0, np.nan]]), 0.0)


def test_a_last_eigenvalue_may_be_what_the_decomposition_rounds():
    images = np.array([[1.0, -1, 0, 0], [0, 0, 1, -1]])
    rounding = 2 * np.finfo(float).eps ** 2
    assert last_eigenvalue_is_rounding(images, 3 * rounding)
    assert not last_eigenvalue_is_rounding(images, 6 * rounding)
    assert last_eigenvalue_is_rounding(np.zeros((3, 4)), 0.0)


def test_a_decomposition_matches_large_samples_and_equal_ones():
    large = 1e6 * np.random.default_rng(0).normal(size=(6, 3))
    for samples in (large, np.ones((3, 2))):
        components = principal_components(samples)
        for k in (0, 1, 2):
            assert matches_components(decompose(samples), samples, components, k)


@pytest.mark.parametrize(("scale", "angle"), [(1.0, np.pi / 4), (1e6, 1e-6)])
def test_what_is_left_may_agree_where_the_matrices_differ(scale, angle):
    """Of two equal eigenvalues any direction leaves as much."""
    samples = scale * np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])
    cosine, sine = np.cos(angle), np.sin(angle)
    vectors = decompose(samples).right.T @ [[cosine, -sine], [sine, cosine]]
    turned = PrincipalComponents(np.zeros(2), vectors, np.full(2, scale**2 / 2), 4)
    assert matches_components(decompose(samples), samples, turned, 2)
    assert not matches_components(decompose(samples), samples, turned, 1)
