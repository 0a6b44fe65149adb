"""Exercise 4 b on data: errors measured on all samples, beside what the formulas say of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from assignment4.intervals import Finding
from assignment4.pca.components import PrincipalComponents, reconstruction_error
from assignment4.pca.inputs import as_samples
from assignment4.tables import Table, table

ABSOLUTE = 1e-12
"""By how much two ways to an error may differ, as a share of the error of k = 0."""

RELATIVE = 1e-10
"""By how much they may differ, as a share of the error itself."""

RELATIVE_UP_TO = 400
"""The largest k for which the error itself is the measure; later ones are near rounding."""


@dataclass(frozen=True)
class MeasuredErrors:
    """Measured errors of keeping each of several k, line (17) for each and for k = 0, and L."""

    numbers: tuple[int, ...]
    errors: np.ndarray
    sums: np.ndarray
    total: float
    count: int


def measure_errors(
    components: PrincipalComponents, samples: np.ndarray, numbers: Sequence[int], *, shift=True
) -> MeasuredErrors:
    """Measure (5) on the samples that components were found on, and (17); ValueError on others."""
    samples = as_samples(samples, width=len(components.mean))
    if len(samples) != components.count:
        raise ValueError(f"components of {components.count} samples, measured on {len(samples)}")
    shifted = samples - components.mean if shift else samples
    errors = [reconstruction_error(shifted, components.keep(k)) for k in numbers]
    sums = [components.least_error(k) for k in numbers]
    total = components.least_error(0)
    return MeasuredErrors(tuple(numbers), np.array(errors), np.array(sums), total, components.count)


def errors_table(shifted: MeasuredErrors, unshifted: MeasuredErrors) -> Table:
    """Return errors with and without the mean subtracted, and line (17), as shares of the total."""
    columns = {
        "formula (17)": shifted.sums,
        "measured": shifted.errors,
        "mean not subtracted": unshifted.errors,
    }
    shares = {name: list(values / shifted.total) for name, values in columns.items()}
    return table({"k": shifted.numbers} | shares, digits=4, measured=list(shares))


def errors_are_discarded_sums(found: MeasuredErrors) -> Finding:
    """Find whether every measured error is L times the sum of the discarded eigenvalues.

    To ABSOLUTE of the total, and for small k to RELATIVE: L - 1 components leave only rounding.
    """
    difference = np.abs(found.errors - found.sums)
    early = np.array(found.numbers) <= min(RELATIVE_UP_TO, found.count - 2)
    holds = bool(
        len(difference)
        and (difference <= ABSOLUTE * found.total).all()
        and (difference <= RELATIVE * found.errors)[early].all()
    )
    largest, compared = difference.max(initial=0) / (found.total or 1), len(found.numbers)
    numbers = f"For {compared} k measured error and formula differ by at most ≈{largest:.0e} of the"
    return Finding(holds, f"{numbers} total." if holds else "")


def formula_needs_mean_zero(shifted: MeasuredErrors, unshifted: MeasuredErrors) -> Finding:
    """Find whether (17) gives the error of data shifted to mean zero, and not of those before."""
    holds = errors_are_discarded_sums(shifted) and not errors_are_discarded_sums(unshifted)
    excess = (unshifted.errors - unshifted.sums).max(initial=0) / (unshifted.total or 1)
    numbers = f"Without the shift the error exceeds (17) by up to ≈{excess:.3f} of the total."
    return Finding(bool(holds), numbers)


def discarded_mean(mean: np.ndarray, discarded: np.ndarray) -> float:
    r"""Return $\sum_{i>k} (v_i^T \bar x)^2$ for a mean, (d,), and the (d, d - k) columns."""
    return float(np.square(mean @ discarded).sum())


def mean_explains_error(
    samples: np.ndarray, basis: np.ndarray, numbers: Sequence[int], term: Callable = discarded_mean
) -> Finding:
    """Find whether errors of (L, d) samples are (15) and the mean's part, for any basis and k."""
    samples = as_samples(samples)
    count, mean = len(samples), samples.mean(axis=0)
    covariance = (samples - mean).T @ (samples - mean) / count
    differences = []
    for k in numbers:
        discarded = basis[:, k:]
        spread = np.sum(discarded * (covariance @ discarded))
        formula = count * (spread + term(mean, discarded))
        differences.append(abs(reconstruction_error(samples, basis[:, :k]) - formula))
    largest = max(differences) / (np.square(samples).sum() or 1)
    numbers = f"Errors and formula differ by at most ≈{largest:.0e} of the sum of squares."
    return Finding(bool(largest <= ABSOLUTE), numbers)


def centring_saves_at_most_one_component(centred: np.ndarray, uncentred: np.ndarray) -> bool:
    """Return True if least errors without centring lie between those with it of k and k - 1."""
    below, between = (
        np.append(np.cumsum(values[::-1])[::-1], 0) for values in (centred, uncentred)
    )
    slack = ABSOLUTE * between[0]
    return bool(
        (below[1:] <= between[1:] + slack).all() and (between[1:] <= below[:-1] + slack).all()
    )


def last_eigenvalue_is_rounding(images: np.ndarray, eigenvalue: float) -> bool:
    r"""Return True if images of mean 0 each leave no variance to the last principal component.

    Orthogonal to the constant unit vector v, they have $\lambda_d \le v^T \Sigma v \le \frac{1}{L}
    \sum_l (v^T x_l)^2$. With pixels rounded to $\epsilon$ that is at most $\epsilon^2 \frac{1}{L}
    \sum_l |x_l|^2$; a singular value is off by up to $\sqrt d \epsilon_{64}$ of the largest.
    """
    values = as_samples(images)
    square, d = float(np.square(values).sum(axis=1).mean()), values.shape[1]
    by_pixels = float(np.finfo(images.dtype).eps) ** 2 * square
    by_decomposition = d * float(np.finfo(np.float64).eps) ** 2 * square
    constant = float(np.square(values.sum(axis=1)).mean()) / d
    return 0 <= eigenvalue <= by_pixels + by_decomposition and constant <= by_pixels
