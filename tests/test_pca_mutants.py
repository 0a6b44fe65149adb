"""What only mutants of the code for Exercise 4 showed to be untested."""

import dataclasses
import math
import warnings

import numpy as np
import pytest
import sympy

from assignment4.pca.batches import error as batches
from assignment4.pca.batches.checks import (
    corrected_formula_gives_error,
    gradient_is_unbiased,
    has_bias_factor,
    is_batch_error,
    report_gives_error,
)
from assignment4.pca.batches.error import BatchError, batch_error, corrected_rule, report_rule
from assignment4.pca.batches.estimates import (
    mean_error,
    naive_covariance,
    with_replacement,
)
from assignment4.pca.components import PrincipalComponents, reconstruction_error

RANDOM = np.random.default_rng(0)
BASIS = np.linalg.qr(RANDOM.normal(size=(4, 4))).Q
SAMPLES = RANDOM.normal(size=(3, 4))


@pytest.mark.parametrize("size", [2, 3, 7])
def test_the_report_s_side_is_the_scatter_of_two_or_more(size):
    scatter = sympy.Symbol("s")
    assert report_rule(sympy.Integer(size), scatter, sympy.Symbol("c")) == scatter


def test_one_sample_gives_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert math.isnan(batch_error(SAMPLES[:1], BASIS, 2).report)


@pytest.mark.parametrize(
    ("components", "told"),
    [
        (BASIS * [1, 1, 2, 1], r"up to 3\.0e\+00 from"),
        (BASIS / 2, r"up to 7\.5e-01 from"),
        (BASIS * (1 + 1e-6), r"up to 2\.0e-06 from"),
    ],
)
def test_components_that_are_not_orthonormal_are_refused(components, told):
    with pytest.raises(ValueError, match=told):
        batch_error(SAMPLES, components, 2)


def test_components_may_be_as_far_off_as_is_allowed(monkeypatch):
    monkeypatch.setattr(batches, "ORTHONORMAL", 0.0)
    assert batch_error(SAMPLES, np.eye(4), 2).error > 0


@pytest.mark.can_fail("4c-batch")
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_a_rule_that_is_wrong_for_one_size_is_noticed(size):
    assert not is_batch_error(lambda B, s, c: corrected_rule(B, s, c) + int(size == B))


@pytest.mark.can_fail("4c-unbiased")
@pytest.mark.parametrize("sizes", [(3, 2), (3, 3), (4, 2), (4, 3)])
def test_a_factor_that_is_wrong_for_one_population_is_noticed(sizes):
    def factor(L, B):
        return (B - 1) / B + int(sizes == (L, B))

    assert not has_bias_factor(factor, naive_covariance, with_replacement)


@pytest.mark.can_fail("4c-unbiased")
def test_a_gradient_that_is_wrong_for_one_sample_is_noticed():
    def error(batch, w):
        return mean_error(batch, w) * (2 if batch.rows == 1 else 1)

    assert not gradient_is_unbiased(error, with_replacement)


@pytest.mark.parametrize("check", [report_gives_error, corrected_formula_gives_error])
def test_a_batch_s_rounding_goes_by_its_error(check):
    assert check(BatchError(0.0, 0.0, 0.0, 0.0))
    large = BatchError(error=1e6, report=1e6, scatter=1e6, missing=0.0)
    assert check(large)
    assert check(dataclasses.replace(large, report=1e6 + 2e-7))
    assert not check(dataclasses.replace(large, report=1e6 + 2e-5))


def test_small_eigenvalues_are_not_lost_beside_a_large_one():
    eigenvalues = np.array([1.0, *np.full(6, 1e-16)])
    components = PrincipalComponents(np.zeros(7), np.eye(7), eigenvalues, 2)
    assert components.least_error(0) == 2 * math.fsum(eigenvalues) > 2


def test_all_variance_may_lie_along_one_component():
    components = PrincipalComponents(np.zeros(3), np.eye(3), np.array([2.0, 0, 0]), 2)
    assert components.shares_left().tolist() == [1, 0, 0, 0]


def test_a_reconstruction_is_of_finite_samples():
    assert reconstruction_error([[1, 2]], np.eye(2)) == 0
    with pytest.raises(ValueError, match="sample 0 has nan in entry 1"):
        reconstruction_error([[0, np.nan]], np.eye(2))


def test_a_batch_s_error_is_what_a_projection_leaves():
    batch = sympy.Matrix([[3, 1], [5, 2]])
    assert mean_error(batch, sympy.Matrix([1, 0])) == sympy.Rational(1 + 4, 2)
