r"""Exercise 4 b on data: errors measured on all samples, beside what the formulas say of them.

For any orthonormal basis V and any data
$\sum_l |x_l - \tilde V \tilde V^T x_l|^2
= L \sum_{i>k} v_i^T \Sigma v_i + L \sum_{i>k} (v_i^T \bar x)^2$.
The second sum is what the assumption of mean zero takes away. It is 0 for every k only where
$\bar x = 0$, and for one k where the mean lies in the span of the vectors that are kept.

Without centring, line (17) holds with the eigenvalues of the second moment
$M = \frac{1}{L} \sum_l x_l x_l^T = \Sigma + \bar x \bar x^T$, the right side of (4). M exceeds
$\Sigma$ by a matrix of rank one, so by Weyl's inequalities
$\lambda_i(\Sigma) \le \lambda_i(M) \le \lambda_{i-1}(\Sigma)$: with the components of M the least
error is never below that of centred data with the same k, and never above that with k - 1.

Source: report, Exercise 4 b.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assignment4.pca.components import PrincipalComponents, reconstruction_error
from assignment4.pca.inputs import as_samples, checked_number


@dataclass(frozen=True)
class MeasuredErrors:
    r"""Errors of keeping k components, for several k.

    Attributes:
        numbers: the k.
        errors: for each k the measured $\sum_l |x_l - \tilde V \tilde V^T x_l|^2$, float64.
        sums: for each k line (17), $L \sum_{i>k} \lambda_i$, float64.
        total: the same for k = 0, $L \operatorname{tr} \Sigma$.
        count: L, how many samples were measured.
    """

    numbers: tuple[int, ...]
    errors: np.ndarray
    sums: np.ndarray
    total: float
    count: int


def measure_errors(
    components: PrincipalComponents,
    samples: np.ndarray,
    numbers: Sequence[int],
    *,
    shift: bool = True,
) -> MeasuredErrors:
    """Measure the errors of the first components on the samples that they were found on.

    Args:
        components: of these samples.
        samples: (L, d) real.
        numbers: the k, each from 0 to d.
        shift: whether the components' mean is subtracted from the samples first.

    Raises:
        ValueError: there are not L samples of d entries, or a k is not from 0 to d.

    Source: report, Exercise 4 b, (5) and (17).
    """
    samples = as_samples(samples, width=len(components.mean))
    if len(samples) != components.count:
        raise ValueError(f"components of {components.count} samples, measured on {len(samples)}")
    shifted = samples - components.mean if shift else samples
    errors = [reconstruction_error(shifted, components.keep(k)) for k in numbers]
    sums = [components.least_error(k) for k in numbers]
    return MeasuredErrors(
        tuple(numbers),
        np.array(errors),
        np.array(sums),
        components.least_error(0),
        components.count,
    )


@dataclass(frozen=True)
class UncentredError:
    r"""The error of data of any mean, and the two terms that it is made of.

    Attributes:
        error: $\sum_l |x_l - \tilde V \tilde V^T x_l|^2$, measured.
        spread: $L \sum_{i>k} v_i^T \Sigma v_i$, line (15).
        mean_term: $L \sum_{i>k} (v_i^T \bar x)^2$.
        total: $\sum_l |x_l|^2$, the error for k = 0.
    """

    error: float
    spread: float
    mean_term: float
    total: float


def uncentred_error(samples: np.ndarray, basis: np.ndarray, k: int) -> UncentredError:
    """Measure the error of samples as they are, and both of its terms.

    Args:
        samples: (L, d) real, at least one row.
        basis: (d, d) real, orthonormal columns, eigenvectors or not.
        k: how many of the first columns are kept, 0 to d.

    Raises:
        ValueError: there is no sample, the basis has another size, something in them is not finite,
            or k is not an integer from 0 to d.
    """
    samples, basis = as_samples(samples), as_samples(basis)
    count, d = samples.shape
    if not count or basis.shape != (d, d):
        raise ValueError(
            f"at least one sample and a basis of shape ({d}, {d}) are needed, "
            f"got {count} samples and {basis.shape}"
        )
    k = checked_number(k, d)
    kept, discarded = basis[:, :k], basis[:, k:]
    mean = samples.mean(axis=0)
    covariance = (samples - mean).T @ (samples - mean) / count
    return UncentredError(
        error=reconstruction_error(samples, kept),
        spread=count * float(np.sum(discarded * (covariance @ discarded))),
        mean_term=count * float(np.square(mean @ discarded).sum()),
        total=float(np.square(samples).sum()),
    )
