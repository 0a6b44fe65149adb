"""The size rules as formulas: what is proved, and that nothing wrong is."""

import pytest
import sympy

from assignment4.convolution import output_size, preimage_sizes, preimage_sizes_valid
from assignment4.convolution.symbolic_sizes import (
    SAME_BOUNDS,
    SAME_SIZE,
    VALID_BOUNDS,
    VALID_SIZE,
    code_less_formula,
    d,
    difference,
    is_proved,
    k,
    m,
    n,
    prove_preimages,
    s,
)

RULES = [(SAME_SIZE, SAME_BOUNDS), (VALID_SIZE, VALID_BOUNDS)]


@pytest.mark.parametrize(("rule", "bounds"), RULES)
def test_preimages_are_proved(rule, bounds):
    steps = prove_preimages(rule, *bounds)
    assert len(steps) == 4
    assert is_proved(steps)


@pytest.mark.parametrize(("rule", "bounds"), RULES)
@pytest.mark.parametrize("shift", [(0, 1), (1, 0), (1, 1), (0, -1), (-1, 0), (-1, -1), (-1, 1)])
def test_bounds_off_by_one_are_not_proved(rule, bounds, shift):
    smallest, largest = bounds
    assert not is_proved(prove_preimages(rule, smallest + shift[0], largest + shift[1]))


@pytest.mark.parametrize(
    ("rule", "bounds"),
    [
        (sympy.floor(n / s), SAME_BOUNDS),
        (sympy.ceiling((n + 1) / s), SAME_BOUNDS),
        (SAME_SIZE + 1, SAME_BOUNDS),
        (sympy.floor((n - k) / s) + 1, VALID_BOUNDS),
        (VALID_SIZE - 1, VALID_BOUNDS),
        (sympy.ceiling((n - (k - 1) * d - 1) / s) + 1, VALID_BOUNDS),
    ],
)
def test_other_rules_are_not_proved(rule, bounds):
    assert not is_proved(prove_preimages(rule, *bounds))


def test_each_step_holds_for_numbers():
    """The margins, with numbers put in, are what the claims say of n, s and m."""
    for rule, bounds in RULES:
        for step in prove_preimages(rule, *bounds):
            i, r = sympy.symbols("i r", integer=True, nonnegative=True)
            for values in ({i: 0, r: 0}, {i: 2, r: 1}, {i: 0, r: 3}):
                case = {symbol: size.subs(values) for symbol, size in step.case.items()}
                size = case[n].subs(s, case.get(s, 3)).subs({m: 4, k: 3, d: 2, s: 3})
                stride = case.get(s, sympy.Integer(3))
                claim = step.claim.subs({n: size, s: stride, m: 4, k: 3, d: 2})
                assert claim == sympy.true
                margin = step.margin.subs(values).subs(s, stride)
                assert margin >= 0


def test_code_run_on_symbols_is_the_formula():
    assert code_less_formula() == dict.fromkeys(code_less_formula(), 0)


def test_a_difference_is_seen():
    assert difference(-(-n // s), sympy.ceiling(n / s)) == 0
    assert difference(n // s, sympy.ceiling(n / s)) != 0
    assert difference((n - 1) // s + 1, sympy.ceiling((n + 1) / s)) != 0


def test_functions_equal_formulas_on_every_small_size():
    same = sympy.lambdify((n, s), SAME_SIZE, "math")
    valid = sympy.lambdify((n, k, d, s), VALID_SIZE, "math")
    for size in range(1, 41):
        for stride in range(1, 7):
            options = {"stride": stride, "kernel": 3}
            assert output_size(size, padding="SAME", **options) == same(size, stride)
            for kernel in range(1, 6):
                for dilation in range(1, 4):
                    if (kernel - 1) * dilation < size:
                        found = output_size(
                            size, kernel=kernel, stride=stride, padding="VALID", dilation=dilation
                        )
                        assert found == valid(size, kernel, dilation, stride)


def test_functions_equal_the_bounds_on_every_small_size():
    same = sympy.lambdify((m, s), SAME_BOUNDS)
    valid = sympy.lambdify((m, k, d, s), VALID_BOUNDS)
    for size in range(1, 12):
        for stride in range(1, 7):
            sizes = preimage_sizes(size, stride=stride)
            assert (sizes[0], sizes[-1]) == same(size, stride)
            for kernel, dilation in ((1, 1), (2, 3), (5, 2)):
                sizes = preimage_sizes_valid(size, kernel=kernel, stride=stride, dilation=dilation)
                assert (sizes[0], sizes[-1]) == valid(size, kernel, dilation, stride)
