"""What only mutants of the derivation, its settings and the projection showed to be untested."""

import dataclasses

import pytest
import sympy

from assignment4.pca.derivation_checks import has_effect, steps
from assignment4.pca.index_notation import (
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
from assignment4.pca.projection import compact
from assignment4.pca.projection_checks import sum_is_compact
from assignment4.pca.settings import (
    arbitrary_settings,
    centred_settings,
    eigenvector_settings,
    orthogonal_settings,
    orthonormal_settings,
    unit_settings,
)
from assignment4.pca.slips import SLIPS

ALL_SIZES = [(2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (3, 3)]


@pytest.mark.parametrize(
    ("family", "sizes", "bases"),
    [
        (arbitrary_settings, ALL_SIZES, 1),
        (centred_settings, ALL_SIZES, 1),
        (unit_settings, ALL_SIZES[:4], 1),
        (orthogonal_settings, ALL_SIZES[:4], 1),
        (orthonormal_settings, ALL_SIZES[:4], 2),
        (eigenvector_settings, [(2, 4), (3, 6)], 1),
    ],
)
def test_a_family_has_all_its_sizes_and_every_number_of_kept_vectors(family, sizes, bases):
    found = [(setting.d, setting.count, setting.k) for setting in family()]
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
