"""Checks of the proof and of the search for the least error, Exercise 4 b.

Symbolic checks are for all real values of their symbols; which sizes they cover is said with
each.
"""

from collections.abc import Sequence
from itertools import chain, combinations

import numpy as np
import sympy

from assignment4.pca.derivation.settings import cayley_basis, symbols_matrix
from assignment4.pca.minimum.minimiser import Choice, Search, Term, Weight, excess_term, weight
from assignment4.pca.minimum.stationary import ordered_eigenvalues, vanishes

ROUNDING = 1e-12
"""What float64 may leave of an error, relative to the error of k = 0."""

SIZES = tuple((d, k) for d in range(2, 6) for k in range(1, d))
"""Dimensions d and k for which the proof's last step is worked out term by term."""


def weights_carry_trace(rule: Weight) -> bool:
    """Say whether step 1 holds: the discarded variance is the sum of eigenvalues times weights.

    For arbitrary vectors u and v, orthonormal or not, in up to three dimensions.
    """
    return all(_carries_trace(rule, d, m) for d, m in ((1, 1), (2, 1), (2, 2), (3, 1), (3, 2)))


def _carries_trace(rule: Weight, d: int, m: int) -> bool:
    directions, basis = symbols_matrix("u", d, d), symbols_matrix("v", d, m)
    eigenvalues = sympy.symbols(f"l1:{d + 1}", real=True)
    covariance = directions * sympy.diag(*eigenvalues) * directions.T
    weights = [rule(directions.col(j), basis) for j in range(d)]
    weighted = sum(value * p for value, p in zip(eigenvalues, weights, strict=True))
    return vanishes((basis.T * covariance * basis).trace() - weighted)


def weights_are_shares(rule: Weight) -> bool:
    """Say whether steps 2 and 3 hold: weights from 0 to 1 that sum to how many are discarded.

    For general rotations in three dimensions, of which 0 to 3 columns are discarded; a sign of a
    column changes no weight. The weight is a sum of squares; 1 less the weight of a unit vector u
    is the squared length of u without its projection onto the discarded vectors, shown with u^T u
    for 1 and arbitrary u; the weights of an arbitrary v along an orthonormal basis sum to v^T v.
    """
    orthonormal, free = cayley_basis(3), symbols_matrix("w", 3, 1)
    parseval = sum(rule(orthonormal.col(j), free) for j in range(3))
    if not vanishes(parseval - free.dot(free)):
        return False
    for m in range(4):
        basis = orthonormal[:, :m]
        share = rule(free, basis)
        rest = free - basis * (basis.T * free)
        if not (vanishes(free.dot(free) - share - rest.dot(rest)) and share.is_nonnegative):
            return False
    return True


def excess_is_never_negative(term: Term) -> bool:
    """Say whether step 4 holds: the excess is a sum of terms of which none is negative.

    As a sum over an index for symbolic d and k, and term by term for the SIZES, where each factor
    must be a weight, 1 less a weight, or a difference of eigenvalues that is not negative.
    """
    return _is_excess_by_index(term) and all(_terms_have_no_sign(term, d, k) for d, k in SIZES)


def _is_excess_by_index(term: Term) -> bool:
    d, k, j = sympy.symbols("d k j", integer=True, positive=True)
    value, p = sympy.IndexedBase("lambda", real=True), sympy.IndexedBase("p", real=True)
    ranges = {True: (j, 1, k), False: (j, k + 1, d)}
    terms = sum(
        sympy.Sum(sympy.prod(term(value[j], value[k], p[j], kept)), bounds)
        for kept, bounds in ranges.items()
    )
    excess = sum(sympy.Sum(value[j] * p[j], bounds) for bounds in ranges.values())
    excess -= sympy.Sum(value[j], ranges[False])
    difference = sympy.factor_terms((excess - terms).expand().doit().expand())
    kept_weights = sympy.Sum(p[j], ranges[True])
    difference = difference.subs(kept_weights, d - k - sympy.Sum(p[j], ranges[False]))
    return sympy.simplify(difference) == 0


def _terms_have_no_sign(term: Term, d: int, k: int) -> bool:
    for j, (coefficient, share) in _terms(term, d, k).items():
        p = sympy.Symbol(f"p{j}", real=True)
        if not (sympy.expand(coefficient).is_nonnegative and share in (p, 1 - p)):
            return False
    return True


def minimum_is_unique(term: Term, *, tied: bool = False) -> bool:
    """Say whether an excess of 0 forces the discarded subspace, for each of the SIZES.

    With factors that are not negative it does where the coefficient of every 1 - p_j with j > k
    is positive: then these p_j are 1, and the others, by their sum, 0. All other eigenvalues may
    be equal or not.

    Args:
        term: of the excess.
        tied: whether lambda_k may equal lambda_(k + 1), too.
    """
    for d, k in SIZES:
        for j, (coefficient, share) in _terms(term, d, k, apart=not tied).items():
            forced = share == 1 - sympy.Symbol(f"p{j}", real=True)
            if j > k and not (forced and sympy.expand(coefficient).is_positive):
                return False
    return True


def ties_free_one_eigenspace(term: Term) -> bool:
    """Say whether an excess of 0 forces p_j wherever lambda_j is not lambda_k.

    For each of the SIZES, and every way in which neighbouring eigenvalues can be equal or not. A
    positive coefficient forces p_j to be 0 for j <= k and 1 for j > k: u_j is then orthogonal to
    the discarded subspace, or lies in it. What is left of the subspace lies in the span of the
    other u_j, and so it consists of eigenvectors of lambda_k.

    Args:
        term: of the excess.
    """
    for d, k in SIZES:
        for equal in chain.from_iterable(combinations(range(1, d), n) for n in range(d)):
            eigenvalues = ordered_eigenvalues(d, equal=equal)
            threshold = eigenvalues[k - 1]
            for j, value in enumerate(eigenvalues, start=1):
                p = sympy.Symbol(f"p{j}", real=True)
                coefficient, share = term(value, threshold, p, j <= k)
                forced = sympy.expand(coefficient).is_positive and share == (p if j <= k else 1 - p)
                if not (forced or sympy.expand(value - threshold) == 0):
                    return False
    return True


def _terms(term: Term, d: int, k: int, *, apart: bool = False) -> dict[int, tuple]:
    """Return the factors of every term, for eigenvalues whose gaps are 0 or positive.

    Args:
        term: of the excess.
        d: how many eigenvalues there are.
        k: how many are kept.
        apart: whether the gap below lambda_k is positive.
    """
    gaps = [sympy.Symbol(f"g{j}", nonnegative=True) for j in range(1, d)]
    if apart:
        gaps[k - 1] = sympy.Symbol(f"g{k}", positive=True)
    last = sympy.Symbol(f"lambda{d}", real=True)
    eigenvalues = [sympy.Add(last, *gaps[j:]) for j in range(d)]
    return {
        j: term(eigenvalues[j - 1], eigenvalues[k - 1], sympy.Symbol(f"p{j}", real=True), j <= k)
        for j in range(1, d + 1)
    }


def minimising_subspace_is_of_eigenvectors(
    share: Weight = weight, term: Term = excess_term
) -> bool:
    """Say whether all steps of the proof hold, and what follows for a minimiser's subspace.

    Claim 4b-minimiser as corrected: no choice has a smaller error than the eigenvectors of the
    smallest eigenvalues; where lambda_k > lambda_(k + 1) each minimiser spans what they span, and
    with any ties it is free in the eigenspace of lambda_k alone.
    """
    return (
        weights_carry_trace(share)
        and weights_are_shares(share)
        and excess_is_never_negative(term)
        and minimum_is_unique(term)
        and ties_free_one_eigenspace(term)
    )


def discarded_are_smallest(choice: Choice, searches: Sequence[Search]) -> bool:
    """Say whether L times the sum of the chosen eigenvalues is the least error that searches find.

    It must be the least over all subsets of eigenvectors, no random subspace may be below it, and
    all descents must end there, up to ROUNDING of the error of k = 0.

    Args:
        choice: gives the eigenvalues to discard, such as `smallest`.
        searches: of `search_minimum`.
    """
    for search in searches:
        claimed = search.samples * choice(search.eigenvalues, search.k).sum()
        allowed = ROUNDING * search.total
        if not (
            abs(search.subset_errors.min() - claimed) <= allowed
            and search.random_errors.min() >= claimed - allowed
            and np.abs(search.descent_errors - claimed).max() <= allowed
        ):
            return False
    return True
