"""Exercise 4 b: Ky Fan's trace minimum, in the four steps of the chapter's proof."""

from collections.abc import Callable
from itertools import combinations

import sympy
from sympy import Expr, MatrixBase

from assignment4.pca.derivation.projection import is_zero
from assignment4.pca.derivation.settings import cayley_basis, symbols_matrix
from assignment4.pca.minimum.stationary import ordered_eigenvalues

SIZES = tuple((d, k) for d in range(2, 6) for k in range(1, d))
"""Dimensions d and k for which step 4 is worked out term by term."""


def weight(direction: MatrixBase, basis: MatrixBase) -> Expr:
    r"""Return $p = \sum_i (u^T v_i)^2$ of a direction u, (d, 1), and discarded v, (d, m)."""
    return sum(((direction.T * basis.col(i))[0] ** 2 for i in range(basis.cols)), sympy.Integer(0))


def excess_term(eigenvalue, threshold, share, kept):
    r"""Return the factors of a term of step 4; the threshold is $\lambda_k$."""
    return (eigenvalue - threshold, share) if kept else (threshold - eigenvalue, 1 - share)


def weights_carry_trace(rule: Callable) -> bool:
    """Return True if step 1 holds, for any vectors u and v in up to three dimensions."""
    differences = []
    for d, m in ((1, 1), (2, 1), (2, 2), (3, 1), (3, 2)):
        directions, basis = symbols_matrix("u", d, d), symbols_matrix("v", d, m)
        eigenvalues = symbols_matrix("l", d, 1)
        covariance = directions * sympy.diag(*eigenvalues) * directions.T
        weighted = sum(eigenvalues[j] * rule(directions.col(j), basis) for j in range(d))
        differences.append((basis.T * covariance * basis).trace() - weighted)
    return not any(map(sympy.expand, differences))


def weights_are_shares(rule: Callable) -> bool:
    """Return True if steps 2 and 3 hold, for 0 to 3 columns of general rotations and any u."""
    orthonormal, free = cayley_basis(3), symbols_matrix("w", 3, 1)
    differences = [sum(rule(orthonormal.col(j), free) for j in range(3)) - free.dot(free)]
    for m in range(4):
        basis = orthonormal[:, :m]
        share = rule(free, basis)
        rest = free - basis * (basis.T * free)
        differences.append(free.dot(free) - share - rest.dot(rest))
        if not share.is_nonnegative:
            return False
    return is_zero(sympy.Matrix(differences))


def excess_is_sum_of_terms(term: Callable) -> bool:
    """Return True if step 4's equation holds by step 3, for symbolic d and k."""
    d, k, j = sympy.symbols("d k j", integer=True, positive=True)
    value, p = sympy.IndexedBase("lambda", real=True), sympy.IndexedBase("p", real=True)
    ranges = {True: (j, 1, k), False: (j, k + 1, d)}
    difference = -sympy.Sum(value[j], ranges[False])
    for kept, bounds in ranges.items():
        of_one = value[j] * p[j] - sympy.prod(term(value[j], value[k], p[j], kept))
        difference += sympy.Sum(of_one, bounds)
    difference = sympy.factor_terms(difference.expand().doit().expand())
    kept_weights = sympy.Sum(p[j], ranges[True])
    difference = difference.subs(kept_weights, d - k - sympy.Sum(p[j], ranges[False]))
    return sympy.simplify(difference) == 0


def terms_force_subspace(term: Callable) -> bool:
    """Return True if no term is negative, and none is 0 for other p_j unless lambda_j is lambda_k.

    What of the discarded subspace is not forced consists of eigenvectors. For all SIZES and ties.
    """
    p = sympy.Symbol("p", real=True)
    for d, k in SIZES:
        for equal in (choice for n in range(d) for choice in combinations(range(1, d), n)):
            eigenvalues = ordered_eigenvalues(d, equal=equal)
            for j, value in enumerate(eigenvalues, start=1):
                coefficient, share = term(value, eigenvalues[k - 1], p, j <= k)
                coefficient, tied = sympy.expand(coefficient), value == eigenvalues[k - 1]
                if not (coefficient == 0 if tied else coefficient.is_positive):
                    return False
                if share != (p if j <= k else 1 - p):
                    return False
    return True


def minimising_subspace_is_of_eigenvectors(share=weight, term=excess_term) -> bool:
    """Return True if all steps of the proof hold, which is claim 4b-minimiser as corrected."""
    return (
        weights_carry_trace(share)
        and weights_are_shares(share)
        and excess_is_sum_of_terms(term)
        and terms_force_subspace(term)
    )
