"""Checks of the linear auto-encoder against the PCA: its error, its subspace and its code."""

import numpy as np
import sympy
from sympy import MatrixExpr, MatrixSymbol

from assignment4.auto_encoders.linear import largest_angle

EXCESS = 1e-3
"""By how much of the least error a trained network may exceed it."""

ANGLE = 2.0
"""The largest principal angle, in degrees, that counts as the same subspace."""

DISTANCE = 0.05
"""The largest distance of two projectors, in the share of their norm, that counts as training's."""

k, d = sympy.symbols("k d", integer=True, positive=True)
A, B, G = MatrixSymbol("A", k, d), MatrixSymbol("B", d, k), MatrixSymbol("G", k, k)


def reaches_least_error(error: float, least_error: float) -> bool:
    """Say whether an error is the least one to 0.1 %, and not below it by more than rounding."""
    return -1e-9 <= error / least_error - 1 <= EXCESS


def spans_components(columns: np.ndarray, vectors: np.ndarray) -> bool:
    """Say whether columns span the components' space to a largest angle below 2 degrees.

    Args:
        columns: (d, k) real: a decoder, or an encoder's transpose.
        vectors: (d, k) float64, the first k components.
    """
    return largest_angle(columns, vectors) < ANGLE


def is_projector_onto_components(product: np.ndarray, vectors: np.ndarray) -> bool:
    r"""Say whether B A is $V V^T$, to 5 % of its norm.

    Args:
        product: (d, d) float64.
        vectors: (d, k) float64, the first k components.
    """
    projector = vectors @ vectors.T
    return bool(np.linalg.norm(product - projector) <= DISTANCE * np.linalg.norm(projector))


def has_components_as_code(encoder: np.ndarray, vectors: np.ndarray) -> bool:
    r"""Say whether A itself is $V^T$, to 5 % of its norm and up to the signs of its rows.

    Args:
        encoder: (k, d) float64.
        vectors: (d, k) float64, the first k components.
    """
    signs = np.sign(np.sum(encoder * vectors.T, axis=1, keepdims=True))
    distance = np.linalg.norm(signs * encoder - vectors.T)
    return bool(distance <= DISTANCE * np.linalg.norm(vectors))


def gives_same_product(encoder: MatrixExpr, decoder: MatrixExpr) -> bool:
    """Say whether a pair has the product B A, for all k and d.

    Args:
        encoder: in A, B and G of this module, such as G A.
        decoder: likewise, such as B G^-1.
    """
    return (decoder * encoder).doit() == B * A
