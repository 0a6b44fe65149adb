"""Exercise 4 a and b: each line follows from the one before, and a wrong one does not."""

import subprocess
import sys
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
import sympy

from assignment4 import ROOT, pca
from assignment4.pca.derivation import index_notation, remainder
from assignment4.pca.derivation.index_notation import G, L, c, i, j, l, terms, total
from assignment4.pca.derivation.line import HIDDEN, NO_VALUE, SHOWN, fault
from assignment4.pca.derivation.projection import entry_of_sum, projection_onto, sum_of_scaled
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
@pytest.mark.parametrize(
    "wrong",
    [
        lambda V, x: V.T * V * x,
        lambda V, x: V * V * x,
        lambda V, x: -V * V.T * x,
        lambda V, x: V.T * x,
        lambda V, x: x,
        lambda V, x: V * V.T * x if isinstance(V, sympy.MatrixBase) else 2 * V * V.T * x,
        *(lambda V, x, d=d: pca.compact(V, x) * (2 if V.rows == d else 1) for d in (1, 2, 3, 4)),
        lambda V, x: V * (V.T * V).inv() * V.T * x if V.shape == (2, 1) else V * V.T * x,
    ],
)
def test_the_sum_is_the_compact_form_and_no_other(wrong):
    assert pca.sum_is_compact(pca.compact)
    assert not pca.sum_is_compact(wrong)


def test_the_sum_for_symbolic_sizes_is_that_of_explicit_ones():
    d, k = sympy.symbols("d k", integer=True, positive=True)
    row = sympy.Symbol("r", integer=True)
    V, x = sympy.MatrixSymbol("V", d, k), sympy.MatrixSymbol("x", d, 1)
    numbers, image = sympy.Matrix(3, 2, [1, 2, 3, 5, 7, 11]), sympy.Matrix([13, 17, 19])
    entry = entry_of_sum(V, x, row).subs({d: 3, k: 2}).doit()
    found = sympy.Matrix([entry.subs({row: r}) for r in range(3)]).subs(
        {sympy.MatrixSymbol("V", 3, 2): numbers, sympy.MatrixSymbol("x", 3, 1): image}
    )
    assert found == sum_of_scaled(numbers, image) == numbers * numbers.T * image


@pytest.mark.can_fail("4a-length")
@pytest.mark.parametrize("d", [2, 3])
def test_the_dot_product_is_the_signed_length_for_unit_vectors_only(d):
    unit, x, v = (
        pca.unit_vectors(d, 1),
        pca.symbols_matrix("x", d, 1),
        pca.symbols_matrix("v", d, 1),
    )
    dot_product = pca.dot_product
    assert pca.is_length(pca.length, v, x)
    assert pca.is_signed_length(dot_product, unit, x)
    assert not pca.is_length(dot_product, unit, x)
    assert not pca.is_signed_length(dot_product, 2 * unit, x)
    assert not pca.is_signed_length(dot_product, v, x)
    for wrong in (lambda v, x: -dot_product(v, x), lambda v, x: 2 * dot_product(v, x), pca.length):
        assert not pca.is_signed_length(wrong, unit, x)
    rest = x - projection_onto(v, x)
    assert sympy.cancel(v.dot(rest)) == 0
    assert sympy.cancel(projection_onto(2 * v, x)[0] - projection_onto(v, x)[0]) == 0


@pytest.mark.can_fail("4a-length")
@pytest.mark.parametrize(
    ("v", "x", "found", "right"),
    [([1, 0], [-2, 1], -2, 2), ([2, 0], [3, 1], 6, 3), ([1, 1], [1, 0], 1, sympy.sqrt(2) / 2)],
)
def test_the_dot_product_is_not_always_the_length(v, x, found, right):
    v, x = sympy.Matrix(v), sympy.Matrix(x)
    assert (pca.dot_product(v, x), pca.length(v, x)) == (found, right)
    assert not pca.is_length(pca.dot_product, v, x)
    assert pca.is_length(pca.length, v, x)
    assert pca.is_length(pca.dot_product, sympy.Matrix([1, 0]), sympy.Matrix([2, 1]))


def test_what_is_left_is_orthogonal_for_orthonormal_vectors_only():
    x = pca.symbols_matrix("x", 3, 1)
    assert pca.leaves_orthogonal(pca.cayley_basis(3)[:, :2], x)
    assert not pca.leaves_orthogonal(pca.symbols_matrix("v", 3, 2), x)


# (1) to (3), and the settings


@pytest.mark.can_fail("4b-1", "4b-2", "4b-3")
@pytest.mark.parametrize("reflected", [False, True])
@pytest.mark.parametrize("d", [2, 3])
def test_general_orthonormal_bases_have_the_three_facts_and_others_do_not(d, reflected):
    V = pca.cayley_basis(d, reflected=reflected)
    assert pca.are_unit(V)
    assert pca.are_orthogonal(V)
    assert pca.represent_exactly(V)
    assert sympy.cancel(V.det()) == (-1 if reflected else 1)
    assert len(V.free_symbols) == d * (d - 1) / 2
    assert V.subs(dict.fromkeys(V.free_symbols, 0)) == sympy.diag(
        *[1] * (d - 1), V.det().simplify()
    )
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
    found = [(setting.d, setting.count, setting.k) for setting in family.settings]
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
        lambda s: sum(x.T @ x for x in s.images) / s.count,
        lambda s: sum(x @ s.images[0].T for x in s.images) / s.count,
    ],
    5: [
        lambda s: sum(squared_norm(expansion(s.vectors, x)) for x in s.images),
        lambda s: sum(
            squared_norm(expansion(s.vectors[1:], x) - expansion(s.vectors[: s.k], x))
            for x in s.images
        ),
        lambda s: squared_norm(
            sum(expansion(s.vectors, x) - expansion(s.vectors[: s.k], x) for x in s.images)
        ),
    ],
    6: [
        lambda s: sum(squared_norm(expansion(kept_too(s), x)) for x in s.images),
        lambda s: squared_norm(sum(expansion(s.discarded, x) for x in s.images)),
    ],
    7: [
        lambda s: sum(expansion(s.discarded, x).T @ expansion(kept_too(s), x) for x in s.images),
        lambda s: sum(expansion(s.discarded, x) @ expansion(s.discarded, x).T for x in s.images),
    ],
    8: [
        lambda s: sum(expansion_row(s.discarded, x) @ x for x in s.images),
        lambda s: s.count * LINES[8].value(s),
    ],
    9: [
        remainder.square_in_double_sum.printed_value,
        lambda s: LINES[11].value(s),
        lambda s: sum(
            (v.T @ x) * (w.T @ x) * (v.T @ w)
            for x in s.images
            for v, w in product(s.discarded, kept_too(s))
        ),
    ],
    10: [
        lambda s: (
            LINES[11].value(s)
            + sum(
                (v.T @ x) * (w.T @ x) * (v.T @ w)
                for x in s.images
                for v, w in combinations(s.discarded, 2)
            )
        ),
        lambda s: LINES[11].value(s),
        lambda s: LINES[10].value(s) - LINES[11].value(s),
    ],
    11: [
        lambda s: LINES[12].value(s),
        lambda s: sum((v.T @ x) * (v.T @ v) for x in s.images for v in s.discarded),
        lambda s: sum((v.T @ x) ** 2 * (v.T @ v) for x in s.images for v in kept_too(s)),
    ],
    12: [
        lambda s: LINES[12].value(s) / 2,
        lambda s: sum((v.T @ x) ** 4 for x in s.images for v in s.discarded),
    ],
    13: [
        lambda s: sum((v.T @ x) ** 2 for v in s.discarded for x in s.images[1:]),
        lambda s: sum((v.T @ x) * (v.T @ s.images[0]) for v in s.discarded for x in s.images),
    ],
    14: [
        lambda s: sum((v.T @ x) * (x.T @ x) for v in s.discarded for x in s.images),
        lambda s: sum((v.T @ x) * (x.T @ v) for v in kept_too(s) for x in s.images),
    ],
    15: [
        lambda s: LINES[15].value(s) / s.count,
        lambda s: s.count * sum(v.T @ s.covariance @ v for v in kept_too(s)),
        lambda s: (s.count - 1) * sum(v.T @ s.covariance @ v for v in s.discarded),
    ],
    16: [
        lambda s: LINES[16].value(s) / s.count,
        lambda s: LINES[17].value(s),
        lambda s: (
            s.count
            * sum(v.T @ (value * v) for v, value in zip(s.discarded, s.eigenvalues, strict=False))
        ),
    ],
    17: [
        lambda s: sum(s.discarded_eigenvalues),
        lambda s: s.count * sum(s.eigenvalues[: s.k]),
        lambda s: s.count * sum(s.eigenvalues[max(s.k - 1, 0) :]),
    ],
}


@pytest.mark.can_fail(
    "4b-4",
    "4b-5",
    "4b-6",
    "4b-7",
    "4b-8",
    "4b-9",
    "4b-10",
    "4b-11",
    "4b-12",
    "4b-13",
    "4b-14",
    "4b-15",
    "4b-16",
    "4b-17",
)
@pytest.mark.parametrize(
    ("number", "wrong"),
    [(number, wrong) for number, values in WRONG_LINES.items() for wrong in values]
    + [(number, lambda s, n=number: -LINES[n].value(s)) for number in LINES],
)
def test_a_wrong_line_does_not_follow(number, wrong):
    step = pca.derive(number, wrong)
    assert not step.follows
    assert "does not follow" in repr(step)


@pytest.mark.can_fail("4b-5", "4b-11", "4b-12", "4b-17")
def test_steps_fail_where_the_fact_that_they_cite_is_another():
    for number, cites in ((11, "(1)"), (12, "(2)"), (5, "(1)"), (5, "(2)"), (17, "(2)"), (15, "")):
        step = pca.derive(number)
        assert not replace(step, line=replace(step.line, cites=cites)).follows


def test_error_and_discarded_eigenvalues_are_equal_end_to_end():
    """On orthonormal eigenvectors and images with mean zero, without the lines between."""
    V, m = pca.cayley_basis(2), pca.symbols_matrix("m", 2, 1)
    images = sympy.Matrix.hstack(V * sympy.diag(*m), -V * sympy.diag(*m))
    eigenvalues = m.applyfunc(lambda entry: entry**2 / 2)
    sides = LINES[17].value, remainder.error.value
    assert not fault(*sides, [build_setting(V, images, eigenvalues, k) for k in range(3)])
    for other in (
        build_setting(V, images, eigenvalues / 2, 1),
        build_setting(V[:, ::-1], images, eigenvalues, 1),
        build_setting(V, images + sympy.ones(2, 4), eigenvalues, 1),
    ):
        assert fault(*sides, [other])


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


def from_k(expression):
    """Return the expression with i from k on."""
    return expression.replace(
        lambda part: part == sympy.Tuple(i, *index_notation.RANGES[i]),
        lambda part: sympy.Tuple(i, index_notation.k, index_notation.d),
    )


@pytest.mark.can_fail("4b-6", "4b-13", "4b-14", "4b-15", "4b-17")
@pytest.mark.parametrize("number", [6, *GENERAL])
def test_wrong_lines_do_not_follow_for_symbolic_sizes(number):
    general, previous = LINES[number].general, LINES[number - 1].general
    assert general.follows(previous)
    wrongs = [-1, 2, 1 / L, 0]
    expressions = [general.expression * factor for factor in wrongs]
    k = index_notation.k
    later = general.expression.subs(k, k + 1) if number == 6 else from_k(general.expression)
    for expression in (*expressions, later):
        assert not replace(general, expression=expression).follows(previous)
    if number in (9, 11, 12, 14, 15, 17):
        assert not replace(general, fact={}).follows(previous)


@pytest.mark.can_fail("4b-9", "4b-10")
def test_misprints_and_lost_cross_terms_are_refused_for_symbolic_sizes():
    printed = total(c[i, l] ** 2 * G[i, j], j, i, l)
    nine, orthogonal = LINES[9].general, LINES[11].general.fact
    assert not replace(nine, expression=printed).follows(LINES[8].general)
    assert terms(printed, orthogonal) == terms(nine.expression, orthogonal)
    lost = index_notation.GeneralLine(LINES[11].general.expression)
    assert not lost.follows(nine)


def test_a_delta_is_summed_where_both_indices_are_bound():
    limits = {
        n: frozenset(sympy.Tuple(one, *index_notation.RANGES[one]) for one in n)
        for n in ((i,), (j,), (i, j))
    }
    delta, factors = sympy.KroneckerDelta(i, j), c[i, l] * c[j, l]
    assert terms(total(delta * factors, i, j)) == {limits[i,]: c[i, l] ** 2}
    assert terms(total(delta * factors, j)) == {limits[j,]: delta * factors}
    assert terms(L * total(factors, i, j)) == {limits[i, j]: L * factors}


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


def equal_images(vectors, k):
    image = pca.symbols_matrix("x", 2, 1)
    images = sympy.Matrix.hstack(image, image)
    return build_setting(vectors, images, pca.symbols_matrix("l", 2, 1), k)


def test_a_misprint_makes_no_difference_where_it_cannot():
    """One image for another if all are equal, a transpose if the matrix is symmetric."""
    free = pca.symbols_matrix("v", 2, 2)
    for one in SLIPS:
        images, transposes = "x$ for" in one.slip, "V" in one.right and one.effect == NO_VALUE
        setting = equal_images(free + free.T, 2) if transposes else equal_images(free, 1)
        if images or transposes:
            assert not np.any(one.printed_value(setting) - one.right_value(setting))


def test_terms_of_the_lagrangian_are_those_of_the_report():
    form, derivative = SLIPS[-4:-2]
    (setting,) = (s for s in ANY if (s.d, s.count, s.k) == (3, 3, 0))
    (first, second, last), eigenvalue = setting.vectors, setting.eigenvalues[-1]
    assert setting.count * form.right_value(setting) == LINES[15].value(setting)
    bent = first.T @ (2 * setting.covariance @ last - 2 * eigenvalue * last)
    assert derivative.right_value(setting) == bent + first.T @ (first + second)


# what a chapter shows


def test_a_step_shows_its_formula_its_code_and_what_was_found():
    step = pca.derive(9)
    for shown in (repr(step), step._repr_html_()):
        assert "(v.T @ x) * (w.T @ x) * (v.T @ w)" in shown
        assert step.line.formula in shown
        assert "As printed it does not" in shown
        assert step.slips[0].slip in shown
    assert r"\stackrel{(1)}{=}" in pca.derive(17)._repr_html_()
    assert [row[0] for row in pca.steps().rows] == [f"({number})" for number in range(4, 18)]
    with pytest.raises(ValueError, match=r"\(3\) is no line"):
        pca.derive(3)


def test_importing_the_room_brings_in_no_tensorflow():
    code = "import sys, assignment4.pca; print({'tensorflow', 'keras'} & set(sys.modules))"
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
