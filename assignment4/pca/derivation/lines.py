r"""Exercise 4 b, the lines (4) to (17): each one a formula, and the same as code of a setting.

`LINES[6]` is line (6): `LINES[6].value(setting)` computes it in the shape that the report prints,
so that (9) is a sum over three indices. In code $v^T$ is `v.T`, and a row times a column is an
array (1, 1); `s.kept` is $\tilde V = (v_1, \dots, v_k)$, and `s.count` is L.

What the report misprints is corrected here; `slips` has it as printed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np

from assignment4.pca.derivation.settings import Setting

Value = Callable[[Setting], np.ndarray]


@dataclass(frozen=True)
class Line:
    """One line of the derivation, shown as a formula with its number.

    Attributes:
        number: the report's; 0 for what (4) and (5) start from, which has none.
        formula: the right-hand side, as LaTeX.
        cites: what the step to this line cites: "(1)" to "(4)", "eigenvectors", or nothing.
        value: computes the line in a setting.
    """

    number: int
    formula: str
    cites: str
    value: Value

    def __repr__(self) -> str:
        return f"({self.number}) {self.formula}" if self.number else self.formula

    def _repr_latex_(self) -> str:
        if not self.number:
            return rf"$\displaystyle {self.formula}$"
        cited = self.cites if self.cites.startswith("(") else ""
        sign = rf"\stackrel{{{cited}}}{{=}}" if cited else "="
        return rf"$\displaystyle {sign} {self.formula} \qquad ({self.number})$"


def line(number: int, formula: str, *, cites: str = "") -> Callable[[Value], Line]:
    """Make a line of a function that computes it."""
    return lambda value: Line(number, formula, cites, value)


def expansion(vectors: Iterable[np.ndarray], x: np.ndarray) -> np.ndarray:
    """Return the sum of (v^T x) v over the vectors, a column."""
    return sum(((v.T @ x) * v for v in vectors), np.zeros_like(x))


def expansion_row(vectors: Iterable[np.ndarray], x: np.ndarray) -> np.ndarray:
    """Return the sum of (v^T x) v^T over the vectors, a row."""
    return sum(((v.T @ x) * v.T for v in vectors), np.zeros_like(x.T))


def squared_norm(column: np.ndarray) -> np.ndarray:
    """Return the sum of the squares of a column's entries."""
    return (column**2).sum()


@line(0, r"\frac{1}{L} \sum_{l=1}^{L} (x_l - \overline{x})(x_l - \overline{x})^T")
def covariance(s: Setting) -> np.ndarray:
    """The covariance as (4) defines it, (d, d)."""
    return s.covariance


@line(4, r"\frac{1}{L} \sum_{l=1}^{L} x_l x_l^T", cites="(4)")
def mean_of_products(s: Setting) -> np.ndarray:
    """Line (4), the covariance of images with mean zero, (d, d)."""
    return sum(x @ x.T for x in s.images) / s.count


@line(0, r"\overline{x} \overline{x}^T")
def product_of_means(s: Setting) -> np.ndarray:
    """What (4) exceeds the covariance by where the mean is not zero, (d, d)."""
    return s.mean @ s.mean.T


@line(0, r"\sum_{l=1}^{L} \lVert x_l - \tilde V \tilde V^T x_l \rVert_2^2")
def error(s: Setting) -> np.ndarray:
    """The error, which (5) to (17) rewrite."""
    return sum(squared_norm(x - s.kept @ (s.kept.T @ x)) for x in s.images)


@line(
    5,
    r"\sum_{l=1}^{L} \Bigl\lVert \Bigl( \sum_{i=1}^{d} (v_i^T x_l) v_i \Bigr)"
    r" - \Bigl( \sum_{i=1}^{k} (v_i^T x_l) v_i \Bigr) \Bigr\rVert_2^2",
    cites="(3)",
)
def difference_of_expansions(s: Setting) -> np.ndarray:
    """Line (5)."""
    return sum(
        squared_norm(expansion(s.vectors, x) - expansion(s.vectors[: s.k], x)) for x in s.images
    )


@line(6, r"\sum_{l=1}^{L} \Bigl\lVert \sum_{i=k+1}^{d} (v_i^T x_l) v_i \Bigr\rVert_2^2")
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
)
def transposed_terms(s: Setting) -> np.ndarray:
    """Line (8)."""
    return sum(expansion_row(s.discarded, x) @ expansion(s.discarded, x) for x in s.images)


@line(
    9,
    r"\sum_{l=1}^{L} \sum_{i=k+1}^{d} \sum_{j=k+1}^{d} (v_i^T x_l) (v_j^T x_l)\, v_i^T v_j",
)
def double_sum(s: Setting) -> np.ndarray:
    """Line (9)."""
    return sum(
        (v.T @ x) * (w.T @ x) * (v.T @ w)
        for x in s.images
        for v, w in product(s.discarded, repeat=2)
    )


@line(
    10,
    r"\sum_{l=1}^{L} \Bigl( \sum_{i=k+1}^{d} (v_i^T x_l)^2\, v_i^T v_i"
    r" + \sum_{i=k+1}^{d} \sum_{\substack{j=k+1 \\ j \ne i}}^{d}"
    r" (v_i^T x_l) (v_j^T x_l)\, v_i^T v_j \Bigr)",
)
def equal_and_different(s: Setting) -> np.ndarray:
    """Line (10)."""
    return sum(
        sum((v.T @ x) ** 2 * (v.T @ v) for v in s.discarded)
        + sum((v.T @ x) * (w.T @ x) * (v.T @ w) for v, w in permutations(s.discarded, 2))
        for x in s.images
    )


@line(11, r"\sum_{l=1}^{L} \sum_{i=k+1}^{d} (v_i^T x_l)^2\, v_i^T v_i", cites="(2)")
def equal_indices(s: Setting) -> np.ndarray:
    """Line (11)."""
    return sum((v.T @ x) ** 2 * (v.T @ v) for x in s.images for v in s.discarded)


@line(12, r"\sum_{l=1}^{L} \sum_{i=k+1}^{d} (v_i^T x_l)^2", cites="(1)")
def squares(s: Setting) -> np.ndarray:
    """Line (12)."""
    return sum((v.T @ x) ** 2 for x in s.images for v in s.discarded)


@line(13, r"\sum_{i=k+1}^{d} \sum_{l=1}^{L} (v_i^T x_l) (v_i^T x_l)")
def exchanged_sums(s: Setting) -> np.ndarray:
    """Line (13)."""
    return sum((v.T @ x) * (v.T @ x) for v in s.discarded for x in s.images)


@line(14, r"\sum_{i=k+1}^{d} \sum_{l=1}^{L} (v_i^T x_l) (x_l^T v_i)")
def transposed_factor(s: Setting) -> np.ndarray:
    """Line (14)."""
    return sum((v.T @ x) * (x.T @ v) for v in s.discarded for x in s.images)


@line(15, r"L \cdot \sum_{i=k+1}^{d} v_i^T \Sigma v_i", cites="(4)")
def covariance_form(s: Setting) -> np.ndarray:
    """Line (15)."""
    return s.count * sum(v.T @ s.covariance @ v for v in s.discarded)


@line(0, r"L \cdot \sum_{i=k+1}^{d} (v_i^T \overline{x})^2")
def squares_of_mean(s: Setting) -> np.ndarray:
    """What (14) exceeds (15) by where the mean is not zero."""
    return s.count * sum((v.T @ s.mean) ** 2 for v in s.discarded)


@line(16, r"L \cdot \sum_{i=k+1}^{d} v_i^T \lambda_i v_i", cites="eigenvectors")
def eigenvalue_form(s: Setting) -> np.ndarray:
    """Line (16)."""
    pairs = zip(s.discarded, s.discarded_eigenvalues, strict=True)
    return s.count * sum(v.T @ (eigenvalue * v) for v, eigenvalue in pairs)


@line(17, r"L \cdot \sum_{i=k+1}^{d} \lambda_i", cites="(1)")
def discarded_eigenvalues(s: Setting) -> np.ndarray:
    """Line (17)."""
    return s.count * sum(s.discarded_eigenvalues)


LINES = {
    step.number: step
    for step in (
        mean_of_products,
        difference_of_expansions,
        norm_of_remainder,
        product_of_remainders,
        transposed_terms,
        double_sum,
        equal_and_different,
        equal_indices,
        squares,
        exchanged_sums,
        transposed_factor,
        covariance_form,
        eigenvalue_form,
        discarded_eigenvalues,
    )
}
"""The lines (4) to (17) by the report's numbers."""


def line_before(number: int) -> Line:
    """Return what the report derives a line from: (4) from the covariance, (5) from the error.

    Raises:
        ValueError: the number is not 4 to 17.
    """
    if number not in LINES:
        raise ValueError(f"({number}) is no line of the derivation; they are (4) to (17)")
    return {4: covariance, 5: error}.get(number) or LINES[number - 1]
