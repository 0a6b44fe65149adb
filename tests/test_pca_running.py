"""Principal components in one pass are those of all data, and keep as many digits as a peer's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import IncrementalPCA

from assignment4.pca.components import PrincipalComponents, principal_components
from assignment4.pca.running import RunningCovariance


def gather(chunks) -> RunningCovariance:
    running = RunningCovariance()
    for chunk in chunks:
        running.update(chunk)
    return running


def correlated(count: int = 200, d: int = 12, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return generator.normal(size=(count, d)) @ generator.normal(size=(d, d)) + 3


def covariance(components: PrincipalComponents) -> np.ndarray:
    return components.vectors * components.eigenvalues @ components.vectors.T


def share_off(found: np.ndarray, exact: np.ndarray) -> float:
    return np.linalg.norm(found - exact, 2) / np.linalg.norm(exact, 2)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_chunks_of_any_sizes_give_the_components_of_all_samples(data):
    """Also empty ones, ones of one sample, and fewer samples than entries; none is changed."""
    count = data.draw(st.integers(2, 100))
    cuts = sorted(data.draw(st.lists(st.integers(0, count), max_size=6)))
    samples = correlated(count, seed=data.draw(st.integers(0, 99)))
    kept = samples.copy()
    running, expected = gather(np.split(samples, cuts)), principal_components(samples)
    found = running.components()
    assert running.count == found.count == count
    assert running.numbers_kept == 12 * 12 + 2 * 12
    assert found.mean == pytest.approx(expected.mean, abs=1e-13 * 10)
    assert share_off(covariance(found), covariance(expected)) <= 1e-13
    assert (samples == kept).all()


def test_integers_in_a_reused_buffer():
    samples = np.random.default_rng(0).integers(0, 256, (40, 6), dtype=np.uint8)
    running, buffer = RunningCovariance(), np.empty((8, 6), np.uint8)
    for start in range(0, 40, 8):
        buffer[:] = samples[start : start + 8]
        running.update(buffer)
        expected = principal_components(samples[: start + 8])
        assert share_off(covariance(running.components()), covariance(expected)) <= 1e-13


def test_rounding_of_means_does_not_add_up_far_from_zero():
    """A hundred chunks whose means differ: the offset is added exactly, and costs no digit."""
    generator = np.random.default_rng(0)
    samples = generator.normal(size=(2000, 12)) + np.linspace(-3, 3, 2000)[:, np.newaxis]
    samples = np.round(samples * 2**20) / 2**20
    offset = 2.0**26
    assert (samples + offset - offset == samples).all()
    exact = np.cov(samples.T, bias=True)
    found = gather(np.split(samples + offset, 100)).components()
    assert np.abs(found.mean - offset - samples.mean(axis=0)).max() <= 0.51 * np.spacing(offset)
    assert share_off(covariance(found), exact) <= 1e-14


def worst_unit(eigenvalues: np.ndarray, scales: np.ndarray) -> float:
    """Return the largest error of an eigenvalue's root, in units in the last place of the first."""
    expected = np.sqrt(len(scales)) * scales
    roots = np.sqrt(np.abs(eigenvalues))
    return np.max(np.abs(roots - expected)) / np.spacing(expected[0])


def test_small_eigenvalues_keep_as_many_digits_as_a_peer_s():
    """Of rows of signs times scales, mixed by signs, whose eigenvalues are exact in float64."""
    count, d = 2**12, 16
    scales = 2.0 ** -np.linspace(0, 20, d).round()
    columns = np.random.default_rng(1).permutation(np.arange(1, count))[:d]
    signs = 1 - 2.0 * (np.bitwise_count(np.arange(count)[:, np.newaxis] & columns) % 2)
    mixing = 1 - 2.0 * (np.bitwise_count(np.arange(d)[:, np.newaxis] & np.arange(d)) % 2)
    samples = signs * scales @ mixing + 1e4
    chunks = np.split(samples, 4)
    peer = IncrementalPCA()
    for chunk in chunks:
        peer.partial_fit(chunk)
    ours = worst_unit(gather(chunks).components().eigenvalues, scales)
    assert ours <= worst_unit(peer.singular_values_**2 / count, scales)
    squares = np.linalg.eigvalsh(np.cov(samples.T, bias=True))[::-1]
    assert worst_unit(squares, scales) > 1000 * ours


def test_wrong_chunks_are_refused_and_change_nothing():
    samples = correlated()
    running = gather([samples[:1]])
    with pytest.raises(ValueError, match="at least 2"):
        running.components()
    for wrong in (samples[:, 1:], samples[0], samples * np.nan, samples * 1j):
        with pytest.raises(ValueError, match=r"sample"):
            running.update(wrong)
    running.update(samples[1:])
    expected = covariance(principal_components(samples))
    assert share_off(covariance(running.components()), expected) <= 1e-13
