"""Exercise 4 b: the report's Lagrange multipliers, their gap, and where the error is stationary.

Discarded are the columns of a (d, m) basis, or those after the first k of a (d, d) one.
"""

from collections.abc import Callable, Collection, Sequence
from itertools import combinations, permutations, product

import sympy
from sympy import Expr, MatrixBase

from assignment4.pca.derivation.projection import are_eigenvectors, is_zero
from assignment4.pca.derivation.settings import cayley_basis, symbols_matrix
from assignment4.tables import Table, table

_KEPT, _DISCARDED = sympy.symbols("s t", real=True)


def report_pair_rule(covariance, v_i, v_j):
    """Return 0, what the report finds for lambda_ij."""
    return sympy.Integer(0)


def pair_rule(covariance, v_i, v_j):
    """Return -2 v_j^T S v_i, what the derivative by v_i multiplied by v_j^T says."""
    return -2 * (v_j.T * covariance * v_i)[0]


def lagrangian(covariance: MatrixBase, basis: MatrixBase, norms: Sequence, pairs) -> Expr:
    r"""Return F with m multipliers $\lambda_i$ and (m, m) $\lambda_{ij}$, the diagonal unused."""
    products = basis.T * basis
    return (
        (basis.T * covariance * basis).trace()
        + sum(norms[i] * (1 - products[i, i]) for i in range(basis.cols))
        + sum(pairs[i, j] * products[i, j] for i, j in permutations(range(basis.cols), 2))
    )


def lagrangian_gradient(covariance, basis: MatrixBase, norms: Sequence, pairs) -> MatrixBase:
    """Return the derivatives of `lagrangian` at a basis, (d, m); column i is the one by v_i."""
    free = sympy.Matrix(*basis.shape, lambda i, j: sympy.Dummy(f"v{i}{j}"))
    value = lagrangian(covariance, free, norms, pairs)
    put_in = dict(zip(free, basis, strict=True))
    return free.applyfunc(lambda entry: value.diff(entry).xreplace(put_in))


def multipliers(covariance, basis: MatrixBase, rule: Callable = pair_rule) -> tuple:
    """Return what stationarity asks for at an orthonormal basis: m norms, (m, m) halved pairs."""
    vectors = [basis.col(i) for i in range(basis.cols)]
    norms = [(v.T * covariance * v)[0] for v in vectors]
    pairs = sympy.zeros(basis.cols, basis.cols)
    for i, j in permutations(range(basis.cols), 2):
        pairs[i, j] = rule(covariance, vectors[i], vectors[j]) / 2
    return norms, pairs


def is_orthonormal(basis: MatrixBase) -> bool:
    """Return True if the columns of a basis are orthonormal, for all symbols."""
    return is_zero(basis.T * basis - sympy.eye(basis.cols))


def is_multiplier(rule: Callable) -> bool:
    """Return True if with a rule v_j^T times the derivative by v_i is 0, for any covariance."""
    entries = symbols_matrix("s", 3, 3)
    covariance, basis = entries + entries.T, cayley_basis(3)[:, :2]
    gradient = lagrangian_gradient(covariance, basis, *multipliers(covariance, basis, rule))
    products = basis.T * gradient
    return is_zero(products - sympy.diag(*products.diagonal()))


def is_stationary(covariance: MatrixBase, basis: MatrixBase, rule: Callable = pair_rule) -> bool:
    """Return True if a basis is orthonormal and the Lagrangian's derivatives by a rule are 0."""
    gradient = lagrangian_gradient(covariance, basis, *multipliers(covariance, basis, rule))
    return is_orthonormal(basis) and is_zero(gradient)


def ordered_eigenvalues(d: int, *, equal: Collection[int] = ()) -> list[Expr]:
    """Return d descending eigenvalues: the last and positive gaps, which are 0 for j in `equal`."""
    gaps = [0 if j in equal else sympy.Symbol(f"g{j}", positive=True) for j in range(1, d)]
    last = sympy.Symbol(f"lambda{d}", real=True)
    return [sympy.Add(last, *gaps[j:]) for j in range(d)]


def turned_basis(d: int, k: int, *, kept: Expr = _KEPT, discarded: Expr = _DISCARDED) -> MatrixBase:
    """Return the unit matrix with the first two kept and discarded columns turned by angles."""
    basis = sympy.eye(d)
    for angle, first, end in ((kept, 0, k), (discarded, k, d)):
        if end - first >= 2:
            cos, sin = sympy.cos(angle), sympy.sin(angle)
            turn = sympy.Matrix([[cos, -sin], [sin, cos]])
            basis[first : first + 2, first : first + 2] = turn
    return basis


def eigenvectors_among(covariance: MatrixBase, basis: MatrixBase) -> list[int]:
    """Return the numbers, from 1, of the unit columns that are eigenvectors."""
    numbers = range(1, basis.cols + 1)
    return [one for one in numbers if are_eigenvectors(basis.col(one - 1), covariance)]


def is_minimiser(eigenvalues: Sequence[Expr], basis: MatrixBase, k: int) -> bool:
    """Return True if a basis is orthonormal and discards as little as the smallest eigenvalues."""
    discarded = basis[:, k:]
    variance = (discarded.T * sympy.diag(*eigenvalues) * discarded).trace()
    return is_orthonormal(basis) and is_zero(sympy.Matrix([variance - sum(eigenvalues[k:])]))


def minimisers_consist_of_eigenvectors(
    eigenvalues: Sequence[Expr], bases: Sequence[MatrixBase], k: int
) -> bool:
    """Return True if each of some bases consists of eigenvectors, unless it is no minimiser."""
    covariance = sympy.diag(*eigenvalues)
    return all(
        len(eigenvectors_among(covariance, basis)) == basis.cols
        for basis in bases
        if is_minimiser(eigenvalues, basis, k)
    )


COUNTEREXAMPLE = (ordered_eigenvalues(4), [turned_basis(4, 2)], 2)
"""What `minimisers_consist_of_eigenvectors` says no to: a minimiser without any eigenvector."""


def describe_basis(eigenvalues: Sequence[Expr], basis: MatrixBase, k: int) -> Table:
    """Return whether a basis is stationary and minimal, and which columns are eigenvectors."""
    covariance, discarded = sympy.diag(*eigenvalues), basis[:, k:]
    found = {
        "stationary with multipliers -2 v_jᵀ Σ v_i": is_stationary(covariance, discarded),
        "stationary with multipliers 0": is_stationary(covariance, discarded, report_pair_rule),
        "its discarded variance is minimal": is_minimiser(eigenvalues, basis, k),
        "columns that are eigenvectors": eigenvectors_among(covariance, basis) or "none",
    }
    return table({"at all angles": list(found), "": list(found.values())})


def curvatures(eigenvalues: Sequence[Expr], discarded: Collection[int]) -> dict[tuple, Expr]:
    r"""Return by (i, j) the second derivative at t = 0 along $\cos t\, e_i + \sin t\, e_j$."""
    d, t = len(eigenvalues), _DISCARDED
    covariance, unit = sympy.diag(*eigenvalues), sympy.eye(d)
    found = {}
    for i, j in product(discarded, sorted(set(range(1, d + 1)) - set(discarded))):
        turned = sympy.cos(t) * unit.col(i - 1) + sympy.sin(t) * unit.col(j - 1)
        variance = (turned.T * covariance * turned)[0]
        found[i, j] = sympy.expand(variance.diff(t, 2).subs(t, 0))
    return found


def ways_from_eigenvectors(eigenvalues: Sequence[Expr], k: int) -> Table:
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
