r"""Exercise 3 a: the gradient of $E(x) = g(A x)$ is $A^T \nabla g(A x)$, by SymPy.

Vectors and gradients are columns, so that a gradient has the shape of x (denominator layout). A
rule is a function of a matrix A and a column p that stands for $\nabla g(A x)$; it takes matrices
of any size, of symbols or symbolic.
"""

from collections.abc import Callable
from typing import NamedTuple

import sympy
from sympy.matrices.exceptions import ShapeError

from assignment4.intervals import Finding

Matrix = sympy.MatrixBase | sympy.MatrixExpr
Rule = Callable[[Matrix, Matrix], Matrix]

MATRIX_SIZES = ((1, 1), (1, 3), (3, 1), (2, 2), (2, 3), (3, 2))
"""Numbers of rows and columns for which the chain rule is worked out entry by entry."""


def report_rule(A, p):
    """Return A^T p. Source: report, Exercise 3 a."""
    return A.T * p


class ExplicitGradient(NamedTuple):
    """The gradient of g(Ax) by x, entry by entry."""

    A: sympy.Matrix  # (m, n), the symbols a11, a12, ...
    x: sympy.Matrix  # (n, 1), the symbols x1, x2, ...
    outer: sympy.Matrix  # (m, 1), the gradient of g, taken at Ax
    gradient: sympy.Matrix  # (n, 1)


def explicit_gradient(rows: int, columns: int) -> ExplicitGradient:
    """Differentiate g(Ax) entry by entry, for a function g of which nothing is known."""
    A = sympy.Matrix(rows, columns, lambda i, j: sympy.Symbol(f"a{i + 1}{j + 1}"))
    x = sympy.Matrix(sympy.symbols(f"x1:{columns + 1}"))
    y = sympy.Matrix(sympy.symbols(f"y1:{rows + 1}"))
    g = sympy.Function("g")
    outer = sympy.Matrix([g(*y)]).jacobian(y).T.subs(list(zip(y, A * x, strict=True)))
    gradient = sympy.Matrix([g(*(A * x))]).jacobian(x).T
    return ExplicitGradient(A, x, outer, gradient)


class IndexGradient(NamedTuple):
    """The gradient of g(Ax) in index notation, for symbolic m and n."""

    A: sympy.MatrixSymbol  # (m, n)
    p: sympy.MatrixSymbol  # (m, 1), the gradient of g at Ax
    derivative: sympy.Sum  # of entry i of Ax by x_j, before the sum is taken
    gradient: sympy.Sum  # its entry j, as a sum over i = 0, ..., m - 1


_I, _J, _K = sympy.symbols("i j k", integer=True)


def index_gradient() -> IndexGradient:
    r"""Differentiate g(Ax) in index notation, for any numbers of rows and columns.

    The chain rule $\partial E / \partial x_j = \sum_i p_i\, \partial y_i / \partial x_j$ is put in
    by hand: SymPy has no functions of a symbolic number of arguments.
    """
    m, n = sympy.symbols("m n", integer=True, positive=True)
    A, x = sympy.MatrixSymbol("A", m, n), sympy.MatrixSymbol("x", n, 1)
    p = sympy.MatrixSymbol("p", m, 1)
    output = sympy.Sum(A[_I, _K] * x[_K, 0], (_K, 0, n - 1))
    derivative = output.diff(x[_J, 0])
    gradient = sympy.Sum(p[_I, 0] * derivative.doit(), (_I, 0, m - 1))
    return IndexGradient(A, p, derivative, gradient)


def rule_fault(rule: Rule, rows: int, columns: int) -> str:
    """Return what is wrong with a rule where A has this size, "" where it is the gradient."""
    found = explicit_gradient(rows, columns)
    try:
        claimed = rule(found.A, found.outer)
    except ShapeError as error:
        return f"it does not exist: {error}"
    if claimed.shape != found.gradient.shape:
        return f"its shape is {claimed.shape}, the gradient's {found.gradient.shape}"
    wrong = [j for j in range(columns) if sympy.simplify(claimed[j] - found.gradient[j]) != 0]
    return f"it differs in entry {wrong[0] + 1}" if wrong else ""


def symbolic_fault(rule: Rule) -> str:
    """Return what is wrong with a rule for symbolic m and n, "" where it is `index_gradient`."""
    found = index_gradient()
    claimed = rule(found.A, found.p)
    expected = (found.A.shape[1], 1)
    if claimed.shape != expected:
        return f"its shape is {claimed.shape}, the gradient's {expected}"
    entry = claimed[_J, 0]
    same = isinstance(entry, sympy.Sum) and entry.dummy_eq(found.gradient)
    return "" if same else f"its entry j is {entry}, the gradient's {found.gradient}"


def is_gradient(rule: Rule) -> Finding:
    """Return whether a rule gives the gradient of g(Ax) for an undefined function g.

    Entry by entry for the MATRIX_SIZES, and as a sum for symbolic numbers of rows and columns.
    """
    explicit = (rule_fault(rule, *size) for size in MATRIX_SIZES)
    return Finding(not any(explicit) and not symbolic_fault(rule))
