"""Principal components beside scikit-learn's: of the letters in memory, and in one pass.

Run as `python benchmarks/pca.py`. The measurements go to results/speed.jsonl. In memory, both find
all components of all letters. For one pass images are drawn chunk by chunk, two faded letters and
noise, and never lie in memory together; drawing them is not timed. 10,000 is added to every pixel.
scikit-learn's `IncrementalPCA` gets the same chunks, in turn with ours, of a size that suits it: it
decomposes all components and a chunk anew each time. So a chunk is a round, after which both have
the components.

With a number of images, as in `python benchmarks/pca.py 1000000`, the pass is over so many, nothing
is kept, and growth and memory are measured as well. That takes long.

The errors are those against sums in float64 over the images before the 10,000 is added, shifted by
the mean of the letters. Memory and growth are those of ours alone, in a process for each number of
images.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from measuring import conclude, describe_machine, take_turns
from sklearn.decomposition import PCA, IncrementalPCA

from assignment4.letters import load_letters, normalize
from assignment4.pca.components import PrincipalComponents, principal_components
from assignment4.pca.running import RunningCovariance

NAME, RUNNING_NAME = "PCA", "running PCA"
BOOK, INCREMENTAL = "the book", "scikit-learn, IncrementalPCA"
SOLVERS = {"scikit-learn, by SVD": "full", "scikit-learn, by covariance": "covariance_eigh"}
PACKAGES = ("numpy", "scipy", "scikit-learn")
ROUNDS = 5
CHUNKS = 5
"""Of CHUNK images each, in one pass; the first is not counted as a round."""

CHUNK = 10_000
LARGE_CHUNK = 20_000
"""Where the number of images is given."""

GROWTH = (10_000, 100_000, 1_000_000)
GROWTH_CHUNK = 1_000
OFFSET = 1e4
STEP = 2.0**-20
"""To what the images are rounded, so that an offset can be added without rounding."""

TOLERANCE = 1e-12
"""How far from the reference both may be, as a share of the largest eigenvalue or of the mean.

In memory it is how far apart both may be.
"""

ULPS = 1
"""By how many units in the last place our error may exceed scikit-learn's."""

LEAST_RATIO = 1.0
GROWTH_FACTOR = 1.5
"""By which factor the time of an image may differ between numbers of images."""

MEMORY_MARGIN = 32
"""By how many MB the peak memory may exceed that of the fewest images."""


@dataclass(frozen=True)
class Errors:
    """How far components are from the reference, in units in the last place.

    Attributes:
        covariance: the largest eigenvalue of the difference between the covariance that the
            components make up and the exact one, in that of the first eigenvalue. No eigenvalue is
            further off, but for the rounding of the solver that found the exact ones.
        mean: the largest difference, in that of the offset.
    """

    covariance: float
    mean: float


@dataclass(frozen=True)
class Comparison:
    """Ours and scikit-learn's components of the same chunks: seconds of each chunk, and errors."""

    seconds: Sequence[float]
    peer_seconds: Sequence[float]
    errors: Errors
    peer_errors: Errors


def in_memory(samples: np.ndarray, *, rounds: int = ROUNDS) -> dict[str, object]:
    """Return the seconds in which all components of samples are found, in each round.

    Args:
        samples: (n, d) float64, in memory.
        rounds: how many.
    """
    ours = principal_components(samples).eigenvalues
    for solver in SOLVERS.values():
        theirs = PCA(svd_solver=solver).fit(samples).explained_variance_
        theirs = theirs * (len(samples) - 1) / len(samples)
        assert np.abs(theirs - ours).max() <= TOLERANCE * ours[0]
    works = {BOOK: lambda: principal_components(samples)}
    for name, solver in SOLVERS.items():
        works[name] = lambda solver=solver: PCA(svd_solver=solver).fit(samples)
    machine = describe_machine(*PACKAGES)
    ways = take_turns(works, rounds=rounds)
    return {"machine": machine, "images": len(samples), "ways": ways}


def in_one_pass(
    letters: np.ndarray, *, chunks: int = CHUNKS, size: int = CHUNK
) -> dict[str, object]:
    """Return the seconds of each chunk but the first, after checking what both found.

    Args:
        letters: (n, d) float32, of which images are drawn.
        chunks: how many, at least two.
        size: of a chunk, in images.
    """
    machine = describe_machine(*PACKAGES)
    found = compare(letters, chunks * size, size)
    check(found)
    ways = {BOOK: found.seconds[1:], INCREMENTAL: found.peer_seconds[1:]}
    errors = {BOOK: vars(found.errors), INCREMENTAL: vars(found.peer_errors)}
    return {"machine": machine, "images of a chunk": size, "ways": ways, "errors": errors}


def letter_images() -> np.ndarray:
    """Return the normalised Cyrillic letters as rows, float32."""
    return normalize(load_letters().cyrillic.images).reshape(-1, 784)


def drawn_chunks(letters: np.ndarray, count: int, size: int) -> Iterator[np.ndarray]:
    """Yield chunks of random images, (size, d) float64, the same ones at every call."""
    generator = np.random.default_rng(0)
    for start in range(0, count, size):
        rows = min(size, count - start)
        first, second = letters[generator.integers(len(letters), size=(2, rows))]
        share = generator.random((rows, 1), np.float32)
        noise = generator.standard_normal(first.shape, np.float32)
        images = (1 - share) * first + share * second + np.float32(0.1) * noise
        yield np.round(images.astype(np.float64) / STEP) * STEP


def compare(letters: np.ndarray, count: int, size: int) -> Comparison:
    """Follow the same chunks in three ways, and compare two of them with the third."""
    running, peer = RunningCovariance(), IncrementalPCA()
    shift = np.round(letters.mean(axis=0, dtype=np.float64) / STEP) * STEP
    d = letters.shape[1]
    sums, products = np.zeros(d), np.zeros((d, d))
    own, others = [], []
    for chunk in drawn_chunks(letters, count, size):
        shifted = chunk - shift
        sums += shifted.sum(axis=0)
        products += shifted.T @ shifted
        chunk += OFFSET
        start = time.perf_counter()
        running.update(chunk)
        found = running.components()
        middle = time.perf_counter()
        peer.partial_fit(chunk)
        own.append(middle - start)
        others.append(time.perf_counter() - middle)

    rest = sums / count
    covariance, mean = products / count - np.outer(rest, rest), shift + rest
    eigenvalues = peer.singular_values_**2 / peer.n_samples_seen_
    theirs = PrincipalComponents(peer.mean_, peer.components_.T, eigenvalues, count)
    errors, peer_errors = (errors_of(one, covariance, mean) for one in (found, theirs))
    return Comparison(own, others, errors, peer_errors)


def errors_of(found: PrincipalComponents, covariance: np.ndarray, mean: np.ndarray) -> Errors:
    """Return how far components of images with the offset are from what those without it have."""
    difference = found.vectors * found.eigenvalues @ found.vectors.T - covariance
    unit = np.spacing(np.linalg.norm(covariance, 2))
    return Errors(
        float(np.linalg.norm(difference, 2) / unit),
        float(np.abs(found.mean - OFFSET - mean).max() / np.spacing(OFFSET)),
    )


def check(found: Comparison) -> None:
    """Assert that both find the same, and that ours is not further off than scikit-learn's."""
    epsilon = np.finfo(np.float64).eps
    for errors in (found.errors, found.peer_errors):
        assert errors.covariance * epsilon <= TOLERANCE
        assert errors.mean * np.spacing(OFFSET) <= TOLERANCE * OFFSET
    for name, error in vars(found.errors).items():
        assert error <= vars(found.peer_errors)[name] + ULPS, name


def show_comparison(letters: np.ndarray, count: int) -> None:
    """Print times and errors of both, and assert what is needed."""
    found = compare(letters, count, LARGE_CHUNK)
    seconds, peer_seconds = sum(found.seconds), sum(found.peer_seconds)
    print(f"{count:,} images with {OFFSET:,.0f} added, in chunks of {LARGE_CHUNK:,}")
    for name, spent, errors in (
        ("ours", seconds, found.errors),
        ("scikit-learn", peer_seconds, found.peer_errors),
    ):
        parts = ", ".join(f"{part} {error:.1f}" for part, error in vars(errors).items())
        print(f"{name:12} {spent:7.1f} s; errors in units in the last place: {parts}")
    check(found)
    ratio = peer_seconds / seconds
    assert ratio >= LEAST_RATIO
    print(f"ours is {ratio:.1f} times as fast, needed: {LEAST_RATIO:g}; our errors are at most")
    print(f"{ULPS} units larger than scikit-learn's, and both below {TOLERANCE:g}")


def show_growth(counts: tuple[int, ...]) -> None:
    """Print time and peak memory for several numbers of images, each in a process of its own."""
    found = {}
    for count in counts:
        command = [sys.executable, __file__, "grow", str(count)]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        found[count] = json.loads(output)
        seconds, memory = found[count].values()
        print(
            f"{count:>9,} images: {seconds:6.1f} s, {1e6 * seconds / count:5.1f} us each, peak "
            f"memory {memory:,.0f} MB (all images: {count * 784 * 8 / 1e6:,.0f} MB)"
        )
    each = [one["seconds"] / count for count, one in found.items()]
    memory = [one["memory"] for one in found.values()]
    assert max(each) <= GROWTH_FACTOR * min(each)
    growth = max(memory) - memory[0]
    assert growth <= MEMORY_MARGIN
    print(
        f"time of an image: equal to a factor of {max(each) / min(each):.2f}, allowed: "
        f"{GROWTH_FACTOR:g}; peak memory: at most {growth:.0f} MB above that of the fewest, "
        f"allowed: {MEMORY_MARGIN}"
    )


def grow(letters: np.ndarray, count: int) -> dict[str, float]:
    """Return the seconds of following so many images, and the peak memory in MB."""
    running, seconds = RunningCovariance(), 0.0
    for chunk in drawn_chunks(letters, count, GROWTH_CHUNK):
        start = time.perf_counter()
        running.update(chunk)
        seconds += time.perf_counter() - start
    running.components()
    return {"seconds": seconds, "memory": peak_memory()}


def peak_memory() -> float:
    """Return the most memory that this process has had, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main(arguments: list[str]) -> None:
    """Measure and keep; or print everything for a number of images, or the growth in a child."""
    if arguments[:1] == ["grow"]:
        print(json.dumps(grow(letter_images(), int(arguments[1]))))
        return
    letters = letter_images()
    if arguments:
        count = int(arguments[0])
        show_growth(tuple(one for one in GROWTH if one <= count))
        show_comparison(letters, count)
        return
    latin = normalize(load_letters().latin.images).reshape(-1, letters.shape[1])
    both = np.concatenate([letters, latin]).astype(np.float64)
    for name, measured in ((NAME, in_memory(both)), (RUNNING_NAME, in_one_pass(letters))):
        conclude(name, measured)


if __name__ == "__main__":
    main(sys.argv[1:])
