r"""Exercise 4 b: bases at which the Lagrangian is stationary, built in SymPy.

The report minimises $\sum_{i=k+1}^d v_i^T \Sigma v_i$, line (15) without L, over orthonormal
$v_{k+1}, \dots, v_d$. In the coordinates of the eigenvectors $\Sigma$ is the diagonal matrix of
its eigenvalues, and a basis is a (d, d - k) matrix whose columns are the discarded vectors.

Its Lagrangian, with $v_i^T$ for the $v_i$ and $j \ne i$ for the $i \ne i$ in print, is
$F = \sum_i v_i^T \Sigma v_i + \sum_i \lambda_i (1 - v_i^T v_i)
+ \sum_i \sum_{j \ne i} \lambda_{ij} v_i^T v_j$. The pair i, j occurs in it twice, so the derivative
by $v_i$ has $\lambda_{ij} + \lambda_{ji}$ where the report has $\lambda_{ij}$: its $\lambda_{ij}$
is the sum of both multipliers. Multiplied by $v_j^T$ the derivative is
$2 v_j^T \Sigma v_i + \lambda_{ij} + \lambda_{ji}$, and not $\lambda_{ij}$.

Source: report, Exercise 4 b, after (17).
"""

from collections.abc import Callable, Collection, Sequence
from itertools import permutations

import sympy

PairRule = Callable[[sympy.MatrixBase, sympy.MatrixBase, sympy.MatrixBase], sympy.Expr]
"""Gives the sum of both multipliers of the pair i, j from the covariance, v_i and v_j."""


def report_pair_rule(covariance, v_i, v_j):
    """Return 0, what the report finds for lambda_ij.

    Source: report, Exercise 4 b, after (17).
    """
    return sympy.Integer(0)


def pair_rule(covariance, v_i, v_j):
    """Return -2 v_j^T S v_i, what the derivative by v_i multiplied by v_j^T says."""
    return -2 * (v_j.T * covariance * v_i)[0]


def ordered_eigenvalues(d: int, *, equal: Collection[int] = ()) -> list[sympy.Expr]:
    r"""Return eigenvalues in descending order: the last one, and the gaps above it.

    $\lambda_j = \lambda_d + g_j + \dots + g_{d-1}$ with $\lambda_d$ real and gaps
    $g_j = \lambda_j - \lambda_{j+1}$ positive, so that SymPy knows the sign of a difference.

    Args:
        d: how many.
        equal: the j, from 1 to d - 1, whose gap is 0: $\lambda_j = \lambda_{j+1}$.

    Raises:
        ValueError: a j has no eigenvalue after it.
    """
    strangers = set(equal) - set(range(1, d))
    if strangers:
        raise ValueError(f"gap {min(strangers)} of {d} eigenvalues; gaps are 1 to {d - 1}")
    gaps = [
        sympy.Integer(0) if j in equal else sympy.Symbol(f"g{j}", positive=True)
        for j in range(1, d)
    ]
    last = sympy.Symbol(f"lambda{d}", real=True)
    return [sympy.Add(last, *gaps[j:]) for j in range(d)]


def rotated_basis(*angles: sympy.Expr) -> sympy.Matrix:
    r"""Return an orthonormal basis: each pair of eigenvectors turned by its angle.

    Columns 1 and 2 are $\cos s\, e_1 + \sin s\, e_2$ and $-\sin s\, e_1 + \cos s\, e_2$, columns 3
    and 4 the same with $e_3$, $e_4$ and the next angle. Columns 3 and 4 span an invariant
    subspace of every diagonal matrix, whatever the angle.

    Args:
        angles: n expressions, in radians.

    Returns:
        (2n, 2n) matrix, orthonormal columns.
    """
    turns = [
        sympy.Matrix([[sympy.cos(a), -sympy.sin(a)], [sympy.sin(a), sympy.cos(a)]]) for a in angles
    ]
    return sympy.diag(*turns)


def lagrangian(
    covariance: sympy.MatrixBase,
    basis: sympy.MatrixBase,
    norms: Sequence[sympy.Expr],
    pairs: sympy.MatrixBase,
) -> sympy.Expr:
    r"""Return F, the variance that a basis discards and its conditions with their multipliers.

    Args:
        covariance: (d, d), symmetric.
        basis: (d, m), the discarded vectors as columns.
        norms: m multipliers, the $\lambda_i$.
        pairs: (m, m) multipliers, the $\lambda_{ij}$; the diagonal is not used.

    Source: report, Exercise 4 b, the Lagrangian.
    """
    products = basis.T * basis
    return (
        (basis.T * covariance * basis).trace()
        + sum(norms[i] * (1 - products[i, i]) for i in range(basis.cols))
        + sum(pairs[i, j] * products[i, j] for i, j in permutations(range(basis.cols), 2))
    )


def lagrangian_gradient(
    covariance: sympy.MatrixBase,
    basis: sympy.MatrixBase,
    norms: Sequence[sympy.Expr],
    pairs: sympy.MatrixBase,
) -> sympy.Matrix:
    r"""Differentiate F by every entry of every vector, then put the basis in.

    Args:
        covariance: (d, d), symmetric.
        basis: (d, m), the discarded vectors as columns.
        norms: m multipliers, the $\lambda_i$.
        pairs: (m, m) multipliers, the $\lambda_{ij}$; the diagonal is not used.

    Returns:
        (d, m) matrix; column i is the derivative by v_i.
    """
    free = sympy.Matrix(*basis.shape, lambda i, j: sympy.Dummy(f"v{i}{j}"))
    value = lagrangian(covariance, free, norms, pairs)
    put_in = dict(zip(free, basis, strict=True))
    return free.applyfunc(lambda entry: value.diff(entry).xreplace(put_in))


def multipliers(
    covariance: sympy.MatrixBase, basis: sympy.MatrixBase, rule: PairRule = pair_rule
) -> tuple[list[sympy.Expr], sympy.Matrix]:
    r"""Return the multipliers that stationarity asks for at an orthonormal basis.

    $\lambda_i = v_i^T \Sigma v_i$, and $\lambda_{ij} = \lambda_{ji}$ half of what a rule gives.

    Args:
        covariance: (d, d), symmetric.
        basis: (d, m), orthonormal columns.
        rule: for the sum of both multipliers of a pair.

    Returns:
        m expressions, and an (m, m) matrix with 0 on the diagonal.
    """
    vectors = [basis.col(i) for i in range(basis.cols)]
    norms = [(v.T * covariance * v)[0] for v in vectors]
    pairs = sympy.zeros(basis.cols, basis.cols)
    for i, j in permutations(range(basis.cols), 2):
        pairs[i, j] = rule(covariance, vectors[i], vectors[j]) / 2
    return norms, pairs


def curvatures(
    eigenvalues: Sequence[sympy.Expr], discarded: Collection[int]
) -> dict[tuple[int, int], sympy.Expr]:
    r"""Return how the error bends where some eigenvectors are discarded, and the rest kept.

    A discarded $e_i$ is turned towards a kept $e_j$, into $\cos t\, e_i + \sin t\, e_j$. The
    discarded variance is then $c + \lambda_i \cos^2 t + \lambda_j \sin^2 t$, whose slope at t = 0
    is 0 and whose second derivative there is $2 (\lambda_j - \lambda_i)$: it is found by
    differentiating. Where it is negative, the error falls on both sides.

    Args:
        eigenvalues: d expressions.
        discarded: numbers of eigenvectors, from 1 to d.

    Returns:
        For each pair (i, j) of a discarded and a kept number the second derivative.

    Raises:
        ValueError: a number is not from 1 to d.
    """
    d = len(eigenvalues)
    strangers = set(discarded) - set(range(1, d + 1))
    if strangers:
        raise ValueError(f"eigenvector {min(strangers)} of {d}; numbers are 1 to {d}")
    t = sympy.Symbol("t", real=True)
    covariance, unit = sympy.diag(*eigenvalues), sympy.eye(d)
    found = {}
    for i in discarded:
        for j in set(range(1, d + 1)) - set(discarded):
            turned = sympy.cos(t) * unit.col(i - 1) + sympy.sin(t) * unit.col(j - 1)
            variance = (turned.T * covariance * turned)[0]
            found[i, j] = sympy.expand(variance.diff(t, 2).subs(t, 0))
    return found


def vanishes(expression: sympy.Expr) -> bool:
    """Say whether a rational expression in symbols, sines and cosines is 0 for all their values."""
    if expression.has(sympy.sin, sympy.cos):
        expression = sympy.trigsimp(sympy.expand(expression))
    return sympy.expand(sympy.numer(sympy.together(expression))) == 0
