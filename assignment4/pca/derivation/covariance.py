r"""Exercise 4 b, (4) and (13) to (17): from the images to the covariance and its eigenvalues.

An L-th power of a column has no value. In (4) the index of the first sum is i in print, which
changes nothing.
"""

import numpy as np

from assignment4.pca.derivation.index_notation import (
    G,
    GeneralLine,
    L,
    S,
    a,
    b,
    c,
    eigenvalues,
    i,
    images,
    l,
    total,
    vectors,
)
from assignment4.pca.derivation.line import POWER, SECOND, line, slip
from assignment4.pca.derivation.settings import Setting


@line(0, r"\frac{1}{L} \sum_{l=1}^{L} (x_l - \overline{x})(x_l - \overline{x})^T")
def covariance(s: Setting) -> np.ndarray:
    """The covariance as (4) defines it, (d, d)."""
    return s.covariance


@line(4, r"\frac{1}{L} \sum_{l=1}^{L} x_l x_l^T", cites="(4)")
def mean_of_products(s: Setting) -> np.ndarray:
    """Line (4), the covariance of images with mean zero, (d, d)."""
    return sum(x @ x.T for x in s.images) / s.count


@slip(
    "(4)",
    r"(x_i - \overline{x})(x_i - \overline{x})^L",
    r"(x_l - \overline{x})(x_l - \overline{x})^T",
    POWER,
    covariance.value,
)
def powers_of_deviations(s: Setting) -> np.ndarray:
    """The definition in (4) as printed."""
    deviations = [x - s.mean for x in s.images]
    return sum(y @ np.linalg.matrix_power(y, s.count) for y in deviations) / s.count


@slip("(4)", "x_i x^L", "x_l x_l^T", POWER, mean_of_products.value)
def power_of_image(s: Setting) -> np.ndarray:
    """Line (4) as printed."""
    return sum(x @ np.linalg.matrix_power(s.images[0], s.count) for x in s.images) / s.count


@slip("(4)", "x_i x^L", "x_l x_l^T", SECOND, mean_of_products.value)
def one_image_in_products(s: Setting) -> np.ndarray:
    """The same with the transpose put right."""
    return sum(x @ s.images[0].T for x in s.images) / s.count


@line(0, r"\overline{x} \overline{x}^T")
def product_of_means(s: Setting) -> np.ndarray:
    """What (4) exceeds the covariance by where the mean is not zero, (d, d)."""
    return s.mean @ s.mean.T


@line(
    13,
    r"\sum_{i=k+1}^{d} \sum_{l=1}^{L} (v_i^T x_l) (v_i^T x_l)",
    general=GeneralLine(total(c[i, l] * c[i, l], l, i)),
)
def exchanged_sums(s: Setting) -> np.ndarray:
    """Line (13)."""
    return sum((v.T @ x) * (v.T @ x) for v in s.discarded for x in s.images)


_FACTORS = total(vectors[i, a] * images[l, a], a) * total(images[l, b] * vectors[i, b], b)


@line(
    14,
    r"\sum_{i=k+1}^{d} \sum_{l=1}^{L} (v_i^T x_l) (x_l^T v_i)",
    general=GeneralLine(total(_FACTORS, l, i), {c[i, l] ** 2: _FACTORS}),
)
def transposed_factor(s: Setting) -> np.ndarray:
    """Line (14)."""
    return sum((v.T @ x) * (x.T @ v) for v in s.discarded for x in s.images)


@line(
    15,
    r"L \cdot \sum_{i=k+1}^{d} v_i^T \Sigma v_i",
    cites="(4)",
    general=GeneralLine(
        L * total(vectors[i, a] * S[a, b] * vectors[i, b], b, a, i),
        {S[a, b]: total(images[l, a] * images[l, b], l) / L},
    ),
)
def covariance_form(s: Setting) -> np.ndarray:
    """Line (15)."""
    return s.count * sum(v.T @ s.covariance @ v for v in s.discarded)


@line(0, r"L \cdot \sum_{i=k+1}^{d} (v_i^T \overline{x})^2")
def squares_of_mean(s: Setting) -> np.ndarray:
    """What (14) exceeds (15) by where the mean is not zero."""
    return s.count * sum((v.T @ s.mean) ** 2 for v in s.discarded)


@line(
    16,
    r"L \cdot \sum_{i=k+1}^{d} v_i^T \lambda_i v_i",
    cites="eigenvectors",
    general=GeneralLine(L * total(eigenvalues[i] * G[i, i], i)),
)
def eigenvalue_form(s: Setting) -> np.ndarray:
    """Line (16)."""
    pairs = zip(s.discarded, s.discarded_eigenvalues, strict=True)
    return s.count * sum(v.T @ (eigenvalue * v) for v, eigenvalue in pairs)


@line(
    17,
    r"L \cdot \sum_{i=k+1}^{d} \lambda_i",
    cites="(1)",
    general=GeneralLine(L * total(eigenvalues[i], i), {G[i, i]: 1}),
)
def discarded_eigenvalues(s: Setting) -> np.ndarray:
    """Line (17)."""
    return s.count * sum(s.discarded_eigenvalues)
