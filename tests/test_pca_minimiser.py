"""The minimiser of Exercise 4 b: Lagrange argument, proof and search hold, wrong ones fail."""

import dataclasses

import numpy as np
import pytest
import scipy.linalg
import sympy
from sklearn.decomposition import PCA

from assignment4.pca.minimum.minimiser import (
    excess_term,
    random_bases,
    random_samples,
    reconstruction_errors,
    search_minimum,
    smallest,
    weight,
)
from assignment4.pca.minimum.minimiser_checks import (
    discarded_are_smallest,
    excess_is_never_negative,
    minimising_subspace_is_of_eigenvectors,
    minimum_is_unique,
    ties_free_one_eigenspace,
    weights_are_shares,
    weights_carry_trace,
)
from assignment4.pca.minimum.stationary import (
    curvatures,
    lagrangian_gradient,
    multipliers,
    ordered_eigenvalues,
    pair_rule,
    report_pair_rule,
    rotated_basis,
)
from assignment4.pca.minimum.stationary_checks import (
    eigenvectors_among,
    is_minimiser,
    is_multiplier,
    is_saddle,
    is_stationary,
    minimisers_consist_of_eigenvectors,
    spans_equal,
)

D = 8
EIGENVALUES = ordered_eigenvalues(4)
COVARIANCE = sympy.diag(*EIGENVALUES)
S, T = sympy.symbols("s t", real=True)
ROTATED = rotated_basis(S, T)


@pytest.fixture(scope="module")
def searches():
    samples = random_samples(40, D, seed=0)
    return [search_minimum(samples, k) for k in range(D + 1)]


@pytest.mark.can_fail("4b-minimiser")
def test_a_multiplier_of_zero_is_no_multiplier():
    assert is_multiplier(pair_rule)
    assert not is_multiplier(report_pair_rule)
    assert not is_multiplier(lambda covariance, v, w: -pair_rule(covariance, v, w))
    assert not is_multiplier(lambda covariance, v, w: pair_rule(covariance, v, w) / 2)
    assert not is_multiplier(lambda covariance, v, w: pair_rule(covariance, v, v))


def test_a_rotated_basis_is_stationary_with_multipliers_that_are_not_zero():
    discarded = ROTATED[:, 2:]
    assert is_stationary(COVARIANCE, discarded)
    assert not is_stationary(COVARIANCE, discarded, report_pair_rule)
    gap = EIGENVALUES[2] - EIGENVALUES[3]
    _, pairs = multipliers(COVARIANCE, discarded)
    assert sympy.expand(2 * pairs[0, 1] - 2 * gap * sympy.sin(T) * sympy.cos(T)) == 0


@pytest.mark.can_fail("4b-minimiser")
def test_check_of_stationarity_fails():
    turned = rotated_basis(S, T)[:, [0, 2]]
    assert not is_stationary(COVARIANCE, turned)
    assert not is_stationary(COVARIANCE, 2 * ROTATED[:, 2:])


def test_a_rotated_basis_has_eigenvectors_at_quarter_turns_only():
    assert eigenvectors_among(COVARIANCE, ROTATED) == []
    assert eigenvectors_among(COVARIANCE, rotated_basis(S, sympy.pi / 2)) == [3, 4]
    assert eigenvectors_among(sympy.diag(*ordered_eigenvalues(4, equal=[3])), ROTATED) == [3, 4]


def test_the_gradient_is_that_of_differences():
    """At numbers, against central differences of the Lagrangian written out with NumPy."""
    random = np.random.default_rng(0)
    covariance, basis, pairs = (random.normal(size=size) for size in ((3, 3), (3, 2), (2, 2)))
    covariance, norms = covariance + covariance.T, random.normal(size=2)

    def value(v):
        products = v.T @ v
        discarded = np.trace(v.T @ covariance @ v) + norms @ (1 - np.diag(products))
        return discarded + (pairs[0, 1] + pairs[1, 0]) * products[0, 1]

    found = lagrangian_gradient(*map(sympy.Matrix, (covariance, basis)), norms, pairs)
    for place in np.ndindex(3, 2):
        step = np.zeros((3, 2))
        step[place] = 1e-5
        slope = (value(basis + step) - value(basis - step)) / 2e-5
        assert float(found[place]) == pytest.approx(slope, rel=1e-6)


@pytest.mark.can_fail("4b-minimiser")
def test_the_claim_as_it_stands_fails_on_a_rotated_basis():
    assert minimisers_consist_of_eigenvectors(EIGENVALUES, [sympy.eye(4)], 2)
    assert not minimisers_consist_of_eigenvectors(EIGENVALUES, [sympy.eye(4), ROTATED], 2)
    assert not minimisers_consist_of_eigenvectors(EIGENVALUES, [rotated_basis(0, T)], 2)


@pytest.mark.parametrize(
    ("basis", "k"),
    [
        (ROTATED, 1),
        (ROTATED, 3),
        (2 * sympy.eye(4), 2),
        (sympy.eye(4)[:, [0, 2, 1, 3]], 2),
    ],
)
def test_what_is_no_minimiser_is_refused_as_a_counterexample(basis, k):
    assert not is_minimiser(EIGENVALUES, basis, k)
    with pytest.raises(ValueError, match=f"basis 2 of 2 is no minimiser for k = {k}"):
        minimisers_consist_of_eigenvectors(EIGENVALUES, [sympy.eye(4), basis], k)


def test_with_equal_eigenvalues_there_are_several_minimising_subspaces():
    tied = ordered_eigenvalues(4, equal=[1])
    assert is_minimiser(tied, ROTATED, 1)
    assert not spans_equal(ROTATED[:, 1:], sympy.eye(4)[:, 1:])
    assert spans_equal(ROTATED[:, 2:], sympy.eye(4)[:, 2:])


@pytest.mark.can_fail("4b-smallest")
def test_only_the_extreme_choices_are_no_saddles():
    assert is_saddle(EIGENVALUES, [1, 4])
    assert is_saddle(EIGENVALUES, [2, 4])
    assert not is_saddle(EIGENVALUES, [3, 4])
    assert not is_saddle(EIGENVALUES, [1, 2])
    assert not is_saddle(ordered_eigenvalues(2, equal=[1]), [1])


def test_curvatures_are_differences_of_eigenvalues():
    assert curvatures(EIGENVALUES, [1, 4]) == {
        (i, j): sympy.expand(2 * (EIGENVALUES[j - 1] - EIGENVALUES[i - 1]))
        for i in (1, 4)
        for j in (2, 3)
    }


@pytest.mark.parametrize(
    "call",
    [lambda: curvatures(EIGENVALUES, [0, 2]), lambda: ordered_eigenvalues(4, equal=[4])],
)
def test_numbers_out_of_range_are_refused(call):
    with pytest.raises(ValueError, match=r"(0 of 4; numbers are 1 to 4)|(4 of 4 .* 1 to 3)"):
        call()


def without_square(direction, basis):
    return sum((direction.T * basis)[0, :])


def without_first(direction, basis):
    return weight(direction, basis[:, 1:])


def halved(direction, basis):
    return weight(direction, basis) / 2


def lopsided(direction, basis):
    return (direction[0] * basis[0, 0]) ** 2 if basis.cols else sympy.Integer(0)


@pytest.mark.can_fail("4b-minimiser")
@pytest.mark.parametrize("wrong", [without_square, without_first, halved, lopsided])
def test_checks_of_the_weights_fail(wrong):
    assert weights_carry_trace(weight)
    assert weights_are_shares(weight)
    assert not weights_carry_trace(wrong)
    assert not weights_are_shares(wrong)
    assert not minimising_subspace_is_of_eigenvectors(share=wrong)


def other_sign(eigenvalue, threshold, share, kept):
    return threshold - eigenvalue, (share if kept else 1 - share)


def other_side(eigenvalue, threshold, share, kept):
    return excess_term(eigenvalue, threshold, share, not kept)


def without_threshold(eigenvalue, threshold, share, kept):
    return (eigenvalue, share) if kept else (-eigenvalue, 1 - share)


def always_kept(eigenvalue, threshold, share, kept):
    return eigenvalue - threshold, share


def other_threshold(eigenvalue, threshold, share, kept):
    return excess_term(eigenvalue, threshold + 1, share, kept)


@pytest.mark.can_fail("4b-minimiser")
@pytest.mark.parametrize(
    "wrong", [other_sign, other_side, without_threshold, always_kept, other_threshold]
)
def test_check_of_the_excess_fails(wrong):
    assert excess_is_never_negative(excess_term)
    assert not excess_is_never_negative(wrong)
    assert not minimising_subspace_is_of_eigenvectors(term=wrong)


def other_eigenspace(eigenvalue, threshold, share, kept):
    return (0 * eigenvalue, share) if kept else excess_term(eigenvalue, threshold, share, kept)


@pytest.mark.can_fail("4b-minimiser")
def test_ties_leave_the_subspace_free_in_one_eigenspace_only():
    """Not so where a kept eigenvector of a larger eigenvalue could be discarded at no cost."""
    assert ties_free_one_eigenspace(excess_term)
    for wrong in (other_sign, other_side, always_kept, other_threshold, other_eigenspace):
        assert not ties_free_one_eigenspace(wrong)


@pytest.mark.can_fail("4b-minimiser")
def test_the_minimum_is_unique_without_a_tie_only():
    assert minimum_is_unique(excess_term)
    assert not minimum_is_unique(excess_term, tied=True)
    assert not minimum_is_unique(always_kept)


def test_the_proof_s_formula_in_numbers():
    """The excess of random subspaces, with eigenvectors by SciPy, is the sum of the terms."""
    samples = random_samples(40, D, seed=1)
    eigenvalues, vectors = scipy.linalg.eigh(samples.T @ samples / 40)
    eigenvalues, vectors = eigenvalues[::-1], vectors[:, ::-1]
    for k in range(1, D):
        kept = random_bases(5, D, k, seed=k)
        excess = reconstruction_errors(samples, kept) / 40 - smallest(eigenvalues, k).sum()
        shares = 1 - np.square(vectors.T @ kept).sum(axis=2)
        terms = [
            np.multiply(*excess_term(eigenvalues[j], eigenvalues[k - 1], shares[:, j], j < k))
            for j in range(D)
        ]
        np.testing.assert_allclose(sum(terms), excess, rtol=1e-10)
        gap = eigenvalues[k - 1] - eigenvalues[k]
        assert (excess >= gap * (1 - shares[:, k:]).sum(axis=1) * (1 - 1e-12)).all()


def test_errors_are_those_of_scikit_learn():
    samples = random_samples(40, D, seed=2)
    for k in range(1, D):
        pca = PCA(k).fit(samples)
        restored = pca.inverse_transform(pca.transform(samples))
        search = search_minimum(samples, k, subspaces=2, descents=1)
        assert search.minimum == pytest.approx(np.square(samples - restored).sum(), rel=1e-12)
        errors = reconstruction_errors(samples, pca.components_.T[np.newaxis])
        assert errors[0] == pytest.approx(search.minimum, rel=1e-12)


def test_no_choice_is_better_than_the_smallest_eigenvalues(searches):
    assert discarded_are_smallest(smallest, searches)
    assert [len(search.subsets) for search in searches] == [1, 8, 28, 56, 70, 56, 28, 8, 1]
    for search in searches:
        best = search.subsets[search.subset_errors.argmin()]
        assert list(best) == list(range(search.k))
        assert search.descent_errors.shape == (100,)


@pytest.mark.can_fail("4b-smallest", "4b-error")
@pytest.mark.parametrize(
    "wrong",
    [
        lambda eigenvalues, k: eigenvalues[: len(eigenvalues) - k],
        lambda eigenvalues, k: eigenvalues[k + 1 :],
        lambda eigenvalues, k: eigenvalues[k - 1 :],
        lambda eigenvalues, k: np.sqrt(eigenvalues[k:]),
        lambda eigenvalues, k: np.delete(eigenvalues, range(1, k + 1)),
    ],
)
def test_check_of_the_choice_fails(searches, wrong):
    assert not discarded_are_smallest(wrong, searches[2:3])
    assert not discarded_are_smallest(wrong, searches)


@pytest.mark.can_fail("4b-smallest", "4b-error")
@pytest.mark.parametrize("name", ["subset_errors", "random_errors", "descent_errors"])
def test_check_of_the_choice_fails_on_a_smaller_error(searches, name):
    errors = getattr(searches[3], name).copy()
    errors[-1] = searches[3].minimum * (1 - 1e-9)
    assert not discarded_are_smallest(
        smallest, [dataclasses.replace(searches[3], **{name: errors})]
    )


@pytest.mark.can_fail("4b-smallest")
def test_check_of_the_choice_fails_on_descents_that_do_not_arrive():
    search = search_minimum(random_samples(40, D, seed=0), 3, steps=3)
    assert not discarded_are_smallest(smallest, [search])


@pytest.mark.parametrize("k", range(4))
def test_ties_and_missing_ranks_are_handled(k):
    equal = np.concatenate([np.eye(3), -np.eye(3)])
    flat = equal * [1, 1, 0]
    for samples in (equal, flat):
        search = search_minimum(samples, k, subspaces=50, descents=10)
        assert discarded_are_smallest(smallest, [search])


def test_random_subspaces_are_uniform():
    """The mean of their projectors is k/d times the unit matrix."""
    bases = random_bases(20000, 3, 1, seed=0)
    mean = (bases @ bases.swapaxes(1, 2)).mean(axis=0)
    np.testing.assert_allclose(mean, np.eye(3) / 3, atol=0.01)


@pytest.mark.parametrize(
    ("samples", "k", "message"),
    [
        (random_samples(5, D, seed=0), -1, "from 0 to 8, got -1"),
        (random_samples(5, D, seed=0), 9, "from 0 to 8, got 9"),
        (random_samples(5, D, seed=0), 1.5, "integer from 0 to 8, got 1.5"),
        (np.zeros((0, D)), 1, "at least 2 samples, got 0"),
        (np.zeros(D), 1, r"shape \(n, d\), d at least 1, got \(8,\)"),
        (np.full((5, D), np.nan), 1, "sample 0 has nan in entry 0"),
    ],
)
def test_what_cannot_be_searched_is_refused(samples, k, message):
    with pytest.raises(ValueError, match=message):
        search_minimum(samples, k)
