r"""The misprints of Exercise 4 b: what is printed, what is right, and whether it shows in a value.

Without its transpose a product has no value, since the shapes do not fit; the error of (5) has
one for k = d alone. Where the report has x for $x_l$, any image may be meant, and the first one is
put in. In (4) the index of the first sum is i too, which changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np

from assignment4.pca.derivation import (
    Value,
    covariance,
    double_sum,
    equal_and_different,
    error,
    mean_of_products,
    squared_norm,
)
from assignment4.pca.settings import Setting

NO_VALUE = "no value"
HIDDEN = "another value, but not on orthonormal bases"
SHOWN = "another value, on orthonormal bases too"


@dataclass(frozen=True)
class Slip:
    """A misprint.

    Attributes:
        place: the line's number, or "Lagrangian".
        printed: LaTeX, as in the report.
        right: LaTeX, as it should be.
        effect: what is printed has NO_VALUE, or is HIDDEN or SHOWN.
        printed_value: computes what is printed.
        right_value: computes what is right.
    """

    place: str
    printed: str
    right: str
    effect: str
    printed_value: Value
    right_value: Value

    def __repr__(self) -> str:
        return f"{self.place}: {self.printed} for {self.right}, {self.effect}"


def _powers_for_transposes(s: Setting) -> np.ndarray:
    deviations = [x - s.mean for x in s.images]
    return sum(y @ np.linalg.matrix_power(y, s.count) for y in deviations) / s.count


def _one_image_in_products(s: Setting) -> np.ndarray:
    return sum(x @ s.images[0].T for x in s.images) / s.count


def _one_image_in_error(s: Setting) -> np.ndarray:
    return sum(squared_norm(s.images[0] - s.kept @ (s.kept.T @ x)) for x in s.images)


def _error_without_transpose(s: Setting) -> np.ndarray:
    return sum(squared_norm(x - s.kept @ s.kept @ x) for x in s.images)


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


def _constraints_of_no_index(s: Setting) -> np.ndarray:
    return sum(v.T @ w for v, w in product(s.discarded, repeat=2) if v is not v)


def _constraints(s: Setting) -> np.ndarray:
    """Return the last sum of the Lagrangian, with every multiplier 1."""
    return sum(v.T @ w for v, w in permutations(s.discarded, 2))


_SQUARE, _PRODUCT = r"(v_i^T x_l)^2\, v_i^T v_j", r"(v_i^T x_l)(v_j^T x_l)\, v_i^T v_j"
_SPLIT = r"\sum_{i=k+1}^{d} \sum_{i \ne j=k+1}^{d} "

SLIPS = (
    Slip(
        "(4)",
        r"(x_i - \overline{x})(x_i - \overline{x})^L",
        r"(x_l - \overline{x})(x_l - \overline{x})^T",
        NO_VALUE,
        _powers_for_transposes,
        covariance.value,
    ),
    Slip("(4)", "x_i x^L", "x_l x_l^T", SHOWN, _one_image_in_products, mean_of_products.value),
    Slip(
        "(5)",
        r"\tilde V \tilde V x_l",
        r"\tilde V \tilde V^T x_l",
        NO_VALUE,
        _error_without_transpose,
        error.value,
    ),
    Slip(
        "(5)",
        r"\lVert x - \tilde V \tilde V^T x_l \rVert",
        r"\lVert x_l - \tilde V \tilde V^T x_l \rVert",
        SHOWN,
        _one_image_in_error,
        error.value,
    ),
    Slip("(9)", _SQUARE, _PRODUCT, HIDDEN, _square_in_double_sum, double_sum.value),
    Slip(
        "(10)",
        _SPLIT + _SQUARE,
        _SPLIT + _PRODUCT,
        HIDDEN,
        _square_in_split_sum,
        equal_and_different.value,
    ),
    Slip(
        "Lagrangian",
        r"v_i \Sigma v_i",
        r"v_i^T \Sigma v_i",
        NO_VALUE,
        _form_without_transpose,
        _form,
    ),
    Slip(
        "Lagrangian",
        r"\sum_{i=k+1}^{d} \sum_{i \ne i=k+1}^{d} \lambda_{i,j} v_i^T v_j",
        r"\sum_{i=k+1}^{d} \sum_{i \ne j=k+1}^{d} \lambda_{i,j} v_i^T v_j",
        HIDDEN,
        _constraints_of_no_index,
        _constraints,
    ),
)
"""The misprints in the report's order."""


def misprints(place: str) -> list[Slip]:
    """Return the misprints of a place, such as "(9)".

    Raises:
        ValueError: there is none.
    """
    found = [slip for slip in SLIPS if slip.place == place]
    if not found:
        places = sorted({slip.place for slip in SLIPS})
        raise ValueError(f"{place!r} has no misprint; those of {', '.join(places)} are listed")
    return found
