"""Principal components on data whose components are known, and on the letters."""

import dataclasses

import numpy as np
import pytest
import scipy.linalg
import sklearn.decomposition

from assignment4.letters import load_letters, normalize, split_as_reported
from assignment4.letters.normalization import normalize_mean, normalize_stddev
from assignment4.pca.components import principal_components, reconstruction_error, with_signs
from assignment4.pca.minimum.error_checks import (
    centring_saves_at_most_one_component,
    errors_are_discarded_sums,
    formula_needs_mean_zero,
    last_eigenvalue_is_rounding,
    mean_explains_error,
)
from assignment4.pca.minimum.errors import (
    MeasuredErrors,
    UncentredError,
    measure_errors,
    uncentred_error,
)
from assignment4.pca.singular_values import decompose, truncate

NUMBERS = (1, 2, 5, 10, 20, 50, 100, 200, 400, 783, 784)
SMALL = tuple(range(9))


@pytest.fixture(scope="module")
def training_images() -> np.ndarray:
    training, _ = split_as_reported(load_letters().cyrillic)
    return training.images


@pytest.fixture(scope="module")
def letters(training_images) -> np.ndarray:
    return normalize(training_images).reshape(len(training_images), -1)


@pytest.fixture(scope="module")
def pca(letters):
    return principal_components(letters)


@pytest.fixture(scope="module")
def moment(letters):
    return principal_components(letters, centred=False)


@pytest.fixture(scope="module")
def shifted(letters, pca) -> MeasuredErrors:
    return measure_errors(pca, letters, NUMBERS)


@pytest.fixture(scope="module")
def unshifted(letters, pca) -> MeasuredErrors:
    return measure_errors(pca, letters, NUMBERS, shift=False)


def correlated(count: int = 50, d: int = 8, *, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return generator.normal(size=(count, d)) @ generator.normal(size=(d, d)) + 3


def test_a_known_ellipse():
    # Four points on the axes (3, 4) / 5 and (-4, 3) / 5, at distances 10 and 5 from (1, 2).
    samples = np.array([[7, 10], [-5, -6], [-3, 5], [5, -1]])
    found = principal_components(samples)
    assert found.mean == pytest.approx([1, 2])
    assert found.eigenvalues == pytest.approx([50, 12.5])
    assert found.vectors == pytest.approx(np.array([[0.6, 0.8], [0.8, -0.6]]))
    assert found.count == 4
    assert [found.least_error(k) for k in (0, 1, 2)] == pytest.approx([250, 50, 0])
    assert found.shares_left() == pytest.approx([1, 0.2, 0])
    assert repr(found) == "PrincipalComponents: 2 of 4 samples"


@pytest.mark.parametrize("shape", [(50, 8), (8, 8), (5, 8), (2, 8), (3, 1)])
def test_the_same_as_scikit_learn_and_as_the_eigenvalues_of_the_covariance(shape):
    samples = correlated(*shape)
    found = principal_components(samples)
    count, d = shape
    peer = sklearn.decomposition.PCA().fit(samples)
    rank = min(count - 1, d)
    expected = peer.singular_values_[:rank] ** 2 / count
    assert found.eigenvalues[:rank] == pytest.approx(expected, rel=1e-12)
    assert found.eigenvalues[rank:] == pytest.approx(0, abs=1e-12)
    same = np.abs(np.sum(found.vectors[:, :rank] * peer.components_[:rank].T, axis=0))
    assert same == pytest.approx(1, abs=1e-12)
    assert found.vectors.T @ found.vectors == pytest.approx(np.eye(d), abs=1e-12)
    covariance = np.cov(samples.T, bias=True).reshape(d, d)
    restored = found.vectors * found.eigenvalues @ found.vectors.T
    assert restored == pytest.approx(covariance, abs=1e-12 * np.trace(covariance))


def test_projection_and_reconstruction_are_those_of_scikit_learn():
    samples, others = correlated(), correlated(seed=1)
    found = principal_components(samples)
    for k in (1, 3, 8):
        peer = sklearn.decomposition.PCA(k).fit(samples)
        signs = np.sign(np.sum(found.keep(k) * peer.components_.T, axis=0))
        assert found.project(others, k) == pytest.approx(signs * peer.transform(others))
        expected = peer.inverse_transform(peer.transform(others))
        assert found.reconstruct(others, k) == pytest.approx(expected)
    assert found.reconstruct(others, 0) == pytest.approx(np.tile(found.mean, (50, 1)))
    assert found.reconstruct(others, 8) == pytest.approx(others)
    assert found.project(others, 0).shape == (50, 0)


def test_the_error_is_the_sum_over_samples():
    samples, vectors = correlated(), correlated(8, 3)
    expected = sum(np.sum((x - vectors @ (vectors.T @ x)) ** 2) for x in samples)
    assert reconstruction_error(samples, vectors) == pytest.approx(expected)
    assert reconstruction_error(samples, vectors[:, :0]) == pytest.approx(np.sum(samples**2))


def test_the_sign_is_that_of_the_largest_entry():
    columns = with_signs(np.array([[1.0, -0.5, 2.0], [-3.0, 0.5, -1.0]]))
    assert columns.tolist() == [[-1.0, 0.5, 2.0], [3.0, -0.5, -1.0]]
    samples = correlated()
    turned = principal_components(5 - samples)
    assert turned.vectors == pytest.approx(principal_components(samples).vectors)


def test_constant_features_and_integers():
    samples = np.random.default_rng(0).integers(0, 256, (40, 6), dtype=np.uint8)
    samples[:, 2] = 200
    found = principal_components(samples)
    assert found.vectors.dtype == found.eigenvalues.dtype == found.mean.dtype == np.float64
    assert found.mean[2] == 200
    assert found.eigenvalues[-1] == pytest.approx(0, abs=1e-12)
    assert found.vectors[:, -1] == pytest.approx([0, 0, 1, 0, 0, 0], abs=1e-12)
    same = principal_components(samples.astype(np.float64))
    assert (found.eigenvalues == same.eigenvalues).all()
    constant = principal_components(np.full((5, 3), 7))
    assert (constant.eigenvalues == 0).all()
    with pytest.raises(ValueError, match="all 5 samples are equal"):
        constant.shares_left()


def test_the_largest_entries_have_finite_eigenvalues():
    found = principal_components(with_value(1e150))
    assert np.isfinite(found.eigenvalues).all()
    assert found.eigenvalues[0] == pytest.approx(1e300 * 49 / 50**2, rel=1e-10)


def test_float32_is_converted():
    samples = correlated().astype(np.float32)
    found, same = principal_components(samples), principal_components(samples.astype(np.float64))
    assert (found.eigenvalues == same.eigenvalues).all()
    assert found.project(samples, 2).dtype == np.float64


def test_small_eigenvalues_are_right():
    """Where forming the covariance would leave nothing but rounding."""
    scales = 16.0 ** -np.arange(8)
    samples = scipy.linalg.hadamard(16)[:, 1:9] * scales @ scipy.linalg.hadamard(8)
    found = principal_components(samples)
    assert found.eigenvalues == pytest.approx(8 * scales**2, rel=1e-6)
    formed = np.linalg.eigvalsh(np.cov(samples.T, bias=True))[::-1]
    assert not np.allclose(formed, 8 * scales**2, rtol=0.1, atol=0)


@pytest.mark.can_fail("4b-error", "4b-zero-mean")
def test_the_errors_on_the_letters(letters, pca, shifted, unshifted):
    found = shifted
    assert letters.shape == (5000, 784)
    assert errors_are_discarded_sums(found)
    assert found.total == pytest.approx(np.sum((letters - pca.mean) ** 2), rel=1e-12)
    wrong = [
        unshifted,
        MeasuredErrors(NUMBERS, found.errors, found.sums / len(letters), found.total, found.count),
        MeasuredErrors(NUMBERS, found.errors, found.sums * 4999 / 5000, found.total, found.count),
        MeasuredErrors(NUMBERS, found.errors, found.total - found.sums, found.total, found.count),
        MeasuredErrors(NUMBERS[:-1], found.errors[:-1], found.sums[1:], found.total, found.count),
        MeasuredErrors(NUMBERS, found.errors, found.sums * (1 + 2e-10), found.total, found.count),
        MeasuredErrors(NUMBERS, found.errors * np.nan, found.sums, found.total, found.count),
        MeasuredErrors((), np.zeros(0), np.zeros(0), found.total, found.count),
    ]
    assert not any(errors_are_discarded_sums(errors) for errors in wrong)
    late = found.errors + np.where(np.array(NUMBERS) > 400, 2e-12 * found.total, 0)
    assert not errors_are_discarded_sums(
        MeasuredErrors(NUMBERS, late, found.sums, found.total, found.count)
    )


@pytest.mark.can_fail("4b-error")
def test_an_eigenvector_too_many_or_a_wrong_one_is_seen():
    samples = correlated()
    found = principal_components(samples)
    numbers = SMALL[:-1]
    assert errors_are_discarded_sums(measure_errors(found, samples, numbers))
    shifted = samples - found.mean
    swapped = found.vectors[:, [1, 0, *range(2, 8)]]
    errors = np.array([reconstruction_error(shifted, swapped[:, :k]) for k in numbers])
    sums = np.array([found.least_error(k) for k in numbers])
    assert not errors_are_discarded_sums(
        MeasuredErrors(numbers, errors, sums, sums[0], len(samples))
    )


def test_fewer_samples_than_entries():
    samples = np.random.default_rng(0).normal(size=(12, 20))
    found = measure_errors(principal_components(samples), samples, range(21))
    assert errors_are_discarded_sums(found)
    wrong = dataclasses.replace(found, sums=found.sums * (1 + 1e-9))
    assert not errors_are_discarded_sums(wrong)


@pytest.mark.can_fail("4b-zero-mean")
def test_the_formula_needs_mean_zero_on_the_letters(letters, pca, moment, shifted, unshifted):
    assert formula_needs_mean_zero(shifted, unshifted)
    assert not formula_needs_mean_zero(shifted, shifted)
    assert not formula_needs_mean_zero(unshifted, unshifted)
    assert errors_are_discarded_sums(measure_errors(moment, letters, NUMBERS))
    with pytest.raises(ValueError, match="errors for k in"):
        formula_needs_mean_zero(shifted, measure_errors(pca, letters, (1,)))


@pytest.mark.can_fail("4b-zero-mean")
def test_data_of_mean_zero_do_not_need_it():
    samples = correlated()
    samples -= samples.mean(axis=0)
    found = principal_components(samples)
    shifted = measure_errors(found, samples, SMALL[:-1])
    unshifted = measure_errors(found, samples, SMALL[:-1], shift=False)
    assert errors_are_discarded_sums(unshifted)
    assert not formula_needs_mean_zero(shifted, unshifted)


def test_for_one_k_it_is_enough_that_the_mean_lies_in_the_span():
    samples = correlated()
    samples -= samples.mean(axis=0)
    first = principal_components(samples).vectors[:, 0]
    moved = samples + 5 * first
    found = principal_components(moved)
    unshifted = measure_errors(found, moved, SMALL[1:-1], shift=False)
    assert errors_are_discarded_sums(unshifted)
    assert not errors_are_discarded_sums(measure_errors(found, moved, (0,), shift=False))


@pytest.mark.can_fail("4b-zero-mean")
@pytest.mark.parametrize("k", SMALL)
def test_the_mean_explains_the_rest_of_the_error(k):
    samples = correlated()
    basis = np.linalg.qr(correlated(8, 8, seed=1))[0]
    found = uncentred_error(samples, basis, k)
    assert mean_explains_error(found)
    if k < 8:
        parts = {"spread": found.spread, "total": found.total}
        for factor in (0, -1, 1 / 50, 2):
            wrong = UncentredError(found.error, mean_term=factor * found.mean_term, **parts)
            assert not mean_explains_error(wrong)
    skewed = basis + 0.1
    assert k in (0, 8) or not mean_explains_error(uncentred_error(samples, skewed, k))


def test_the_mean_explains_the_rest_on_the_letters(letters, pca, moment):
    for basis in (pca.vectors, moment.vectors):
        for k in (0, 10, 100):
            assert mean_explains_error(uncentred_error(letters, basis, k))


@pytest.mark.can_fail("4b-zero-mean")
def test_centring_saves_at_most_one_component(pca, moment):
    centred, uncentred = pca.eigenvalues, moment.eigenvalues
    assert centring_saves_at_most_one_component(centred, uncentred)
    assert not centring_saves_at_most_one_component(uncentred, centred)
    assert not centring_saves_at_most_one_component(centred, uncentred * 1.2)
    other = principal_components(correlated(d=784), centred=False).eigenvalues
    assert not centring_saves_at_most_one_component(centred, other)
    assert centring_saves_at_most_one_component(centred, centred)
    with pytest.raises(ValueError, match="8 and 784 eigenvalues"):
        centring_saves_at_most_one_component(np.ones(8), centred)


def test_the_second_moment_is_that_of_the_samples():
    samples = correlated()
    found = principal_components(samples, centred=False)
    expected = samples.T @ samples / len(samples)
    assert found.vectors * found.eigenvalues @ found.vectors.T == pytest.approx(expected)
    assert (found.mean == 0).all()


def test_the_last_eigenvalue_of_the_letters_is_rounding(training_images, letters, pca):
    assert last_eigenvalue_is_rounding(letters, pca.eigenvalues[-1])
    assert not last_eigenvalue_is_rounding(letters, pca.eigenvalues[-2])
    assert not last_eigenvalue_is_rounding(letters + np.float32(0.01), pca.eigenvalues[-1])
    assert np.abs(pca.vectors[:, -1]) == pytest.approx(1 / 28, rel=1e-4)
    exact = normalize_stddev(normalize_mean(training_images)).reshape(letters.shape)
    assert last_eigenvalue_is_rounding(exact, principal_components(exact).eigenvalues[-1])
    assert not last_eigenvalue_is_rounding(exact, pca.eigenvalues[-1])


def test_the_mean_image_of_normalised_letters_is_not_zero(letters, pca):
    assert np.abs(letters.mean(axis=1)).max() < 1e-6
    assert np.abs(pca.mean).max() > 0.5
    assert np.abs(pca.mean.sum()) < 1e-3


GOOD = correlated()


def with_value(value: float) -> np.ndarray:
    samples = GOOD.copy()
    samples[3, 5] = value
    return samples


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: principal_components(GOOD[:1]), "at least 2 samples, got 1"),
        (lambda: principal_components(GOOD[:0]), "at least 2 samples, got 0"),
        (lambda: principal_components(GOOD[0]), r"shape \(n, d\), d at least 1, got \(8,\)"),
        (lambda: principal_components(np.ones((4, 28, 28))), r"got \(4, 28, 28\)"),
        (lambda: principal_components(np.ones((4, 0))), r"got \(4, 0\)"),
        (lambda: principal_components(with_value(np.nan)), "sample 3 has nan in entry 5"),
        (lambda: principal_components(with_value(-np.inf)), "sample 3 has -inf in entry 5"),
        (lambda: principal_components(GOOD).keep(-1), "from 0 to 8, got -1"),
        (lambda: principal_components(GOOD).least_error(9), "from 0 to 8, got 9"),
        (lambda: principal_components(GOOD).project(GOOD, 2.5), "integer from 0 to 8, got 2.5"),
        (lambda: principal_components(GOOD).reconstruct(GOOD[:, 1:], 2), "of 8 entries .* got 7"),
        (lambda: principal_components(GOOD).project(with_value(np.nan), 2), "sample 3 has nan"),
        (lambda: reconstruction_error(GOOD, np.ones((7, 2))), r"\(8, k\), got \(7, 2\)"),
        (lambda: reconstruction_error(GOOD, np.ones(8)), r"\(8, k\), got \(8,\)"),
        (
            lambda: measure_errors(principal_components(GOOD), GOOD[:9], (1,)),
            "components of 50 samples, measured on 9",
        ),
        (
            lambda: uncentred_error(GOOD, np.eye(7), 1),
            r"\(8, 8\) are .* got 50 samples and \(7, 7\)",
        ),
        (lambda: uncentred_error(GOOD, np.eye(8), 9), "from 0 to 8, got 9"),
        (lambda: uncentred_error(GOOD, np.eye(8), 1.5), "integer from 0 to 8, got 1.5"),
        (lambda: uncentred_error(GOOD, np.eye(8) * np.nan, 1), "sample 0 has nan in entry 0"),
        (lambda: decompose(GOOD + 1j), "samples must be real, got complex128"),
        (lambda: decompose(with_value(1e200)), r"sample 3 has 1e\+200 in .* 1e\+150"),
        (lambda: decompose(with_value(-1e151)), r"sample 3 has -1e\+151 in entry 5"),
        (lambda: decompose(GOOD[:1]), "at least 2 samples, got 1"),
        (lambda: decompose(GOOD[:0]), "at least 2 samples, got 0"),
        (lambda: decompose(with_value(np.nan)), "sample 3 has nan in entry 5"),
        (lambda: truncate(decompose(GOOD), -1), "integer from 0 to 8, got -1"),
        (lambda: truncate(decompose(GOOD), 9), "integer from 0 to 8, got 9"),
        (lambda: truncate(decompose(GOOD), 2.0), "integer from 0 to 8, got 2.0"),
        (lambda: uncentred_error(GOOD[:0], np.eye(8), 1), "got 0 samples"),
    ],
)
def test_wrong_inputs_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
