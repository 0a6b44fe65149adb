"""The minimiser of Exercise 4 b: Lagrange argument, proof and search hold, wrong ones fail."""

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import sympy
from scipy.optimize import approx_fprime
from sklearn.decomposition import PCA

from assignment4 import pca
from assignment4.pca.components import reconstruction_error
from assignment4.pca.minimum import proof, search, stationary

D = 8
EIGENVALUES = pca.ordered_eigenvalues(4)
COVARIANCE = sympy.diag(*EIGENVALUES)
TURNED = pca.turned_basis(4, 2)
SWAPPED = sympy.eye(4)[:, [0, 2, 1, 3]]


# the Lagrangian


@pytest.mark.can_fail("4b-minimiser")
def test_a_multiplier_of_zero_is_no_multiplier():
    rule = pca.pair_rule
    assert pca.is_multiplier(rule)
    for wrong in (
        pca.report_pair_rule,
        lambda covariance, v, w: -rule(covariance, v, w),
        lambda covariance, v, w: rule(covariance, v, w) / 2,
    ):
        assert not pca.is_multiplier(wrong)


def test_the_gradient_is_that_of_differences():
    """At numbers, against central differences of the Lagrangian written out with NumPy."""
    random = np.random.default_rng(0)
    covariance, basis, pairs = (random.normal(size=size) for size in ((3, 3), (3, 2), (2, 2)))
    covariance, norms = covariance + covariance.T, random.normal(size=2)

    def value(v):
        products = v.T @ v
        discarded = np.trace(v.T @ covariance @ v) + norms @ (1 - np.diag(products))
        return discarded + (pairs[0, 1] + pairs[1, 0]) * products[0, 1]

    arguments = (*map(sympy.Matrix, (covariance, basis)), norms, pairs)
    assert float(stationary.lagrangian(*arguments)) == pytest.approx(value(basis), rel=1e-12)
    found = stationary.lagrangian_gradient(*arguments)
    for place in np.ndindex(3, 2):
        step = np.zeros((3, 2))
        step[place] = 1e-5
        slope = (value(basis + step) - value(basis - step)) / 2e-5
        assert float(found[place]) == pytest.approx(slope, rel=1e-6)


@pytest.mark.can_fail("4b-minimiser")
def test_a_turned_basis_is_stationary_with_multipliers_that_are_not_zero():
    discarded = TURNED[:, 2:]
    assert stationary.is_stationary(COVARIANCE, discarded)
    assert not stationary.is_stationary(COVARIANCE, discarded, pca.report_pair_rule)
    assert not stationary.is_stationary(COVARIANCE, TURNED[:, [0, 2]])
    assert not stationary.is_stationary(COVARIANCE, 2 * discarded)
    _, pairs = pca.multipliers(COVARIANCE, discarded)
    t, gap = sympy.Symbol("t", real=True), EIGENVALUES[2] - EIGENVALUES[3]
    assert sympy.expand(2 * pairs[0, 1] - 2 * gap * sympy.sin(t) * sympy.cos(t)) == 0
    assert [row[-1] for row in pca.describe_basis(EIGENVALUES, TURNED, 2).rows] == [
        *("yes", "no", "yes", "none")
    ]


# what minimises


@pytest.mark.can_fail("4b-minimiser")
def test_the_claim_as_it_stands_fails_on_a_turned_basis():
    claim = pca.minimisers_consist_of_eigenvectors
    assert claim(EIGENVALUES, [sympy.eye(4)], 2)
    assert not claim(*pca.COUNTEREXAMPLE)
    assert not claim(EIGENVALUES, [sympy.eye(4), TURNED], 2)
    assert not claim(EIGENVALUES, [pca.turned_basis(4, 2, kept=0)], 2)
    assert claim(EIGENVALUES, [TURNED], 1)


def test_a_turned_basis_is_minimal_and_has_eigenvectors_at_quarter_turns_and_in_ties_only():
    assert pca.is_minimiser(EIGENVALUES, TURNED, 2)
    for basis, k in ((TURNED, 1), (TURNED, 3), (2 * sympy.eye(4), 2), (SWAPPED, 2)):
        assert not pca.is_minimiser(EIGENVALUES, basis, k)
    assert pca.is_minimiser(pca.ordered_eigenvalues(4, equal=[2]), SWAPPED, 2)
    assert EIGENVALUES[-1] == sympy.Symbol("lambda4", real=True)
    assert all((a - b).is_positive for a, b in pairwise(EIGENVALUES))
    among = stationary.eigenvectors_among
    assert among(COVARIANCE, TURNED) == []
    assert among(COVARIANCE, pca.turned_basis(4, 2, discarded=sympy.pi / 2)) == [3, 4]
    assert among(sympy.diag(*pca.ordered_eigenvalues(4, equal=[3])), TURNED) == [3, 4]
    assert among(COVARIANCE, pca.turned_basis(4, 1)) == [1, 4]


@pytest.mark.can_fail("4b-smallest")
def test_only_the_extreme_choices_are_no_saddles():
    for discarded in ([1, 4], [2], [1, 3, 4]):
        kept = sorted({1, 2, 3, 4} - set(discarded))
        assert stationary.curvatures(EIGENVALUES, discarded) == {
            (i, j): sympy.expand(2 * (EIGENVALUES[j - 1] - EIGENVALUES[i - 1]))
            for i in discarded
            for j in kept
        }
    rows = pca.ways_from_eigenvectors(EIGENVALUES, 2).rows
    assert [one[0] for one in rows if one[1] == "0"] == ["3 4"]
    assert [one[0] for one in rows if one[2] == "0"] == ["1 2"]


# the proof


@pytest.mark.can_fail("4b-minimiser")
def test_checks_of_the_weights_fail():
    """Also where a weight is wrong for one shape only."""
    assert proof.weights_carry_trace(proof.weight)
    assert proof.weights_are_shares(proof.weight)
    for wrong in (
        lambda direction, basis: sum((direction.T * basis)[0, :], sympy.Integer(0)),
        lambda direction, basis: proof.weight(direction, basis[:, 1:]),
        lambda direction, basis: proof.weight(direction, basis) / 2,
    ):
        assert not proof.weights_carry_trace(wrong)
        assert not proof.weights_are_shares(wrong)
        assert not pca.minimising_subspace_is_of_eigenvectors(share=wrong)
    for shape in ((1, 1), (2, 1), (2, 2), (3, 1), (3, 2)):
        wrong = lambda u, basis, shape=shape: proof.weight(u, basis) + int(basis.shape == shape)  # noqa: E731
        assert not proof.weights_carry_trace(wrong)
    for count in (0, 2, 3):
        wrong = lambda u, basis, count=count: proof.weight(u, basis) + int(basis.cols == count)  # noqa: E731
        assert not proof.weights_are_shares(wrong)


@pytest.mark.can_fail("4b-minimiser")
@pytest.mark.parametrize(
    ("wrong", "adds_up"),
    [
        (lambda value, top, p, kept: (top - value, p if kept else 1 - p), False),
        (lambda value, top, p, kept: proof.excess_term(value, top, p, not kept), False),
        (lambda value, top, p, kept: proof.excess_term(value, top, 1 - p, kept), False),
        (lambda value, top, p, kept: proof.excess_term(value, top + 1, p, kept), True),
        (lambda value, top, p, kept: (value, p) if kept else (-value, 1 - p), True),
        (lambda *of: tuple(-factor for factor in proof.excess_term(*of)), True),
        (lambda value, top, p, kept: (0, p) if kept else (top - value, 1 - p), False),
    ],
)
def test_checks_of_the_excess_fail(wrong, adds_up):
    assert proof.excess_is_sum_of_terms(proof.excess_term)
    assert proof.terms_force_subspace(proof.excess_term)
    assert proof.excess_is_sum_of_terms(wrong) is adds_up
    assert not proof.terms_force_subspace(wrong)
    assert not pca.minimising_subspace_is_of_eigenvectors(term=wrong)


# the search


@pytest.fixture(scope="module")
def searches():
    samples = pca.random_samples(40, D, seed=0)
    return [pca.search_minimum(samples, k) for k in range(D + 1)]


def test_errors_are_those_of_scikit_learn():
    samples = pca.random_samples(40, D, seed=2)
    for k in range(1, D):
        peer = PCA(k).fit(samples)
        restored = peer.inverse_transform(peer.transform(samples))
        found = pca.search_minimum(samples, k, subspaces=2)
        assert found.minimum == pytest.approx(np.square(samples - restored).sum(), rel=1e-12)
        assert found.total == pytest.approx(np.square(samples).sum(), rel=1e-12)
        error = reconstruction_error(samples, peer.components_.T)
        assert error == pytest.approx(found.minimum, rel=1e-12)


@pytest.mark.can_fail("4b-smallest", "4b-error")
def test_check_of_the_choice_fails(searches):
    """For other choices, and errors too small or large."""
    is_right = pca.discarded_are_smallest
    assert is_right(searches)
    assert [len(one.subsets) for one in searches] == [1, 8, 28, 56, 70, 56, 28, 8, 1]
    bases = search.random_bases(9, D, 3, seed=0)
    assert np.allclose(bases.swapaxes(1, 2) @ bases, np.eye(3))
    for wrong in (
        lambda eigenvalues, k: eigenvalues[: len(eigenvalues) - k],
        lambda eigenvalues, k: eigenvalues[k + 1 :],
        lambda eigenvalues, k: eigenvalues[k - 1 :],
    ):
        assert not is_right(searches[2:3], wrong)
        assert not is_right(searches[:-1], wrong)
    for name, places, factor in (
        ("subset_errors", -1, 1 - 1e-9),
        ("random_errors", -1, 1 - 1e-9),
        ("subset_errors", slice(None), 1 + 1e-9),
    ):
        errors = getattr(searches[3], name).copy()
        errors[places] = searches[3].minimum * factor
        assert not is_right([replace(searches[3], **{name: errors}), *searches])


@pytest.mark.can_fail("4b-all-w")
def test_descents_by_any_weights_end_at_the_smallest_eigenvalues(searches):
    samples, is_right = pca.random_samples(40, D, seed=0), pca.no_weights_do_better
    found = [pca.descend_freely(samples, k, descents=2) for k in (1, 2)]
    assert is_right(searches[1:3], found)
    assert not is_right(searches[1:3], found[::-1])
    assert not is_right(searches[1:3], found, lambda eigenvalues, k: eigenvalues[:-k])
    for place, factor in (((0, 0), 1 - 1e-9), ((1, -1), 1 - 1e-9), ((1, 0), 1 + 1e-9)):
        wrong = found[0].copy()
        wrong[place] *= factor
        assert not is_right(searches[1:3], [wrong, found[1]])


def test_descents_have_the_error_and_its_slope_by_every_weight(monkeypatch):
    samples, errors = pca.random_samples(9, 3, seed=0), {}

    def at_start(function, start, **options):
        B, A = np.resize(start, (2, 3, 2))
        errors[len(start)] = np.square(samples - samples @ A @ B.T).sum()
        slope = approx_fprime(start, lambda weights: function(weights)[0])
        assert function(start)[1] == pytest.approx(slope, abs=1e-4)
        return SimpleNamespace(fun=function(start)[0])

    monkeypatch.setattr(search, "minimize", at_start)
    found = pca.descend_freely(samples, 2, descents=1)
    assert found == pytest.approx(np.array([[errors[6]], [errors[12]]]))


@pytest.mark.parametrize("k", range(4))
def test_ties_and_missing_ranks_are_handled(k):
    for sizes in ([1, 1, 1], [1, 1, 0], [0, 0, 0]):
        samples = np.concatenate([np.diag(sizes), -np.diag(sizes)])
        assert pca.discarded_are_smallest([pca.search_minimum(samples, k, subspaces=50)])


@pytest.mark.parametrize(("samples", "k"), [(np.eye(D), -1), (np.eye(D), 9), (np.eye(D)[:1], 1)])
def test_searches_that_there_are_not_are_refused(samples, k):
    with pytest.raises(ValueError, match=r"from 0 to 8|2 samples"):
        pca.search_minimum(samples, k)
