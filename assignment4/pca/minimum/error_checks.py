r"""Checks of the error formula (17) and of the assumption of mean zero, on measured numbers."""

import numpy as np

from assignment4.pca.inputs import as_samples
from assignment4.pca.minimum.errors import MeasuredErrors, UncentredError

ABSOLUTE = 1e-12
"""By how much two ways to an error may differ, as a share of the error of k = 0."""

RELATIVE = 1e-10
"""By how much they may differ, as a share of the error itself."""

RELATIVE_UP_TO = 400
"""The largest k for which the error itself is the measure; later ones are near rounding."""


def errors_are_discarded_sums(
    found: MeasuredErrors, *, relative_up_to: int = RELATIVE_UP_TO
) -> bool:
    """Say whether every measured error is L times the sum of the discarded eigenvalues.

    To ABSOLUTE of the total for every k, and to RELATIVE of the error up to a given k, or up to
    L - 2 where there are fewer samples: L - 1 components leave nothing of them but rounding.

    Args:
        found: for at least one k, of the data that the components are of.
        relative_up_to: that k.
    """
    difference = np.abs(found.errors - found.sums)
    early = np.array(found.numbers) <= min(relative_up_to, found.count - 2)
    return bool(
        len(difference)
        and (difference <= ABSOLUTE * found.total).all()
        and (difference <= RELATIVE * found.errors)[early].all()
    )


def formula_needs_mean_zero(shifted: MeasuredErrors, unshifted: MeasuredErrors) -> bool:
    """Say whether (17) gives the error of data shifted to mean zero, and not of the data before.

    Args:
        shifted: measured with the mean subtracted.
        unshifted: measured without, for the same components and the same k.

    Raises:
        ValueError: the k differ.
    """
    if shifted.numbers != unshifted.numbers:
        raise ValueError(f"errors for k in {shifted.numbers} and in {unshifted.numbers}")
    return errors_are_discarded_sums(shifted) and not errors_are_discarded_sums(unshifted)


def mean_explains_error(found: UncentredError) -> bool:
    """Say whether an error without centring is (15) and L times the discarded part of the mean."""
    difference = found.error - (found.spread + found.mean_term)
    return abs(difference) <= ABSOLUTE * found.total


def centring_saves_at_most_one_component(centred: np.ndarray, uncentred: np.ndarray) -> bool:
    r"""Say whether the least error without centring lies between those with it, of k and k - 1.

    $\sum_{i>k} \lambda_i(\Sigma) \le \sum_{i>k} \lambda_i(M) \le \sum_{i>k-1} \lambda_i(\Sigma)$
    for k = 1 to d, up to ABSOLUTE of the largest sum.

    Args:
        centred: (d,), the eigenvalues of the covariance, in descending order.
        uncentred: (d,), those of the second moment of the same samples.

    Raises:
        ValueError: there are not as many of both.
    """
    if len(centred) != len(uncentred):
        raise ValueError(f"{len(centred)} and {len(uncentred)} eigenvalues cannot be compared")
    below, between = (np.cumsum(values[::-1])[::-1] for values in (centred, uncentred))
    slack = ABSOLUTE * between[0]
    return bool(
        (np.append(below[1:], 0) <= np.append(between[1:], 0) + slack).all()
        and (np.append(between[1:], 0) <= below + slack).all()
    )


def last_eigenvalue_is_rounding(images: np.ndarray, eigenvalue: float) -> bool:
    r"""Say whether images of mean 0 each leave no variance to the last principal component.

    An image whose pixels have mean 0 is orthogonal to the constant unit vector v, so that
    $\lambda_d \le v^T \Sigma v \le \frac{1}{L} \sum_l (v^T x_l)^2$ is 0 but for rounding. With
    pixels rounded to one part in $1 / \epsilon$ that is at most
    $\epsilon^2 \frac{1}{L} \sum_l |x_l|^2$. The decomposition rounds as well, in float64: a
    singular value is off by up to $\sqrt d \epsilon_{64}$ of the largest one.

    Args:
        images: (L, d) floating-point, rows; the type says how they were rounded.
        eigenvalue: $\lambda_d$.
    """
    values = as_samples(images)
    square, d = float(np.square(values).sum(axis=1).mean()), values.shape[1]
    by_pixels = float(np.finfo(images.dtype).eps) ** 2 * square
    by_decomposition = d * float(np.finfo(np.float64).eps) ** 2 * square
    constant = float(np.square(values.sum(axis=1)).mean()) / d
    return 0 <= eigenvalue <= by_pixels + by_decomposition and constant <= by_pixels
