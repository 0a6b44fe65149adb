r"""The link to the singular value decomposition $X - 1 \bar x^T = U D W^T$ of the centred data.

The columns of W are the principal components, the squared singular values are $L \lambda_i$, and
what the first k terms of the decomposition leave is what the projection leaves. No matrix of rank
k leaves less (Eckart and Young); so no linear auto-encoder with k units does.
"""

from typing import NamedTuple

import numpy as np

from assignment4.pca.components import PrincipalComponents, check_count
from assignment4.pca.inputs import as_samples, checked_number

ROUNDING = 1e-9
"""The largest difference, in the share of the total, that counts as rounding."""


class Decomposition(NamedTuple):
    """The singular value decomposition of centred samples, thin.

    Attributes:
        left: (L, r) float64, orthonormal columns of U, r the smaller of L and d.
        singular_values: (r,) float64, from the largest to the smallest.
        right: (r, d) float64, the rows of W transposed.
    """

    left: np.ndarray
    singular_values: np.ndarray
    right: np.ndarray


def decompose(samples: np.ndarray) -> Decomposition:
    """Return the singular value decomposition of samples less their mean.

    Args:
        samples: (L, d) real.

    Raises:
        ValueError: there are fewer than two samples, or they are not (L, d) and finite.
    """
    samples = as_samples(samples)
    check_count(len(samples))
    return Decomposition(*np.linalg.svd(samples - samples.mean(axis=0), full_matrices=False))


def truncate(decomposition: Decomposition, k: int) -> np.ndarray:
    """Return the sum of the first k terms, (L, d) float64, the nearest matrix of rank k.

    Raises:
        ValueError: k is not an integer from 0 to the number of terms.

    Source: eckart1936approximation.
    """
    left, singular_values, right = decomposition
    k = checked_number(k, len(singular_values))
    return left[:, :k] * singular_values[:k] @ right[:k]


def matches_components(
    decomposition: Decomposition, samples: np.ndarray, components: PrincipalComponents, k: int
) -> bool:
    r"""Return True if the first k terms of the SVD are the projection onto k components.

    Both must leave the sum of the squared singular values that are discarded, which must be
    $L \sum_{i > k} \lambda_i$, and be the same matrix.

    Args:
        decomposition: of the centred samples.
        samples: (L, d) real.
        components: of the samples, with the eigenvalue k larger than the next one.
        k: how many terms and components are kept, 0 to d.
    """
    centred = as_samples(samples) - components.mean
    total = np.square(centred).sum()
    discarded = np.square(decomposition.singular_values[k:]).sum()
    truncated = truncate(decomposition, k)
    projected = components.reconstruct(samples, k) - components.mean
    left = np.square(centred - truncated).sum()
    differences = [left - discarded, discarded - components.least_error(k)]
    return bool(
        np.abs(differences).max() <= ROUNDING * total
        and np.abs(truncated - projected).max() <= ROUNDING * np.sqrt(total)
    )
