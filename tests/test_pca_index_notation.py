"""Exercise 4 b in index notation: lines follow for symbolic d, k and L, and wrong ones do not."""

import dataclasses

import numpy as np
import pytest
import sympy

from assignment4.pca.derivation import index_notation
from assignment4.pca.derivation.checks import (
    FOR_ALL_SIZES,
    follows_for_all_sizes,
    sums_are_equal,
)
from assignment4.pca.derivation.index_notation import (
    DIFFERENCE_OF_EXPANSIONS,
    GENERAL_LINES,
    REMAINDER,
    G,
    c,
    i,
    j,
    l,
    terms,
    total,
)
from assignment4.pca.derivation.lines import LINES
from assignment4.pca.derivation.settings import build_setting, symbols_matrix


@pytest.mark.parametrize("number", [number for number in FOR_ALL_SIZES if number != 6])
def test_lines_follow_for_symbolic_sizes(number):
    assert follows_for_all_sizes(GENERAL_LINES[number], GENERAL_LINES[number - 1])


def test_line_6_follows_for_symbolic_sizes():
    assert sums_are_equal(DIFFERENCE_OF_EXPANSIONS, REMAINDER)


@pytest.mark.can_fail("4b-6")
@pytest.mark.parametrize(
    "wrong",
    [REMAINDER.subs(index_notation.k, index_notation.k + 1), -REMAINDER, sympy.Integer(0)],
)
def test_another_remainder_is_refused(wrong):
    assert not sums_are_equal(DIFFERENCE_OF_EXPANSIONS, wrong)


def from_k(expression):
    """Return the expression with i from k on."""
    return expression.replace(
        lambda part: part == sympy.Tuple(i, *index_notation.RANGES[i]),
        lambda part: sympy.Tuple(i, index_notation.k, index_notation.d),
    )


@pytest.mark.can_fail("4b-9", "4b-10", "4b-11", "4b-12", "4b-13", "4b-14", "4b-15", "4b-17")
@pytest.mark.parametrize("number", [number for number in FOR_ALL_SIZES if number != 6])
@pytest.mark.parametrize(
    "wrong",
    [lambda e: -e, lambda e: 2 * e, lambda e: e / index_notation.L, lambda e: 0 * e, from_k],
)
def test_wrong_lines_do_not_follow_for_symbolic_sizes(number, wrong):
    line = GENERAL_LINES[number]
    changed = dataclasses.replace(line, expression=wrong(line.expression))
    assert changed.expression != line.expression
    assert not follows_for_all_sizes(changed, GENERAL_LINES[number - 1])


@pytest.mark.can_fail("4b-9", "4b-10", "4b-11", "4b-12", "4b-14", "4b-15", "4b-17")
@pytest.mark.parametrize("number", [9, 11, 12, 14, 15, 17])
def test_facts_are_needed_for_symbolic_sizes(number):
    line = dataclasses.replace(GENERAL_LINES[number], fact={})
    assert not follows_for_all_sizes(line, GENERAL_LINES[number - 1])


@pytest.mark.can_fail("4b-9", "4b-10")
def test_misprints_and_lost_cross_terms_are_refused_for_symbolic_sizes():
    printed = total(c[i, l] ** 2 * G[i, j], j, i, l)
    nine = dataclasses.replace(GENERAL_LINES[9], expression=printed)
    assert not follows_for_all_sizes(nine, GENERAL_LINES[8])
    orthogonal = GENERAL_LINES[11].fact
    assert terms(printed, orthogonal) == terms(GENERAL_LINES[9].expression, orthogonal)
    lost = index_notation.GeneralLine(GENERAL_LINES[11].expression)
    assert not follows_for_all_sizes(lost, GENERAL_LINES[9])


def test_terms_refuse_one_index_in_two_factors():
    with pytest.raises(ValueError, match="two factors are summed over i; name one otherwise"):
        terms(total(c[i, l], i) * total(c[i, l], i))
    with pytest.raises(ValueError, match="two factors are summed over i"):
        terms(total(c[i, l], i) ** 2)


@pytest.mark.parametrize("k", [0, 1, 2])
@pytest.mark.parametrize("number", GENERAL_LINES)
def test_the_index_notation_is_that_of_the_explicit_lines(number, k):
    """With d = 2, L = 2 and all symbols put in, it is the line of a setting."""
    sizes = {index_notation.d: 2, index_notation.k: k, index_notation.L: 2}
    v, x = symbols_matrix("v", 2, 2), symbols_matrix("x", 2, 2)
    x[:, 1] = -x[:, 0]
    eigenvalues = symbols_matrix("l", 2, 1)
    numbers = {"v": v.T, "x": x.T, "c": v.T * x, "G": v.T * v, "Sigma": x * x.T / 2}
    numbers |= {"lambda": list(eigenvalues)}

    def entry(part):
        place = tuple(int(index) - 1 for index in part.indices)
        return numbers[str(part.base)][place if len(place) == 2 else place[0]]

    found = GENERAL_LINES[number].expression.subs(sizes).doit()
    found = found.replace(lambda part: isinstance(part, sympy.Indexed), entry)
    value = np.asarray(LINES[number].value(build_setting(v, x, eigenvalues, k))).item()
    assert sympy.expand(found - (value.as_expr() if value else 0)) == 0
