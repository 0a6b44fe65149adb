"""Batches in Exercise 4 c: their error, what they estimate, and what their size costs."""

import subprocess
import sys

import numpy as np
import pytest
import sympy
from scipy.optimize import approx_fprime

from assignment4 import ROOT
from assignment4.letters import Letters, normalize, split_as_reported
from assignment4.pca import batches
from assignment4.pca.batches import comparison, descent, experiments
from assignment4.pca.batches.descent import draw_order, draw_start, excess_errors
from assignment4.pca.components import principal_components
from assignment4.replication.runs import read_results

WAYS = (batches.with_replacement, batches.without_replacement)
D, K = 6, 2
SAMPLES = np.random.default_rng(0).standard_normal((60, D)) * [5, 4, 2, 1.5, 1.2, 1]
SAMPLES -= SAMPLES.mean(axis=0)
LEAST = float(np.square(np.linalg.svd(SAMPLES, compute_uv=False)[K:]).sum())
START = draw_start(D, K, seed=0)


def test_importing_the_package_brings_in_no_tensorflow():
    code = "import sys, assignment4.pca.batches; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.can_fail("4c-batch")
def test_the_corrected_formula_alone_gives_the_error_of_a_batch():
    report, corrected = batches.report_formula, batches.corrected_formula
    assert batches.is_batch_error(corrected)
    assert batches.is_batch_error_of_any_size(corrected)
    assert report(sympy.Integer(1), sympy.Integer(0), sympy.Symbol("c")) is sympy.nan
    assert report(sympy.Integer(3), sympy.Symbol("s"), 5) == sympy.Symbol("s")
    for size in (1, 2, 3, 4):
        assert not batches.is_batch_error(report, sizes=[size])
        wrong_once = lambda B, s, c, size=size: corrected(B, s, c) + int(size == B)  # noqa: E731
        assert not batches.is_batch_error(wrong_once)
    for wrong in (
        report,
        lambda size, scatter, mean: scatter - size * mean**2,
        lambda size, scatter, mean: scatter + mean**2,
        lambda size, scatter, mean: scatter + (size - 1) * mean**2,
        lambda size, scatter, mean: scatter + size * mean,
        lambda size, scatter, mean: scatter / (size - 1) + size * mean**2,
    ):
        assert not batches.is_batch_error(wrong, sizes=[2, 3])
        assert not batches.is_batch_error_of_any_size(wrong)


def test_a_measured_error_is_that_of_numpy_s_covariance_and_mean():
    data = np.random.default_rng(1).normal(size=(40, D)) + 3
    components = principal_components(data)
    for size, k in ((2, 0), (2, 2), (7, 1), (7, 5), (40, 3), (40, D)):
        batch, discarded = data[:size], components.vectors[:, k:]
        left = (batch - data.mean(axis=0)) @ discarded
        missing = size * np.square(left.mean(axis=0)).sum()
        scatter = (size - 1) * np.trace(discarded.T @ np.cov(batch.T) @ discarded)
        expected = np.square(left).sum(), scatter, missing
        assert batches.batch_error(batch, components, k) == pytest.approx(expected, abs=1e-11)
    assert batches.batch_error(data[:1], components, 2)[1] == 0
    for batch, k in ((data[:, :4], 2), (data, 7), (data * np.nan, 2)):
        with pytest.raises(ValueError, match=r"samples|integer|finite"):
            batches.batch_error(batch, components, k)


@pytest.mark.can_fail("4c-unbiased")
def test_estimates_are_unbiased_but_for_their_factors():
    """And each factor is noticed where it is wrong for a single L and B."""
    once, twice = WAYS[1], WAYS[0]
    for estimator, draws, factor in (
        (batches.batch_covariance, twice, lambda L, B: 1),
        (batches.batch_covariance, once, lambda L, B: L / (L - 1)),
        (batches.naive_covariance, twice, lambda L, B: (B - 1) / B),
        (batches.naive_covariance, once, lambda L, B: (B - 1) / B * L / (L - 1)),
        (batches.second_moment, twice, lambda L, B: 1),
        (batches.second_moment, once, lambda L, B: 1),
    ):
        assert batches.is_unbiased(estimator, draws, factor=factor)
        assert batches.is_unbiased(estimator, draws) is (factor(5, 2) == 1)
    for wrong in ((3, 2), (3, 3), (4, 2), (4, 3)):
        assert not batches.is_unbiased(
            batches.second_moment, twice, factor=lambda L, B, wrong=wrong: 1 + int(wrong == (L, B))
        )
    assert batches.bias_factor(batches.batch_covariance, twice, 4, 1) is None
    assert batches.bias_factor(batches.second_moment, once, 3, 4) is None
    assert batches.bias_factor(lambda batch: sympy.eye(2), twice, 3, 2) is None
    assert batches.is_scatter_by_pairs(lambda B: 1 / (2 * B))
    for factor in (lambda B: 1 / B, lambda B: 1 / (2 * (B - 1)), lambda B: -1 / (2 * B)):
        assert not batches.is_scatter_by_pairs(factor)


@pytest.mark.can_fail("4c-unbiased", "4c-batch")
def test_the_gradient_of_the_error_is_unbiased_and_that_of_the_scatter_too_short():
    gradient, of_scatter = map(batches.gradient_of, (batches.mean_error, batches.centred_error))
    opposite = batches.gradient_of(lambda batch, w: -batches.mean_error(batch, w))
    for draws, longer in zip(WAYS, (1, sympy.Rational(3, 2)), strict=True):
        assert batches.is_unbiased(gradient, draws, of=gradient)
        assert not batches.is_unbiased(opposite, draws, of=gradient)
        assert batches.bias_factor(gradient, draws, 3, 1, of=gradient) == 1
        for B in (1, 2, 3):
            found = batches.bias_factor(of_scatter, draws, 3, B, of=gradient)
            assert found == sympy.Rational(B - 1, B) * longer
    batch = sympy.Matrix([[3, 1], [5, 2]])
    assert batches.mean_error(batch, sympy.Matrix([1, 0])) == sympy.Rational(1 + 4, 2)


def test_every_sample_is_seen_once_an_epoch_and_seeds_share_nothing(monkeypatch):
    order = draw_order(50, 120, seed=3)
    assert sorted(order[:50]) == sorted(order[50:100]) == list(range(50))
    assert len(set(order[100:])) == 20
    assert (order[:50] != order[50:100]).any()
    assert np.allclose(START.T @ START, np.eye(K))
    seeds, generator = [], np.random.default_rng
    noted = lambda seed: seeds.append(seed) or generator(seed)  # noqa: E731
    monkeypatch.setattr(np.random, "default_rng", noted)
    for seed in range(3):
        draw_order(4, 4, seed=seed)
        draw_start(4, 2, seed=seed)
    assert len(set(seeds)) == 6


def squared_error(weights: np.ndarray, x: np.ndarray) -> float:
    encoder, decoder = weights[: K * D].reshape(K, D), weights[K * D :].reshape(D, K)
    return np.square(x - x @ encoder.T @ decoder.T).sum() / (2 * len(x))


@pytest.mark.parametrize("falling", [False, True])
def test_descent_goes_against_the_gradient(falling):
    order, rates = np.array([3, 1, 4, 7]), [0.02, 0.01]
    networks = descent.follow_gradient(
        SAMPLES, order, START, batch_size=2, rates=rates, falling=falling
    )
    for rate, encoder, decoder in zip(rates, *networks, strict=True):
        weights = np.concatenate([START.T.ravel(), START.ravel()])
        for share, batch in zip((1, 0.5 if falling else 1), order.reshape(2, 2), strict=True):
            step = approx_fprime(weights, squared_error, 1e-7, SAMPLES[batch])
            weights = weights - rate * share * step
        assert np.allclose(np.concatenate([encoder.ravel(), decoder.ravel()]), weights, atol=1e-6)


def test_oja_s_rule_is_the_power_method_a_batch_at_a_time():
    order, rates = draw_order(60, 46, seed=0), [0.01, 0.3]
    networks = descent.follow_oja(SAMPLES, order, START, batch_size=2, rates=rates)
    for rate, encoder, decoder in zip(rates, *networks, strict=True):
        columns = START
        for x in SAMPLES[order.reshape(-1, 2)]:
            columns = np.linalg.qr(columns + rate / 2 * x.T @ x @ columns).Q
        assert np.allclose(decoder @ encoder, columns @ columns.T, atol=1e-9)
        assert np.allclose(encoder @ decoder, np.eye(K))


@pytest.mark.parametrize("follow", [descent.follow_gradient, descent.follow_oja])
def test_with_all_samples_a_step_both_end_at_the_components(follow):
    order = np.tile(np.arange(60), 2000)
    networks = follow(SAMPLES, order, START, batch_size=60, rates=[0.02])
    assert excess_errors(SAMPLES, networks, LEAST)[0] == pytest.approx(0, abs=1e-9)


def test_what_diverges_counts_as_what_returns_zero():
    """Not finite at the largest rate; finite, and worse than zero, with decoders of 1e3."""
    order = draw_order(60, 600, seed=0)
    networks = descent.follow_gradient(SAMPLES, order, START, batch_size=1, rates=[1e-3, 10])
    worse = descent.LinearNetworks(np.ones((1, K, D)), np.full((1, D, K), 1e3))
    zero = np.square(SAMPLES).sum() / LEAST - 1
    small, large = excess_errors(SAMPLES, networks, LEAST)
    assert not np.isfinite(networks.decoders[1]).all()
    assert 0 <= small < zero / 2
    assert large == excess_errors(SAMPLES, worse, LEAST)[0] == pytest.approx(zero)


def around(value: float) -> list[float]:
    return [value * (1 + 0.01 * index) for index in (-2, -1, 0, 1, 2)]


def test_factors_are_geometric_means_seed_by_seed():
    found = batches.geometric_mean([0.01, 0.02, 1.3, 0.015, 0.02])
    assert found.estimate == pytest.approx(np.prod([0.01, 0.02, 1.3, 0.015, 0.02]) ** 0.2)
    assert 0 < found.lower < found.estimate < found.upper
    excesses = {1: [2.0, 4.2], 8: [1.0, 2.0], 64: [1.1, 2.2]}
    assert batches.factor_between(excesses, 64, 8) == pytest.approx((1.1, 1.1, 1.1))
    alone = batches.factor_between(excesses, 1, 8)
    assert alone.estimate == pytest.approx(np.sqrt(2 * 2.1))
    assert batches.factor_between(excesses, 1, 8, comparisons=9).upper > alone.upper > 2.5
    for wrong in ([0.1, 0.0], [0.1, -1e-12], [0.1, np.nan], [0.1]):
        with pytest.raises(ValueError, match=r"positive|zip"):
            batches.factor_between({1: wrong, 8: [0.1, 0.2]}, 1, 8)


@pytest.mark.can_fail("4c-small-batches")
def test_a_size_suffers_where_another_is_surely_better():
    values = {1: around(0.03), 8: around(0.01), 64: around(0.0105)}
    for size, factor, verdict in ((1, 2, True), (1, 4, False), (64, 1.1, False), (64, 1.02, True)):
        assert batches.suffers(values, size, factor) is verdict
    values |= {512: [0.01, 0.02, 0.01, 0.02, 0.01]}
    assert batches.suffers(values, 512) is None
    assert batches.suffers(values, 512, 5) is False
    alone = {1: np.exp(0.2 + 0.06 * np.array([-1, -0.5, 0, 0.5, 1])), 2: np.ones(5)}
    assert batches.suffers(alone, 1) is True
    many = alone | {2**n: np.exp(0.2) * np.ones(5) for n in range(2, 10)}
    assert batches.suffers(many, 1) is None


@pytest.mark.can_fail("4c-small-batches")
def test_small_batches_suffer_where_the_smallest_does_and_no_larger_one():
    for excesses, verdict in (
        ((0.03, 0.012, 0.0103, 0.01), True),
        ((0.03, 0.01, 0.012, 0.01), False),
        ((0.015, 0.01, 0.01, 0.01), False),
        ((0.03, 0.01, 0.01, 0.02), False),
    ):
        values = dict(zip((1, 8, 64, 512), map(around, excesses), strict=True))
        assert batches.suffers_for_small_batches(values) is verdict
    doubtful = {1: [0.01, 0.05, 0.02], 8: [0.01, 0.012, 0.01], 512: [0.01, 0.012, 0.01]}
    assert batches.suffers_for_small_batches(doubtful) is None


@pytest.mark.can_fail("4c-small-batches")
def test_what_the_chapter_says_of_the_stored_results_is_so():
    def stored(rule, number="excess"):
        runs = {B: read_results("batch_sizes", f"{rule}, B = {B}") for B in batches.SIZES}
        return {B: [run[number] for run in of_size] for B, of_size in runs.items()}

    constant, falling, oja, updates = map(stored, batches.RULES)
    check, suffers = batches.suffers_for_small_batches, batches.suffers
    assert check(constant) is check(updates) is False
    assert check(dict(zip(constant, reversed(constant.values()), strict=True))) is True
    assert [B for B in constant if suffers(constant, B) is False] == [1, 2, 4, 8, 16, 32, 64]
    assert [B for B in falling if suffers(falling, B)] == [16, 32, 64, 128, 512]
    assert [B for B in oja if suffers(oja, B) is False] == [512]
    assert [B for B in updates if not suffers(updates, B)] == [512]
    assert suffers(updates, 1, comparison.SIGNIFICANT)
    assert batches.factor_between(constant, 512, 1).lower > 2
    rates = {B: rate for B, (rate, *_) in stored("constant rate", "rate").items()}
    assert [rates[B] / B for B in rates if B <= 128] == pytest.approx([rates[1]] * 8, rel=1e-4)
    assert rates[256] == rates[128] > rates[512] / 2


def test_every_rule_sees_its_samples_and_tunes_its_rate(monkeypatch, empty_cache):
    """The best rate is one of the coarse ones or a neighbour, found with seeds of its own."""
    seen = []

    def follow(samples, order, start, *, batch_size, rates):
        seen.append((len(order), start.tobytes()))
        return np.square(np.log2(rates * np.square(samples).sum() / len(samples)) + 3.5)

    monkeypatch.setattr(experiments, "K", K)
    monkeypatch.setattr(experiments, "RULES", dict.fromkeys(batches.RULES, (follow, {})))
    monkeypatch.setattr(experiments, "excess_errors", lambda samples, found, least: found)
    for rule, size, count in (
        ("constant rate", 64, 640),
        ("equal updates", 4, 80),
        ("equal updates", 64, 1280),
    ):
        seen.clear()
        assert experiments._best_rate((rule, size), SAMPLES, LEAST, 640) == pytest.approx(2**-3.5)
        assert {length for length, _ in seen} == {count}
        assert len(set(seen)) == 5
    monkeypatch.setattr(experiments, "RATES", np.array([1e-3, 1e-2]))
    with pytest.raises(ValueError, match="at the end"):
        experiments._best_rate(("constant rate", 4), SAMPLES, LEAST, 64)
    with pytest.raises(ValueError, match="tuned with seed 100"):
        experiments.run_batch_size(("Oja's rule", 2), None, split="as reported", seed=100, steps=2)


def test_a_run_learns_the_latin_training_letters_less_their_mean(monkeypatch, book_letters):
    seen, few = [], np.arange(280)
    monkeypatch.setattr(experiments, "normalize", lambda images: normalize(images[:, ::4, ::4]))
    monkeypatch.setattr(experiments, "_best_rate", lambda *given: 0.25)
    monkeypatch.setattr(experiments, "_excesses", lambda *given: seen.append(given) or [0.5])
    letters = Letters(book_letters.cyrillic.select(few), book_letters.latin.select(few), "few")
    settings = {"split": "as reported", "seed": 3, "steps": 8}
    numbers = experiments.run_batch_size(("a rule", 4), letters, **settings)
    assert (numbers["excess"], numbers["rate"]) == (0.5, 0.25)
    images = split_as_reported(letters.latin)[0].images[:, ::4, ::4]
    images = normalize(images).reshape(len(images), -1).astype(float)
    ((_, samples, least_error, *rest),) = seen
    assert np.allclose(samples, images - images.mean(axis=0))
    assert least_error == pytest.approx(principal_components(images).least_error(10))
    assert rest == [8, 3, [0.25]]


@pytest.mark.slow
def test_a_stored_result_comes_out_again(book_letters):
    """Rounding may differ from machine to machine."""
    name = "Oja's rule, B = 512"
    result = read_results("batch_sizes", name)[0]
    settings = {key: result[key] for key in ("split", "seed", "steps")}
    found = experiments.run_batch_size(experiments.BATCH_SIZES[name], book_letters, **settings)
    assert found["rate"] == pytest.approx(result["rate"])
    assert found["excess"] == pytest.approx(result["excess"], rel=1e-3)
