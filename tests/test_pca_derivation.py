"""Exercise 4 a and b: each line follows from the one before, and a wrong one does not."""

from dataclasses import replace

import numpy as np
import pytest
import sympy

from assignment4 import pca
from assignment4.pca.derivation import index_notation, remainder
from assignment4.pca.derivation.index_notation import L
from assignment4.pca.derivation.line import HIDDEN, NO_VALUE, SHOWN
from assignment4.pca.derivation.projection import projection_onto
from assignment4.pca.derivation.remainder import expansion, expansion_row, squared_norm
from assignment4.pca.derivation.settings import FAMILIES, build_setting
from assignment4.pca.misprints import SLIPS, Misprints

LINES = pca.LINES
CITING = [number for number, line in LINES.items() if line.cites]
GENERAL = [9, 10, 11, 12, 13, 14, 15, 17]
SCALED = sympy.diag(1, 2, 1)
ANY = FAMILIES[""].settings


def kept_too(s):
    """Return the vectors k, ..., d: one too many at the front."""
    return s.vectors[max(s.k - 1, 0) :]


# Exercise 4 a


@pytest.mark.can_fail("4a-projection")
def test_the_sum_is_the_compact_form_and_no_other():
    assert pca.sum_is_compact(pca.compact)
    for wrong in (
        lambda V, x: V.T * V * x,
        lambda V, x: -V * V.T * x,
        lambda V, x: V.T * x,
        lambda V, x: x,
        lambda V, x: V * V.T * x if isinstance(V, sympy.MatrixBase) else 2 * V * V.T * x,
        *(lambda V, x, d=d: pca.compact(V, x) * (2 if V.rows == d else 1) for d in (1, 2, 3, 4)),
        lambda V, x: V * (V.T * V).inv() * V.T * x if V.shape == (2, 1) else V * V.T * x,
    ):
        assert not pca.sum_is_compact(wrong)


@pytest.mark.can_fail("4a-length")
def test_the_dot_product_is_the_signed_length_for_unit_vectors_only():
    unit, x, v = pca.unit_vectors(2, 1), *(pca.symbols_matrix(one, 2, 1) for one in "xv")
    dot_product = pca.dot_product
    assert pca.is_length(pca.length, v, x)
    assert pca.is_signed_length(dot_product, unit, x)
    assert not pca.is_length(dot_product, unit, x)
    for rule, one in (
        (dot_product, 2 * unit),
        (dot_product, v),
        (pca.length, unit),
        (lambda v, x: -dot_product(v, x), unit),
        (lambda v, x: 2 * dot_product(v, x), unit),
    ):
        assert not pca.is_signed_length(rule, one, x)
    assert sympy.cancel(v.dot(x - projection_onto(v, x))) == 0
    assert sympy.cancel(projection_onto(2 * v, x)[0] - projection_onto(v, x)[0]) == 0
    numbers = sympy.Matrix([1, 1]), sympy.Matrix([-1, 0])
    assert (dot_product(*numbers), pca.length(*numbers)) == (-1, sympy.sqrt(2) / 2)


@pytest.mark.can_fail("4b-all-w")
def test_what_is_left_is_orthogonal_for_orthonormal_vectors_only():
    x = pca.symbols_matrix("x", 3, 1)
    assert pca.leaves_orthogonal(pca.cayley_basis(3)[:, :2], x)
    assert not pca.leaves_orthogonal(pca.symbols_matrix("v", 3, 2), x)


# (1) to (3), and the settings


@pytest.mark.can_fail("4b-1", "4b-2", "4b-3")
@pytest.mark.parametrize(("d", "reflected"), [(2, False), (2, True), (3, False)])
def test_general_orthonormal_bases_have_the_three_facts_and_others_do_not(d, reflected):
    V = pca.cayley_basis(d, reflected=reflected)
    assert pca.are_unit(V)
    assert pca.are_orthogonal(V)
    assert pca.represent_exactly(V)
    assert sympy.cancel(V.det()) == (-1 if reflected else 1)
    assert len(V.free_symbols) == d * (d - 1) / 2
    assert not pca.represent_exactly(V[:, :-1])
    scaled = V * sympy.diag(*pca.symbols_matrix("s", d, 1))
    assert pca.are_orthogonal(scaled)
    assert not pca.are_unit(scaled)
    assert not pca.represent_exactly(scaled)
    assert pca.are_unit(pca.unit_vectors(d, d))
    assert not pca.are_orthogonal(pca.unit_vectors(d, d))


@pytest.mark.can_fail("4b-1", "4b-2")
def test_eigenvectors_are_orthonormal_by_choice():
    symmetric, U = pca.symmetric_and_eigenvectors()
    V, eigenvalues = pca.cayley_basis(2), pca.symbols_matrix("l", 2, 1)
    assert len(symmetric.free_symbols) >= 3
    assert symmetric == symmetric.T
    for basis, matrix in ((U, symmetric), (V, V * sympy.diag(*eigenvalues) * V.T)):
        assert pca.are_eigenvectors(basis, matrix)
        assert pca.are_unit(basis)
        assert pca.are_orthogonal(basis)
        assert pca.are_eigenvectors(2 * basis, matrix)
        assert not pca.are_unit(2 * basis)
    skewed = sympy.Matrix([[1, 1], [0, 1]])
    assert pca.are_eigenvectors(skewed, 3 * sympy.eye(2))
    assert not pca.are_orthogonal(skewed)
    for vectors in (skewed, sympy.zeros(2)):
        assert not pca.are_eigenvectors(vectors, sympy.diag(1, 2))
    s = pca.symbols_matrix("s", 3, 3)
    assert pca.separates_eigenvectors(s + s.T)
    assert not pca.separates_eigenvectors(s)


@pytest.mark.parametrize("cited", FAMILIES)
def test_settings_have_all_their_sizes_and_every_number_of_kept_vectors(cited):
    family = FAMILIES[cited]
    found = [(len(setting.images[0]), setting.count, setting.k) for setting in family.settings]
    expected = [(d, count, k) for d, count in family.sizes for k in range(d + 1)]
    assert sorted(found) == sorted((2 if cited == "(3)" else 1) * expected)
    assert {d for d, _ in family.sizes} == {2, 3}
    for s in family.settings:
        centred = not np.any(s.mean)
        assert centred is (cited in ("(4)", "eigenvectors"))
        if cited == "eigenvectors":
            pairs = zip(s.vectors, s.eigenvalues, strict=True)
            assert not any(np.any(s.covariance @ v - value * v) for v, value in pairs)


# (4) to (17)


@pytest.mark.parametrize("number", LINES)
def test_each_line_follows_and_needs_what_it_cites_and_no_more(number):
    step = pca.derive(number)
    assert step.follows
    assert step.needs_citation is (number in CITING)
    assert step.for_all_sizes is (True if number in (6, *GENERAL) else None)


WRONG_LINES = {
    4: [
        lambda s: LINES[4].value(s) * s.count,
        lambda s: sum(x @ s.images[0].T for x in s.images) / s.count,
    ],
    5: [
        lambda s: sum(squared_norm(expansion(s.vectors, x)) for x in s.images),
        lambda s: squared_norm(
            sum(expansion(s.vectors, x) - expansion(s.vectors[: s.k], x) for x in s.images)
        ),
    ],
    6: [
        lambda s: sum(squared_norm(expansion(kept_too(s), x)) for x in s.images),
        lambda s: squared_norm(sum(expansion(s.discarded, x) for x in s.images)),
    ],
    7: [lambda s: sum(expansion(s.discarded, x).T @ expansion(kept_too(s), x) for x in s.images)],
    8: [lambda s: sum(expansion_row(s.discarded, x) @ expansion(kept_too(s), x) for x in s.images)],
    9: [remainder.square_in_double_sum.printed_value, lambda s: LINES[11].value(s)],
    10: [remainder.square_in_split_sum.printed_value, lambda s: LINES[11].value(s)],
    11: [lambda s: LINES[12].value(s)],
    12: [lambda s: LINES[12].value(s) / 2],
    13: [lambda s: sum((v.T @ x) ** 2 for v in s.discarded for x in s.images[1:])],
    14: [lambda s: sum((v.T @ x) * (x.T @ v) for v in kept_too(s) for x in s.images)],
    15: [
        lambda s: s.count * sum(v.T @ s.covariance @ v for v in kept_too(s)),
        lambda s: (s.count - 1) * sum(v.T @ s.covariance @ v for v in s.discarded),
    ],
    16: [lambda s: LINES[16].value(s) / s.count, lambda s: LINES[17].value(s)],
    17: [
        lambda s: sum(s.discarded_eigenvalues),
        lambda s: s.count * sum(s.eigenvalues[max(s.k - 1, 0) :]),
    ],
}


@pytest.mark.can_fail("4b-4", "4b-5", "4b-6", "4b-7", "4b-8", "4b-9", "4b-10")
@pytest.mark.can_fail("4b-11", "4b-12", "4b-13", "4b-14", "4b-15", "4b-16", "4b-17")
@pytest.mark.parametrize("number", WRONG_LINES)
def test_a_wrong_line_does_not_follow(number):
    for wrong in (*WRONG_LINES[number], lambda s: -LINES[number].value(s)):
        step = pca.derive(number, wrong)
        assert not step.follows
        assert "does not follow" in step._outcome()


@pytest.mark.can_fail("4b-5", "4b-11", "4b-12", "4b-17")
def test_steps_fail_where_the_fact_that_they_cite_is_another():
    for number, cites in ((11, "(1)"), (12, "(2)"), (5, "(1)"), (5, "(2)"), (17, "(2)"), (15, "")):
        step = pca.derive(number)
        assert not replace(step, line=replace(step.line, cites=cites)).follows


@pytest.mark.can_fail("4b-4", "4b-15")
def test_what_is_left_without_zero_mean():
    squares = pca.squares_of_mean
    assert pca.differ_by(LINES[14], LINES[15], squares)
    for factor in (-1, 2, 0):
        wrong = replace(squares, value=lambda s, factor=factor: factor * squares.value(s))
        assert not pca.differ_by(LINES[14], LINES[15], wrong)
    wrong = replace(squares, value=lambda s: squares.value(s) / s.count)
    assert not pca.differ_by(LINES[14], LINES[15], wrong)


# for symbolic d, k and L


@pytest.mark.can_fail("4b-6", "4b-13", "4b-14", "4b-15", "4b-17")
@pytest.mark.parametrize("number", [6, *GENERAL])
def test_wrong_lines_do_not_follow_for_symbolic_sizes(number):
    general, previous = LINES[number].general, LINES[number - 1].general
    assert general.follows(previous)
    k = index_notation.k
    later = general.expression.replace(k + 1, k + 2)
    for expression in (*(general.expression * factor for factor in (-1, 2, 1 / L, 0)), later):
        assert not replace(general, expression=expression).follows(previous)
    if number in (9, 11, 12, 14, 15, 17):
        assert not replace(general, fact={}).follows(previous)


@pytest.mark.parametrize("k", [0, 1, 2])
@pytest.mark.parametrize("number", [8, *GENERAL, 16])
def test_the_index_notation_is_that_of_the_explicit_lines(number, k):
    """With d = 2, L = 2 and all symbols put in, it is the line of a setting."""
    sizes = {index_notation.d: 2, index_notation.k: k, index_notation.L: 2}
    v, x = pca.symbols_matrix("v", 2, 2), pca.symbols_matrix("x", 2, 2)
    x[:, 1] = -x[:, 0]
    eigenvalues = pca.symbols_matrix("l", 2, 1)
    numbers = {"v": v.T, "x": x.T, "c": v.T * x, "G": v.T * v, "Sigma": x * x.T / 2}
    numbers |= {"lambda": list(eigenvalues)}

    def entry(part):
        place = tuple(int(index) - 1 for index in part.indices)
        return numbers[str(part.base)][place if len(place) == 2 else place[0]]

    found = LINES[number].general.expression.subs(sizes).doit()
    found = found.replace(lambda part: isinstance(part, sympy.Indexed), entry)
    value = np.asarray(LINES[number].value(build_setting(v, x, eigenvalues, k))).item()
    assert sympy.expand(found - (value.as_expr() if value else 0)) == 0


# the misprints

EFFECTS = {
    "the loss": [SHOWN],
    "(4)": [NO_VALUE, NO_VALUE, SHOWN],
    "(5)": [NO_VALUE, SHOWN],
    "(9)": [HIDDEN],
    "(10)": [HIDDEN],
    "the minimiser": [SHOWN],
    "the Lagrangian": [NO_VALUE],
    "its derivative": [NO_VALUE],
    "the last formula": [NO_VALUE, SHOWN],
}


@pytest.mark.can_fail("4b-4", "4b-5", "4b-9", "4b-10")
def test_misprints_have_their_effects():
    found = {place: [one.effect for one in SLIPS if one.place == place] for place in EFFECTS}
    assert found == EFFECTS
    assert len(SLIPS) == len(Misprints().rows) == sum(map(len, EFFECTS.values()))
    assert not any(replace(one, printed_value=one.right_value).effect for one in SLIPS)
    assert "$" not in Misprints()._repr_html_()


@pytest.mark.can_fail("4b-4", "4b-5", "4b-9", "4b-10", "4b-error")
@pytest.mark.parametrize("number", [4, 5, 9, 10])
def test_a_line_as_printed_does_not_follow_and_would_if_it_were_right(number):
    step = pca.derive(number)
    assert not step.as_printed
    right = tuple(replace(one, printed_value=one.right_value) for one in step.slips)
    assert replace(step, slips=right).as_printed
    assert pca.derive(6).as_printed
    assert pca.splits_as_printed()


def test_terms_of_the_lagrangian_are_those_of_the_report():
    form, derivative = SLIPS[-4:-2]
    (setting,) = (s for s in ANY if (len(s.vectors), s.count, s.k) == (3, 3, 0))
    (first, second, last), eigenvalue = setting.vectors, setting.eigenvalues[-1]
    assert setting.count * form.right_value(setting) == LINES[15].value(setting)
    bent = first.T @ (2 * setting.covariance @ last - 2 * eigenvalue * last)
    assert derivative.right_value(setting) == bent + first.T @ (first + second)


# what a chapter shows


def test_a_step_shows_its_formula_its_code_and_what_was_found():
    step = pca.derive(9)
    for shown in (repr(step), step._repr_html_()):
        for part in ("(v.T @ x) * (w.T", step.line.formula, "As printed it does not", "a square"):
            assert part in shown
    assert r"\stackrel{(1)}{=}" in pca.derive(17)._repr_html_()
    assert [row[0] for row in pca.steps().rows] == [f"({number})" for number in range(4, 18)]
    with pytest.raises(ValueError, match=r"\(3\) is no line"):
        pca.derive(3)
