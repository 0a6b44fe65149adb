"""Exercise 4 b, (4) and (13) to (17), from the images to the eigenvalues, and all lines."""
# ruff: noqa: D103  (the number and the formula say what a line is)

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from assignment4.pca.derivation import remainder
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
from assignment4.pca.derivation.line import POWER, SECOND, Line, Slip, Step, fault, line, slip
from assignment4.pca.derivation.settings import FAMILIES, Setting
from assignment4.tables import Table


@line(0, r"\frac{1}{L} \sum_{l=1}^{L} (x_l - \overline{x})(x_l - \overline{x})^T")
def covariance(s: Setting) -> np.ndarray:
    return s.covariance


@line(4, r"\frac{1}{L} \sum_{l=1}^{L} x_l x_l^T", cites="(4)")
def mean_of_products(s: Setting) -> np.ndarray:
    return sum(x @ x.T for x in s.images) / s.count


@slip(
    "(4)",
    r"(x_i - \overline{x})(x_i - \overline{x})^L",
    r"(x_l - \overline{x})(x_l - \overline{x})^T",
    POWER,
    covariance.value,
)
def powers_of_deviations(s: Setting) -> np.ndarray:
    deviations = [x - s.mean for x in s.images]
    return sum(y @ np.linalg.matrix_power(y, s.count) for y in deviations) / s.count


@slip("(4)", "x_i x^L", "x_l x_l^T", POWER, mean_of_products.value)
def power_of_image(s: Setting) -> np.ndarray:
    return sum(x @ np.linalg.matrix_power(s.images[0], s.count) for x in s.images) / s.count


@slip("(4)", "x_i x^L", "x_l x_l^T", SECOND, mean_of_products.value)
def one_image_in_products(s: Setting) -> np.ndarray:
    return sum(x @ s.images[0].T for x in s.images) / s.count


@line(
    13,
    r"\sum_{i=k+1}^{d} \sum_{l=1}^{L} (v_i^T x_l) (v_i^T x_l)",
    general=GeneralLine(total(c[i, l] * c[i, l], l, i)),
)
def exchanged_sums(s: Setting) -> np.ndarray:
    return sum((v.T @ x) * (v.T @ x) for v in s.discarded for x in s.images)


_FACTORS = total(vectors[i, a] * images[l, a], a) * total(images[l, b] * vectors[i, b], b)


@line(
    14,
    r"\sum_{i=k+1}^{d} \sum_{l=1}^{L} (v_i^T x_l) (x_l^T v_i)",
    general=GeneralLine(total(_FACTORS, l, i), {c[i, l] ** 2: _FACTORS}),
)
def transposed_factor(s: Setting) -> np.ndarray:
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
    return s.count * sum(v.T @ s.covariance @ v for v in s.discarded)


@line(0, r"L \cdot \sum_{i=k+1}^{d} (v_i^T \overline{x})^2")
def squares_of_mean(s: Setting) -> np.ndarray:
    return s.count * sum((v.T @ s.mean) ** 2 for v in s.discarded)


@line(
    16,
    r"L \cdot \sum_{i=k+1}^{d} v_i^T \lambda_i v_i",
    cites="eigenvectors",
    general=GeneralLine(L * total(eigenvalues[i] * G[i, i], i)),
)
def eigenvalue_form(s: Setting) -> np.ndarray:
    pairs = zip(s.discarded, s.discarded_eigenvalues, strict=True)
    return s.count * sum(v.T @ (eigenvalue * v) for v, eigenvalue in pairs)


@line(
    17,
    r"L \cdot \sum_{i=k+1}^{d} \lambda_i",
    cites="(1)",
    general=GeneralLine(L * total(eigenvalues[i], i), {G[i, i]: 1}),
)
def discarded_eigenvalues(s: Setting) -> np.ndarray:
    return s.count * sum(s.discarded_eigenvalues)


_DEFINED = [*globals().values(), *vars(remainder).values()]
_NUMBERED = [one for one in _DEFINED if isinstance(one, Line) and one.number]

LINES = {one.number: one for one in sorted(_NUMBERED, key=lambda one: one.number)}
"""The lines (4) to (17) by their numbers."""

STARTS = {4: covariance, 5: remainder.error}
"""What is derived from no line before."""

SLIPS = tuple(one for one in _DEFINED if isinstance(one, Slip) and one.place.startswith("("))
"""The misprints of the lines, in the report's order."""


def derive(number: int, value: Callable | None = None) -> Step:
    """Return the step to a line, (4) to (17), or to another form of it; ValueError for others."""
    if number not in LINES:
        raise ValueError(f"({number}) is no line of the derivation; they are (4) to (17)")
    line = LINES[number]
    slips = tuple(slip for slip in SLIPS if slip.place == f"({number})")
    if value:
        line, slips = replace(line, value=value, general=None), ()
    return Step(line, STARTS.get(number) or LINES[number - 1], slips)


def splits_as_printed() -> bool:
    """Return True if (10) as printed follows from (9) as printed."""
    nine, ten = remainder.square_in_double_sum, remainder.square_in_split_sum
    return not fault(ten.printed_value, nine.printed_value, FAMILIES[""].settings)


def differ_by(first: Line, second: Line, term: Line) -> bool:
    """Return True if first - second is the term, for any vectors and any images."""
    settings = FAMILIES[""].settings
    return not fault(first.value, lambda s: second.value(s) + term.value(s), settings)


def steps() -> Table:
    """Return what each step cites, for what it is checked, in which sizes, and what was found."""
    rows = []
    for number in LINES:
        step = derive(number)
        family = FAMILIES[step.line.cites]
        sizes = ", ".join(f"({d}, {count})" for d, count in family.sizes)
        general = "yes" if step.for_all_sizes else "no"
        rows.append((f"({number})", step.line.cites, family.words, sizes, general))
    return Table(["line", "cites", "checked for", "(d, L), every k", "all d, k, L"], rows)
