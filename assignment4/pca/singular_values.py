r"""The link to the singular value decomposition $X - 1 \bar x^T = U D W^T$ of the centred data."""

import numpy as np

from assignment4.pca.components import PrincipalComponents, check_count
from assignment4.pca.inputs import as_samples, checked_number

ROUNDING = 1e-9
"""The largest difference, in the share of the total, that counts as rounding."""


def decompose(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return NumPy's thin decomposition of two or more (L, d) samples less their mean."""
    samples = as_samples(samples)
    check_count(len(samples))
    return np.linalg.svd(samples - samples.mean(axis=0), full_matrices=False)


def truncate(decomposition: tuple, k: int) -> np.ndarray:
    """Return the first k terms' sum, (L, d), the nearest of rank k (eckart1936approximation)."""
    left, singular_values, right = decomposition
    k = checked_number(k, len(singular_values))
    return left[:, :k] * singular_values[:k] @ right[:k]


def matches_components(
    decomposition: tuple, samples: np.ndarray, components: PrincipalComponents, k: int
) -> bool:
    """Return True if the first k terms are the projection onto k components, and leave as much."""
    centred = as_samples(samples) - components.mean
    total = np.square(centred).sum()
    discarded = np.square(decomposition[1][k:]).sum()
    truncated = truncate(decomposition, k)
    projected = components.reconstruct(samples, k) - components.mean
    left = np.square(centred - truncated).sum()
    differences = [left - discarded, discarded - components.least_error(k)]
    return bool(
        np.abs(differences).max() <= ROUNDING * total
        and np.abs(truncated - projected).max() <= ROUNDING * np.sqrt(total)
    )
