"""Addresses of places that run notebooks, and notebooks without outputs."""

import nbformat
import pytest

from assignment4.book.downloads import repository_url, without_outputs
from assignment4.book.notebooks import chapter_paths
from assignment4.book.reading import reading_minutes

FORK = {"GITHUB_SERVER_URL": "https://example.org", "GITHUB_REPOSITORY": "someone/fork"}


@pytest.mark.parametrize(
    ("configured", "environment", "expected"),
    [
        ("", {}, ""),
        ("", {"GITHUB_REPOSITORY": "someone/fork"}, ""),
        ("", FORK, "https://example.org/someone/fork"),
        ("https://example.org/us/book.git", FORK, "https://example.org/us/book"),
        ("https://example.org/us/book/", {}, "https://example.org/us/book"),
    ],
)
def test_the_address_is_the_configured_one_or_the_fork_s(configured, environment, expected):
    assert repository_url(configured, environment) == expected


def test_a_notebook_without_outputs_keeps_its_text():
    path = chapter_paths()[1]
    given, stripped = (nbformat.read(path, as_version=4) for _ in range(2))
    without_outputs(stripped)
    assert [cell.source for cell in stripped.cells] == [cell.source for cell in given.cells]
    code = [cell for cell in stripped.cells if cell.cell_type == "code"]
    assert code
    assert not any(cell.outputs or cell.execution_count for cell in code)


@pytest.mark.parametrize(("words", "minutes"), [(1, 5), (750, 5), (751, 10), (3000, 20)])
def test_reading_time_is_rounded_up_to_five_minutes(words, minutes):
    assert reading_minutes(words) == minutes
