r"""Exercise 4 b, the lines (8) to (17) in index notation, for symbolic d, k and L.

Indexed symbols stand for entries and products: $v_{ia}$ is entry a of $v_i$, $x_{la}$ of $x_l$,
$c_{il} = v_i^T x_l$ and $G_{ij} = v_i^T v_j$. A fact is put in by replacing symbols: (2) puts
$\delta_{ij} G_{ii}$ for $G_{ij}$.

`terms` takes an expression apart into sums. It uses that finite sums may be multiplied out and
exchanged, and SymPy's rule for a Kronecker delta in a sum. Two expressions of equal terms are equal
for all d, k and L. That $v^T x = x^T v$ is so by itself here, since the entries are numbers. The
step to (16) has no such check: it is a fact about $\Sigma$, not about sums.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

import sympy
from sympy.concrete.delta import deltasummation

d, k, L = sympy.symbols("d k L", integer=True, positive=True)
i, j, l, a, b = sympy.symbols("i j l a b", integer=True)  # noqa: E741
c, G, v, x, S, eigenvalue = (
    sympy.IndexedBase(name) for name in ("c", "G", "v", "x", "Sigma", "lambda")
)

RANGES = {i: (k + 1, d), j: (k + 1, d), l: (1, L), a: (1, d), b: (1, d)}
"""The first and the last value of each index."""

Limits = frozenset[sympy.Tuple]
"""Indices, each with its first and last value."""


def total(expression: sympy.Expr, *indices: sympy.Symbol) -> sympy.Sum:
    """Return the sum of an expression over the whole range of each index, the first innermost."""
    return sympy.Sum(expression, *((index, *RANGES[index]) for index in indices))


def terms(
    expression: sympy.Expr, fact: dict[sympy.Expr, sympy.Expr] | None = None
) -> dict[Limits, sympy.Expr]:
    """Return what is summed over which indices, multiplied out and with deltas summed.

    Args:
        expression: of sums, in whose products no index occurs twice.
        fact: what is put in for which part of a summand.

    Returns:
        The summands that are not 0, by the limits of their sums.

    Raises:
        ValueError: two factors are summed over the same index.
    """
    found: dict[Limits, sympy.Expr] = defaultdict(lambda: sympy.S.Zero)
    for summand, limits in _flat(expression):
        for replaced, inner in _flat(summand.subs(fact or {})):
            for term in sympy.Add.make_args(sympy.expand(replaced)):
                term, left = _without_delta(term, _joined(limits, inner))
                found[left] += term
    return {limits: summand for limits, summand in found.items() if summand != 0}


def _flat(expression: sympy.Expr) -> Iterator[tuple[sympy.Expr, Limits]]:
    """Yield the summands of an expression, each with the limits of all sums around it."""
    if not expression.has(sympy.Sum):
        yield expression, frozenset()
    elif isinstance(expression, sympy.Sum):
        for summand, limits in _flat(expression.function):
            yield summand, _joined(frozenset(expression.limits), limits)
    elif expression.is_Add:
        for part in expression.args:
            yield from _flat(part)
    else:
        for parts in product(*(list(_flat(factor)) for factor in _factors(expression))):
            summands, limits = zip(*parts, strict=True)
            yield sympy.Mul(*summands), _joined(*limits)


def _factors(expression: sympy.Expr) -> tuple[sympy.Expr, ...]:
    base, exponent = expression.as_base_exp()
    return expression.args if expression.is_Mul else (base,) * int(exponent)


def _joined(*limits: Limits) -> Limits:
    """Return all limits, after a look that no index is bound twice."""
    indices = [str(limit[0]) for part in limits for limit in part]
    twice = sorted({index for index in indices if indices.count(index) > 1})
    if twice:
        raise ValueError(f"two factors are summed over {', '.join(twice)}; name one otherwise")
    return frozenset().union(*limits)


def _without_delta(term: sympy.Expr, limits: Limits) -> tuple[sympy.Expr, Limits]:
    """Sum a term with a Kronecker delta over j, where i and j have the same range."""
    over_i, over_j = ((index, *RANGES[index]) for index in (i, j))
    if not term.has(sympy.KroneckerDelta) or not {over_i, over_j} <= {*map(tuple, limits)}:
        return term, limits
    summed = deltasummation(term, over_j, no_piecewise=True)
    return summed, limits - {sympy.Tuple(*over_j)}


@dataclass(frozen=True)
class GeneralLine:
    """A line for all sizes.

    Attributes:
        expression: the line.
        fact: what the step to it cites or defines: what is put in, in it and in the line before.
    """

    expression: sympy.Expr
    fact: dict[sympy.Expr, sympy.Expr] = field(default_factory=dict)


p = sympy.Symbol("p", integer=True)
_TERM = c[p, l] * v[p, a]
DIFFERENCE_OF_EXPANSIONS = sympy.Sum(_TERM, (p, 1, d)) - sympy.Sum(_TERM, (p, 1, k))
"""Entry a of what stands in the norm in (5)."""

REMAINDER = sympy.Sum(_TERM, (p, k + 1, d))
"""Entry a of what stands in the norm in (6)."""

_EQUAL = c[i, l] ** 2 * G[i, i]
_DIFFERENT = (1 - sympy.KroneckerDelta(i, j)) * c[i, l] * c[j, l] * G[i, j]

GENERAL_LINES = {
    8: GeneralLine(total(total(c[i, l] * v[i, a], i) * total(c[j, l] * v[j, a], j), a, l)),
    9: GeneralLine(
        total(c[i, l] * c[j, l] * G[i, j], j, i, l), {G[i, j]: total(v[i, a] * v[j, a], a)}
    ),
    10: GeneralLine(total(total(_EQUAL, i) + total(_DIFFERENT, j, i), l)),
    11: GeneralLine(total(_EQUAL, i, l), {G[i, j]: sympy.KroneckerDelta(i, j) * G[i, i]}),
    12: GeneralLine(total(c[i, l] ** 2, i, l), {G[i, i]: 1}),
    13: GeneralLine(total(c[i, l] * c[i, l], l, i)),
    14: GeneralLine(
        total(total(v[i, a] * x[l, a], a) * total(x[l, b] * v[i, b], b), l, i),
        {c[i, l] ** 2: total(v[i, a] * x[l, a], a) * total(x[l, b] * v[i, b], b)},
    ),
    15: GeneralLine(
        L * total(v[i, a] * S[a, b] * v[i, b], b, a, i),
        {S[a, b]: total(x[l, a] * x[l, b], l) / L},
    ),
    16: GeneralLine(L * total(eigenvalue[i] * G[i, i], i)),
    17: GeneralLine(L * total(eigenvalue[i], i), {G[i, i]: 1}),
}
"""The lines by the report's numbers."""
