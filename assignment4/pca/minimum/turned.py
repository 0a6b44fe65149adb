"""Exercise 4 b: a minimiser without any eigenvector, and choices of eigenvectors as saddles.

In the coordinates of the eigenvectors the covariance is the diagonal matrix of its eigenvalues. Of
a (d, d) basis the first k columns are kept. Checks are for all real values of their symbols.
"""

from collections.abc import Collection, Sequence
from itertools import combinations, product

import sympy

from assignment4.pca.derivation.facts import is_zero
from assignment4.pca.minimum.lagrangian import is_orthonormal, is_stationary, report_pair_rule
from assignment4.tables import Table, table


def ordered_eigenvalues(d: int, *, equal: Collection[int] = ()) -> list[sympy.Expr]:
    r"""Return d eigenvalues in descending order, $\lambda_j = \lambda_d + g_j + \dots + g_{d-1}$.

    The gaps $g_j = \lambda_j - \lambda_{j+1}$ are positive, so that SymPy knows the sign of a
    difference, but 0 for the j in `equal`, 1 to d - 1.
    """
    gaps = [0 if j in equal else sympy.Symbol(f"g{j}", positive=True) for j in range(1, d)]
    last = sympy.Symbol(f"lambda{d}", real=True)
    return [sympy.Add(last, *gaps[j:]) for j in range(d)]


def turned_basis(
    d: int,
    k: int,
    *,
    kept: sympy.Expr | float | str = "s",
    discarded: sympy.Expr | float | str = "t",
) -> sympy.Matrix:
    r"""Return unit vectors, (d, d), the first two kept and the first two discarded ones turned.

    Two columns $e_i$, $e_{i+1}$ become $\cos s\, e_i + \sin s\, e_{i+1}$ and $-\sin s\, e_i + \cos
    s\, e_{i+1}$, with the angle of the kept or that of the discarded ones. Where only one is kept
    or discarded, it stays.
    """
    basis = sympy.eye(d)
    for angle, first, end in ((kept, 0, k), (discarded, k, d)):
        if end - first >= 2:
            named = isinstance(angle, str)
            a = sympy.Symbol(angle, real=True) if named else sympy.nsimplify(angle, rational=True)
            turn = sympy.Matrix([[sympy.cos(a), -sympy.sin(a)], [sympy.sin(a), sympy.cos(a)]])
            basis[first : first + 2, first : first + 2] = turn
    return basis


def eigenvectors_among(covariance: sympy.MatrixBase, basis: sympy.MatrixBase) -> list[int]:
    """Return the numbers, from 1, of the columns that are eigenvectors at all values of symbols.

    A unit vector v is one where S v - (v^T S v) v is 0.
    """
    images = [(v, covariance * v) for v in map(basis.col, range(basis.cols))]
    rests = [image - (v.T * image)[0] * v for v, image in images]
    return [number for number, rest in enumerate(rests, start=1) if is_zero(rest)]


def is_minimiser(eigenvalues: Sequence[sympy.Expr], basis: sympy.MatrixBase, k: int) -> bool:
    """Return True if a basis is orthonormal and discards as little as the smallest eigenvalues."""
    discarded = basis[:, k:]
    variance = (discarded.T * sympy.diag(*eigenvalues) * discarded).trace()
    least = sum(eigenvalues[k:])
    return is_orthonormal(basis) and is_zero(sympy.Matrix([variance - least]))


def minimisers_consist_of_eigenvectors(
    eigenvalues: Sequence[sympy.Expr], bases: Sequence[sympy.MatrixBase], k: int
) -> bool:
    """Return True if each of some bases consists of eigenvectors, unless it is no minimiser.

    Claim 4b-minimiser as it stands. One minimiser with another vector in it refutes it.
    """
    covariance = sympy.diag(*eigenvalues)
    return all(
        len(eigenvectors_among(covariance, basis)) == basis.cols
        for basis in bases
        if is_minimiser(eigenvalues, basis, k)
    )


COUNTEREXAMPLE = (ordered_eigenvalues(4), [turned_basis(4, 2)], 2)
"""What `minimisers_consist_of_eigenvectors` says no to: a minimiser without any eigenvector."""


def describe_basis(eigenvalues: Sequence[sympy.Expr], basis: sympy.MatrixBase, k: int) -> Table:
    """Return whether a basis is stationary and minimal, and which columns are eigenvectors."""
    covariance, discarded = sympy.diag(*eigenvalues), basis[:, k:]
    found = {
        "stationary with multipliers -2 v_jᵀ Σ v_i": is_stationary(covariance, discarded),
        "stationary with multipliers 0": is_stationary(covariance, discarded, report_pair_rule),
        "its discarded variance is minimal": is_minimiser(eigenvalues, basis, k),
        "columns that are eigenvectors": eigenvectors_among(covariance, basis) or "none",
    }
    return table({"at all angles": list(found), "": list(found.values())})


def curvatures(
    eigenvalues: Sequence[sympy.Expr], discarded: Collection[int]
) -> dict[tuple[int, int], sympy.Expr]:
    r"""Return how the error bends where some of d eigenvectors, by numbers from 1, are discarded.

    A discarded $e_i$ is turned towards a kept $e_j$, into $\cos t\, e_i + \sin t\, e_j$. The second
    derivative of the discarded variance at t = 0, for each pair (i, j), is $2 (\lambda_j -
    \lambda_i)$, found by differentiating. The first one is 0: where it is negative, the error falls
    on both sides.
    """
    d = len(eigenvalues)
    t = sympy.Symbol("t", real=True)
    covariance, unit = sympy.diag(*eigenvalues), sympy.eye(d)
    found = {}
    for i, j in product(discarded, sorted(set(range(1, d + 1)) - set(discarded))):
        turned = sympy.cos(t) * unit.col(i - 1) + sympy.sin(t) * unit.col(j - 1)
        variance = (turned.T * covariance * turned)[0]
        found[i, j] = sympy.expand(variance.diff(t, 2).subs(t, 0))
    return found


def ways_from_eigenvectors(eigenvalues: Sequence[sympy.Expr], k: int) -> Table:
    """Return for each choice of discarded eigenvectors how many ways lead down, and how many up."""
    d = len(eigenvalues)
    choices = list(combinations(range(1, d + 1), d - k))
    bends = [curvatures(eigenvalues, discarded).values() for discarded in choices]
    return table(
        {
            "discarded": [" ".join(map(str, discarded)) for discarded in choices],
            "ways down": [sum(bool(bend.is_negative) for bend in one) for one in bends],
            "ways up": [sum(bool(bend.is_positive) for bend in one) for one in bends],
        }
    )
