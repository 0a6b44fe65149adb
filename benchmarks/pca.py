"""Time principal components in one pass: against scikit-learn's, and as the data grow.

Run as `python benchmarks/pca.py`. Both get the same chunks of 1,000 images in memory and take
turns; told are the medians of the rounds. scikit-learn's `IncrementalPCA` with 10 components
forgets the rest after each chunk and so finds approximate ones, ours are exact. Growth is measured
on images that are drawn chunk by chunk, two faded letters and noise, and that never lie in memory
together; drawing them is not timed.
"""

import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from sklearn.decomposition import IncrementalPCA

from assignment4.letters import load_letters, normalize
from assignment4.pca.components import PrincipalComponents, principal_components
from assignment4.pca.running import RunningCovariance

CHUNK = 1000
COMPARED = 8_000
COUNTS = (10_000, 100_000, 1_000_000)
OFFSET = 1e4
STEPS = 2.0**-20
"""To what the images are rounded, so that an offset can be added without rounding."""

ROUNDS = 3
FEW = 10
LEAST_RATIO = 1.0
TOLERANCE = 1e-12
"""How far eigenvalues may differ that should be equal, as a share of the largest."""

APPROXIMATE = 0.1
"""How far each of scikit-learn's first 10 eigenvalues may be from ours, as a share of it."""


def drawn_chunks(letters: np.ndarray, count: int) -> Iterator[np.ndarray]:
    """Yield chunks of random images, (1000, 784) float64, the same ones at every call."""
    generator = np.random.default_rng(0)
    for _ in range(count // CHUNK):
        first, second = letters[generator.integers(len(letters), size=(2, CHUNK))]
        share = generator.random((CHUNK, 1), np.float32)
        noise = generator.standard_normal(first.shape, np.float32)
        images = (1 - share) * first + share * second + np.float32(0.1) * noise
        yield np.round(images.astype(np.float64) / STEPS) * STEPS


def run(chunks: Iterable[np.ndarray]) -> PrincipalComponents:
    """Return the components of chunks, in one pass."""
    running = RunningCovariance()
    for chunk in chunks:
        running.update(chunk)
    return running.components()


def run_peer(chunks: list[np.ndarray], components: int | None) -> IncrementalPCA:
    """Return scikit-learn's incremental components of the same chunks."""
    peer = IncrementalPCA(components)
    for chunk in chunks:
        peer.partial_fit(chunk)
    return peer


def compare(letters: np.ndarray) -> None:
    """Print the times of scikit-learn's and our components of the same chunks."""
    chunks = list(drawn_chunks(letters, COMPARED))
    singles = [chunk.astype(np.float32) for chunk in chunks]
    ways: dict[str, Callable[[], object]] = {
        "ours, all components": lambda: run(chunks),
        "scikit-learn, all": lambda: run_peer(chunks, None),
        f"scikit-learn, {FEW}": lambda: run_peer(chunks, FEW),
        "scikit-learn, all, float32": lambda: run_peer(singles, None),
        f"scikit-learn, {FEW}, float32": lambda: run_peer(singles, FEW),
    }
    times: dict[str, list[float]] = {name: [] for name in ways}
    results = {}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            start = time.perf_counter()
            results[name] = way()
            times[name].append(time.perf_counter() - start)

    ours, *peers = results.values()
    exact = principal_components(np.concatenate(chunks))
    largest = exact.eigenvalues[0]
    worst = np.abs(ours.eigenvalues - exact.eigenvalues).max() / largest
    assert worst <= TOLERANCE
    print(f"eigenvalues: ours are {worst:.0e} from those of all images at once, of the largest")
    for name, peer, tolerance in zip(
        list(ways)[1:], peers, (TOLERANCE, APPROXIMATE, 1e-5, APPROXIMATE), strict=True
    ):
        eigenvalues = peer.singular_values_.astype(np.float64) ** 2 / COMPARED
        expected = exact.eigenvalues[: len(eigenvalues)]
        scale = largest if len(eigenvalues) > FEW else expected
        worst = (np.abs(eigenvalues - expected) / scale).max()
        assert worst <= tolerance
        print(f"eigenvalues: {name}: {worst:.0e}, allowed: {tolerance:g}")

    medians = {name: statistics.median(spent) for name, spent in times.items()}
    own, *others = medians.values()
    for name, median in medians.items():
        print(f"{name:28} {COMPARED:,} images in {1000 * median:6,.0f} ms, {median / own:5.1f} x")
    assert min(others) / own >= LEAST_RATIO
    print(f"ours is {min(others) / own:.1f} times faster than the fastest, needed: {LEAST_RATIO:g}")


def show_growth(letters: np.ndarray) -> None:
    """Print time and memory for 1e4 to 1e6 images, and what an offset changes."""
    for count in COUNTS:
        running, moved, spent = RunningCovariance(), RunningCovariance(), 0.0
        for chunk in drawn_chunks(letters, count):
            start = time.perf_counter()
            running.update(chunk)
            spent += time.perf_counter() - start
            chunk += OFFSET
            moved.update(chunk)
        start = time.perf_counter()
        eigenvalues = running.components().eigenvalues
        spent += time.perf_counter() - start
        shift = np.abs(moved.components().eigenvalues - eigenvalues).max() / eigenvalues[0]
        assert shift <= TOLERANCE
        print(
            f"{count:>9,} images: {spent:6.2f} s, {1e6 * spent / count:5.1f} us each, peak memory "
            f"{peak_memory():,.0f} MB (all images: {count * 784 * 8 / 1e6:,.0f} MB)"
        )
        print(f"{OFFSET:g} added: {shift:.0e} of the largest eigenvalue, allowed: {TOLERANCE:g}")


def peak_memory() -> float:
    """Return the most memory that this process has had, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


if __name__ == "__main__":
    images = normalize(load_letters().cyrillic.images).reshape(-1, 784)
    show_growth(images)
    compare(images)
