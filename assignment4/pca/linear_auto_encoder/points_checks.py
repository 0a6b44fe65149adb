"""Checks of the linear auto-encoder's stationary points, proved with SymPy for one d at a time."""

from collections.abc import Callable

import sympy
from sympy import Matrix, zeros

from assignment4.pca.linear_auto_encoder.points import (
    covariance_of,
    error_of_weights,
    gradient_at,
    hessian_at,
    matching_encoder,
    second_derivative,
    weights_of,
)


def is_stationary(point: tuple[Matrix, Matrix]) -> bool:
    """Say whether the error's gradient is zero at weights, for all eigenvalues.

    Args:
        point: encoder (1, d) and decoder (d, 1).
    """
    return gradient_at(point).is_zero_matrix is True


def is_saddle(point: tuple[Matrix, Matrix], direction: Matrix) -> bool:
    """Say whether the error falls from a stationary point along one direction and rises elsewhere.

    It falls where the second derivative along the direction is negative, and rises along an axis
    with a positive one.

    Args:
        point: encoder (1, d) and decoder (d, 1).
        direction: (2 d, 1), in the gradient's order.
    """
    hessian = hessian_at(point)
    rises = any(hessian[i, i].is_positive for i in range(hessian.rows))
    falls = second_derivative(point, direction).is_negative is True
    return is_stationary(point) and rises and falls


def curves_upwards(point: tuple[Matrix, Matrix]) -> bool:
    """Say whether a point is stationary and no second derivative there is negative.

    The blocks of a_i and b_i are judged one by one, by trace and determinant; with entries
    outside them the answer is False. A zero remains: A may grow while B shrinks.

    Args:
        point: encoder (1, d) and decoder (d, 1).
    """
    hessian = hessian_at(point)
    outside = hessian.copy()
    blocks = []
    for first in range(0, hessian.rows, 2):
        block = slice(first, first + 2)
        blocks.append(hessian[block, block])
        outside[block, block] = zeros(2)
    return (
        is_stationary(point)
        and outside.is_zero_matrix is True
        and all(block.trace().is_positive for block in blocks)
        and all(block.det().factor().is_nonnegative for block in blocks)
    )


def only_eigenvectors_are_stationary(
    d: int, rule: Callable[[Matrix], Matrix] = matching_encoder
) -> bool:
    r"""Say whether the error is stationary at the origin and at eigenvectors, and nowhere else.

    Three equations between matrices of symbols say so. The derivative by A is
    $2 |B|^2 (A - A_B) \Sigma$ with the A_B of a rule, so that it is 0 at that A alone where B is
    not 0. There the derivative by B is a multiple of $|B|^2 \Sigma B - (B^T \Sigma B) B$, which
    is 0 for eigenvectors B alone. Where B is 0, the derivative by B is $-2 \Sigma A^T$, which is 0
    for A = 0 alone.

    Args:
        d: the number of entries.
        rule: gives A_B from B.
    """
    encoder, decoder = weights_of(d)
    covariance = covariance_of(d)
    error = Matrix([error_of_weights(encoder, decoder, covariance)])
    by_encoder, by_decoder = error.jacobian(encoder), error.jacobian(decoder).T
    square = decoder.dot(decoder)
    stretched = square * covariance * decoder - decoder.dot(covariance * decoder) * decoder
    matching = dict(zip(encoder, rule(decoder), strict=True))
    at_origin = dict.fromkeys(decoder, 0)
    differences = [
        by_encoder - 2 * square * (encoder - rule(decoder)) * covariance,
        by_decoder.subs(matching) + 2 * stretched / square**2,
        by_decoder.subs(at_origin) + 2 * covariance * encoder.T,
    ]
    return all(one.applyfunc(sympy.cancel).is_zero_matrix is True for one in differences)
