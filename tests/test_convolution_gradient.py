"""The chain rule of Exercise 3 a in SymPy, and its wrong variants."""

import pytest
import sympy
from sympy.matrices.expressions.matexpr import MatrixElement

from assignment4.convolution import (
    explicit_gradient,
    index_gradient,
    is_gradient,
    report_rule,
    rule_fault,
    symbolic_fault,
)
from assignment4.convolution.gradient import MATRIX_SIZES

WRONG = {
    "missing transpose": lambda A, p: A * p,
    "row": lambda A, p: (A.T * p).T,
    "other layout": lambda A, p: p.T * A,
    "other sign": lambda A, p: -A.T * p,
    "twice": lambda A, p: 2 * A.T * p,
    "p alone": lambda A, p: p,
    "another sum": lambda A, p: A.T * sympy.OneMatrix(*p.shape),
}


@pytest.mark.can_fail("3a-gradient")
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_check_of_the_gradient_fails_for_explicit_and_for_symbolic_sizes(wrong):
    assert not is_gradient(wrong)
    assert rule_fault(wrong, 2, 2)
    assert symbolic_fault(wrong)


@pytest.mark.can_fail("3a-gradient")
def test_check_of_the_gradient_holds_and_fails_where_symbolic_sizes_alone_are_wrong():
    assert is_gradient(report_rule)
    assert rule_fault(report_rule, 3, 4) == symbolic_fault(report_rule) == ""
    assert not is_gradient(
        lambda A, p: A.T * p if isinstance(A, sympy.MatrixBase) else A.T * (2 * p)
    )


@pytest.mark.can_fail("3a-gradient")
@pytest.mark.parametrize("size", MATRIX_SIZES)
def test_check_of_the_gradient_fails_on_a_rule_that_is_wrong_at_one_size(size):
    assert not is_gradient(lambda A, p: (-A.T if A.shape == size else A.T) * p)


def test_faults_say_what_is_wrong():
    assert "does not exist" in rule_fault(WRONG["missing transpose"], 2, 3)
    assert "(1, 3)" in rule_fault(WRONG["row"], 2, 3)
    assert "entry 3" in rule_fault(lambda A, p: sympy.diag(1, 1, 2) * A.T * p, 2, 3)


def test_the_undefined_function_may_be_any():
    """With a concrete g put in, the gradient is that of the concrete E."""
    found = explicit_gradient(2, 3)
    assert len(found.A.free_symbols) == 6
    u, v = sympy.symbols("u v")
    concrete = sympy.Lambda((u, v), u**2 * sympy.sin(v) + sympy.exp(u * v))
    error = concrete(*(found.A * found.x))
    for entry, unknown in zip(found.gradient, found.x, strict=True):
        put_in = entry.subs(sympy.Function("g"), concrete).doit()
        assert sympy.simplify(put_in - error.diff(unknown)) == 0


def test_the_index_notation_is_that_of_an_explicit_matrix():
    found = index_gradient()
    numbers = {"A": sympy.Matrix(2, 3, range(1, 7)), "p": sympy.Matrix([10, 100])}
    m, n = found.A.shape
    j = sympy.Symbol("j", integer=True)
    entries = [
        found.gradient.subs({m: 2, n: 3, j: place})
        .doit()
        .replace(MatrixElement, lambda name, *place: numbers[str(name)][place])
        for place in range(3)
    ]
    assert sympy.Matrix(entries) == numbers["A"].T * numbers["p"]
    assert found.p.shape == (m, 1)
    assert found.derivative.has(sympy.KroneckerDelta)
    assert str(found.derivative.doit()) == "A[i, j]"
