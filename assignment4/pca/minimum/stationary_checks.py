"""Checks of the Lagrange argument in Exercise 4 b: stationary bases, and minimisers among them.

Symbolic checks are for all real values of their symbols. The minimum is the one that the proof in
`assignment4.pca.minimum.minimiser` gives.
"""

from collections.abc import Collection, Sequence

import sympy

from assignment4.pca.derivation.settings import cayley_basis, symbols_matrix
from assignment4.pca.minimum.stationary import (
    PairRule,
    curvatures,
    lagrangian_gradient,
    multipliers,
    pair_rule,
    vanishes,
)


def is_multiplier(rule: PairRule) -> bool:
    """Say whether the Lagrangian's derivative by v_i, multiplied by v_j^T, is 0 with a rule.

    For two columns of a general rotation in three dimensions and a symmetric covariance
    of which nothing is known.

    Args:
        rule: gives the sum of both multipliers of a pair, such as `report_pair_rule`.
    """
    symmetric = symbols_matrix("s", 3, 3)
    covariance = sympy.Matrix(3, 3, lambda i, j: symmetric[min(i, j), max(i, j)])
    basis = cayley_basis(3)[:, :2]
    gradient = lagrangian_gradient(covariance, basis, *multipliers(covariance, basis, rule))
    products = basis.T * gradient
    return all(vanishes(products[j, i]) for i, j in ((0, 1), (1, 0)))


def is_stationary(
    covariance: sympy.MatrixBase, basis: sympy.MatrixBase, rule: PairRule = pair_rule
) -> bool:
    """Say whether a basis is orthonormal and the Lagrangian's derivatives are 0 there.

    Args:
        covariance: (d, d), symmetric.
        basis: (d, m), the discarded vectors as columns.
        rule: for the multipliers of pairs; with `report_pair_rule` they are 0.
    """
    gradient = lagrangian_gradient(covariance, basis, *multipliers(covariance, basis, rule))
    return _is_orthonormal(basis) and all(map(vanishes, gradient))


def eigenvectors_among(covariance: sympy.MatrixBase, basis: sympy.MatrixBase) -> list[int]:
    """Return the numbers, from 1, of the columns that are eigenvectors at all values of symbols.

    A unit vector v is one where S v - (v^T S v) v is 0.
    """
    found = []
    for number, v in enumerate((basis.col(i) for i in range(basis.cols)), start=1):
        image = covariance * v
        if all(map(vanishes, image - (v.T * image)[0] * v)):
            found.append(number)
    return found


def minimisers_consist_of_eigenvectors(
    eigenvalues: Sequence[sympy.Expr], bases: Sequence[sympy.MatrixBase], k: int
) -> bool:
    """Say whether each of these minimisers consists of eigenvectors of the covariance.

    Claim 4b-minimiser as it stands. One minimiser with another vector in it refutes it.

    Args:
        eigenvalues: d expressions in descending order, such as `ordered_eigenvalues`; the
            covariance is their diagonal matrix.
        bases: (d, d) matrices; the first k columns are kept, the others discarded.
        k: 0 to d.

    Raises:
        ValueError: a basis is not orthonormal, or discards more than the smallest eigenvalues.
    """
    for number, basis in enumerate(bases, start=1):
        if not is_minimiser(eigenvalues, basis, k):
            raise ValueError(f"basis {number} of {len(bases)} is no minimiser for k = {k}")
    covariance = sympy.diag(*eigenvalues)
    return all(len(eigenvectors_among(covariance, basis)) == basis.cols for basis in bases)


def is_minimiser(eigenvalues: Sequence[sympy.Expr], basis: sympy.MatrixBase, k: int) -> bool:
    """Say whether a basis is orthonormal and discards as little as the smallest eigenvalues.

    Args:
        eigenvalues: d expressions in descending order; the covariance is their diagonal matrix.
        basis: (d, d); the first k columns are kept.
        k: 0 to d.
    """
    discarded = basis[:, k:]
    variance = (discarded.T * sympy.diag(*eigenvalues) * discarded).trace()
    return _is_orthonormal(basis) and vanishes(variance - sum(eigenvalues[k:]))


def spans_equal(basis: sympy.MatrixBase, other: sympy.MatrixBase) -> bool:
    """Say whether two sets of orthonormal columns have the same projector, for all symbols."""
    return all(map(vanishes, basis * basis.T - other * other.T))


def is_saddle(eigenvalues: Sequence[sympy.Expr], discarded: Collection[int]) -> bool:
    """Say whether discarding these eigenvectors is stationary, but the error falls one way.

    Args:
        eigenvalues: in descending order, of differences whose sign SymPy knows.
        discarded: numbers of eigenvectors, from 1.

    Returns:
        True where the error falls in one direction and rises in another.
    """
    bends = curvatures(eigenvalues, discarded).values()
    return any(b.is_negative for b in bends) and any(b.is_positive for b in bends)


def _is_orthonormal(basis: sympy.MatrixBase) -> bool:
    return all(map(vanishes, basis.T * basis - sympy.eye(basis.cols)))
