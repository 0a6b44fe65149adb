"""The readers' problems: each chapter has some, stubs fail, solutions pass, near misses fail."""

import re
from pathlib import Path

import nbformat
import numpy as np
import pytest

from assignment4.book.notebooks import chapter_paths
from assignment4.problems import Attempt, attempt, expect
from assignment4.problems.transposed_convolutions import (
    even_kernels,
    stride_lists,
    transposed_by_scattering,
    unread_pixels,
)

FEWEST = 3
CHAPTERS_WITH_PROBLEMS = [path for path in chapter_paths() if path.stem.startswith("exercise")]


def tagged(notebook: nbformat.NotebookNode, tag: str) -> list[nbformat.NotebookNode]:
    return [cell for cell in notebook.cells if tag in cell.metadata.get("tags", [])]


@pytest.mark.parametrize("path", CHAPTERS_WITH_PROBLEMS, ids=lambda path: path.stem)
def test_each_problem_has_a_text_a_hint_a_stub_and_a_solution(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    stubs = [index for index, cell in enumerate(cells) if "stub" in cell.metadata.get("tags", [])]
    assert len(stubs) >= FEWEST
    for number, index in enumerate(stubs, start=1):
        text, stub, solution = cells[index - 1 : index + 2]
        assert f"### Problem {number}: " in text.source
        assert "```{dropdown} Hint" in text.source
        assert {"solution", "hide-cell"} <= set(solution.metadata.get("tags", []))
        (check,) = re.findall(r"^attempt\(([\w.]+), \w+\)$", stub.source, flags=re.MULTILINE)
        assert re.search(
            rf"^assert attempt\({check}, \w+\)\.solved$", solution.source, re.MULTILINE
        )
        (shown,) = stub.outputs
        assert shown.data["text/plain"].startswith("not solved yet: ")


def test_solutions_stand_only_behind_stubs() -> None:
    for path in chapter_paths():
        notebook = nbformat.read(path, as_version=4)
        assert len(tagged(notebook, "stub")) == len(tagged(notebook, "solution")), path.stem


def refuse(answer: object) -> None:
    raise AssertionError("two is not three") if answer == 2 else ValueError("no number")


def test_an_attempt_says_what_is_wrong() -> None:
    assert repr(attempt(refuse, 2)) == "not solved yet: two is not three"
    assert repr(attempt(refuse, 3)) == "not solved yet: it raises ValueError: no number"
    assert attempt(lambda answer: None, 3) == Attempt()
    assert repr(Attempt()) == "solved"
    assert Attempt().solved
    assert not attempt(refuse, 2).solved


def test_a_truth_value_is_no_number() -> None:
    assert not attempt(lambda answer: expect(answer, 1, "f()"), True).solved
    assert attempt(lambda answer: expect(answer, True, "f()"), True).solved


def scatter_late(values, weights, stride, size):
    sums = np.zeros(size, int)
    for j, value in enumerate(values):
        sums[j : j + len(weights)] += value * weights
    return sums


WRONG = [
    (unread_pixels, lambda n, k, s: 0),
    (unread_pixels, lambda n, k, s: (n - k) % s),
    (unread_pixels, lambda n, k, s: n - ((n - k) // s + 1) * k),
    (stride_lists, lambda n, m: [n // m]),
    (stride_lists, lambda n, m: [s for s in range(1, n + 1) if n // s == m]),
    (stride_lists, lambda n, m: [s for s in range(n, 0, -1) if -(-n // s) == m]),
    (transposed_by_scattering, scatter_late),
    (transposed_by_scattering, lambda values, weights, stride, size: np.convolve(values, weights)),
    (even_kernels, lambda k, s: k % 2 == 0),
    (even_kernels, lambda k, s: s % k == 0),
    (even_kernels, lambda k, s: int(k % s == 0)),
]


@pytest.mark.parametrize(("check", "answer"), WRONG)
def test_near_misses_are_not_solutions(check, answer) -> None:
    assert not attempt(check, answer).solved
