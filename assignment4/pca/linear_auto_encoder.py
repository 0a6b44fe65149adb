r"""Where a linear auto-encoder's error is level: at every eigenvector, and low at the first only.

One unit of code, a diagonal $\Sigma$ of different eigenvalues, derivatives by a_1, b_1, a_2, ...
"""

from collections.abc import Callable

import sympy
from sympy import Expr, Matrix


def covariance_of(d: int) -> Matrix:
    r"""Return $\Sigma$, (d, d), its $\lambda_i$ sums of positive gaps, which SymPy can order."""
    gaps = sympy.symbols(f"delta_1:{d + 1}", positive=True)
    return sympy.diag(*[sum(gaps[i:]) for i in range(d)])


def weights_of(d: int) -> tuple[Matrix, Matrix]:
    """Return A and B of real symbols."""
    encoder = sympy.symbols(f"a_1:{d + 1}", real=True)
    decoder = sympy.symbols(f"b_1:{d + 1}", real=True)
    return Matrix([encoder]), Matrix(decoder)


def error_of_weights(encoder: Matrix, decoder: Matrix, covariance: Matrix) -> Expr:
    r"""Return the mean of $|x - B A x|^2$, $\operatorname{tr} (I - BA) \Sigma (I - BA)^T$."""
    rest = sympy.eye(covariance.rows) - decoder * encoder
    return (rest * covariance * rest.T).trace()


def eigenvector_point(d: int, number: int, scale: Expr | int = 1) -> tuple[Matrix, Matrix]:
    """Return $A = c u_j^T$ and $B = u_j / c$, for j from 1, the largest eigenvalue, to d."""
    if not 1 <= number <= d:
        raise ValueError(f"the eigenvectors are numbered from 1 to {d}, got {number}")
    vector = sympy.eye(d)[:, number - 1]
    return scale * vector.T, vector / scale


def gradient_at(point: tuple[Matrix, Matrix]) -> Matrix:
    """Return the error's gradient at a point, (2 d, 1)."""
    error, variables, values = _error_at(point)
    return Matrix([error]).jacobian(variables).T.subs(values).applyfunc(sympy.factor)


def matching_encoder(decoder: Matrix) -> Matrix:
    """Return $B^T / |B|^2$, for B not 0 the only A at which the derivative by A is 0."""
    return decoder.T / decoder.dot(decoder)


def hessian_at(point: tuple[Matrix, Matrix]) -> Matrix:
    """Return the error's second derivatives at a point, (2 d, 2 d)."""
    error, variables, values = _error_at(point)
    return sympy.hessian(error, variables).subs(values).applyfunc(sympy.factor)


def second_derivative(point: tuple[Matrix, Matrix], direction: Matrix) -> Expr:
    """Return the second derivative of the error at a point along a direction, (2 d, 1)."""
    return sympy.factor((direction.T * hessian_at(point) * direction)[0])


def falling_direction(d: int, number: int, scale: Expr | int = 1) -> Matrix:
    """Return how to leave $u_j$, j > 1, downhill, (2 d, 1): a_1 changes by c, b_1 by 1 / c."""
    if not 2 <= number <= d:
        raise ValueError(f"the error falls at eigenvectors 2 to {d} only, got {number}")
    direction = sympy.zeros(2 * d, 1)
    direction[0], direction[1] = scale, 1 / sympy.sympify(scale)
    return direction


def _error_at(point) -> tuple[Expr, list, dict]:
    """Return the error in symbols, its variables in order, and their values at the point."""
    weights = weights_of(point[0].cols)
    error = error_of_weights(*weights, covariance_of(point[0].cols))
    variables, values = (list(A.col_join(B.T).T) for A, B in (weights, point))
    return error, variables, dict(zip(variables, values, strict=True))


def is_stationary(point: tuple[Matrix, Matrix]) -> bool:
    """Return True if the error's gradient is zero at a point, for all eigenvalues."""
    return gradient_at(point).is_zero_matrix is True


def is_saddle(point: tuple[Matrix, Matrix], direction: Matrix) -> bool:
    """Return True if the error falls from a stationary point one way and rises along an axis."""
    hessian = hessian_at(point)
    rises = any(hessian[i, i].is_positive for i in range(hessian.rows))
    falls = second_derivative(point, direction).is_negative is True
    return is_stationary(point) and rises and falls


def curves_upwards(point: tuple[Matrix, Matrix]) -> bool:
    """Return True if a point is stationary and no second derivative there is negative.

    The 2 x 2 blocks of a_i and b_i are judged, outside of which nothing may stand.
    """
    hessian = hessian_at(point)
    blocks = [hessian[i : i + 2, i : i + 2] for i in range(0, hessian.rows, 2)]
    return (
        is_stationary(point)
        and hessian == sympy.diag(*blocks)
        and all(block.trace().is_positive for block in blocks)
        and all(block.det().factor().is_nonnegative for block in blocks)
    )


def only_eigenvectors_are_stationary(
    d: int, rule: Callable[[Matrix], Matrix] = matching_encoder
) -> bool:
    r"""Return True if the error is stationary at the origin and at eigenvectors, and nowhere else.

    The derivative by A is $2 |B|^2 (A - A_B) \Sigma$ with the rule's A_B: 0 at that A alone where B
    is not 0. There the derivative by B is a multiple of $|B|^2 \Sigma B - (B^T \Sigma B) B$, 0 for
    eigenvectors B alone. Where B is 0, it is $-2 \Sigma A^T$, 0 for A = 0 alone.
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
