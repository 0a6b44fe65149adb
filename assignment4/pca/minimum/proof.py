r"""Exercise 4 b: no projection to k dimensions leaves less than the smallest eigenvalues, proved.

Ky Fan's trace minimum (On a theorem of Weyl concerning eigenvalues of linear transformations I,
1949). Let $u_1, \dots, u_d$ be orthonormal eigenvectors with $\lambda_1 \ge \dots \ge \lambda_d$,
and $v_{k+1}, \dots, v_d$ any orthonormal vectors to discard.

1. $\sum_i v_i^T \Sigma v_i = \sum_j \lambda_j p_j$ with the weights $p_j = \sum_i (u_j^T v_i)^2$.
2. $p_j \ge 0$, and $1 - p_j = |u_j - \sum_i (v_i^T u_j) v_i|^2 \ge 0$ (Bessel).
3. $\sum_j p_j = d - k$, since $\sum_j (u_j^T v_i)^2 = |v_i|^2 = 1$ (Parseval).
4. By 3, $\sum_j \lambda_j p_j - \sum_{j>k} \lambda_j = \sum_{j \le k} (\lambda_j - \lambda_k) p_j
   + \sum_{j>k} (\lambda_k - \lambda_j)(1 - p_j)$, and by 2 no term is negative.

So no choice has less than $\sum_{j>k} \lambda_j$, and $u_{k+1}, \dots, u_d$ have it. The sum is 0
only for $p_j = 1$ where $\lambda_j < \lambda_k$, and $p_j = 0$ where $\lambda_j > \lambda_k$. If
$\lambda_k > \lambda_{k+1}$, the discarded vectors therefore span what $u_{k+1}, \dots, u_d$ span.
They need not be these vectors. Symbolic checks are for all real values of their symbols.
"""

from collections.abc import Callable, Iterator
from itertools import combinations

import sympy

from assignment4.pca.derivation.facts import is_zero
from assignment4.pca.derivation.settings import cayley_basis, symbols_matrix
from assignment4.pca.minimum.turned import ordered_eigenvalues

Weight = Callable[[sympy.MatrixBase, sympy.MatrixBase], sympy.Expr]
"""Gives p_j from u_j and the (d, m) matrix of the discarded vectors."""

Term = Callable[[sympy.Expr, sympy.Expr, sympy.Expr, bool], tuple[sympy.Expr, sympy.Expr]]
"""Gives both factors of the term j of step 4 from lambda_j, lambda_k, p_j, and whether j <= k."""

SIZES = tuple((d, k) for d in range(2, 6) for k in range(1, d))
"""Dimensions d and k for which step 4 is worked out term by term."""


def weight(direction: sympy.MatrixBase, basis: sympy.MatrixBase) -> sympy.Expr:
    r"""Return $p = \sum_i (u^T v_i)^2$ of a direction u, (d, 1), and discarded v, (d, m)."""
    return sum(((direction.T * basis.col(i))[0] ** 2 for i in range(basis.cols)), sympy.Integer(0))


def excess_term(eigenvalue, threshold, share, kept):
    r"""Return the factors of a term of step 4; the threshold is $\lambda_k$.

    They are $(\lambda_j - \lambda_k, p_j)$ for $j \le k$ and $(\lambda_k - \lambda_j, 1 - p_j)$
    else.
    """
    return (eigenvalue - threshold, share) if kept else (threshold - eigenvalue, 1 - share)


def weights_carry_trace(rule: Weight) -> bool:
    """Return True if step 1 holds: the discarded variance is the sum of eigenvalues times weights.

    For arbitrary vectors u and v, orthonormal or not, in up to three dimensions.
    """
    return all(_carries_trace(rule, d, m) for d, m in ((1, 1), (2, 1), (2, 2), (3, 1), (3, 2)))


def _carries_trace(rule: Weight, d: int, m: int) -> bool:
    directions, basis = symbols_matrix("u", d, d), symbols_matrix("v", d, m)
    eigenvalues = sympy.symbols(f"l1:{d + 1}", real=True)
    covariance = directions * sympy.diag(*eigenvalues) * directions.T
    weights = [rule(directions.col(j), basis) for j in range(d)]
    weighted = sum(value * p for value, p in zip(eigenvalues, weights, strict=True))
    return sympy.expand((basis.T * covariance * basis).trace() - weighted) == 0


def weights_are_shares(rule: Weight) -> bool:
    """Return True if steps 2 and 3 hold: weights from 0 to 1, as many in sum as are discarded.

    For general rotations in three dimensions, of which 0 to 3 columns are discarded. The weight is
    a sum of squares; u^T u less the weight of an arbitrary u is the squared length of u without its
    projection; the weights of an arbitrary v along an orthonormal basis sum to v^T v.
    """
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


def excess_is_sum_of_terms(term: Term) -> bool:
    """Return True if step 4's equation holds by step 3, for symbolic d and k."""
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


def no_term_is_negative(term: Term) -> bool:
    """Return True if each factor of step 4 is a weight, 1 less a weight, or a gap that is >= 0."""
    return all(
        coefficient.is_nonnegative and share in (p, 1 - p)
        for _, _, p, coefficient, share in _terms(term)
    )


def minimum_forces_subspace(term: Term) -> bool:
    """Return True if an excess of 0 forces p_j wherever lambda_j is not lambda_k.

    A positive coefficient forces p_j to be 0 for j <= k and 1 for j > k: u_j is then orthogonal to
    the discarded subspace, or lies in it. What is left of the subspace consists of eigenvectors of
    lambda_k. Where lambda_k > lambda_(k + 1), all j > k are forced, and the subspace is unique.
    """
    return all(
        gap == 0 or (coefficient.is_positive and share == (p if kept else 1 - p))
        for gap, kept, p, coefficient, share in _terms(term)
    )


def _terms(term: Term) -> Iterator[tuple]:
    """Yield lambda_j - lambda_k, whether j <= k, p_j, and both factors of the term.

    For each j, each of the SIZES, and every way in which neighbouring eigenvalues can be equal.
    """
    for d, k in SIZES:
        for equal in (choice for n in range(d) for choice in combinations(range(1, d), n)):
            eigenvalues = ordered_eigenvalues(d, equal=equal)
            for j, value in enumerate(eigenvalues, start=1):
                p = sympy.Symbol(f"p{j}", real=True)
                coefficient, share = term(value, eigenvalues[k - 1], p, j <= k)
                gap = sympy.expand(value - eigenvalues[k - 1])
                yield gap, j <= k, p, sympy.expand(coefficient), share


def minimising_subspace_is_of_eigenvectors(
    share: Weight = weight, term: Term = excess_term
) -> bool:
    """Return True if all steps of the proof hold, and what follows for a minimiser's subspace.

    Claim 4b-minimiser as corrected: no choice has a smaller error than the eigenvectors of the
    smallest eigenvalues; each minimiser's subspace is free in the eigenspace of lambda_k alone.
    """
    return (
        weights_carry_trace(share)
        and weights_are_shares(share)
        and excess_is_sum_of_terms(term)
        and no_term_is_negative(term)
        and minimum_forces_subspace(term)
    )
