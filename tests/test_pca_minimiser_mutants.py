"""What only mutants of the proof of the least error and of the search showed to be untested."""

import numpy as np
import pytest

from assignment4.pca.minimum.minimiser import Search, descend, random_samples, smallest, weight
from assignment4.pca.minimum.minimiser_checks import (
    discarded_are_smallest,
    weights_are_shares,
    weights_carry_trace,
)


def test_all_that_can_be_left_is_what_all_samples_leave():
    nothing = np.zeros(0)
    search = Search(1, 5, np.array([3.0, 1.0]), nothing, nothing, nothing, nothing)
    assert (search.total, search.minimum) == (20, 5)


def test_random_samples_are_spread_most_along_the_last_axis():
    assert random_samples(10_000, 3, seed=0).std(axis=0) == pytest.approx([1, 1.5, 2], rel=0.05)


SPREAD = np.array([[2.0, 0], [-2, 0], [0, 1], [0, -1]])
"""Samples whose covariance has the eigenvalue 2 along the first axis, 1/2 along the second."""


def test_a_descent_takes_as_many_steps_as_are_asked_for():
    start = np.array([[[-0.6], [0.8]]])
    assert (descend(SPREAD, start, steps=0) == start).all()
    uphill = np.array([-0.6 * (2 - 1.04), 0.8 * (0.5 - 1.04)])
    ahead = start[0, :, 0] + uphill / 2
    (found,) = descend(SPREAD, start, steps=1)
    assert np.abs(found[:, 0]) == pytest.approx(np.abs(ahead) / np.linalg.norm(ahead))


def test_a_descent_does_not_end_where_all_slopes_are_negative():
    (found,) = descend(SPREAD, np.array([[[-0.6], [0.8]]]), steps=200)
    assert np.abs(found[:, 0]) == pytest.approx([1, 0], abs=1e-8)


def test_a_descent_ends_at_once_where_nothing_is_spread():
    start = np.array([[[0.6], [0.8]]])
    assert (descend(np.zeros((3, 2)), start, steps=5) == start).all()


@pytest.mark.can_fail("4b-minimiser")
@pytest.mark.parametrize("shape", [(1, 1), (2, 1), (2, 2), (3, 1), (3, 2)])
def test_weights_that_are_wrong_for_one_shape_are_noticed(shape):
    def wrong(direction, basis):
        return weight(direction, basis) + int(basis.shape == shape)

    assert not weights_carry_trace(wrong)


@pytest.mark.can_fail("4b-minimiser")
@pytest.mark.parametrize("count", [0, 2, 3])
def test_weights_that_are_no_shares_of_so_many_vectors_are_noticed(count):
    def wrong(direction, basis):
        return weight(direction, basis) + int(basis.cols == count)

    assert not weights_are_shares(wrong)


def test_the_least_error_of_nothing_is_nothing():
    zero = np.zeros(2)
    assert discarded_are_smallest(smallest, [Search(1, 3, zero, zero, zero, zero, zero)])
