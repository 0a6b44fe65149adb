r"""The rules of `sizes` as formulas, and proofs about them that hold for all sizes.

A proof that a rule gives m exactly for the input sizes from a smallest to a largest one has three
cases: a size between them, one below, one above. In each the size is written as a bound plus or
minus a distance that is a symbol for 0, 1, 2, ..., so that nothing is sampled.

SymPy does two things. It removes the rounding, by the definition of ceiling and floor: for an
integer m, $\lceil x \rceil \ge m$ is $x > m - 1$, and so on. And it finds the sign of what is
left from what it knows of each symbol. The text does one: every integer is in one of the cases.
"""

import operator
from dataclasses import dataclass

import sympy

from assignment4.convolution import sizes

n, s, m, k, d = sympy.symbols("n s m k d", integer=True, positive=True)
"""Input size, stride, output size, kernel and dilation: positive integers."""

i, r = sympy.symbols("i r", integer=True, nonnegative=True)
"""Distances from a bound: integers from 0 on."""

WINDOW = (k - 1) * d + 1

SAME_SIZE = sympy.ceiling(n / s)
SAME_BOUNDS = ((m - 1) * s + 1, m * s)

VALID_SIZE = sympy.floor((n - WINDOW) / s) + 1
VALID_BOUNDS = ((m - 1) * s + WINDOW, m * s + WINDOW - 1)

_RELATIONS = {">=": operator.ge, "<=": operator.le, "<": operator.lt, ">": operator.gt}


@dataclass(frozen=True)
class Step:
    """One step of a proof: for such sizes this relation holds, since a margin has this sign.

    Attributes:
        case: what stands for n, and for s where the case says something about it.
        claim: what is to be shown, with the rounding.
        unrounded: the same without rounding, as SymPy puts it.
        margin: the larger side of `unrounded` less the smaller one, with the case put in.
        holds: whether SymPy finds the margin positive, or not negative where that is enough.
    """

    case: dict[sympy.Symbol, sympy.Expr]
    claim: sympy.Rel
    unrounded: sympy.Rel
    margin: sympy.Expr
    holds: bool


def prove_preimages(
    rule: sympy.Expr, smallest: sympy.Expr, largest: sympy.Expr
) -> tuple[Step, ...]:
    """Try to prove that a rule gives m exactly for the sizes from smallest to largest.

    Args:
        rule: an output size in n and s, such as SAME_SIZE: one ceiling or floor, and perhaps an
            integer added to it.
        smallest: the least input size that gives m, in m and s.
        largest: the greatest one, in m and s.

    Returns:
        Four steps: between the bounds the rule gives at least m and at most m, below them less
        than m, above them more than m. Together they are the proof if every one holds.
    """
    stride = sympy.solve(largest - smallest - i - r, s)[0]  # n is i above one bound, r below other
    between = {n: smallest + i, s: stride}
    below, above = {n: smallest - 1 - i}, {n: largest + 1 + i}
    return (
        _step(rule, ">=", between),
        _step(rule, "<=", between),
        _step(rule, "<", below),
        _step(rule, ">", above),
    )


def _step(rule: sympy.Expr, relation: str, case: dict[sympy.Symbol, sympy.Expr]) -> Step:
    (rounded,) = rule.atoms(sympy.ceiling, sympy.floor)
    unrounded = _RELATIONS[relation](rounded, m - (rule - rounded))
    strict = isinstance(unrounded, sympy.StrictGreaterThan | sympy.StrictLessThan)
    margin = (unrounded.gts - unrounded.lts).subs(n, case[n]).subs(s, case.get(s, s))
    margin = sympy.factor(margin)
    holds = margin.is_positive if strict else margin.is_nonnegative
    claim = sympy.Rel(rule, m, relation, evaluate=False)
    return Step(case, claim, unrounded, margin, holds is True)


def is_proved(steps: tuple[Step, ...]) -> bool:
    """Say whether every step of a proof holds."""
    return all(step.holds for step in steps)


def difference(first: sympy.Expr, second: sympy.Expr) -> sympy.Expr:
    """Return first - second, simplified, with every floor written as a ceiling."""
    return sympy.simplify((first - second).rewrite(sympy.ceiling))


def code_less_formula() -> dict[str, sympy.Expr]:
    """Return what the code of `sizes`, run on symbols, differs from the formulas by.

    The functions that compute with numbers are called with symbols, so that a difference of 0
    says that code and formula are equal for all numbers.
    """
    window = sizes.window_size(k, d)
    pairs = {
        "window": (window, WINDOW),
        "SAME": (sizes.same_size(n, s), SAME_SIZE),
        "VALID": (sizes.valid_size(n, window, s), VALID_SIZE),
        "SAME, smallest": (sizes.same_bounds(m, s)[0], SAME_BOUNDS[0]),
        "SAME, largest": (sizes.same_bounds(m, s)[1], SAME_BOUNDS[1]),
        "VALID, smallest": (sizes.valid_bounds(m, window, s)[0], VALID_BOUNDS[0]),
        "VALID, largest": (sizes.valid_bounds(m, window, s)[1], VALID_BOUNDS[1]),
    }
    return {name: difference(code, formula) for name, (code, formula) in pairs.items()}
