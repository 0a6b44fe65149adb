r"""Sums in index notation, for symbolic d, k and L, taken apart and compared.

$c_{il} = v_i^T x_l$ and $G_{ij} = v_i^T v_j$. Multiplying out and exchanging is taken for granted.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

import sympy
from sympy.concrete.delta import deltasummation
from sympy.simplify.simplify import sum_simplify

d, k, L = sympy.symbols("d k L", integer=True, positive=True)
i, j, l, a, b = sympy.symbols("i j l a b", integer=True)  # noqa: E741
c, G, S, vectors, images, eigenvalues = (
    sympy.IndexedBase(name) for name in ("c", "G", "Sigma", "v", "x", "lambda")
)

RANGES = {i: (k + 1, d), j: (k + 1, d), l: (1, L), a: (1, d), b: (1, d)}
"""The first and the last value of each index."""


@dataclass(frozen=True)
class GeneralLine:
    """A line for all sizes, and what the step to it puts in, in it and in the line before."""

    expression: sympy.Expr
    fact: dict[sympy.Expr, sympy.Expr] = field(default_factory=dict)

    def follows(self, previous: "GeneralLine") -> bool:
        """Return True if the line has the terms of another, once the fact is put into both."""
        return terms(self.expression, self.fact) == terms(previous.expression, self.fact)


def total(expression: sympy.Expr, *indices: sympy.Symbol) -> sympy.Sum:
    """Return the sum of an expression over the whole range of each index, the first innermost."""
    return sympy.Sum(expression, *((index, *RANGES[index]) for index in indices))


def terms(
    expression: sympy.Expr, fact: dict[sympy.Expr, sympy.Expr] | None = None
) -> dict[frozenset, sympy.Expr]:
    """Return summands but 0 by the limits of their sums, the fact put in and deltas summed.

    Where no index is summed over twice in a product, equal terms mean equality for all d, k and L.
    """
    found: dict[frozenset, sympy.Expr] = defaultdict(lambda: sympy.S.Zero)
    for summand, limits in _flat(expression):
        for replaced, inner in _flat(summand.subs(fact or {})):
            for term in sympy.Add.make_args(sympy.expand(replaced)):
                term, left = _without_delta(term, limits | inner)
                found[left] += term
    return {limits: summand for limits, summand in found.items() if summand != 0}


def _flat(expression: sympy.Expr) -> Iterator[tuple[sympy.Expr, frozenset]]:
    """Yield the summands of an expression, each with the limits of all sums around it."""
    if not expression.has(sympy.Sum):
        yield expression, frozenset()
    elif isinstance(expression, sympy.Sum):
        for summand, limits in _flat(expression.function):
            yield summand, limits | frozenset(expression.limits)
    elif expression.is_Add:
        for part in expression.args:
            yield from _flat(part)
    else:
        for parts in product(*map(_flat, expression.args)):
            summands, limits = zip(*parts, strict=True)
            yield sympy.Mul(*summands), frozenset().union(*limits)


def _without_delta(term: sympy.Expr, limits: frozenset) -> tuple[sympy.Expr, frozenset]:
    """Sum a term with a Kronecker delta over j, where i and j have the same range."""
    over_i, over_j = (sympy.Tuple(index, *RANGES[index]) for index in (i, j))
    if not term.has(sympy.KroneckerDelta) or not {over_i, over_j} <= limits:
        return term, limits
    return deltasummation(term, tuple(over_j), no_piecewise=True), limits - {over_j}


class Combination(GeneralLine):
    """A line of sums over parts of one range, which SymPy is to join."""

    def follows(self, previous: GeneralLine) -> bool:
        """Return True if SymPy finds both equal."""
        return sum_simplify(sympy.expand(self.expression - previous.expression)) == 0
