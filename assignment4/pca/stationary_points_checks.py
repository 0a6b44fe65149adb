"""Checks of the linear auto-encoder's stationary points, proved with SymPy for one d at a time."""

from sympy import Matrix, zeros

from assignment4.pca.stationary_points import gradient_at, hessian_at, second_derivative


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
