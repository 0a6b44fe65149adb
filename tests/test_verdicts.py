"""Verdicts of three values, put together and turned round."""

import pytest

from assignment4.intervals import all_of, opposite


@pytest.mark.parametrize(
    ("verdicts", "together"),
    [
        ([True, True], True),
        ([True, False], False),
        ([True, None], None),
        ([None, False], False),
        ([], True),
    ],
)
def test_one_false_is_enough_and_doubt_stays(verdicts, together):
    assert all_of(verdicts) is together


@pytest.mark.parametrize(("verdict", "turned"), [(True, False), (False, True), (None, None)])
def test_doubt_has_no_opposite(verdict, turned):
    assert opposite(verdict) is turned
