"""The batches of Exercise 4 c: formulas and estimates hold, and wrong ones do not."""

import dataclasses
import math

import numpy as np
import pytest
import sympy

from assignment4.pca.batches.checks import (
    corrected_formula_gives_error,
    gradient_is_unbiased,
    has_bias_factor,
    is_batch_error,
    is_batch_error_of_any_size,
    is_scatter_by_pairs,
    is_unbiased,
    report_gives_error,
)
from assignment4.pca.batches.error import batch_error, corrected_rule, report_rule, scatter_matrix
from assignment4.pca.batches.estimates import (
    batch_covariance,
    bias_factor,
    centred_error,
    expectation,
    gradient_factor,
    mean_error,
    naive_covariance,
    population,
    second_moment,
    with_replacement,
    without_replacement,
)

RANDOM = np.random.default_rng(0)
D = 5
COMPONENTS = np.linalg.qr(RANDOM.normal(size=(D, D))).Q
BATCHES = {size: RANDOM.normal(size=(size, D)) for size in (1, 2, 3, 10, 100)}


@pytest.mark.can_fail("4c-batch")
def test_the_report_s_formula_fails_for_every_size():
    assert is_batch_error(corrected_rule)
    for size in (1, 2, 3, 4):
        assert not is_batch_error(report_rule, sizes=[size])
    assert not is_batch_error_of_any_size(report_rule)
    assert is_batch_error_of_any_size(corrected_rule)


@pytest.mark.can_fail("4c-batch")
@pytest.mark.parametrize(
    "wrong",
    [
        lambda size, scatter, mean: scatter - size * mean**2,
        lambda size, scatter, mean: scatter + mean**2,
        lambda size, scatter, mean: scatter + (size - 1) * mean**2,
        lambda size, scatter, mean: scatter + size**2 * mean**2,
        lambda size, scatter, mean: scatter + size * mean,
        lambda size, scatter, mean: scatter / (size - 1) + size * mean**2,
    ],
)
def test_checks_of_the_batch_s_error_fail(wrong):
    assert not is_batch_error(wrong, sizes=[2, 3])
    assert not is_batch_error_of_any_size(wrong)


def test_for_one_sample_the_report_s_side_has_no_value():
    assert report_rule(sympy.Integer(1), sympy.Integer(0), sympy.Symbol("c")) is sympy.nan
    error = batch_error(BATCHES[1], COMPONENTS, 2)
    assert math.isnan(error.report)
    assert error.scatter == 0
    assert error.missing == pytest.approx(error.error, rel=1e-12)


@pytest.mark.can_fail("4c-batch")
@pytest.mark.parametrize("size", BATCHES)
@pytest.mark.parametrize("k", range(D))
def test_both_sides_in_numbers(size, k):
    error = batch_error(BATCHES[size], COMPONENTS, k)
    assert not report_gives_error(error)
    assert corrected_formula_gives_error(error)
    for name in ("error", "report", "missing"):
        wrong = dataclasses.replace(error, **{name: getattr(error, name) * 1.01})
        assert corrected_formula_gives_error(wrong) is (size == 1 and name == "report")
    swapped = dataclasses.replace(error, scatter=error.missing, missing=error.scatter)
    assert not corrected_formula_gives_error(swapped)


def test_the_report_s_formula_holds_for_a_batch_of_mean_zero():
    centred = BATCHES[10] - BATCHES[10].mean(axis=0)
    error = batch_error(centred, COMPONENTS, 2)
    assert report_gives_error(error)
    assert corrected_formula_gives_error(error)


def test_numbers_are_those_of_numpy_s_covariance():
    error = batch_error(BATCHES[10], COMPONENTS, 2)
    discarded = COMPONENTS[:, 2:]
    estimate = np.cov(BATCHES[10], rowvar=False)
    assert error.report == pytest.approx(9 * np.trace(discarded.T @ estimate @ discarded))
    assert error.error == pytest.approx(np.square(BATCHES[10] @ discarded).sum())


def test_nothing_is_lost_where_all_components_are_kept():
    assert batch_error(BATCHES[3], np.eye(D), D) == batch_error(np.zeros((3, D)), np.eye(D), D)


@pytest.mark.parametrize(
    ("batch", "components", "k", "message"),
    [
        (np.zeros((0, D)), COMPONENTS, 2, "a batch of 0 samples"),
        (BATCHES[3][:, :4], COMPONENTS, 2, r"of 4 entries, components of shape \(5, 5\)"),
        (BATCHES[3], COMPONENTS[:, :3], 2, r"of 5 entries, components of shape \(5, 3\)"),
        (BATCHES[3], 2 * COMPONENTS, 2, r"up to 3\.0e\+00 from"),
        (BATCHES[3], np.full((D, D), np.nan), 2, "up to nan from"),
        (BATCHES[3], COMPONENTS, 6, "k must be an integer from 0 to 5, got 6"),
        (BATCHES[3], COMPONENTS, -1, "from 0 to 5, got -1"),
        (BATCHES[3], COMPONENTS, 1.5, "integer from 0 to 5, got 1.5"),
        (BATCHES[3][0], COMPONENTS, 2, r"shape \(n, d\), d at least 1, got \(5,\)"),
        (np.full((3, D), np.nan), COMPONENTS, 2, "sample 0 has nan in entry 0"),
        (BATCHES[3] + 1j, COMPONENTS, 2, "real, got complex128"),
    ],
)
def test_bad_input_is_refused(batch, components, k, message):
    with pytest.raises(ValueError, match=message):
        batch_error(batch, components, k)


@pytest.mark.can_fail("4c-unbiased")
def test_the_estimate_is_unbiased_with_replacement_only():
    assert is_unbiased(batch_covariance, with_replacement)
    assert not is_unbiased(batch_covariance, without_replacement)
    assert not is_unbiased(naive_covariance, with_replacement)
    assert not is_unbiased(lambda batch: batch_covariance(batch).T * 2, with_replacement)
    assert not is_unbiased(lambda batch: sympy.eye(2), with_replacement)


@pytest.mark.can_fail("4c-unbiased")
def test_check_of_the_factor_fails():
    assert has_bias_factor(lambda L, B: L / (L - 1), batch_covariance, without_replacement)
    assert has_bias_factor(lambda L, B: (B - 1) / B, naive_covariance, with_replacement)
    assert has_bias_factor(
        lambda L, B: (B - 1) / B * L / (L - 1), naive_covariance, without_replacement
    )
    assert not has_bias_factor(lambda L, B: (L - 1) / L, batch_covariance, without_replacement)
    assert not has_bias_factor(lambda L, B: B / (B - 1), batch_covariance, without_replacement)
    assert not has_bias_factor(lambda L, B: B / (B - 1), naive_covariance, with_replacement)


@pytest.mark.can_fail("4c-unbiased")
def test_check_of_the_pairs_fails():
    assert is_scatter_by_pairs(lambda B: 1 / (2 * B))
    assert not is_scatter_by_pairs(lambda B: 1 / B)
    assert not is_scatter_by_pairs(lambda B: 1 / (2 * (B - 1)))
    assert not is_scatter_by_pairs(lambda B: -1 / (2 * B))


def test_without_replacement_a_batch_of_all_samples_has_no_spread():
    """The only batch is the population, so B - 1 for B = L gives L / (L - 1)."""
    samples = population(3, 2)
    found = expectation(batch_covariance, samples, 3, without_replacement)
    covariance = scatter_matrix(samples) / 3
    assert (2 * found - 3 * covariance).expand().is_zero_matrix


def test_an_estimate_of_another_form_has_no_factor():
    assert bias_factor(lambda batch: sympy.eye(2), with_replacement, samples=3, size=2) is None
    off_diagonal = sympy.Matrix([[1, 0], [0, 2]])
    assert (
        bias_factor(
            lambda batch: batch_covariance(batch).multiply_elementwise(off_diagonal),
            with_replacement,
            samples=3,
            size=2,
        )
        is None
    )


def test_the_second_moment_is_unbiased_both_ways():
    for draws in (with_replacement, without_replacement):
        assert is_unbiased(second_moment, draws)
        assert bias_factor(second_moment, draws, samples=3, size=1) == 1


def test_one_sample_has_no_estimate():
    with pytest.raises(ValueError, match="at least 2, got 1"):
        batch_covariance(sympy.ones(1, 2))


@pytest.mark.can_fail("4c-unbiased", "4c-batch")
def test_check_of_the_gradient_fails():
    for draws in (with_replacement, without_replacement):
        assert gradient_is_unbiased(mean_error, draws)
        assert not gradient_is_unbiased(centred_error, draws)
        assert not gradient_is_unbiased(lambda batch, w: -mean_error(batch, w), draws)
        assert not gradient_is_unbiased(lambda batch, w: mean_error(batch, w) * batch.rows, draws)


def test_the_report_s_formula_has_a_gradient_of_the_right_direction():
    """Only its length is off, and for one sample it is 0."""
    half, two_thirds = sympy.Rational(1, 2), sympy.Rational(2, 3)
    for size, factor in ((1, 0), (2, half), (3, two_thirds)):
        assert gradient_factor(centred_error, with_replacement, samples=3, size=size) == factor
        assert gradient_factor(
            centred_error, without_replacement, samples=3, size=size
        ) == factor * sympy.Rational(3, 2)


def test_draws_are_as_many_as_they_should_be():
    assert len(list(with_replacement(4, 3))) == 64
    assert len(list(without_replacement(4, 3))) == 4
    assert sum(population(4, 2)[:, 0]) == 0


def test_estimates_in_numbers():
    """Over many random batches, drawn both ways from 5 samples."""
    samples = RANDOM.normal(size=5)
    samples -= samples.mean()
    replaced = RANDOM.choice(samples, (200_000, 2))
    order = RANDOM.permuted(np.broadcast_to(samples, (200_000, 5)), axis=1)[:, :2]
    assert replaced.var(axis=1, ddof=1).mean() == pytest.approx(samples.var(), rel=0.02)
    assert order.var(axis=1, ddof=1).mean() == pytest.approx(samples.var() * 5 / 4, rel=0.02)
