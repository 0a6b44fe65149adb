r"""The misprints of Exercise 4 b: what is printed, what is right, and whether it shows in a value.

Without its transpose a product has no value, since the shapes do not fit; the error of (5) has
one for k = d alone. So has an L-th power of a column none. Where the report has x for $x_l$, any
image may be meant, and the first one is put in. In (4) the index of the first sum is i too, which
changes nothing.

Where a formula has two slips, each has an entry, and the second is judged with the first put right.
`printed_step` has a line with all slips in it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import permutations, product

import numpy as np

from assignment4.pca.derivation.lines import (
    LINES,
    Line,
    Value,
    covariance,
    double_sum,
    equal_and_different,
    error,
    line_before,
    mean_of_products,
    squared_norm,
)
from assignment4.pca.derivation.settings import Setting

NO_VALUE = "no value"
HIDDEN = "another value, but not on orthonormal bases"
SHOWN = "another value, on orthonormal bases too"


@dataclass(frozen=True)
class Slip:
    """A misprint.

    Attributes:
        place: the line's number, or a word for a formula without one.
        printed: LaTeX, as in the report, with every slip.
        right: LaTeX, as it should be.
        slip: which of the slips in it this is, in words.
        effect: with the slip it has NO_VALUE, or is HIDDEN or SHOWN.
        printed_value: computes it with this slip.
        right_value: computes what is right.
    """

    place: str
    printed: str
    right: str
    slip: str
    effect: str
    printed_value: Value
    right_value: Value

    def __repr__(self) -> str:
        return f"{self.place}: {self.slip}, {self.effect}"


def _powers_of_deviations(s: Setting) -> np.ndarray:
    deviations = [x - s.mean for x in s.images]
    return sum(y @ np.linalg.matrix_power(y, s.count) for y in deviations) / s.count


def _power_of_image(s: Setting) -> np.ndarray:
    return sum(x @ np.linalg.matrix_power(s.images[0], s.count) for x in s.images) / s.count


def _one_image_in_products(s: Setting) -> np.ndarray:
    return sum(x @ s.images[0].T for x in s.images) / s.count


def _one_image_in_error(s: Setting) -> np.ndarray:
    return sum(squared_norm(s.images[0] - s.kept @ (s.kept.T @ x)) for x in s.images)


def _error_without_transpose(s: Setting) -> np.ndarray:
    return sum(squared_norm(s.images[0] - s.kept @ s.kept @ x) for x in s.images)


def _error_of_one_image(s: Setting) -> np.ndarray:
    x = s.images[0]
    return s.count * squared_norm(x - s.kept @ (s.kept.T @ x))


def _square_in_double_sum(s: Setting) -> np.ndarray:
    return _squares(s, product(s.discarded, repeat=2))


def _square_in_split_sum(s: Setting) -> np.ndarray:
    equal = [(v, v) for v in s.discarded]
    return _squares(s, equal) + _squares(s, permutations(s.discarded, 2))


def _squares(s: Setting, pairs: Iterable[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    return sum((v.T @ x) ** 2 * (v.T @ w) for v, w in pairs for x in s.images)


def _form_without_transpose(s: Setting) -> np.ndarray:
    return sum(v @ s.covariance @ v for v in s.discarded)


def _form(s: Setting) -> np.ndarray:
    return sum(v.T @ s.covariance @ v for v in s.discarded)


def _derivative(s: Setting) -> tuple[np.ndarray, np.ndarray]:
    """Return v_j, the first kept or discarded vector, and the derivative by the last, a column."""
    v = s.discarded[-1]
    others = sum(s.discarded[:-1], np.zeros_like(v))
    return s.vectors[0], 2 * s.covariance @ v - 2 * s.discarded_eigenvalues[-1] * v + others


def _derivative_times_column(s: Setting) -> np.ndarray:
    v, derivative = _derivative(s)
    return v @ derivative


def _derivative_times_row(s: Setting) -> np.ndarray:
    v, derivative = _derivative(s)
    return v.T @ derivative


def _constraints_of_no_index(s: Setting) -> np.ndarray:
    return sum(v.T @ w for v, w in product(s.discarded, repeat=2) if v is not v)


def _constraints(s: Setting) -> np.ndarray:
    """Return the last sum of the Lagrangian, with every multiplier 1."""
    return sum(v.T @ w for v, w in permutations(s.discarded, 2))


_SQUARE, _PRODUCT = r"(v_i^T x_l)^2\, v_i^T v_j", r"(v_i^T x_l)(v_j^T x_l)\, v_i^T v_j"
_SPLIT = r"\sum_{i=k+1}^{d} \sum_{i \ne j=k+1}^{d} "
_PRINTED_ERROR = r"\lVert x - \tilde V \tilde V x_l \rVert"
_ERROR = r"\lVert x_l - \tilde V \tilde V^T x_l \rVert"
_POWER = "$L$ for the transpose"
_TRANSPOSE = "a transpose is missing"
_IMAGE = "$x$ for $x_l$"
_SECOND = f"{_IMAGE}, with the transpose put right"
_SQUARED = "a square for a product"


def _slips_of_error(place: str) -> tuple[Slip, Slip]:
    first = Slip(
        place,
        _PRINTED_ERROR,
        _ERROR,
        _TRANSPOSE,
        NO_VALUE,
        _error_without_transpose,
        error.value,
    )
    return first, replace(first, slip=_SECOND, effect=SHOWN, printed_value=_one_image_in_error)


SLIPS = (
    Slip(
        "the loss",
        r"\lVert x - B A x \rVert",
        r"\lVert x_l - B A x_l \rVert",
        _IMAGE,
        SHOWN,
        _error_of_one_image,
        error.value,
    ),
    Slip(
        "(4)",
        r"(x_i - \overline{x})(x_i - \overline{x})^L",
        r"(x_l - \overline{x})(x_l - \overline{x})^T",
        _POWER,
        NO_VALUE,
        _powers_of_deviations,
        covariance.value,
    ),
    Slip(
        "(4)",
        "x_i x^L",
        "x_l x_l^T",
        _POWER,
        NO_VALUE,
        _power_of_image,
        mean_of_products.value,
    ),
    Slip(
        "(4)",
        "x_i x^L",
        "x_l x_l^T",
        _SECOND,
        SHOWN,
        _one_image_in_products,
        mean_of_products.value,
    ),
    *_slips_of_error("(5)"),
    Slip("(9)", _SQUARE, _PRODUCT, _SQUARED, HIDDEN, _square_in_double_sum, double_sum.value),
    Slip(
        "(10)",
        _SPLIT + _SQUARE,
        _SPLIT + _PRODUCT,
        _SQUARED,
        HIDDEN,
        _square_in_split_sum,
        equal_and_different.value,
    ),
    Slip(
        "the minimiser",
        r"\lVert x - W W^T x \rVert",
        r"\lVert x_l - W W^T x_l \rVert",
        _IMAGE,
        SHOWN,
        _error_of_one_image,
        error.value,
    ),
    Slip(
        "the Lagrangian",
        r"v_i \Sigma v_i",
        r"v_i^T \Sigma v_i",
        _TRANSPOSE,
        NO_VALUE,
        _form_without_transpose,
        _form,
    ),
    Slip(
        "the Lagrangian",
        r"\sum_{i=k+1}^{d} \sum_{i \ne i=k+1}^{d} \lambda_{i,j} v_i^T v_j",
        r"\sum_{i=k+1}^{d} \sum_{i \ne j=k+1}^{d} \lambda_{i,j} v_i^T v_j",
        "$i$ for $j$",
        HIDDEN,
        _constraints_of_no_index,
        _constraints,
    ),
    Slip(
        "its derivative",
        r"v_j \, \partial F / \partial v_i",
        r"v_j^T \, \partial F / \partial v_i",
        _TRANSPOSE,
        NO_VALUE,
        _derivative_times_column,
        _derivative_times_row,
    ),
    *_slips_of_error("the last formula"),
)
"""The misprints in the report's order."""


def printed_step(number: int) -> tuple[Line, Line]:
    """Return a misprinted line as it is printed, and what it is to follow from, put right.

    In (5) it is the error on the left that is misprinted, so that the line itself is the right one.

    Args:
        number: 4, 5, 9 or 10.

    Raises:
        ValueError: the line is not misprinted.
    """
    line, previous = LINES.get(number), line_before(number)
    if number == 5:
        return line, replace(previous, value=_error_without_transpose)
    values = {4: _power_of_image, 9: _square_in_double_sum, 10: _square_in_split_sum}
    if number not in values:
        raise ValueError(f"({number}) is not misprinted; (4), (5), (9) and (10) are")
    return replace(line, value=values[number]), previous
