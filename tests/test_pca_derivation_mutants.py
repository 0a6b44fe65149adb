"""What only mutants of the derivation, its settings and the projection showed to be untested."""

import dataclasses

import numpy as np
import pytest
import sympy

from assignment4.pca.derivation.checks import SETTINGS, has_effect, steps
from assignment4.pca.derivation.index_notation import (
    GENERAL_LINES,
    RANGES,
    REMAINDER,
    G,
    L,
    a,
    b,
    c,
    i,
    j,
    l,
    p,
    terms,
    total,
    v,
)
from assignment4.pca.derivation.lines import covariance_form
from assignment4.pca.derivation.projection import compact
from assignment4.pca.derivation.projection_checks import sum_is_compact
from assignment4.pca.derivation.settings import (
    Setting,
    arbitrary_settings,
    build_setting,
    cayley_basis,
    symbols_matrix,
)
from assignment4.pca.derivation.slips import SLIPS

ALL_SIZES = [(2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (3, 3)]


@pytest.mark.parametrize(
    ("cited", "sizes", "bases"),
    [
        ("", ALL_SIZES, 1),
        ("(4)", ALL_SIZES, 1),
        ("(1)", ALL_SIZES[:4], 1),
        ("(2)", ALL_SIZES[:4], 1),
        ("(3)", ALL_SIZES[:4], 2),
        ("eigenvectors", [(2, 4), (3, 6)], 1),
    ],
)
def test_settings_have_all_their_sizes_and_every_number_of_kept_vectors(cited, sizes, bases):
    found = [(setting.d, setting.count, setting.k) for setting in SETTINGS[cited]()]
    expected = [(d, count, k) for d, count in sizes for k in range(d + 1)]
    assert sorted(found) == sorted(bases * expected)


def test_a_misprint_needs_what_is_right_beside_it():
    def without_value(setting):
        raise ValueError("shapes do not fit")

    slip = dataclasses.replace(SLIPS[0], printed_value=without_value, right_value=without_value)
    with pytest.raises(ValueError, match="shapes do not fit"):
        has_effect(slip)


def test_sizes_of_a_step_are_told_in_order():
    for _, _, _, sizes, _ in steps().rows:
        told = sizes.replace("), ", ")|").split("|")
        assert told == sorted(told)


def test_a_term_is_what_is_summed():
    summand, inner = 2 * c[i, l] ** 2, total(c[i, l], i)
    assert list(terms(total(summand, i, l)).values()) == [summand]
    assert list(terms(-inner).values()) == [-c[i, l]]
    assert list(terms(L * inner).values()) == [L * c[i, l]]


def limits(*indices: sympy.Symbol) -> frozenset:
    return frozenset(sympy.Tuple(index, *RANGES[index]) for index in indices)


def test_a_delta_is_summed_where_both_indices_are_bound():
    delta = sympy.KroneckerDelta(i, j)
    product = c[i, l] * c[j, l]
    assert terms(total(delta * product, i, j)) == {limits(i): c[i, l] ** 2}
    assert terms(total(delta * product, j)) == {limits(j): delta * product}
    assert terms(total(product, i, j)) == {limits(i, j): product}


def test_indices_that_are_bound_twice_are_told_in_order():
    indices = (l, j, b, i, a)
    with pytest.raises(ValueError, match="over a, b, i, j, l;"):
        terms(total(c[i, l], *indices) * total(c[j, l], *indices))


def test_what_is_summed_is_what_the_derivation_says():
    assert REMAINDER.function == c[p, l] * v[p, a]
    assert GENERAL_LINES[11].fact[G[i, j]].subs(j, i) == G[i, i]


@pytest.mark.can_fail("4a-projection")
@pytest.mark.parametrize("d", [1, 2, 3, 4])
def test_a_form_that_is_wrong_in_one_dimension_is_noticed(d):
    assert sum_is_compact(compact)
    assert not sum_is_compact(lambda V, x: compact(V, x) * (2 if V.rows == d else 1))


def test_an_orthonormal_basis_is_a_general_one():
    """Every rotation but a half turn, up to the sign of the last vector."""
    t = sympy.Symbol("t12", real=True)
    quarter = sympy.Matrix([[0, 1], [-1, 0]])
    for reflected, signs in ((False, sympy.eye(2)), (True, sympy.diag(1, -1))):
        basis = cayley_basis(2, reflected=reflected)
        assert basis.subs(t, 0) == signs
        assert basis.subs(t, 1) in (quarter.T * signs, quarter * signs)
    assert len(cayley_basis(3).free_symbols) == 3


def equal_images(vectors: sympy.Matrix, k: int) -> Setting:
    """A setting with two times the same image."""
    image = symbols_matrix("x", 2, 1)
    images = sympy.Matrix.hstack(image, image)
    return build_setting(vectors, images, symbols_matrix("l", 2, 1), k)


def test_which_image_is_meant_does_not_matter_where_all_are_equal():
    setting = equal_images(symbols_matrix("v", 2, 2), 1)
    slips = [slip for slip in SLIPS if slip.slip.startswith("$x$ for $x_l$")]
    assert len(slips) == 5
    for slip in slips:
        assert not np.any(slip.printed_value(setting) - slip.right_value(setting))


def test_a_transpose_does_not_matter_where_the_matrix_is_symmetric():
    free = symbols_matrix("v", 2, 2)
    setting = equal_images(free + free.T, 2)
    slips = [slip for slip in SLIPS if slip.slip == "a transpose is missing" and "V" in slip.right]
    assert len(slips) == 2
    for slip in slips:
        assert slip.printed_value(setting) == slip.right_value(setting)


def test_terms_of_the_lagrangian_are_those_of_the_report():
    form, constraints, derivative = SLIPS[-5:-2]
    setting = arbitrary_settings()[-4]
    assert (setting.d, setting.count, setting.k) == (3, 3, 0)
    (first, second, last), eigenvalue = setting.vectors, setting.eigenvalues[-1]
    assert setting.count * form.right_value(setting) == covariance_form.value(setting)
    bent = first.T @ (2 * setting.covariance @ last - 2 * eigenvalue * last)
    assert derivative.right_value(setting) == bent + first.T @ (first + second)
    pairs = first.T @ second + first.T @ last + second.T @ last
    assert constraints.right_value(setting) == 2 * pairs
