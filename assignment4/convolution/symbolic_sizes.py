r"""The rules of `sizes` as formulas, and proofs about them that hold for all sizes.

A proof that a rule gives m exactly for the input sizes from a smallest to a largest one has three
cases: a size between them, one below, one above. In each the size is written as a bound plus or
minus a distance that is a symbol for 0, 1, 2, ..., so that nothing is sampled. SymPy removes the
rounding, as $\lceil x \rceil \ge m$ is $x > m - 1$ for an integer m, and finds the sign of what is
left from what it knows of each symbol.
"""

import operator
from types import ModuleType
from typing import NamedTuple

import sympy

n, s, m, k, d = sympy.symbols("n s m k d", integer=True, positive=True)
"""Input size, stride, output size, kernel and dilation: positive integers."""

i, r = sympy.symbols("i r", integer=True, nonnegative=True)
"""Distances from a bound: integers from 0 on."""

WINDOW = (k - 1) * d + 1

SIZE_FORMULAS = {
    "SAME": (sympy.ceiling(n / s), (m - 1) * s + 1, m * s),
    "VALID": (sympy.floor((n - WINDOW) / s) + 1, (m - 1) * s + WINDOW, m * s + WINDOW - 1),
}
"""For each padding the output size, and the smallest and the largest input size with output m."""


_RELATIONS = {">=": operator.ge, "<=": operator.le, "<": operator.lt, ">": operator.gt}


class ProofStep(NamedTuple):
    """One step of a proof: in this case the claim holds, since a margin has this sign."""

    case: dict[sympy.Symbol, sympy.Expr]  # what stands for n, and perhaps for s
    claim: sympy.Rel  # what is to be shown, with the rounding
    unrounded: sympy.Rel  # the same without rounding, as SymPy puts it
    margin: sympy.Expr  # its larger side less the smaller one, with the case put in
    holds: bool  # whether SymPy finds the margin positive, or not negative where that is enough


def prove_preimages(
    rule: sympy.Expr, smallest: sympy.Expr, largest: sympy.Expr
) -> tuple[ProofStep, ...]:
    """Try to prove that a rule gives m exactly for the sizes from smallest to largest.

    The rule is an output size in n and s, one ceiling or floor and perhaps an integer added to
    it; the bounds are in m and s. Of the four steps two say that between the bounds the rule gives
    at least m and at most m, the others that it gives less below and more above them. Together
    they are the proof if every one holds.
    """
    stride = sympy.solve(largest - smallest - i - r, s)[0]  # n is i above one bound, r below other
    between = {n: smallest + i, s: stride}
    return (
        _prove(rule, ">=", between),
        _prove(rule, "<=", between),
        _prove(rule, "<", {n: smallest - 1 - i}),
        _prove(rule, ">", {n: largest + 1 + i}),
    )


def _prove(rule: sympy.Expr, relation: str, case: dict[sympy.Symbol, sympy.Expr]) -> ProofStep:
    (rounded,) = rule.atoms(sympy.ceiling, sympy.floor)
    unrounded = _RELATIONS[relation](rounded, m - (rule - rounded))
    strict = isinstance(unrounded, sympy.StrictGreaterThan | sympy.StrictLessThan)
    margin = (unrounded.gts - unrounded.lts).subs(n, case[n]).subs(s, case.get(s, s)).factor()
    holds = margin.is_positive if strict else margin.is_nonnegative
    claim = sympy.Rel(rule, m, relation, evaluate=False)
    return ProofStep(case, claim, unrounded, margin, holds is True)


def code_less_formula(code: ModuleType) -> dict[str, sympy.Expr]:
    """Return what the arithmetic of `sizes`, run on symbols, differs from the formulas by.

    A difference of 0 says that code and formula are equal for all numbers.
    """
    window = code.window_size(k, d)
    same, valid = SIZE_FORMULAS["SAME"], SIZE_FORMULAS["VALID"]
    pairs = {
        "window": (window, WINDOW),
        "SAME": (code.same_size(n, s), same[0]),
        "VALID": (code.valid_size(n, window, s), valid[0]),
        "SAME, smallest": (code.same_bounds(m, s)[0], same[1]),
        "SAME, largest": (code.same_bounds(m, s)[1], same[2]),
        "VALID, smallest": (code.valid_bounds(m, window, s)[0], valid[1]),
        "VALID, largest": (code.valid_bounds(m, window, s)[1], valid[2]),
    }
    return {
        name: sympy.simplify((found - formula).rewrite(sympy.ceiling))
        for name, (found, formula) in pairs.items()
    }
