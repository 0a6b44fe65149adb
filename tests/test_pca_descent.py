"""Principal components by stochastic gradient descent and Oja's rule, and what batches cost."""

import numpy as np
import pytest

from assignment4.intervals import mean_interval
from assignment4.letters import Letters, load_letters
from assignment4.pca.batches import experiments as batch_sizes
from assignment4.pca.batches.descent import (
    LinearNetworks,
    descend,
    draw_order,
    draw_start,
    excess_errors,
    follow_oja,
)
from assignment4.pca.batches.descent_checks import (
    NOTICEABLE,
    SIGNIFICANT,
    factor_between,
    geometric_mean,
    suffers,
    suffers_for_small_batches,
)
from assignment4.pca.batches.experiments import (
    BATCH_SIZES,
    RULES,
    SIZES,
    TUNING_SEEDS,
    run_batch_size,
)
from assignment4.replication.runs import read_results

D, K = 6, 2
SAMPLES = np.random.default_rng(0).standard_normal((60, D)) * [5, 4, 2, 1.5, 1.2, 1]
SAMPLES -= SAMPLES.mean(axis=0)
LEAST = float(np.square(np.linalg.svd(SAMPLES, compute_uv=False)[K:]).sum())
START = draw_start(D, K, seed=0)


def numerical_gradient(function, point: np.ndarray) -> np.ndarray:
    gradient = np.zeros_like(point)
    for place in np.ndindex(point.shape):
        step = np.zeros_like(point)
        step[place] = 1e-6
        gradient[place] = (function(point + step) - function(point - step)) / 2e-6
    return gradient


def test_the_order_shows_every_sample_once_an_epoch():
    order = draw_order(50, 120, seed=3)
    assert sorted(order[:50]) == sorted(order[50:100]) == list(range(50))
    assert len(set(order[100:])) == 20
    assert (order[:50] != order[50:100]).any()
    assert np.array_equal(order[:70], draw_order(50, 70, seed=3))
    assert not np.array_equal(order, draw_order(50, 120, seed=4))


def test_a_start_is_orthonormal_and_that_of_its_seed():
    start = draw_start(9, 3, seed=1)
    assert np.allclose(start.T @ start, np.eye(3))
    assert np.array_equal(start, draw_start(9, 3, seed=1))
    assert not np.allclose(start, draw_start(9, 3, seed=2))


def test_a_step_of_descent_goes_against_the_gradient():
    batch, rate = SAMPLES[:4], 0.01

    def error(encoder, decoder):
        return np.square(batch - batch @ encoder.T @ decoder.T).sum() / (2 * len(batch))

    found = descend(SAMPLES, np.arange(4), START, batch_size=4, rates=[rate])
    encoder_gradient = numerical_gradient(lambda point: error(point, START), START.T)
    decoder_gradient = numerical_gradient(lambda point: error(START.T, point), START)
    assert np.allclose(found.encoders[0], START.T - rate * encoder_gradient, atol=1e-8)
    assert np.allclose(found.decoders[0], START - rate * decoder_gradient, atol=1e-8)


def test_a_step_of_oja_s_rule_is_one_of_the_power_method():
    batch = SAMPLES[:4]
    found = follow_oja(SAMPLES, np.arange(4), START, batch_size=4, rates=[0.3])
    columns = START + 0.3 * batch.T @ batch @ START / 4
    expected = columns @ np.linalg.solve(columns.T @ columns, columns.T)
    product = found.decoders[0] @ found.encoders[0]
    assert np.allclose(product, expected)


def test_orthonormalising_at_every_tenth_step_is_enough(monkeypatch):
    order = draw_order(60, 100, seed=0)
    found = follow_oja(SAMPLES, order, START, batch_size=2, rates=[0.01, 0.2])
    monkeypatch.setattr("assignment4.pca.batches.descent.STEPS_BETWEEN_QR", 1)
    every = follow_oja(SAMPLES, order, START, batch_size=2, rates=[0.01, 0.2])
    products = [networks.decoders @ networks.encoders for networks in (found, every)]
    assert np.allclose(*products, atol=1e-9)
    assert np.allclose(found.encoders @ found.decoders, np.eye(K))


@pytest.mark.parametrize("batch_size", [1, 5])
@pytest.mark.parametrize(("follow", "options"), [(descend, {"falling": True}), (follow_oja, {})])
def test_rates_at_once_are_rates_one_by_one(follow, options, batch_size):
    order = draw_order(60, 60, seed=1)
    rates = [0.001, 0.01, 0.02]
    together = follow(SAMPLES, order, START, batch_size=batch_size, rates=rates, **options)
    for index, rate in enumerate(rates):
        alone = follow(SAMPLES, order, START, batch_size=batch_size, rates=[rate], **options)
        for all_found, found in zip(together, alone, strict=True):
            assert np.allclose(all_found[index], found[0], rtol=1e-9)


def test_a_falling_rate_is_the_mean_of_what_it_falls_through():
    """Two steps: the first at the full rate, the second at half of it."""
    order = np.arange(4)
    found = descend(SAMPLES, order, START, batch_size=2, rates=[0.02], falling=True)
    first = descend(SAMPLES, order[:2], START, batch_size=2, rates=[0.02])
    x, encoder, decoder = SAMPLES[2:4], first.encoders[0], first.decoders[0]
    rest = x - x @ encoder.T @ decoder.T
    assert np.allclose(found.decoders[0], decoder + 0.01 / 2 * rest.T @ x @ encoder.T)
    assert np.allclose(found.encoders[0], encoder + 0.01 / 2 * (rest @ decoder).T @ x)


@pytest.mark.parametrize("follow", [descend, follow_oja])
def test_with_all_samples_a_step_both_end_at_the_components(follow):
    order = np.tile(np.arange(60), 2000)
    networks = follow(SAMPLES, order, START, batch_size=60, rates=[0.02])
    assert excess_errors(SAMPLES, networks, LEAST)[0] == pytest.approx(0, abs=1e-9)


def test_what_diverges_counts_as_what_returns_zero():
    """Not finite at the largest rate; finite, and worse than zero, with decoders of 1e3."""
    order = draw_order(60, 600, seed=0)
    networks = descend(SAMPLES, order, START, batch_size=1, rates=[1e-3, 10])
    worse = LinearNetworks(np.ones((1, K, D)), np.full((1, D, K), 1e3))
    zero = np.square(SAMPLES).sum() / LEAST - 1
    small, large = excess_errors(SAMPLES, networks, LEAST)
    assert not np.isfinite(networks.decoders[1]).all()
    assert 0 <= small < zero / 2
    assert large == pytest.approx(zero)
    assert excess_errors(SAMPLES, worse, LEAST)[0] == pytest.approx(zero)


def test_the_excess_error_is_relative_to_the_least():
    nothing = LinearNetworks(np.zeros((1, K, D)), np.zeros((1, D, K)))
    expected = np.square(SAMPLES).sum() / LEAST - 1
    assert excess_errors(SAMPLES, nothing, LEAST)[0] == pytest.approx(expected)


@pytest.mark.parametrize("follow", [descend, follow_oja])
@pytest.mark.parametrize("batch_size", [0, 7])
def test_batches_must_divide_what_is_seen(follow, batch_size):
    with pytest.raises(ValueError, match=f"batches of {batch_size} do not divide 60"):
        follow(SAMPLES, np.arange(60), START, batch_size=batch_size, rates=[0.1])


def around(value: float, count: int = 5, spread: float = 0.01) -> list[float]:
    return [value * (1 + spread * (index - (count - 1) / 2)) for index in range(count)]


def test_geometric_means_have_intervals_above_zero():
    found = geometric_mean([0.01, 0.02, 1.3, 0.015, 0.02])
    assert found.estimate == pytest.approx(np.prod([0.01, 0.02, 1.3, 0.015, 0.02]) ** 0.2)
    assert 0 < found.lower < found.estimate < found.upper
    assert mean_interval([0.01, 0.02, 1.3, 0.015, 0.02]).lower < 0
    alike = geometric_mean([2.0, 2.0, 2.0])
    assert alike == pytest.approx((2, 2, 2))
    tenfold = geometric_mean([10 * value for value in [0.01, 0.02, 1.3, 0.015, 0.02]])
    assert tenfold == pytest.approx([10 * one for one in found])


def test_factors_are_taken_seed_by_seed():
    excesses = {1: [2.0, 4.2], 8: [1.0, 2.0], 64: [1.1, 2.2]}
    assert factor_between(excesses, 64, 8) == pytest.approx((1.1, 1.1, 1.1))
    assert factor_between(excesses, 8, 64).estimate == pytest.approx(1 / 1.1)
    assert factor_between(excesses, 1, 8).estimate == pytest.approx(np.sqrt(2 * 2.1))
    assert factor_between(excesses, 1, 8).upper > 2.5


@pytest.mark.can_fail("4c-small-batches")
def test_a_size_suffers_where_another_is_surely_better():
    values = {1: around(0.03), 8: around(0.01), 64: around(0.0105)}
    assert suffers(values, 1, SIGNIFICANT) is True
    assert suffers(values, 1, 4) is False
    assert suffers(values, 8, NOTICEABLE) is False
    assert suffers(values, 64, NOTICEABLE) is False
    assert suffers(values, 64, 1.02) is True
    values |= {512: [0.01, 0.02, 0.01, 0.02, 0.01]}
    assert suffers(values, 512, NOTICEABLE) is None
    assert suffers(values, 8, NOTICEABLE) is None
    assert suffers(values, 512, 5) is False


def test_one_of_many_intervals_above_the_bound_may_be_chance():
    logarithms = 0.2 + 0.06 * np.array([-1, -0.5, 0, 0.5, 1])
    alone = {1: np.exp(logarithms), 2: np.ones(5)}
    assert suffers(alone, 1, NOTICEABLE) is True
    assert suffers(alone | {2**n: np.exp(0.2) * np.ones(5) for n in range(2, 10)}, 1, 1.1) is None


@pytest.mark.can_fail("4c-small-batches")
@pytest.mark.parametrize(
    ("excesses", "verdict"),
    [
        ({1: 0.03, 8: 0.01, 64: 0.01, 512: 0.01}, True),
        ({1: 0.03, 8: 0.012, 64: 0.0103, 512: 0.01}, True),
        ({1: 0.03, 8: 0.01, 64: 0.012, 512: 0.01}, False),
        ({1: 0.01, 8: 0.01, 64: 0.01, 512: 0.01}, False),
        ({1: 0.015, 8: 0.01, 64: 0.01, 512: 0.01}, False),
        ({1: 0.03, 8: 0.01, 64: 0.01, 512: 0.02}, False),
        ({1: 0.01, 8: 0.01, 64: 0.01, 512: 0.03}, False),
    ],
)
def test_check_of_small_batches(excesses, verdict):
    """True where the smallest suffers alone; False where none does, or larger ones do as well."""
    values = {size: around(value) for size, value in excesses.items()}
    assert suffers_for_small_batches(values) is verdict


@pytest.mark.can_fail("4c-small-batches")
def test_the_stored_results_turned_round_would_confirm_the_claim():
    """With the results of a constant rate in the opposite order but for equal larger sizes."""
    stored = {
        B: [run["excess"] for run in read_results("batch_sizes", f"constant rate, B = {B}")]
        for B in SIZES
    }
    assert suffers_for_small_batches(stored) is False
    turned = dict(zip(SIZES, [stored[B] for B in reversed(SIZES)], strict=True))
    assert suffers_for_small_batches(turned) is True


def test_check_of_small_batches_is_undecided_where_seeds_differ_much():
    values = {1: [0.01, 0.05, 0.02], 8: [0.01, 0.012, 0.01], 512: [0.01, 0.012, 0.01]}
    assert suffers_for_small_batches(values) is None
    assert suffers_for_small_batches(values | {512: [0.03, 0.036, 0.03]}) is False


@pytest.mark.parametrize(
    ("excesses", "message"),
    [
        ({1: [0.1, 0.2], 2: [0.1]}, r"B = 1 and B = 2 need the same seeds, got \[2, 1\] of them"),
        ({1: [0.1, 0.2], 2: [0.1, -1e-12]}, r"finite, got \[0.1, -1e-12\] for B = 2"),
        ({1: [0.1, np.inf], 2: [0.1, 0.2]}, r"finite, got \[0.1, inf\] for B = 1"),
        ({1: [0.1, np.nan], 2: [0.1, 0.2]}, r"finite, got \[0.1, nan\] for B = 1"),
    ],
)
def test_check_of_small_batches_refuses(excesses, message):
    with pytest.raises(ValueError, match=message):
        suffers_for_small_batches(excesses)


def test_a_mean_of_zero_or_less_is_refused():
    with pytest.raises(ValueError, match=r"positive and finite, got \[1.0, 0.0\]$"):
        geometric_mean([1.0, 0.0])


def test_every_rule_meets_every_size_with_its_number_of_samples():
    assert len(BATCH_SIZES) == len(RULES) * len(SIZES)
    assert SIZES == (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
    for name, experiment in BATCH_SIZES.items():
        updates = batch_sizes._updates(experiment, batch_sizes.SAMPLES_SEEN)
        assert name.endswith(f", B = {experiment.size}")
        seen = updates * experiment.size
        assert updates == 640 if name.startswith("equal updates") else seen == 20480


@pytest.fixture(scope="module")
def letters() -> Letters:
    """The embedded letters, from the person's cache."""
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("ASSIGNMENT4_LETTERS", raising=False)
        return load_letters()


def test_seeds_for_tuning_are_not_reported(letters):
    with pytest.raises(ValueError, match="tuned with seed 100"):
        run_batch_size(
            BATCH_SIZES["Oja's rule, B = 512"],
            letters,
            split="as reported",
            seed=TUNING_SEEDS[0],
            steps=512,
        )


def test_a_best_rate_at_an_end_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path))
    monkeypatch.setattr(batch_sizes, "RATES", np.array([1e-3, 1e-2]))
    monkeypatch.setattr(batch_sizes, "K", K)
    with pytest.raises(ValueError, match=r"best rate, 0\.01, is at the end"):
        batch_sizes._tune(BATCH_SIZES["constant rate, B = 4"], SAMPLES, 60)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["Oja's rule, B = 512", "equal updates, B = 2"])
def test_a_stored_result_comes_out_again(monkeypatch, tmp_path, letters, name):
    """The rate is tuned anew; rounding may differ from machine to machine."""
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path))
    stored = read_results("batch_sizes", name)[0]
    found = run_batch_size(
        BATCH_SIZES[name],
        letters,
        split=stored["split"],
        seed=stored["seed"],
        steps=stored["steps"],
    )
    assert found["rate"] == pytest.approx(stored["rate"])
    assert found["excess"] == pytest.approx(stored["excess"], rel=1e-3)
