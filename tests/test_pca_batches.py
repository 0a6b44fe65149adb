"""Batches in Exercise 4 c: their error, what they estimate, and what their size costs."""

import numpy as np
import pytest
import sympy
from scipy.optimize import approx_fprime
from sklearn.decomposition import PCA

from assignment4.letters import Letters, normalize, split_as_reported
from assignment4.pca import batches
from assignment4.pca.batches import descent, experiments
from assignment4.pca.batches.descent import draw_order, draw_start, excess_errors
from assignment4.pca.components import principal_components, reconstruction_error
from assignment4.replication.runs import read_results

WAYS = (batches.with_replacement, batches.without_replacement)
D, K = 6, 2
SAMPLES = np.random.default_rng(0).standard_normal((60, D)) * [5, 4, 2, 1.5, 1.2, 1]
SAMPLES -= SAMPLES.mean(axis=0)
LEAST = float(np.square(np.linalg.svd(SAMPLES, compute_uv=False)[K:]).sum())
START = draw_start(D, K, seed=0)


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
        lambda size, scatter, mean: scatter + (size - 1) * mean**2,
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
        factor = lambda L, B, wrong=wrong: 1 + int(wrong == (L, B))  # noqa: E731
        assert not batches.is_unbiased(batches.second_moment, twice, factor=factor)
    assert batches.bias_factor(batches.batch_covariance, twice, 4, 1) is None
    assert batches.bias_factor(batches.second_moment, once, 3, 4) is None
    assert batches.bias_factor(lambda batch: sympy.eye(2), twice, 3, 2) is None
    assert batches.is_unbiased(batches.batch_covariance, once, of=batches.batch_covariance)
    assert not batches.is_unbiased(batches.batch_covariance, twice, of=batches.batch_covariance)
    independent = batches.is_unbiased_if_independent
    assert independent(batches.batch_covariance)
    assert independent(batches.naive_covariance, factor=lambda B: (B - 1) / B)
    for size in (2, 3, 4):
        factor = lambda B, size=size: 1 + int(size == B)  # noqa: E731
        assert not independent(batches.batch_covariance, factor=factor)
    for wrong in (batches.naive_covariance, batches.second_moment, lambda batch: sympy.eye(2)):
        assert not independent(wrong)
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


def around(*values: float) -> dict[int, list[float]]:
    """Return excesses of five seeds a size, B = 1, 4, 16, ..., near the given ones."""
    spread = 1 + 0.01 * np.arange(-2, 3)
    return {4**n: list(value * spread) for n, value in enumerate(values)}


def test_means_are_geometric_and_wider_where_several_hold_together():
    values = [0.01, 0.02, 1.3, 0.015, 0.02]
    found = batches.geometric_mean(values)
    assert found.estimate == pytest.approx(np.prod(values) ** 0.2)
    wider = batches.geometric_mean(values, comparisons=9)
    assert 0 < wider.lower < found.lower < found.estimate < found.upper < wider.upper
    for wrong in ([0.1, 0.0], [0.1, -1e-12], [0.1, np.nan], [0.1]):
        with pytest.raises(ValueError, match=r"positive|two values"):
            batches.geometric_mean(wrong)


@pytest.mark.can_fail("4c-small-batches", "4c-estimate")
def test_the_rule_tells_worlds_in_which_small_batches_suffer_from_others():
    """The first one is the report's: 10 % are lost below a size, and next to nothing above."""
    small = [0.1, 0.1, 0.1]
    for excesses, verdict in (
        ((*small, 1e-6 / 64, 1e-6 / 256), True),
        ((0.1, 0.05, 0.02, 0.009, 0.001), True),
        ((*small, 0.1, 0.1), False),
        (5 * (0.001,), False),
        ((1e-6, 1e-6, *small), False),
        ((0.04, 0.02, 0.01, 0.001, 0.001), False),
        ((*small, 0.05, 0.02), False),
        ((0.1, 0.001, 0.1, 0.001, 0.001), False),
        ((0.1, 0.1, 0.001, 0.001, 0.1), False),
    ):
        assert batches.small_batches_suffer(around(*excesses)) is verdict
    unsure = [0.003, 0.005, 0.01, 0.02, 0.04]
    assert batches.small_batches_suffer(around(0.1, 0.1, 0.001) | {64: unsure}) is None
    assert batches.small_batches_suffer(around(0.1, 0.1, 0.1) | {64: unsure}) is None
    assert batches.small_batches_suffer({1: np.multiply(unsure, 5)} | {2: [1e-4, 1e-4]}) is None
    assert batches.small_batches_suffer(around(*small, 0.005), 0.002) is False
    almost = {1: 0.05 * np.exp(0.1 + 0.06 * np.array([-1, -0.5, 0, 0.5, 1]))}
    assert batches.small_batches_suffer(almost | {4: small[:1] * 2, 16: [1e-3, 1e-3]}) is True
    many = around(*10 * [1e-3])
    assert batches.small_batches_suffer(many | almost) is None


@pytest.mark.can_fail("4c-small-batches")
def test_of_the_stored_results_only_equal_updates_let_small_batches_suffer():
    for rule in batches.RULES:
        runs = {B: read_results("batch_sizes", f"{rule}, B = {B}") for B in batches.SIZES}
        excesses = {B: [run["excess"] for run in of_size] for B, of_size in runs.items()}
        assert batches.small_batches_suffer(excesses) is (rule == "equal updates")
        turned = dict(zip(excesses, reversed(excesses.values()), strict=True))
        assert not batches.small_batches_suffer(turned)


@pytest.mark.can_fail("4c-estimate")
@pytest.mark.parametrize("size", [2, 3, 5, 40])
def test_an_estimate_s_components_miss_the_least_error_by_what_they_leave(size):
    """Against scikit-learn's components of the same batches, of samples with a mean."""
    samples, draws = SAMPLES + 3, np.random.default_rng((0, size))
    components = principal_components(samples)
    for excess in batches.estimate_excesses(samples, components, 3, size, batches=4):
        batch = samples[draws.choice(60, size, replace=False)]
        top = PCA(min(3, size - 1)).fit(batch).components_.T
        left = reconstruction_error(samples - samples.mean(axis=0), top)
        assert excess == pytest.approx(left / components.least_error(3) - 1)


@pytest.mark.can_fail("4c-estimate")
def test_an_estimate_is_nothing_for_one_sample_and_exact_for_all():
    components = principal_components(SAMPLES)
    one, every = (batches.estimate_excesses(SAMPLES, components, K, B) for B in (1, 60))
    assert one == pytest.approx(np.full(20, np.square(SAMPLES).sum() / LEAST - 1))
    assert every == pytest.approx(np.zeros(20), abs=1e-12)


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
