r"""Exercise 4 b, (9) to (12): the double sum, and what orthonormality leaves of it."""

from itertools import permutations, product

import numpy as np
import sympy

from assignment4.pca.derivation.index_notation import (
    G,
    GeneralLine,
    a,
    c,
    i,
    j,
    l,
    total,
    vectors,
)
from assignment4.pca.derivation.line import SQUARE, line, slip
from assignment4.pca.derivation.settings import Setting

_SQUARE, _PRODUCT = r"(v_i^T x_l)^2\, v_i^T v_j", r"(v_i^T x_l)(v_j^T x_l)\, v_i^T v_j"


@line(
    9,
    r"\sum_{l=1}^{L} \sum_{i=k+1}^{d} \sum_{j=k+1}^{d} (v_i^T x_l) (v_j^T x_l)\, v_i^T v_j",
    general=GeneralLine(
        total(c[i, l] * c[j, l] * G[i, j], j, i, l),
        {G[i, j]: total(vectors[i, a] * vectors[j, a], a)},
    ),
)
def double_sum(s: Setting) -> np.ndarray:
    """Line (9)."""
    return sum(
        (v.T @ x) * (w.T @ x) * (v.T @ w)
        for x in s.images
        for v, w in product(s.discarded, repeat=2)
    )


@slip("(9)", _SQUARE, _PRODUCT, SQUARE, double_sum.value)
def square_in_double_sum(s: Setting) -> np.ndarray:
    """Line (9) as printed."""
    pairs = list(product(s.discarded, repeat=2))
    return sum((v.T @ x) ** 2 * (v.T @ w) for x in s.images for v, w in pairs)


_EQUAL = c[i, l] ** 2 * G[i, i]
_DIFFERENT = (1 - sympy.KroneckerDelta(i, j)) * c[i, l] * c[j, l] * G[i, j]


@line(
    10,
    r"\sum_{l=1}^{L} \Bigl( \sum_{i=k+1}^{d} (v_i^T x_l)^2\, v_i^T v_i"
    r" + \sum_{i=k+1}^{d} \sum_{\substack{j=k+1 \\ j \ne i}}^{d}"
    r" (v_i^T x_l) (v_j^T x_l)\, v_i^T v_j \Bigr)",
    general=GeneralLine(total(total(_EQUAL, i) + total(_DIFFERENT, j, i), l)),
)
def equal_and_different(s: Setting) -> np.ndarray:
    """Line (10)."""
    return sum(
        sum((v.T @ x) ** 2 * (v.T @ v) for v in s.discarded)
        + sum((v.T @ x) * (w.T @ x) * (v.T @ w) for v, w in permutations(s.discarded, 2))
        for x in s.images
    )


_SPLIT = r"\sum_{i=k+1}^{d} \sum_{i \ne j=k+1}^{d} "


@slip("(10)", _SPLIT + _SQUARE, _SPLIT + _PRODUCT, SQUARE, equal_and_different.value)
def square_in_split_sum(s: Setting) -> np.ndarray:
    """Line (10) as printed."""
    return sum(
        sum((v.T @ x) ** 2 * (v.T @ v) for v in s.discarded)
        + sum((v.T @ x) ** 2 * (v.T @ w) for v, w in permutations(s.discarded, 2))
        for x in s.images
    )


@line(
    11,
    r"\sum_{l=1}^{L} \sum_{i=k+1}^{d} (v_i^T x_l)^2\, v_i^T v_i",
    cites="(2)",
    general=GeneralLine(total(_EQUAL, i, l), {G[i, j]: sympy.KroneckerDelta(i, j) * G[i, i]}),
)
def equal_indices(s: Setting) -> np.ndarray:
    """Line (11)."""
    return sum((v.T @ x) ** 2 * (v.T @ v) for x in s.images for v in s.discarded)


@line(
    12,
    r"\sum_{l=1}^{L} \sum_{i=k+1}^{d} (v_i^T x_l)^2",
    cites="(1)",
    general=GeneralLine(total(c[i, l] ** 2, i, l), {G[i, i]: 1}),
)
def squares(s: Setting) -> np.ndarray:
    """Line (12)."""
    return sum((v.T @ x) ** 2 for x in s.images for v in s.discarded)
