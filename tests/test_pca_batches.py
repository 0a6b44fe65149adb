"""Batches in Exercise 4 c: their error, what they estimate, and what their size costs."""

import subprocess
import sys

import numpy as np
import pytest
import sympy

from assignment4.letters import load_letters
from assignment4.pca.batches import (
    batch_covariance,
    batch_error,
    bias_factor,
    centred_error,
    corrected_formula,
    descent,
    experiments,
    factor_between,
    geometric_mean,
    gradient_of,
    is_batch_error,
    is_batch_error_of_any_size,
    is_scatter_by_pairs,
    is_unbiased,
    mean_error,
    naive_covariance,
    report_formula,
    second_moment,
    suffers,
    suffers_for_small_batches,
    with_replacement,
    without_replacement,
)
from assignment4.pca.batches.descent import draw_order, draw_start, follow_gradient, follow_oja
from assignment4.pca.batches.estimates import mean_over_batches
from assignment4.pca.components import principal_components
from assignment4.replication.runs import read_results

WAYS = (with_replacement, without_replacement)
D, K = 6, 2
SAMPLES = np.random.default_rng(0).standard_normal((60, D)) * [5, 4, 2, 1.5, 1.2, 1]
SAMPLES -= SAMPLES.mean(axis=0)
LEAST = float(np.square(np.linalg.svd(SAMPLES, compute_uv=False)[K:]).sum())
START = draw_start(D, K, seed=0)


def test_importing_batches_imports_no_tensorflow():
    code = (
        "import sys, assignment4.pca.batches; assert not {'tensorflow', 'keras'} & {*sys.modules}"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.can_fail("4c-batch")
def test_the_report_s_formula_fails_for_every_size_and_the_corrected_one_for_none():
    assert is_batch_error(corrected_formula)
    assert is_batch_error_of_any_size(corrected_formula)
    assert not is_batch_error_of_any_size(report_formula)
    for size in (1, 2, 3, 4):
        assert not is_batch_error(report_formula, sizes=[size])
        assert not is_batch_error(lambda B, s, c, n=size: corrected_formula(B, s, c) + int(n == B))
    assert report_formula(sympy.Integer(1), sympy.Integer(0), sympy.Symbol("c")) is sympy.nan
    assert report_formula(sympy.Integer(3), sympy.Symbol("s"), 5) == sympy.Symbol("s")


@pytest.mark.can_fail("4c-batch")
@pytest.mark.parametrize(
    "wrong",
    [
        lambda size, scatter, mean: scatter - size * mean**2,
        lambda size, scatter, mean: scatter + mean**2,
        lambda size, scatter, mean: scatter + (size - 1) * mean**2,
        lambda size, scatter, mean: scatter + size * mean,
        lambda size, scatter, mean: scatter / (size - 1) + size * mean**2,
    ],
)
def test_wrong_formulas_are_no_batch_error(wrong):
    assert not is_batch_error(wrong, sizes=[2, 3])
    assert not is_batch_error_of_any_size(wrong)


@pytest.mark.can_fail("4c-unbiased")
def test_the_scatter_is_a_sum_over_pairs():
    assert is_scatter_by_pairs(lambda B: 1 / (2 * B))
    for factor in (lambda B: 1 / B, lambda B: 1 / (2 * (B - 1)), lambda B: -1 / (2 * B)):
        assert not is_scatter_by_pairs(factor)


def test_a_measured_error_is_that_of_numpy_s_covariance_and_mean():
    data = np.random.default_rng(1).normal(size=(40, D)) + 3
    components = principal_components(data)
    for size in (1, 2, 7, 40):
        for k in range(D + 1):
            batch, discarded = data[:size], components.vectors[:, k:]
            error, scatter, missing = batch_error(batch, components, k)
            left = (batch - data.mean(axis=0)) @ discarded
            assert error == pytest.approx(np.square(left).sum(), abs=1e-12)
            assert missing == pytest.approx(size * np.square(left.mean(axis=0)).sum(), abs=1e-12)
            if size > 1:
                covariance = discarded.T @ np.cov(batch.T) @ discarded
                assert scatter == pytest.approx((size - 1) * np.trace(covariance), abs=1e-12)
            else:
                assert scatter == 0
    for batch, k in ((data[:, :4], 2), (data, 7), (data, -1), (data[0], 2), (data * np.nan, 2)):
        with pytest.raises(ValueError, match=r"samples|integer|finite"):
            batch_error(batch, components, k)


@pytest.mark.can_fail("4c-unbiased")
def test_estimates_are_unbiased_but_for_their_factors():
    """And each factor is noticed where it is wrong for a single L and B."""
    factors = {
        (batch_covariance, with_replacement): lambda L, B: 1,
        (batch_covariance, without_replacement): lambda L, B: L / (L - 1),
        (naive_covariance, with_replacement): lambda L, B: (B - 1) / B,
        (naive_covariance, without_replacement): lambda L, B: (B - 1) / B * L / (L - 1),
        (second_moment, with_replacement): lambda L, B: 1,
        (second_moment, without_replacement): lambda L, B: 1,
    }
    for (estimator, draws), factor in factors.items():
        assert is_unbiased(estimator, draws, factor=factor)
        assert is_unbiased(estimator, draws) is (factor(5, 2) == 1)
        assert not is_unbiased(estimator, draws, factor=lambda L, B, f=factor: 1 / f(L, B) + 1)
    for wrong in ((3, 2), (3, 3), (4, 2), (4, 3)):
        assert not is_unbiased(
            second_moment, with_replacement, factor=lambda L, B, w=wrong: 1 + int(w == (L, B))
        )
    assert not is_unbiased(lambda batch: sympy.eye(2), with_replacement)


@pytest.mark.can_fail("4c-unbiased", "4c-batch")
def test_the_gradient_of_the_error_is_unbiased_and_that_of_the_scatter_too_short():
    gradient, of_scatter = gradient_of(mean_error), gradient_of(centred_error)
    third = sympy.Rational(1, 3)
    for draws, longer in zip(WAYS, (1, sympy.Rational(3, 2)), strict=True):
        assert is_unbiased(gradient, draws, of=gradient)
        assert not is_unbiased(gradient_of(lambda b, w: -mean_error(b, w)), draws, of=gradient)
        assert bias_factor(gradient, draws, 3, 1, of=gradient) == 1
        for B, factor in ((1, 0), (2, sympy.Rational(1, 2)), (3, 2 * third)):
            assert bias_factor(of_scatter, draws, 3, B, of=gradient) == factor * longer
    batch = sympy.Matrix([[3, 1], [5, 2]])
    assert mean_error(batch, sympy.Matrix([1, 0])) == sympy.Rational(1 + 4, 2)


def test_there_is_no_factor_where_there_is_no_batch_or_no_value():
    assert bias_factor(batch_covariance, with_replacement, 4, 1) is None
    assert bias_factor(second_moment, without_replacement, 3, 4) is None
    assert bias_factor(second_moment, with_replacement, 1, 1) is None
    assert bias_factor(lambda batch: sympy.eye(2), with_replacement, 3, 2) is None
    only_diagonal = lambda batch: sympy.diag(*second_moment(batch).diagonal())  # noqa: E731
    assert bias_factor(only_diagonal, with_replacement, 3, 2) is None


def test_means_over_batches_are_those_of_many_random_ones():
    generator = np.random.default_rng(0)
    samples = generator.normal(size=(5, 1))
    drawn = {
        with_replacement: generator.choice(samples[:, 0], (200_000, 2)),
        without_replacement: generator.permuted(np.tile(samples.T, (200_000, 1)), axis=1)[:, :2],
    }
    for draws, values in drawn.items():
        found = mean_over_batches(batch_covariance, sympy.Matrix(samples), 2, draws)
        assert float(found[0]) == pytest.approx(values.var(axis=1, ddof=1).mean(), rel=0.02)


def test_every_sample_is_seen_once_an_epoch_and_seeds_share_nothing(monkeypatch):
    order = draw_order(50, 120, seed=3)
    assert sorted(order[:50]) == sorted(order[50:100]) == list(range(50))
    assert len(set(order[100:])) == 20
    assert (order[:50] != order[50:100]).any()
    assert np.allclose(START.T @ START, np.eye(K))
    seeds, generator = [], np.random.default_rng
    monkeypatch.setattr(
        descent.np.random, "default_rng", lambda seed: seeds.append(seed) or generator(seed)
    )
    for seed in range(3):
        draw_order(4, 4, seed=seed)
        draw_start(4, 2, seed=seed)
    assert len(set(seeds)) == 6


def gradient_steps(order, rates):
    """Follow the error's gradient by central differences, a batch of two for each rate."""

    def error(encoder, decoder, x):
        return np.square(x - x @ encoder.T @ decoder.T).sum() / (2 * len(x))

    def difference(function, point):
        moves = 1e-6 * np.eye(point.size).reshape(-1, *point.shape)
        values = [function(point + move) - function(point - move) for move in moves]
        return np.reshape(values, point.shape) / 2e-6

    encoder, decoder = START.T, START
    for rate, batch in zip(rates, order.reshape(-1, 2), strict=True):
        x = SAMPLES[batch]
        by_encoder = difference(lambda point: error(point, decoder, x), encoder)  # noqa: B023
        by_decoder = difference(lambda point: error(encoder, point, x), decoder)  # noqa: B023
        encoder, decoder = encoder - rate * by_encoder, decoder - rate * by_decoder
    return encoder, decoder


@pytest.mark.parametrize("falling", [False, True])
def test_descent_goes_against_the_gradient(falling):
    order, rates = np.array([3, 1, 4, 7]), np.array([0.02, 0.01])
    found = follow_gradient(SAMPLES, order, START, batch_size=2, rates=rates, falling=falling)
    for index, rate in enumerate(rates):
        expected = gradient_steps(order, [rate, rate / 2 if falling else rate])
        assert np.allclose(found.encoders[index], expected[0], atol=1e-7)
        assert np.allclose(found.decoders[index], expected[1], atol=1e-7)


def test_oja_s_rule_is_the_power_method_a_batch_at_a_time():
    order, rates = draw_order(60, 46, seed=0), np.array([0.01, 0.3])
    found = follow_oja(SAMPLES, order, START, batch_size=2, rates=rates)
    for index, rate in enumerate(rates):
        columns = START
        for batch in order.reshape(-1, 2):
            x = SAMPLES[batch]
            columns = np.linalg.qr(columns + rate / 2 * x.T @ x @ columns).Q
        product = found.decoders[index] @ found.encoders[index]
        assert np.allclose(product, columns @ columns.T, atol=1e-9)
        assert np.allclose(found.encoders[index] @ found.decoders[index], np.eye(K))


@pytest.mark.parametrize("follow", [follow_gradient, follow_oja])
def test_with_all_samples_a_step_both_end_at_the_components(follow):
    order = np.tile(np.arange(60), 2000)
    networks = follow(SAMPLES, order, START, batch_size=60, rates=[0.02])
    assert descent.excess_errors(SAMPLES, networks, LEAST)[0] == pytest.approx(0, abs=1e-9)
    with pytest.raises(ValueError, match="reshape"):
        follow(SAMPLES, np.arange(60), START, batch_size=7, rates=[0.1])


def test_what_diverges_counts_as_what_returns_zero():
    """Not finite at the largest rate; finite, and worse than zero, with decoders of 1e3."""
    order = draw_order(60, 600, seed=0)
    networks = follow_gradient(SAMPLES, order, START, batch_size=1, rates=[1e-3, 10])
    worse = descent.LinearNetworks(np.ones((1, K, D)), np.full((1, D, K), 1e3))
    zero = np.square(SAMPLES).sum() / LEAST - 1
    small, large = descent.excess_errors(SAMPLES, networks, LEAST)
    assert not np.isfinite(networks.decoders[1]).all()
    assert 0 <= small < zero / 2
    assert large == pytest.approx(zero)
    assert descent.excess_errors(SAMPLES, worse, LEAST)[0] == pytest.approx(zero)


def around(value: float, spread: float = 0.01) -> list[float]:
    return [value * (1 + spread * index) for index in (-2, -1, 0, 1, 2)]


def test_factors_are_geometric_means_seed_by_seed():
    values = [0.01, 0.02, 1.3, 0.015, 0.02]
    found = geometric_mean(values)
    assert found.estimate == pytest.approx(np.prod(values) ** 0.2)
    assert 0 < found.lower < found.estimate < found.upper
    assert geometric_mean(np.multiply(values, 10)) == pytest.approx(np.multiply(found, 10))
    excesses = {1: [2.0, 4.2], 8: [1.0, 2.0], 64: [1.1, 2.2]}
    assert factor_between(excesses, 64, 8) == pytest.approx((1.1, 1.1, 1.1))
    alone = factor_between(excesses, 1, 8)
    assert alone.estimate == pytest.approx(np.sqrt(2 * 2.1))
    assert factor_between(excesses, 1, 8, comparisons=9).upper > alone.upper > 2.5
    for wrong in ([0.1, 0.0], [0.1, -1e-12], [0.1, np.inf], [0.1, np.nan], [0.1]):
        with pytest.raises(ValueError, match=r"positive|zip"):
            factor_between({1: wrong, 8: [0.1, 0.2]}, 1, 8)


@pytest.mark.can_fail("4c-small-batches")
def test_a_size_suffers_where_another_is_surely_better():
    values = {1: around(0.03), 8: around(0.01), 64: around(0.0105)}
    assert suffers(values, 1, 2.0) is True
    assert suffers(values, 1, 4) is False
    assert suffers(values, 64) is False
    assert suffers(values, 64, 1.02) is True
    values |= {512: [0.01, 0.02, 0.01, 0.02, 0.01]}
    assert suffers(values, 512) is None
    assert suffers(values, 512, 5) is False
    factors = np.exp(0.2 + 0.06 * np.array([-1, -0.5, 0, 0.5, 1]))
    alone = {1: factors, 2: np.ones(5)}
    assert suffers(alone, 1) is True
    many = alone | {2**n: np.exp(0.2) * np.ones(5) for n in range(2, 10)}
    assert suffers(many, 1) is None


@pytest.mark.can_fail("4c-small-batches")
def test_small_batches_suffer_where_the_smallest_does_and_no_larger_one():
    for excesses, verdict in (
        ((0.03, 0.01, 0.01, 0.01), True),
        ((0.03, 0.012, 0.0103, 0.01), True),
        ((0.03, 0.01, 0.012, 0.01), False),
        ((0.015, 0.01, 0.01, 0.01), False),
        ((0.03, 0.01, 0.01, 0.02), False),
        ((0.01, 0.01, 0.01, 0.03), False),
    ):
        values = dict(zip((1, 8, 64, 512), map(around, excesses), strict=True))
        assert suffers_for_small_batches(values) is verdict
    doubtful = {1: [0.01, 0.05, 0.02], 8: [0.01, 0.012, 0.01], 512: [0.01, 0.012, 0.01]}
    assert suffers_for_small_batches(doubtful) is None


def stored(rule: str, number: str = "excess") -> dict[int, list[float]]:
    runs = {B: read_results("batch_sizes", f"{rule}, B = {B}") for B in experiments.SIZES}
    return {B: [run[number] for run in of_size] for B, of_size in runs.items()}


@pytest.mark.can_fail("4c-small-batches")
def test_what_the_chapter_says_of_the_stored_results_is_so():
    constant, updates = stored("constant rate"), stored("equal updates")
    falling, oja = stored("falling rate"), stored("Oja's rule")
    assert suffers_for_small_batches(constant) is suffers_for_small_batches(updates) is False
    turned = dict(zip(constant, reversed(constant.values()), strict=True))
    assert suffers_for_small_batches(turned) is True
    assert [B for B in constant if suffers(constant, B) is False] == [1, 2, 4, 8, 16, 32, 64]
    assert [B for B in falling if suffers(falling, B)] == [16, 32, 64, 128, 512]
    assert [B for B in oja if suffers(oja, B) is False] == [512]
    assert [B for B in updates if not suffers(updates, B)] == [512]
    assert suffers(updates, 1, 2.0)
    assert factor_between(constant, 512, 1).lower > 2
    rates = {B: rate for B, (rate, *_) in stored("constant rate", "rate").items()}
    assert [rates[B] / B for B in rates if B <= 128] == pytest.approx([rates[1]] * 8, rel=1e-4)
    assert rates[256] == rates[128] > rates[512] / 2


def test_every_rule_sees_its_samples_and_tunes_its_rate(monkeypatch, empty_cache):
    """The rate is the best of the coarse ones or a neighbour, found with other seeds."""
    seen = {}

    def follow(samples, order, start, *, batch_size, rates):
        scaled = np.asarray(rates) * np.square(samples).sum() / len(samples)
        seen.setdefault(batch_size, []).append((len(order), start))
        errors = 1 + np.square(np.log2(scaled / 0.09))
        return [np.sqrt(errors)]

    monkeypatch.setattr(experiments, "K", K)
    monkeypatch.setattr(
        experiments, "RULES", {"constant rate": (follow, {}), "equal updates": (follow, {})}
    )
    monkeypatch.setattr(experiments, "excess_errors", lambda samples, found, least: found[0])
    for rule, orders in (
        ("constant rate", {4: 640, 64: 640}),
        ("equal updates", {4: 80, 64: 1280}),
    ):
        for size, count in orders.items():
            found = experiments._best_rate((rule, size), SAMPLES, LEAST, 640)
            assert found == pytest.approx(2**-3.5)
            assert {length for length, _ in seen[size]} == {count}
            assert len({start.tobytes() for _, start in seen.pop(size)}) == 5
    monkeypatch.setattr(experiments, "RATES", np.array([1e-3, 1e-2]))
    with pytest.raises(ValueError, match="at the end"):
        experiments._best_rate(("constant rate", 4), SAMPLES, LEAST, 64)
    with pytest.raises(ValueError, match="tuned with seed 100"):
        experiments.run_batch_size(("Oja's rule", 2), None, split="as reported", seed=100, steps=2)


@pytest.mark.slow
def test_a_stored_result_comes_out_again():
    """The rate is tuned anew; rounding may differ from machine to machine."""
    name = "Oja's rule, B = 512"
    result = read_results("batch_sizes", name)[0]
    settings = {key: result[key] for key in ("split", "seed", "steps")}
    found = experiments.run_batch_size(experiments.BATCH_SIZES[name], load_letters(), **settings)
    assert found["rate"] == pytest.approx(result["rate"])
    assert found["excess"] == pytest.approx(result["excess"], rel=1e-3)
