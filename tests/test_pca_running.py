"""Principal components in one pass are those of all data, and keep as many digits as a peer's."""

import dataclasses
import functools
import runpy

import numpy as np
import pytest
from sklearn.decomposition import IncrementalPCA

from assignment4 import ROOT
from assignment4.letters import load_letters, normalize
from assignment4.pca.components import PrincipalComponents, principal_components
from assignment4.pca.running import RunningCovariance

OFFSET = 1e4


def chunks_of(samples: np.ndarray, size: int):
    return (samples[start : start + size] for start in range(0, len(samples), size))


def run(chunks):
    running = RunningCovariance()
    for chunk in chunks:
        running.update(chunk)
    return running.components()


def correlated(count: int = 200, d: int = 12) -> np.ndarray:
    generator = np.random.default_rng(0)
    return generator.normal(size=(count, d)) @ generator.normal(size=(d, d)) + 3


def assert_same(found, expected, *, tolerance: float) -> None:
    assert found.count == expected.count
    largest = expected.eigenvalues[0]
    assert found.mean == pytest.approx(expected.mean, abs=tolerance * np.sqrt(largest))
    assert found.eigenvalues == pytest.approx(expected.eigenvalues, abs=tolerance * largest)


@pytest.mark.parametrize("size", [1, 2, 7, 12, 64, 199, 200, 1000])
def test_chunks_of_any_size_give_the_components_of_all_samples(size):
    samples = correlated()
    found, expected = run(chunks_of(samples, size)), principal_components(samples)
    assert_same(found, expected, tolerance=1e-13)
    assert found.vectors == pytest.approx(expected.vectors, abs=1e-10)


def test_chunks_of_different_sizes_in_any_order():
    samples = correlated()
    parts = np.split(samples, [1, 1, 4, 50, 120])
    assert len(parts[1]) == 0
    assert_same(run(parts[::-1]), principal_components(samples), tolerance=1e-13)


def test_fewer_samples_than_entries():
    samples = correlated(5)
    assert_same(run(chunks_of(samples, 2)), principal_components(samples), tolerance=1e-13)


def test_components_may_be_asked_for_on_the_way():
    samples, running = correlated(), RunningCovariance()
    for stop in (50, 100, 150, 200):
        running.update(samples[stop - 50 : stop])
        expected = principal_components(samples[:stop])
        assert_same(running.components(), expected, tolerance=1e-13)
        assert running.count == stop


def test_chunks_are_not_changed_and_may_be_reused():
    buffer, running = np.empty((50, 12)), RunningCovariance()
    samples = correlated()
    for chunk in chunks_of(samples, 50):
        buffer[:] = chunk
        running.update(buffer)
        assert (buffer == chunk).all()
    buffer[:] = np.nan
    assert_same(running.components(), principal_components(samples), tolerance=1e-13)


def test_integers_float32_and_constant_features():
    samples = np.random.default_rng(0).integers(0, 256, (40, 6), dtype=np.uint8)
    samples[:, 2] = 200
    expected = principal_components(samples)
    for kind in (np.uint8, np.float32, np.float64):
        found = run(chunks_of(samples.astype(kind), 7))
        assert_same(found, expected, tolerance=1e-13)
        assert found.mean[2] == pytest.approx(200, rel=1e-15)
        assert found.eigenvalues.dtype == np.float64


@functools.cache
def columns_of_signs(count: int, d: int) -> np.ndarray:
    return np.random.default_rng(1).permutation(np.arange(1, count))[:d]


def known_samples(start: int, stop: int, scales: np.ndarray, count: int) -> np.ndarray:
    """Return rows of signs times scales, mixed by signs; all is exact in float64.

    The signs of a column are the parities of the bits that a row's number shares with the
    column's; over all rows they have mean 0 and are orthogonal.
    """
    d = len(scales)
    shared = np.arange(start, stop)[:, np.newaxis] & columns_of_signs(count, d)
    signs = 1 - 2.0 * (np.bitwise_count(shared) % 2)
    mixing = 1 - 2.0 * (np.bitwise_count(np.arange(d)[:, np.newaxis] & np.arange(d)) % 2)
    return signs * scales @ mixing + OFFSET


def units_off(eigenvalues: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """Return the errors of the roots of eigenvalues, in units of the last place of the first.

    An orthogonal decomposition is off by a few of them everywhere, a sum of squares by millions at
    the smallest ones.
    """
    expected = np.sqrt(len(scales)) * scales
    return np.abs(np.sqrt(np.abs(eigenvalues)) - expected) / np.spacing(expected[0])


def compare_with_peer(count: int, d: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the errors of the running components and of scikit-learn's."""
    scales = 2.0 ** -np.linspace(0, 20, d).round()
    running, peer = RunningCovariance(), IncrementalPCA()
    for start in range(0, count, 1000):
        chunk = known_samples(start, min(start + 1000, count), scales, count)
        running.update(chunk)
        peer.partial_fit(chunk)
    found = running.components()
    assert found.mean == pytest.approx(OFFSET, abs=1e-9)
    peers = peer.singular_values_**2 / peer.n_samples_seen_
    return units_off(found.eigenvalues, scales), units_off(peers, scales)


def assert_keeps_digits_of_peer(ours: np.ndarray, peers: np.ndarray) -> None:
    """The worst of all eigenvalues is no further off than the peer's worst.

    How far off a single one is, is luck: a decomposition may be off by some units at any of them,
    and is so where several are equal.
    """
    assert ours.max() <= peers.max()


def test_no_digits_are_lost_behind_an_offset():
    assert_keeps_digits_of_peer(*compare_with_peer(2**14, 16))


def test_sums_of_squares_would_lose_them():
    scales = 2.0 ** -np.linspace(0, 20, 16).round()
    samples = known_samples(0, 2**14, scales, 2**14)
    _, peers = compare_with_peer(2**14, 16)
    centred = np.linalg.eigvalsh(np.cov(samples.T, bias=True))[::-1]
    raw = np.linalg.eigvalsh(
        samples.T @ samples / len(samples) - np.outer(samples.mean(0), samples.mean(0))
    )[::-1]
    for eigenvalues in (centred, raw):
        with pytest.raises(AssertionError):
            assert_keeps_digits_of_peer(units_off(eigenvalues, scales), peers)


@pytest.mark.slow
def test_a_million_samples_lose_no_digits_behind_an_offset():
    assert_keeps_digits_of_peer(*compare_with_peer(2**20, 64))


def test_letters_behind_an_offset():
    """Letters rounded so that the offset is added exactly: nothing may change but the mean."""
    images = normalize(load_letters().cyrillic.images[:3000]).reshape(3000, -1)
    letters = np.round(images.astype(np.float64) * 2**20) / 2**20
    assert (letters + OFFSET - OFFSET == letters).all()
    expected = principal_components(letters)
    found, peer = run(chunks_of(letters + OFFSET, 500)), IncrementalPCA()
    for chunk in chunks_of(letters + OFFSET, 1000):
        peer.partial_fit(chunk)
    assert np.abs(found.mean - OFFSET - expected.mean).max() <= 0.51 * np.spacing(OFFSET)
    eigenvalues = peer.singular_values_**2 / 3000
    peers = PrincipalComponents(peer.mean_, peer.components_.T, eigenvalues, 3000)
    exact = covariance(expected)
    off, peers_off = (share_off(covariance(one), exact) for one in (found, peers))
    assert off <= 1e-14
    assert off <= peers_off


def covariance(components: PrincipalComponents) -> np.ndarray:
    return components.vectors * components.eigenvalues @ components.vectors.T


def share_off(found: np.ndarray, exact: np.ndarray) -> float:
    return np.linalg.norm(found - exact, 2) / np.linalg.norm(exact, 2)


def with_rounded_means(samples: np.ndarray, size: int) -> np.ndarray:
    """The covariance where chunks are joined by means of one number an entry."""
    count, mean, scatter = 0, np.zeros(samples.shape[1]), 0.0
    for chunk in chunks_of(samples, size):
        center, total = chunk.mean(axis=0), count + len(chunk)
        shift, deviations = center - mean, chunk - center
        between = count * len(chunk) / total * np.outer(shift, shift)
        scatter = scatter + deviations.T @ deviations + between
        count, mean = total, mean + len(chunk) / total * shift
    return scatter / count


def test_rounding_of_means_does_not_add_up():
    """A hundred chunks whose means differ, far from zero: the offset costs no digit."""
    generator = np.random.default_rng(0)
    samples = generator.normal(size=(2000, 12)) + np.linspace(-3, 3, 2000)[:, np.newaxis]
    samples = np.round(samples * 2**20) / 2**20
    offset = 2.0**26
    assert (samples + offset - offset == samples).all()
    exact = np.cov(samples.T, bias=True)
    found = run(chunks_of(samples + offset, 20))
    rounded = with_rounded_means(samples + offset, 20)
    assert np.abs(found.mean - offset - samples.mean(axis=0)).max() <= 0.51 * np.spacing(offset)
    assert share_off(covariance(found), exact) <= 1e-14
    assert share_off(rounded, exact) > 1e-10


@pytest.fixture(scope="module")
def benchmark() -> dict:
    """What `benchmarks/pca.py` defines."""
    return runpy.run_path(str(ROOT / "benchmarks" / "pca.py"), run_name="benchmark")


@pytest.mark.slow
def test_many_letters_lose_no_digits_behind_an_offset(benchmark):
    """What the benchmark demands of a million, of 40,000: each error, and both near the truth."""
    found = benchmark["compare"](benchmark["letter_images"](), 40_000, 20_000)
    benchmark["check"](found)
    assert found.errors.covariance <= found.peer_errors.covariance / 2
    assert found.errors.mean <= 0.51


def test_check_of_the_benchmark_fails(benchmark):
    """Where one error exceeds the peer's, or both are far off."""
    errors = benchmark["Errors"](10.0, 2.0)
    sound = benchmark["Comparison"](1.0, 2.0, errors, errors)
    benchmark["check"](sound)
    for name, error in vars(errors).items():
        more = dataclasses.replace(errors, **{name: error + 2})
        far = dataclasses.replace(errors, **{name: 1e5})
        for wrong in (
            dataclasses.replace(sound, errors=more),
            dataclasses.replace(sound, errors=far, peer_errors=far),
        ):
            with pytest.raises(AssertionError):
                benchmark["check"](wrong)


def test_the_numbers_kept_do_not_grow():
    running = RunningCovariance()
    assert running.numbers_kept == 0
    for chunk in chunks_of(correlated(), 20):
        running.update(chunk)
        assert running.numbers_kept == 12 * 12 + 2 * 12


@pytest.mark.parametrize(
    ("chunks", "message"),
    [
        ([], "at least 2 samples, got 0"),
        ([np.ones((1, 3))], "at least 2 samples, got 1"),
        ([np.ones((0, 3))], "at least 2 samples, got 0"),
        ([np.ones((4, 3)), np.ones((4, 2))], "samples of 3 entries are needed, got 2"),
        ([np.ones(3)], r"got \(3,\)"),
        ([np.ones((2, 2)), np.array([[1, np.nan]])], "sample 0 has nan in entry 1"),
        ([np.ones((2, 2)), np.array([[1, 1j]])], "real, got complex128"),
        ([np.full((2, 2), 1e200)], r"sample 0 has 1e\+200 in entry 0"),
    ],
)
def test_wrong_chunks_are_refused(chunks, message):
    with pytest.raises(ValueError, match=message):
        run(chunks)


def test_a_refused_chunk_changes_nothing():
    samples, running = correlated(), RunningCovariance()
    running.update(samples[:100])
    with pytest.raises(ValueError, match="12 entries"):
        running.update(samples[:, 1:])
    running.update(samples[100:])
    assert_same(running.components(), principal_components(samples), tolerance=1e-13)
