r"""Exercise 4 b, the error and (5) to (8): what remains when the first k components are taken off.

Without its transpose the error has no value, since the shapes do not fit, but for k = d. Where the
report has x for $x_l$, any image may be meant, and the first one is put in.
"""

from collections.abc import Iterable

import numpy as np
import sympy

from assignment4.pca.derivation.index_notation import (
    Combination,
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
from assignment4.pca.derivation.line import IMAGE, SECOND, TRANSPOSE, line, slip
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
    """The error, which (5) to (17) rewrite."""
    return sum(squared_norm(x - s.kept @ (s.kept.T @ x)) for x in s.images)


_ERRORS = (
    r"\lVert x - \tilde V \tilde V x_l \rVert",
    r"\lVert x_l - \tilde V \tilde V^T x_l \rVert",
)


@slip("(5)", *_ERRORS, TRANSPOSE, error.value)
def error_without_transpose(s: Setting) -> np.ndarray:
    """The error of (5) as printed."""
    return sum(squared_norm(s.images[0] - s.kept @ s.kept @ x) for x in s.images)


@slip("(5)", *_ERRORS, SECOND, error.value)
def one_image_in_error(s: Setting) -> np.ndarray:
    """The same with the transpose put right."""
    return sum(squared_norm(s.images[0] - s.kept @ (s.kept.T @ x)) for x in s.images)


@slip("the loss", r"\lVert x - B A x \rVert", r"\lVert x_l - B A x_l \rVert", IMAGE, error.value)
def error_of_one_image(s: Setting) -> np.ndarray:
    """The loss as printed, of one image."""
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
    """Line (5)."""
    return sum(
        squared_norm(expansion(s.vectors, x) - expansion(s.vectors[: s.k], x)) for x in s.images
    )


@line(
    6,
    r"\sum_{l=1}^{L} \Bigl\lVert \sum_{i=k+1}^{d} (v_i^T x_l) v_i \Bigr\rVert_2^2",
    general=Combination(sympy.Sum(ENTRY, (p, k + 1, d))),
)
def norm_of_remainder(s: Setting) -> np.ndarray:
    """Line (6)."""
    return sum(squared_norm(expansion(s.discarded, x)) for x in s.images)


@line(
    7,
    r"\sum_{l=1}^{L} \Bigl( \sum_{i=k+1}^{d} (v_i^T x_l) v_i \Bigr)^T"
    r" \Bigl( \sum_{i=k+1}^{d} (v_i^T x_l) v_i \Bigr)",
)
def product_of_remainders(s: Setting) -> np.ndarray:
    """Line (7)."""
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
    """Line (8)."""
    return sum(expansion_row(s.discarded, x) @ expansion(s.discarded, x) for x in s.images)
