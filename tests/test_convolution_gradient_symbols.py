"""The index notation of Exercise 3 a: which symbols it has, and which sums are refused."""

import sympy
from sympy.matrices.expressions.matexpr import MatrixElement

from assignment4.convolution import index_gradient
from assignment4.convolution.gradient import symbolic_fault


def test_the_sum_is_an_entry_of_the_matrix_times_the_vector():
    found = index_gradient()
    numbers = {"A": sympy.Matrix(2, 3, range(1, 7)), "x": sympy.Matrix([1, 10, 100])}
    i, n = sympy.Symbol("i", integer=True), found.A.shape[1]
    entries = [
        found.output.subs({n: 3, i: row})
        .doit()
        .replace(MatrixElement, lambda name, *place: numbers[str(name)][place])
        for row in range(2)
    ]
    assert sympy.Matrix(entries) == numbers["A"] * numbers["x"]


def test_vectors_are_columns():
    found = index_gradient()
    m, n = found.A.shape
    symbols = (found.output * found.gradient).atoms(sympy.MatrixSymbol)
    assert {str(symbol): symbol.shape for symbol in symbols} == {
        "A": (m, n),
        "x": (n, 1),
        "p": (m, 1),
    }


def test_a_rule_that_gives_another_sum_fails():
    """It takes ones in place of g's gradient, so that it holds for g(y) = y1 + y2 + ... alone."""

    def column_sums(A, p):
        return A.T * sympy.OneMatrix(*p.shape)

    assert symbolic_fault(column_sums).startswith("its entry j is Sum(")
