"""The check of the link between principal components and singular values."""

import numpy as np

from assignment4.pca.components import PrincipalComponents
from assignment4.pca.inputs import as_samples
from assignment4.pca.singular_values import Decomposition, truncate

ROUNDING = 1e-9
"""The largest difference, in the share of the total, that counts as rounding."""


def matches_components(
    decomposition: Decomposition, samples: np.ndarray, components: PrincipalComponents, k: int
) -> bool:
    r"""Say whether the first k terms of the SVD are the projection onto k components.

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
