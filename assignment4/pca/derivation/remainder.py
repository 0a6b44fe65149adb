"""Exercise 4 b, the error and (5) to (12); the first image is put in for $x$ in misprints."""
# ruff: noqa: D103  (the number and the formula say what a line is)

from collections.abc import Iterable
from itertools import permutations, product

import numpy as np
import sympy

from assignment4.pca.derivation.index_notation import (
    Combination,
    G,
    GeneralLine,
    a,
    c,
    d,
    i,
    j,
    k,
    l,
    total,
    vectors,
)
from assignment4.pca.derivation.line import IMAGE, SECOND, SQUARE, TRANSPOSE, line, slip
from assignment4.pca.derivation.settings import Setting


def expansion(vectors: Iterable[np.ndarray], x: np.ndarray) -> np.ndarray:
    """Return the sum of (v^T x) v over the vectors, a column."""
    return sum(((v.T @ x) * v for v in vectors), np.zeros_like(x))


def expansion_row(vectors: Iterable[np.ndarray], x: np.ndarray) -> np.ndarray:
    """Return the sum of (v^T x) v^T over the vectors, a row."""
    return sum(((v.T @ x) * v.T for v in vectors), np.zeros_like(x.T))


def squared_norm(column: np.ndarray) -> np.ndarray:
    """Return the sum of the squares of a column's entries."""
    return (column**2).sum()


@line(0, r"\sum_{l=1}^{L} \lVert x_l - \tilde V \tilde V^T x_l \rVert_2^2")
def error(s: Setting) -> np.ndarray:
    return sum(squared_norm(x - s.kept @ (s.kept.T @ x)) for x in s.images)


_ERRORS = (
    r"\lVert x - \tilde V \tilde V x_l \rVert",
    r"\lVert x_l - \tilde V \tilde V^T x_l \rVert",
)


@slip("(5)", *_ERRORS, TRANSPOSE, error.value)
def error_without_transpose(s: Setting) -> np.ndarray:
    return sum(squared_norm(s.images[0] - s.kept @ s.kept @ x) for x in s.images)


@slip("(5)", *_ERRORS, SECOND, error.value)
def one_image_in_error(s: Setting) -> np.ndarray:
    return sum(squared_norm(s.images[0] - s.kept @ (s.kept.T @ x)) for x in s.images)


@slip("the loss", r"\lVert x - B A x \rVert", r"\lVert x_l - B A x_l \rVert", IMAGE, error.value)
def error_of_one_image(s: Setting) -> np.ndarray:
    x = s.images[0]
    return s.count * squared_norm(x - s.kept @ (s.kept.T @ x))


p = sympy.Symbol("p", integer=True)
ENTRY = c[p, l] * vectors[p, a]


@line(
    5,
    r"\sum_{l=1}^{L} \Bigl\lVert \Bigl( \sum_{i=1}^{d} (v_i^T x_l) v_i \Bigr)"
    r" - \Bigl( \sum_{i=1}^{k} (v_i^T x_l) v_i \Bigr) \Bigr\rVert_2^2",
    cites="(3)",
    general=GeneralLine(sympy.Sum(ENTRY, (p, 1, d)) - sympy.Sum(ENTRY, (p, 1, k))),
)
def difference_of_expansions(s: Setting) -> np.ndarray:
    return sum(
        squared_norm(expansion(s.vectors, x) - expansion(s.vectors[: s.k], x)) for x in s.images
    )


@line(
    6,
    r"\sum_{l=1}^{L} \Bigl\lVert \sum_{i=k+1}^{d} (v_i^T x_l) v_i \Bigr\rVert_2^2",
    general=Combination(sympy.Sum(ENTRY, (p, k + 1, d))),
)
def norm_of_remainder(s: Setting) -> np.ndarray:
    return sum(squared_norm(expansion(s.discarded, x)) for x in s.images)


@line(
    7,
    r"\sum_{l=1}^{L} \Bigl( \sum_{i=k+1}^{d} (v_i^T x_l) v_i \Bigr)^T"
    r" \Bigl( \sum_{i=k+1}^{d} (v_i^T x_l) v_i \Bigr)",
)
def product_of_remainders(s: Setting) -> np.ndarray:
    return sum(expansion(s.discarded, x).T @ expansion(s.discarded, x) for x in s.images)


@line(
    8,
    r"\sum_{l=1}^{L} \Bigl( \sum_{i=k+1}^{d} (v_i^T x_l) v_i^T \Bigr)"
    r" \Bigl( \sum_{i=k+1}^{d} (v_i^T x_l) v_i \Bigr)",
    general=GeneralLine(
        total(total(c[i, l] * vectors[i, a], i) * total(c[j, l] * vectors[j, a], j), a, l)
    ),
)
def transposed_terms(s: Setting) -> np.ndarray:
    return sum(expansion_row(s.discarded, x) @ expansion(s.discarded, x) for x in s.images)


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
    return sum(
        (v.T @ x) * (w.T @ x) * (v.T @ w)
        for x in s.images
        for v, w in product(s.discarded, repeat=2)
    )


@slip("(9)", _SQUARE, _PRODUCT, SQUARE, double_sum.value)
def square_in_double_sum(s: Setting) -> np.ndarray:
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
    return sum(
        sum((v.T @ x) ** 2 * (v.T @ v) for v in s.discarded)
        + sum((v.T @ x) * (w.T @ x) * (v.T @ w) for v, w in permutations(s.discarded, 2))
        for x in s.images
    )


_SPLIT = r"\sum_{i=k+1}^{d} \sum_{i \ne j=k+1}^{d} "


@slip("(10)", _SPLIT + _SQUARE, _SPLIT + _PRODUCT, SQUARE, equal_and_different.value)
def square_in_split_sum(s: Setting) -> np.ndarray:
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
    return sum((v.T @ x) ** 2 * (v.T @ v) for x in s.images for v in s.discarded)


@line(
    12,
    r"\sum_{l=1}^{L} \sum_{i=k+1}^{d} (v_i^T x_l)^2",
    cites="(1)",
    general=GeneralLine(total(c[i, l] ** 2, i, l), {G[i, i]: 1}),
)
def squares(s: Setting) -> np.ndarray:
    return sum((v.T @ x) ** 2 for x in s.images for v in s.discarded)
