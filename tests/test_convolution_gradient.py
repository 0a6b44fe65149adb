"""The chain rule of Exercise 3 a in SymPy, and its wrong variants."""

import pytest
import sympy
from sympy.matrices.expressions.matexpr import MatrixElement

from assignment4.convolution import explicit_gradient, index_gradient, report_rule
from assignment4.convolution.gradient import fault, symbolic_fault

SIZES = [(1, 1), (1, 3), (3, 1), (2, 2), (2, 3), (3, 4)]


def missing_transpose(A, p):
    return A * p


def row(A, p):
    return (A.T * p).T


def other_sign(A, p):
    return -A.T * p


def twice(A, p):
    return 2 * A.T * p


@pytest.mark.parametrize("size", SIZES)
def test_the_report_s_rule_holds(size):
    assert fault(report_rule, *size) == ""


def test_the_report_s_rule_holds_for_symbolic_sizes():
    assert symbolic_fault(report_rule) == ""


@pytest.mark.parametrize(
    ("rule", "size", "message"),
    [
        (missing_transpose, (2, 3), "it does not exist"),
        (missing_transpose, (3, 3), "it differs in entry 1"),
        (row, (2, 3), "its shape is (1, 3), the gradient's (3, 1)"),
        (row, (2, 2), "its shape is (1, 2), the gradient's (2, 1)"),
        (other_sign, (2, 3), "it differs in entry 1"),
        (twice, (2, 3), "it differs in entry 1"),
    ],
)
def test_wrong_rules_fail(rule, size, message):
    assert fault(rule, *size).startswith(message)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (missing_transpose, "its shape is (m, 1), the gradient's (n, 1)"),
        (row, "its shape is (1, n), the gradient's (n, 1)"),
        (other_sign, "its entry j is -Sum("),
        (twice, "its entry j is 2*Sum("),
    ],
)
def test_wrong_rules_fail_for_symbolic_sizes(rule, message):
    assert symbolic_fault(rule).startswith(message)


def test_a_symmetric_matrix_hides_a_missing_transpose():
    found = explicit_gradient(2, 2)
    symmetric = {found.A[1, 0]: found.A[0, 1]}
    wrong = (found.A * found.outer - found.gradient).subs(symmetric)
    assert sympy.simplify(wrong) == sympy.zeros(2, 1)


def test_shapes_and_jacobian():
    found = explicit_gradient(2, 3)
    assert found.jacobian == found.A
    assert (found.A.shape, found.x.shape) == ((2, 3), (3, 1))
    assert (found.outer.shape, found.gradient.shape) == ((2, 1), (3, 1))


def test_the_undefined_function_may_be_any():
    """With a concrete g put in, the gradient is that of the concrete E."""
    found = explicit_gradient(2, 3)
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


def test_the_index_notation_has_a_kronecker_delta():
    found = index_gradient()
    assert found.derivative.has(sympy.KroneckerDelta)
    assert str(found.entry) == "A[i, j]"


def test_sympy_s_own_matrix_calculus_agrees():
    """For g(y) = y^T B y, whose gradient is (B + B^T) y, and symbolic m and n."""
    m, n = sympy.symbols("m n", integer=True, positive=True)
    A, B = sympy.MatrixSymbol("A", m, n), sympy.MatrixSymbol("B", m, m)
    x = sympy.MatrixSymbol("x", n, 1)
    found = (x.T * A.T * B * A * x).diff(x)
    assert (found - report_rule(A, (B + B.T) * A * x)).expand() == sympy.ZeroMatrix(n, 1)
