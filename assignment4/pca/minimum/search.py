r"""Exercise 4 b: the least $\sum_l |x_l - W W^T x_l|^2$ in k dimensions, searched for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy.optimize import minimize

from assignment4.intervals import Finding
from assignment4.pca.components import check_count, reconstruction_error
from assignment4.pca.inputs import as_samples, checked_number

ROUNDING = 1e-12
"""What float64 may leave of an error, relative to the error of k = 0."""


def smallest(eigenvalues: np.ndarray, k: int) -> np.ndarray:
    """Return all but the first k of descending eigenvalues, what the report discards after (17)."""
    return eigenvalues[k:]


@dataclass(frozen=True)
class SubspaceSearch:
    """Errors of projections to k dimensions, each the sum over all L samples.

    The subsets, (n, k), are all choices of eigenvectors to keep, from 0, of descending eigenvalues.
    """

    k: int
    samples: int
    eigenvalues: np.ndarray
    subsets: np.ndarray
    subset_errors: np.ndarray
    random_errors: np.ndarray

    def __repr__(self) -> str:
        return f"k = {self.k}: {len(self.subsets)} choices of {len(self.eigenvalues)} eigenvectors"

    @property
    def total(self) -> float:
        """The error of k = 0, L times the sum of all eigenvalues."""
        return self.samples * float(self.eigenvalues.sum())

    @property
    def minimum(self) -> float:
        """L times the sum of the d - k smallest eigenvalues, line (17)."""
        return self.samples * float(smallest(self.eigenvalues, self.k).sum())


def random_samples(count: int, d: int, *, seed: int) -> np.ndarray:
    """Return normal samples, (count, d) float64, of mean 0 and deviations from 1 to 2 by axis."""
    random = np.random.default_rng(seed)
    samples = random.normal(size=(count, d)) * np.linspace(1, 2, d)
    return samples - samples.mean(axis=0)


def random_bases(count: int, d: int, k: int, *, seed: int) -> np.ndarray:
    """Return orthonormal columns, (count, d, k) float64, of subspaces drawn uniformly."""
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(count, d, k))).Q


def descend_freely(samples: np.ndarray, k: int, *, descents: int = 10) -> np.ndarray:
    r"""Return the errors at which BFGS ends by any W, and by any B and A, (2, descents).

    They are $\sum_l |x_l - W W^T x_l|^2$ and $\sum_l |x_l - B A x_l|^2$, from normal weights.
    """
    d, total = samples.shape[1], np.square(samples).sum() or 1.0
    products = samples.T @ samples / total

    def error_and_slope(weights: np.ndarray) -> tuple[float, np.ndarray]:
        B, *free = weights.reshape(-1, d, k)
        A = free[0].T if free else B.T
        rest = np.eye(d) - B @ A
        slopes = -2 * np.array([rest @ products @ A.T, products @ rest.T @ B])
        return np.sum(rest @ products * rest), (slopes if free else slopes.sum(axis=0)).ravel()

    random = np.random.default_rng(0)
    ends = [
        minimize(error_and_slope, start, jac=True, options={"gtol": 1e-8}).fun
        for count in (d * k, 2 * d * k)
        for start in random.normal(size=(descents, count))
    ]
    return total * np.reshape(ends, (2, descents))


def search_minimum(samples: np.ndarray, k: int, *, subspaces: int = 2000) -> SubspaceSearch:
    """Look for the least error of two or more (L, d) samples of mean zero, for k from 0 to d."""
    samples = as_samples(samples)
    count, d = samples.shape
    check_count(count)
    k = checked_number(k, d)
    eigenvalues, eigenvectors = np.linalg.eigh(samples.T @ samples / count)
    subsets = np.array(list(combinations(range(d), k)), int)
    random = random_bases(subspaces, d, k, seed=0)
    return SubspaceSearch(
        k=k,
        samples=count,
        eigenvalues=eigenvalues[::-1],
        subsets=subsets,
        subset_errors=reconstruction_error(samples, eigenvectors.T[::-1][subsets].swapaxes(1, 2)),
        random_errors=reconstruction_error(samples, random),
    )


def discarded_are_smallest(
    searches: Sequence[SubspaceSearch], choice: Callable = smallest
) -> Finding:
    """Find whether L times the sum of chosen eigenvalues is the least error, up to ROUNDING."""
    holds, farthest = True, 0.0
    for search in searches:
        claimed = search.samples * choice(search.eigenvalues, search.k).sum()
        allowed = ROUNDING * search.total
        distance = abs(search.subset_errors.min() - claimed)
        below = search.random_errors.min() < claimed - allowed
        holds = holds and not below and distance <= allowed
        farthest = max(farthest, distance / (search.total or 1))
    numbers = (
        f"For each of {len(searches)} k the best choice lies within ≈{farthest:.0e} of the total "
        "from it, and no random subspace lies below."
    )
    return Finding(bool(holds), numbers if holds else "")


def no_weights_do_better(
    searches: Sequence[SubspaceSearch], errors: Sequence[np.ndarray], choice: Callable = smallest
) -> Finding:
    """Find whether descents end at L times the sum of chosen eigenvalues, up to ROUNDING."""
    farthest = max(
        np.abs(ends / search.samples - choice(search.eigenvalues, search.k).sum()).max()
        / search.eigenvalues.sum()
        for search, ends in zip(searches, errors, strict=True)
    )
    numbers = (
        f"For {len(searches)} k all descents, by W and by B and A, end within ≈{farthest:.0e} of "
        "the total from it."
    )
    return Finding(bool(farthest <= ROUNDING), numbers)
