"""Principal components on data whose components are known, on letters, and in one pass."""

from dataclasses import replace

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from assignment4 import pca
from assignment4.letters import normalize
from assignment4.pca.batches import RunningCovariance
from assignment4.pca.components import PrincipalComponents, reconstruction_error
from assignment4.pca.minimum.errors import MeasuredErrors, discarded_mean
from assignment4.pca.singular_values import truncate

NUMBERS = (1, 2, 5, 10, 20, 50, 100, 190)


@pytest.fixture(scope="module")
def letters(book_letters):
    """Every tenth letter, of a quarter of the pixels."""
    drawn = book_letters.cyrillic.images[::10, ::2, ::2]
    return normalize(drawn).reshape(len(drawn), -1)


@pytest.fixture(scope="module")
def found(letters):
    return pca.principal_components(letters)


@pytest.fixture(scope="module")
def moment(letters):
    return pca.principal_components(letters, centred=False)


@pytest.fixture(scope="module")
def shifted(letters, found):
    return pca.measure_errors(found, letters, NUMBERS)


@pytest.fixture(scope="module")
def unshifted(letters, found):
    return pca.measure_errors(found, letters, NUMBERS, shift=False)


def correlated(count: int = 50, d: int = 8, *, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return generator.normal(size=(count, d)) @ generator.normal(size=(d, d)) + 3


# components


def test_a_known_ellipse():
    # Four points on the axes (3, 4) / 5 and (-4, 3) / 5, at distances 10 and 5 from (1, 2).
    found = pca.principal_components(np.array([[7, 10], [-5, -6], [-3, 5], [5, -1]]))
    assert found.mean == pytest.approx([1, 2])
    assert found.eigenvalues == pytest.approx([50, 12.5])
    assert found.vectors == pytest.approx(np.array([[0.6, 0.8], [0.8, -0.6]]))
    assert found.count == 4
    assert [found.least_error(k) for k in (0, 1, 2)] == pytest.approx([250, 50, 0])
    assert found.shares_left() == pytest.approx([1, 0.2, 0])


@given(st.integers(2, 20), st.integers(1, 8), st.integers(0, 1000))
def test_the_same_as_scikit_learn_but_for_the_divisor(count, d, seed):
    samples, others = correlated(count, d, seed=seed), correlated(5, d, seed=seed + 1)
    found, peer = pca.principal_components(samples), PCA().fit(samples)
    rank, scale = min(count - 1, d), np.square(samples).mean()
    expected = np.append(peer.explained_variance_[:rank] * (count - 1) / count, np.zeros(d - rank))
    assert found.eigenvalues == pytest.approx(expected, abs=1e-10 * scale)
    assert found.mean == pytest.approx(peer.mean_)
    vectors = found.vectors
    assert vectors.T @ vectors == pytest.approx(np.eye(d), abs=1e-10)
    assert (vectors.max(axis=0) >= -vectors.min(axis=0) - 1e-12).all()
    covariance = np.cov(samples.T, bias=True).reshape(d, d)
    restored = vectors * found.eigenvalues @ vectors.T
    assert restored == pytest.approx(covariance, abs=1e-10 * scale)
    assert np.abs(found.reconstruct(others, d) - others).max() <= 1e-9 * np.abs(others).max()


@pytest.mark.parametrize("k", [1, 3, 8])
def test_projection_and_reconstruction_are_those_of_scikit_learn(k):
    samples, others = correlated(), correlated(seed=1)
    found, peer = pca.principal_components(samples), PCA(k).fit(samples)
    signs = np.sign(np.sum(found.keep(k).T * peer.components_, axis=1))
    assert pytest.approx(found.keep(k).T) == signs[:, np.newaxis] * peer.components_
    assert found.transform(others, k) == pytest.approx(signs * peer.transform(others))
    restored = peer.inverse_transform(peer.transform(others))
    assert found.reconstruct(others, k) == pytest.approx(restored)
    assert found.reconstruct(others, 0) == pytest.approx(np.tile(found.mean, (50, 1)))
    assert found.components_[:k] == pytest.approx(found.keep(k).T)
    assert found.mean_ == pytest.approx(peer.mean_)
    biased = peer.explained_variance_ * (len(samples) - 1) / len(samples)
    assert found.explained_variance_[:k] == pytest.approx(biased)


def test_the_error_is_the_sum_over_samples_for_one_basis_and_for_several():
    samples, vectors = correlated(), correlated(8, 3)
    expected = sum(np.sum((x - vectors @ (vectors.T @ x)) ** 2) for x in samples)
    assert reconstruction_error(samples, vectors) == pytest.approx(expected)
    both = reconstruction_error(samples, np.stack([vectors, 0 * vectors]))
    assert both == pytest.approx([expected, np.sum(samples**2)])


def test_constant_and_large_features():
    constant = pca.principal_components(np.full((5, 3), 7))
    assert (constant.eigenvalues == 0).all()
    with pytest.raises(ValueError, match="equal"):
        constant.shares_left()
    largest = pca.principal_components(with_value(1e150)).eigenvalues[0]
    assert largest == pytest.approx(1e300 * 49 / 50**2, rel=1e-10)


def test_small_eigenvalues_are_right():
    """Where forming the covariance would leave nothing but rounding."""
    scales = 16.0 ** -np.arange(8)
    samples = scipy.linalg.hadamard(16)[:, 1:9] * scales @ scipy.linalg.hadamard(8)
    found = pca.principal_components(samples)
    assert found.eigenvalues == pytest.approx(8 * scales**2, rel=1e-6)


def test_without_centring_it_is_the_second_moment():
    samples = correlated()
    found = pca.principal_components(samples, centred=False)
    expected = samples.T @ samples / len(samples)
    assert found.vectors * found.eigenvalues @ found.vectors.T == pytest.approx(expected)
    assert (found.mean == 0).all()


# errors


@pytest.mark.can_fail("4b-error", "4b-zero-mean")
def test_the_errors_on_letters(letters, found, shifted, unshifted):
    assert pca.errors_are_discarded_sums(shifted)
    assert shifted.total == pytest.approx(np.sum((letters - found.mean) ** 2), rel=1e-12)
    sums, errors = shifted.sums, shifted.errors
    swapped = replace(found, vectors=found.vectors[:, [1, 0, *range(2, 196)]])
    for wrong in (
        unshifted,
        pca.measure_errors(swapped, letters, NUMBERS),
        replace(shifted, sums=sums * (1 - 1 / len(letters))),
        replace(shifted, sums=shifted.total - sums),
        replace(shifted, numbers=NUMBERS[:-1], errors=errors[:-1], sums=sums[1:]),
        replace(shifted, sums=sums * (1 + 2e-10)),
        replace(shifted, errors=errors * np.nan),
        replace(shifted, numbers=(), errors=np.zeros(0), sums=np.zeros(0)),
    ):
        assert not pca.errors_are_discarded_sums(wrong)


@pytest.mark.can_fail("4b-error")
@pytest.mark.parametrize(("k", "count"), [(1, 1000), (400, 1000), (8, 10), (401, 1000), (9, 10)])
def test_small_errors_must_agree_in_their_own_digits_unless_near_rounding(k, count):
    def errors(apart: float) -> MeasuredErrors:
        sums = np.array([1e-8])
        return MeasuredErrors((k,), sums * (1 + apart), sums, 1.0, count)

    early = k <= min(400, count - 2)
    assert pca.errors_are_discarded_sums(errors(1e-11))
    assert bool(pca.errors_are_discarded_sums(errors(1e-6))) is not early
    assert not pca.errors_are_discarded_sums(errors(2e-4))


@pytest.mark.can_fail("4b-zero-mean")
def test_the_formula_needs_mean_zero_on_letters(letters, moment, shifted, unshifted):
    assert pca.formula_needs_mean_zero(shifted, unshifted)
    assert not pca.formula_needs_mean_zero(shifted, shifted)
    assert not pca.formula_needs_mean_zero(unshifted, unshifted)
    assert pca.errors_are_discarded_sums(pca.measure_errors(moment, letters, NUMBERS))
    row = pca.errors_table(shifted, unshifted).rows[3]
    assert row[0] == "10"
    assert row[1] == row[2] == f"≈{shifted.sums[3] / shifted.total:.4f}"
    assert float(row[3][1:]) > float(row[1][1:])


@pytest.mark.can_fail("4b-zero-mean")
def test_the_mean_explains_the_rest_of_the_error():
    samples, numbers = correlated(), range(9)
    basis = np.linalg.qr(correlated(8, 8, seed=1))[0]
    assert pca.mean_explains_error(samples, basis, numbers)
    for factor in (0, -1, 1 / 50, 2):
        term = lambda *of, factor=factor: factor * discarded_mean(*of)  # noqa: E731
        assert not pca.mean_explains_error(samples, basis, numbers, term)
    assert not pca.mean_explains_error(samples, basis + 0.1, [4])
    assert pca.mean_explains_error(np.zeros((3, 2)), np.eye(2), [0, 1, 2])


@pytest.mark.can_fail("4b-zero-mean")
def test_centring_saves_at_most_one_component(found, moment):
    saves = pca.centring_saves_at_most_one_component
    centred, uncentred = found.eigenvalues, moment.eigenvalues
    assert saves(centred, uncentred)
    assert not saves(uncentred, centred)
    assert not saves(centred, uncentred * 1.2)
    assert not saves(np.array([3.0, 2, 1]), np.array([3, 1.5, 1.4]))
    assert not saves(np.array([3.0, 1, 0]), np.array([3.0, 3, 3]))


def test_the_last_eigenvalue_of_letters_is_rounding(letters, found):
    is_rounding = pca.last_eigenvalue_is_rounding
    assert is_rounding(letters, found.eigenvalues[-1])
    assert not is_rounding(letters, found.eigenvalues[-2])
    assert not is_rounding(letters + np.float32(0.01), found.eigenvalues[-1])
    assert not is_rounding(np.full((3, 4), 1e-3), 0.0)


# singular values


@pytest.mark.parametrize("scale", [1, 1e6])
@pytest.mark.parametrize("k", [0, 1, 3, 6])
def test_singular_values_leave_what_components_leave(k, scale):
    """And not without centring, with values not squared rightly, or with the smallest kept."""
    samples = scale * correlated(30, 6)
    right, components = pca.decompose(samples), pca.principal_components(samples)
    assert pca.matches_components(right, samples, components, k)
    left, values, rows = right
    for wrong in (
        np.linalg.svd(samples, full_matrices=False),
        (left, values / np.sqrt(30), rows),
        (left[:, ::-1], values[::-1], rows[::-1]),
        (left, values, -rows),
    ):
        assert pca.matches_components(wrong, samples, components, k) <= (k in (0, 6))


def test_what_is_left_may_agree_where_the_matrices_differ():
    """Of two equal eigenvalues any direction leaves as much."""
    samples = np.array([[1.0, 0], [-1, 0], [0, 1], [0, -1]])
    turned = pca.decompose(samples)[2].T @ [[1, -1], [1, 1]] / np.sqrt(2)
    components = PrincipalComponents(np.zeros(2), turned, np.full(2, 0.5), 4)
    assert pca.matches_components(pca.decompose(samples), samples, components, 2)
    assert not pca.matches_components(pca.decompose(samples), samples, components, 1)


# in one pass


def gather(chunks) -> RunningCovariance:
    running = RunningCovariance()
    for chunk in chunks:
        running.update(chunk)
    return running


def share_off(found: PrincipalComponents, exact: np.ndarray) -> float:
    covariance = found.vectors * found.eigenvalues @ found.vectors.T
    return np.linalg.norm(covariance - exact, 2) / np.linalg.norm(exact, 2)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_chunks_of_any_sizes_give_the_components_of_all_samples(data):
    """Also empty ones, ones of one sample, and fewer samples than entries; none is changed."""
    count = data.draw(st.integers(2, 100))
    cuts = sorted(data.draw(st.lists(st.integers(0, count), max_size=6)))
    samples = correlated(count, 12, seed=data.draw(st.integers(0, 99)))
    kept, running = samples.copy(), gather(np.split(samples, cuts))
    found = running.components()
    assert running.count == found.count == count
    assert running.numbers_kept == 12 * 12 + 2 * 12
    assert found.mean == pytest.approx(samples.mean(axis=0), abs=1e-12)
    assert share_off(found, np.cov(samples.T, bias=True)) <= 1e-13
    assert (samples == kept).all()


def test_rounding_of_means_does_not_add_up_far_from_zero():
    """A hundred chunks whose means differ: the offset is added exactly, and costs no digit."""
    generator = np.random.default_rng(0)
    samples = generator.normal(size=(2000, 12)) + np.linspace(-3, 3, 2000)[:, np.newaxis]
    samples = np.round(samples * 2**20) / 2**20
    offset = 2.0**26
    found = gather(np.split(samples + offset, 100)).components()
    assert np.abs(found.mean - offset - samples.mean(axis=0)).max() <= 0.51 * np.spacing(offset)
    assert share_off(found, np.cov(samples.T, bias=True)) <= 1e-14


# what is refused

GOOD = correlated()
FOUND = pca.principal_components(GOOD)


def with_value(value: float) -> np.ndarray:
    samples = GOOD.copy()
    samples[3, 5] = value
    return samples


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pca.principal_components(GOOD[:1]), "at least 2 samples"),
        (lambda: pca.principal_components(GOOD + 1j), "real"),
        (lambda: pca.principal_components(with_value(-np.inf)), "sample 3 has -inf in entry 5"),
        (lambda: truncate(pca.decompose(GOOD), 9), "from 0 to 8, got 9"),
        (lambda: FOUND.keep(-1), "from 0 to 8, got -1"),
        (lambda: FOUND.transform(GOOD, 2.5), "integer"),
        (lambda: FOUND.reconstruct(GOOD[:, 1:], 2), "got 7"),
        (lambda: reconstruction_error(GOOD, np.ones((7, 2))), r"got \(7, 2\)"),
        (lambda: pca.measure_errors(FOUND, GOOD[:9], (1,)), "50 samples"),
        (lambda: gather([GOOD, GOOD[:, 1:]]), "got 7"),
    ],
)
def test_wrong_inputs_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
