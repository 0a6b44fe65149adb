"""What the size of a batch costs, Exercise 4 c: by what share an error exceeds the least one."""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy.sparse.linalg import eigsh

from assignment4.intervals import Interval, all_of, is_above, is_below, mean_interval, widen
from assignment4.pca.components import PrincipalComponents

SIGNIFICANT, NOTICEABLE = 0.05, 0.01
"""From which excess on a size suffers significantly, and from which on its loss is noticeable."""

Excesses = Mapping[int, Sequence[float]]
"""By B, the excess errors of several seeds or batches, all positive and finite."""


def geometric_mean(values: Sequence[float], *, comparisons: int = 1) -> Interval:
    """Return the geometric mean of positive finite numbers, with an interval; ValueError else."""
    if not all(0 < value < np.inf for value in values):
        raise ValueError(f"numbers must be positive and finite, got {list(values)}")
    of_logarithms = mean_interval(np.log(values))
    widened = widen(of_logarithms, values=len(values), comparisons=comparisons)
    return Interval(*map(float, np.exp(widened)))


def small_batches_suffer(excesses: Excesses, noticeable: float = NOTICEABLE) -> bool | None:
    """Return True if small batches suffer and larger ones do not (Exercise 4 c); None if unsure.

    The smallest B must suffer significantly. From the first B without a noticeable loss on, which
    there must be, no B may have one. All intervals hold together.
    """
    sizes = sorted(excesses)
    found = [geometric_mean(excesses[size], comparisons=len(sizes)) for size in sizes]
    unnoticed = [is_below(interval, noticeable) for interval in found]
    first = unnoticed.index(True) if True in unnoticed else len(sizes) - 1
    return all_of([is_above(found[0], SIGNIFICANT), *unnoticed[first:]])


def estimate_excesses(
    samples: np.ndarray, components: PrincipalComponents, k: int, size: int, *, batches: int = 20
) -> np.ndarray:
    """Return by what share the top components of batches' covariances miss the least error.

    Each batch, of (L, d) samples, is drawn without replacement, and its top k components, which are
    at most B - 1, are to describe all samples, the mean of which is known.
    """
    generator, excesses = np.random.default_rng((0, size)), []
    for _ in range(batches):
        batch = samples[generator.choice(len(samples), size, replace=False)]
        top = components.vectors.T @ _top_components(batch - batch.mean(axis=0), k)
        kept = components.count * components.eigenvalues @ np.square(top).sum(axis=1)
        excesses.append((components.least_error(0) - kept) / components.least_error(k) - 1)
    return np.array(excesses)


def _top_components(centred: np.ndarray, k: int) -> np.ndarray:
    """Return as many of the first k components as there are, (d, k or B - 1)."""
    size, d = centred.shape
    k = min(k, size - 1)
    if not k:
        return np.zeros((d, 0))
    products = centred @ centred.T if size < d else centred.T @ centred
    found = eigsh(products, k, v0=products.diagonal())[1]
    return np.linalg.qr(centred.T @ found).Q if size < d else found
