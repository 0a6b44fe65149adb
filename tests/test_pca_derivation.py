"""Exercise 4 b: each line follows from the one before, and a wrong one does not."""

import dataclasses
import subprocess
import sys
from itertools import combinations, permutations, product

import pytest
import sympy

from assignment4 import ROOT
from assignment4.pca.derivation.checks import (
    FOR_ALL_SIZES,
    SETTINGS,
    are_eigenvectors,
    are_orthogonal,
    are_unit,
    differ_by,
    fault,
    follows,
    has_effect,
    needs_what_it_cites,
    represent_exactly,
    separates_eigenvectors,
    steps,
)
from assignment4.pca.derivation.lines import (
    LINES,
    covariance,
    error,
    expansion,
    expansion_row,
    line_before,
    product_of_means,
    squared_norm,
    squares_of_mean,
)
from assignment4.pca.derivation.settings import (
    arbitrary_settings,
    build_setting,
    cayley_basis,
    orthogonal_settings,
    orthonormal_settings,
    symbols_matrix,
    unit_eigenvectors,
    unit_vectors,
)
from assignment4.pca.derivation.slips import HIDDEN, NO_VALUE, SHOWN, SLIPS, printed_step

SCALED = sympy.diag(1, 2, 1)
CITING = [number for number, line in LINES.items() if line.cites]


def replaced(number, value):
    return dataclasses.replace(LINES[number], value=value)


def kept_too(s):
    """Return the vectors k, ..., d: one too many at the front."""
    return s.vectors[max(s.k - 1, 0) :]


# (1), (2), (3)


@pytest.mark.parametrize("d", [2, 3])
@pytest.mark.parametrize("reflected", [False, True])
def test_general_orthonormal_bases_have_the_three_facts(d, reflected):
    V = cayley_basis(d, reflected=reflected)
    assert are_unit(V)
    assert are_orthogonal(V)
    assert represent_exactly(V)
    assert sympy.cancel(V.det()) == (-1 if reflected else 1)


@pytest.mark.can_fail("4b-1")
@pytest.mark.parametrize(
    "wrong",
    [
        cayley_basis(3) * SCALED,
        cayley_basis(3) + sympy.eye(3),
        symbols_matrix("v", 2, 2),
        sympy.Matrix([[1, 0], [1, 1]]),
    ],
)
def test_other_lengths_are_refused(wrong):
    assert not are_unit(wrong)


@pytest.mark.can_fail("4b-2")
@pytest.mark.parametrize(
    "wrong",
    [unit_vectors(2, 2), unit_vectors(3, 2), cayley_basis(2) * sympy.Matrix([[1, 1], [0, 1]])],
)
def test_other_angles_are_refused(wrong):
    assert not are_orthogonal(wrong)


@pytest.mark.can_fail("4b-3")
@pytest.mark.parametrize(
    "wrong", [cayley_basis(3)[:, :2], cayley_basis(3) * SCALED, unit_vectors(2, 2)]
)
def test_an_incomplete_or_other_basis_is_refused(wrong):
    assert not represent_exactly(wrong)


def test_each_family_of_bases_has_its_own_fact_only():
    assert are_unit(unit_vectors(3, 3))
    assert not are_orthogonal(unit_vectors(3, 3))
    scaled = cayley_basis(3) * sympy.diag(*symbols_matrix("s", 3, 1))
    assert are_orthogonal(scaled)
    assert not are_unit(scaled)
    assert not represent_exactly(scaled)


def symmetric(d):
    V, eigenvalues = cayley_basis(d), symbols_matrix("l", d, 1)
    return V, V * sympy.diag(*eigenvalues) * V.T


@pytest.mark.can_fail("4b-1", "4b-2")
def test_the_eigenvectors_of_a_symmetric_matrix_can_be_chosen_orthonormal():
    S = sympy.Matrix([["a", "b"], ["b", "c"]]).replace(
        lambda e: e.is_Symbol, lambda e: sympy.Symbol(e.name, real=True)
    )
    for V, matrix in ((unit_eigenvectors(S), S), symmetric(2), symmetric(3)):
        assert are_eigenvectors(V, matrix)
        assert are_unit(V)
        assert are_orthogonal(V)
        assert are_eigenvectors(2 * V, matrix)
        assert not are_unit(2 * V)


@pytest.mark.can_fail("4b-1", "4b-2")
def test_eigenvectors_of_one_eigenvalue_need_not_be_orthogonal():
    V = sympy.Matrix([[1, 1], [0, 1]])
    assert are_eigenvectors(V, 3 * sympy.eye(2))
    assert not are_orthogonal(V)
    assert not are_eigenvectors(V, sympy.diag(1, 2))
    assert not are_eigenvectors(sympy.zeros(2), sympy.diag(1, 2))


@pytest.mark.can_fail("4b-2")
@pytest.mark.parametrize("d", [2, 3])
def test_eigenvectors_of_different_eigenvalues_are_orthogonal_where_the_matrix_is_symmetric(d):
    s = symbols_matrix("s", d, d)
    assert separates_eigenvectors(s + s.T)
    assert not separates_eigenvectors(s)
    assert not are_orthogonal(sympy.Matrix([[1, 1], [0, 1]]))


# (4) to (17)


@pytest.mark.parametrize("number", LINES)
def test_each_line_follows_from_the_one_before(number):
    assert follows(LINES[number], line_before(number))


@pytest.mark.parametrize("number", LINES)
def test_lines_need_what_they_cite_and_those_that_cite_nothing_hold_for_any_vectors(number):
    needed = needs_what_it_cites(LINES[number], line_before(number))
    assert needed is (number in CITING)


def squared_double_sum(s):
    return sum(
        (v.T @ x) ** 2 * (v.T @ w) for x in s.images for v, w in product(s.discarded, repeat=2)
    )


def without_cross_terms_halved(s):
    return sum(
        sum((v.T @ x) ** 2 * (v.T @ v) for v in s.discarded)
        + sum((v.T @ x) * (w.T @ x) * (v.T @ w) for v, w in combinations(s.discarded, 2))
        for x in s.images
    )


WRONG_LINES = {
    4: [
        lambda s: LINES[4].value(s) * s.count,
        lambda s: -LINES[4].value(s),
        lambda s: sum(x.T @ x for x in s.images) / s.count,
        lambda s: sum(x @ s.images[0].T for x in s.images) / s.count,
    ],
    5: [
        lambda s: sum(squared_norm(expansion(s.vectors, x)) for x in s.images),
        lambda s: sum(
            squared_norm(expansion(s.vectors, x) + expansion(s.vectors[: s.k], x)) for x in s.images
        ),
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
        lambda s: sum(squared_norm(expansion(s.vectors[: s.k], x)) for x in s.images),
        lambda s: sum(squared_norm(expansion(s.vectors[s.k + 1 :], x)) for x in s.images),
        lambda s: squared_norm(sum(expansion(s.discarded, x) for x in s.images)),
    ],
    7: [
        lambda s: sum(expansion(s.discarded, x).T @ expansion(kept_too(s), x) for x in s.images),
        lambda s: -LINES[7].value(s),
        lambda s: sum(expansion(s.discarded, x) @ expansion(s.discarded, x).T for x in s.images),
    ],
    8: [
        lambda s: sum(expansion_row(s.discarded, x) @ x for x in s.images),
        lambda s: sum(expansion_row(kept_too(s), x) @ expansion(s.discarded, x) for x in s.images),
        lambda s: s.count * LINES[8].value(s),
    ],
    9: [
        squared_double_sum,
        lambda s: sum((v.T @ x) ** 2 * (v.T @ v) for x in s.images for v in s.discarded),
        lambda s: sum(
            (v.T @ x) * (w.T @ x) * (v.T @ w)
            for x in s.images
            for v, w in product(s.discarded, kept_too(s))
        ),
    ],
    10: [
        without_cross_terms_halved,
        lambda s: LINES[11].value(s),
        lambda s: LINES[10].value(s) + LINES[11].value(s),
        lambda s: sum(
            (v.T @ x) * (w.T @ x) * (v.T @ w)
            for x in s.images
            for v, w in permutations(s.discarded, 2)
        ),
    ],
    11: [
        lambda s: sum((v.T @ x) ** 2 for x in s.images for v in s.discarded),
        lambda s: sum((v.T @ x) * (v.T @ v) for x in s.images for v in s.discarded),
        lambda s: sum((v.T @ x) ** 2 * (v.T @ v) for x in s.images for v in kept_too(s)),
    ],
    12: [
        lambda s: LINES[12].value(s) / 2,
        lambda s: sum((v.T @ x) ** 2 for x in s.images for v in kept_too(s)),
        lambda s: sum((v.T @ x) ** 4 for x in s.images for v in s.discarded),
    ],
    13: [
        lambda s: sum((v.T @ x) ** 2 for v in s.discarded for x in s.images[1:]),
        lambda s: sum((v.T @ x) * (v.T @ s.images[0]) for v in s.discarded for x in s.images),
        lambda s: LINES[13].value(s) * s.count,
    ],
    14: [
        lambda s: sum((v.T @ x) * (x @ v.T)[0, 0] for v in s.discarded for x in s.images),
        lambda s: sum((v.T @ x) * (x.T @ x) for v in s.discarded for x in s.images),
        lambda s: sum((v.T @ x) * (x.T @ v) for v in kept_too(s) for x in s.images),
    ],
    15: [
        lambda s: LINES[15].value(s) / s.count,
        lambda s: s.count * sum(v.T @ s.covariance @ v for v in kept_too(s)),
        lambda s: s.count * sum(v.T @ s.covariance @ s.covariance @ v for v in s.discarded),
        lambda s: (s.count - 1) * sum(v.T @ s.covariance @ v for v in s.discarded),
    ],
    16: [
        lambda s: LINES[16].value(s) / s.count,
        lambda s: LINES[17].value(s),
        lambda s: (
            s.count
            * sum(v.T @ (value * v) for v, value in zip(s.discarded, s.eigenvalues, strict=False))
        ),
        lambda s: (
            s.count
            * sum(v.T @ (value**2 * v) for v, value in zip(s.vectors, s.eigenvalues, strict=True))
        ),
    ],
    17: [
        lambda s: sum(s.discarded_eigenvalues),
        lambda s: s.count * sum(s.eigenvalues[: s.k]),
        lambda s: s.count * sum(s.eigenvalues[max(s.k - 1, 0) :]),
        lambda s: s.count * sum(value**2 for value in s.discarded_eigenvalues),
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
    [(number, wrong) for number, values in WRONG_LINES.items() for wrong in values],
)
def test_a_wrong_line_does_not_follow(number, wrong):
    assert not follows(replaced(number, wrong), line_before(number))


def test_every_line_is_tried_with_wrong_ones():
    assert WRONG_LINES.keys() == LINES.keys()


def test_the_misprint_of_line_9_is_hidden_on_orthonormal_bases():
    wrong = replaced(9, squared_double_sum)
    assert fault(wrong, LINES[8], arbitrary_settings()) == "it differs for d = 2, k = 0, L = 1"
    assert fault(wrong, LINES[8], orthonormal_settings()) == ""


@pytest.mark.can_fail("4b-5", "4b-11", "4b-12", "4b-17")
def test_steps_fail_where_the_fact_that_they_cite_is_dropped():
    for number, cites in ((11, "(1)"), (12, "(2)"), (5, "(1)"), (5, "(2)"), (17, "(2)")):
        elsewhere = dataclasses.replace(LINES[number], cites=cites)
        assert not follows(elsewhere, line_before(number))


def setting_of(vectors, *, k=1, images=None):
    images = symbols_matrix("x", vectors.rows, 2) if images is None else images
    return build_setting(vectors, images, symbols_matrix("l", vectors.cols, 1), k)


def test_line_5_fails_for_a_basis_that_is_not_complete():
    assert not fault(LINES[5], error, (setting_of(cayley_basis(2)),))
    assert fault(LINES[5], error, (setting_of(cayley_basis(3)[:, :2]),))


def test_line_12_fails_for_a_basis_scaled_by_2():
    assert not fault(LINES[12], LINES[11], (setting_of(cayley_basis(2)),))
    assert fault(LINES[12], LINES[11], (setting_of(2 * cayley_basis(2)),))


def test_error_and_discarded_eigenvalues_are_equal_end_to_end():
    """On orthonormal eigenvectors and images with mean zero, without the lines between."""
    V, m = cayley_basis(2), symbols_matrix("m", 2, 1)
    images = sympy.Matrix.hstack(V * sympy.diag(*m), -V * sympy.diag(*m))
    eigenvalues = m.applyfunc(lambda entry: entry**2 / 2)
    for k in range(3):
        assert not fault(LINES[17], error, (build_setting(V, images, eigenvalues, k),))
    for other in (
        build_setting(V, images, eigenvalues / 2, 1),
        build_setting(V[:, ::-1], images, eigenvalues, 1),
        build_setting(V, images + sympy.ones(2, 4), eigenvalues, 1),
    ):
        assert fault(LINES[17], error, (other,))


@pytest.mark.can_fail("4b-4", "4b-15")
def test_what_is_left_without_zero_mean():
    assert differ_by(LINES[4], covariance, product_of_means)
    assert differ_by(LINES[14], LINES[15], squares_of_mean)
    for term in (
        dataclasses.replace(product_of_means, value=lambda s: -s.mean @ s.mean.T),
        dataclasses.replace(product_of_means, value=lambda s: s.count * s.mean @ s.mean.T),
        dataclasses.replace(product_of_means, value=lambda s: 0 * s.covariance),
    ):
        assert not differ_by(LINES[4], covariance, term)
    without_count = lambda s: squares_of_mean.value(s) / s.count  # noqa: E731
    wrong = dataclasses.replace(squares_of_mean, value=without_count)
    assert not differ_by(LINES[14], LINES[15], wrong)
    assert not follows(dataclasses.replace(LINES[15], cites=""), LINES[14])


# the slips


@pytest.mark.can_fail("4b-4", "4b-5", "4b-9", "4b-10")
@pytest.mark.parametrize("slip", SLIPS, ids=repr)
def test_each_misprint_has_its_effect(slip):
    assert has_effect(slip)
    assert not has_effect(dataclasses.replace(slip, printed_value=slip.right_value))


@pytest.mark.can_fail("4b-4", "4b-5", "4b-9", "4b-10", "4b-error")
@pytest.mark.parametrize("number", [4, 5, 9, 10])
def test_a_line_as_printed_does_not_follow_and_would_if_it_were_right(number):
    line, previous = printed_step(number)
    assert not follows(line, previous)
    right = LINES[number], line_before(number)
    assert follows(dataclasses.replace(line, value=right[0].value), right[1])
    assert follows(right[0], dataclasses.replace(previous, value=right[1].value))


def test_printed_steps_differ_from_the_right_ones_in_one_side():
    for number in (4, 5, 9, 10):
        sides = zip(printed_step(number), (LINES[number], line_before(number)), strict=True)
        assert [printed == right for printed, right in sides] == [number == 5, number != 5]
    with pytest.raises(ValueError, match=r"\(6\) is not misprinted; \(4\), \(5\), \(9\)"):
        printed_step(6)
    assert follows(printed_step(10)[0], printed_step(9)[0])


def test_a_line_without_a_value_is_told():
    fault_of_printed = fault(*printed_step(4), arbitrary_settings())
    assert fault_of_printed == "it has no value for d = 2, k = 0, L = 1"


def test_slips_by_place():
    places = [slip.place for slip in SLIPS]
    assert [places.count(place) for place in ("(4)", "(5)", "(9)", "the last formula")] == [
        *(3, 2, 1, 2)
    ]


@pytest.mark.parametrize("effect", [NO_VALUE, HIDDEN, SHOWN])
@pytest.mark.parametrize("slip", SLIPS, ids=repr)
def test_another_effect_is_refused(slip, effect):
    assert has_effect(dataclasses.replace(slip, effect=effect)) is (effect == slip.effect)


def test_the_error_without_transpose_has_another_value_where_all_vectors_are_kept():
    slip = next(slip for slip in SLIPS if (slip.place, slip.effect) == ("(5)", NO_VALUE))
    setting = setting_of(symbols_matrix("v", 2, 2), k=2)
    assert slip.printed_value(setting) != slip.right_value(setting)
    with pytest.raises(ValueError, match="mismatch"):
        slip.printed_value(setting_of(symbols_matrix("v", 2, 2), k=1))


# what a chapter shows


def test_lines_are_shown_with_number_and_what_they_cite():
    assert LINES[17]._repr_latex_() == (
        r"$\displaystyle \stackrel{(1)}{=} L \cdot \sum_{i=k+1}^{d} \lambda_i \qquad (17)$"
    )
    assert LINES[16]._repr_latex_().startswith(r"$\displaystyle = L")
    assert repr(LINES[17]) == r"(17) L \cdot \sum_{i=k+1}^{d} \lambda_i"
    assert "(0)" not in repr(error) + error._repr_latex_()
    assert all(formula.count("{") == formula.count("}") for formula in map(repr, LINES.values()))


def test_the_table_has_a_row_for_each_step():
    rows = steps().rows
    assert [row[0] for row in rows] == [f"({number})" for number in range(4, 18)]
    assert [int(row[0][1:-1]) for row in rows if row[-1] == "yes"] == list(FOR_ALL_SIZES)
    assert {row[1] for row in rows} == set(SETTINGS)


def test_unknown_lines_and_impossible_settings_are_refused():
    with pytest.raises(ValueError, match=r"\(3\) is no line of the derivation"):
        line_before(3)
    with pytest.raises(ValueError, match="k = 3 of 2 vectors cannot be kept"):
        setting_of(symbols_matrix("v", 2, 2), k=3)
    with pytest.raises(ValueError, match="2 vectors of 2 entries do not go with images of 3"):
        setting_of(symbols_matrix("v", 2, 2), images=symbols_matrix("x", 3, 1))


def test_settings_have_every_k_and_are_made_once():
    for settings in (arbitrary_settings(), orthogonal_settings()):
        for d in (2, 3):
            assert {s.k for s in settings if s.d == d} == set(range(d + 1))
    assert arbitrary_settings() is arbitrary_settings()


def test_no_module_of_the_package_brings_in_tensorflow_or_another_room():
    code = (
        "import importlib, pkgutil, sys, assignment4.pca as room\n"
        "names = [f'{room.__name__}.{one.name}' for one in pkgutil.iter_modules(room.__path__)]\n"
        "for name in names: importlib.import_module(name)\n"
        "others = 'tensorflow', 'keras', *(f'assignment4.{one}' for one in"
        " ('letters', 'convolution', 'encoder_decoder', 'latent_search'))\n"
        "print(len(names), [name for name in others if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    modules = {path.stem for path in (ROOT / "assignment4" / "pca").glob("*.py")} - {"__init__"}
    assert found.stdout.strip() == f"{len(modules)} []"
