"""Exercise 4 a: the sum and its compact form, and what the length of a projection is."""

import pytest
import sympy

from assignment4.pca.derivation.projection import (
    compact,
    dot_product,
    entry_of_sum,
    length,
    projection_onto,
    sum_of_scaled,
)
from assignment4.pca.derivation.projection_checks import (
    is_length,
    is_projection,
    is_signed_length,
    sum_is_compact,
)
from assignment4.pca.derivation.settings import cayley_basis, symbols_matrix, unit_vectors

DIMENSIONS = (2, 3)


def test_the_sum_is_the_compact_form_for_any_vectors():
    assert sum_is_compact(compact)


@pytest.mark.can_fail("4a-projection")
@pytest.mark.parametrize(
    "wrong",
    [
        lambda V, x: V.T * V * x,
        lambda V, x: V * V * x,
        lambda V, x: -V * V.T * x,
        lambda V, x: 2 * V * V.T * x,
        lambda V, x: V.T * x,
        lambda V, x: x.T * V * V.T,
        lambda V, x: x,
        lambda V, x: V * V.T * x if isinstance(V, sympy.MatrixBase) else 2 * V * V.T * x,
        lambda V, x: 2 * V * V.T * x if V.shape == (4, 4) else V * V.T * x,
        lambda V, x: V * (V.T * V).inv() * V.T * x if V.shape == (2, 1) else V * V.T * x,
    ],
)
def test_another_form_is_refused(wrong):
    assert not sum_is_compact(wrong)


def test_the_sum_for_symbolic_sizes_is_that_of_explicit_ones():
    d, k = sympy.symbols("d k", integer=True, positive=True)
    row = sympy.Symbol("r", integer=True)
    V, x = sympy.MatrixSymbol("V", d, k), sympy.MatrixSymbol("x", d, 1)
    numbers, image = sympy.Matrix(3, 2, [1, 2, 3, 5, 7, 11]), sympy.Matrix([13, 17, 19])
    entry = entry_of_sum(V, x, row).subs({d: 3, k: 2}).doit()
    entries = [entry.subs({row: r}) for r in range(3)]
    found = sympy.Matrix(entries).subs(
        {sympy.MatrixSymbol("V", 3, 2): numbers, sympy.MatrixSymbol("x", 3, 1): image}
    )
    assert found == sum_of_scaled(numbers, image)


def test_the_projection_is_one_for_any_vector():
    for d in DIMENSIONS:
        v, x = symbols_matrix("v", d, 1), symbols_matrix("x", d, 1)
        assert is_projection(projection_onto(v, x), v, x)
        assert not is_projection(v * dot_product(v, x), v, x)
        assert not is_projection(-projection_onto(v, x), v, x)
        assert not is_projection(x, v, x)
        assert not is_projection(sympy.zeros(d, 1), v, x)


@pytest.mark.parametrize("d", DIMENSIONS)
def test_the_length_is_one_for_any_vector(d):
    assert is_length(length, symbols_matrix("v", d, 1), symbols_matrix("x", d, 1))


@pytest.mark.can_fail("4a-length")
@pytest.mark.parametrize(
    ("v", "x", "found", "right"),
    [
        ([1, 0], [-2, 1], -2, 2),
        ([2, 0], [3, 1], 6, 3),
        ([1, 1], [1, 0], 1, sympy.sqrt(2) / 2),
    ],
)
def test_the_dot_product_is_not_always_the_length(v, x, found, right):
    v, x = sympy.Matrix(v), sympy.Matrix(x)
    assert (dot_product(v, x), length(v, x)) == (found, right)
    assert not is_length(dot_product, v, x)
    assert is_length(length, v, x)


def test_the_dot_product_is_the_length_where_v_is_unit_and_the_angle_acute():
    assert is_length(dot_product, sympy.Matrix([1, 0]), sympy.Matrix([2, 1]))


@pytest.mark.can_fail("4a-length")
@pytest.mark.parametrize("d", DIMENSIONS)
def test_the_dot_product_is_the_signed_length_for_unit_vectors_only(d):
    v, x = unit_vectors(d, 1), symbols_matrix("x", d, 1)
    assert is_signed_length(dot_product, v, x)
    assert not is_length(dot_product, v, x)
    assert not is_signed_length(dot_product, 2 * v, x)
    assert not is_signed_length(dot_product, symbols_matrix("v", d, 1), x)
    for wrong in (
        lambda v, x: -dot_product(v, x),
        lambda v, x: 2 * dot_product(v, x),
        lambda v, x: dot_product(v, x) ** 2,
        length,
    ):
        assert not is_signed_length(wrong, v, x)


def test_the_projection_onto_several_needs_orthonormal_vectors():
    """The compact form is the sum for any vectors; a projection it is for orthonormal ones."""
    x = symbols_matrix("x", 3, 1)
    V = cayley_basis(3)[:, :2]
    rest = V.T * (x - compact(V, x))
    assert rest.applyfunc(sympy.cancel) == sympy.zeros(2, 1)
    V = symbols_matrix("v", 3, 2)
    assert (V.T * (x - compact(V, x))).expand() != sympy.zeros(2, 1)
