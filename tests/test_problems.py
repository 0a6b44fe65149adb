"""The readers' problems: each chapter has some, stubs fail, solutions pass, near misses fail."""

import ast
import copy
from collections.abc import Iterator
from pathlib import Path

import nbformat
import numpy as np
import pytest

from assignment4.book.notebooks import chapter_paths
from assignment4.problems import (
    Attempt,
    ablations,
    architecture,
    attempt,
    auto_encoders,
    backpropagation,
    batches,
    classifier_loss,
    expect,
    expect_array,
    expect_close,
    letters,
    principal_components,
)

FEWEST = 3
CHAPTERS = [path for path in chapter_paths() if path.stem.startswith("exercise")]
each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def cells_of(path: Path) -> tuple[dict, list[tuple]]:
    """Return what a chapter's problems need, and text, stub and solution of each."""
    cells, names = nbformat.read(path, as_version=4).cells, {"np": np}
    imports = next(cell for cell in cells if cell.cell_type == "code").source
    for node in ast.parse(imports).body:
        if "problems" in ast.unparse(node):
            exec(ast.unparse(node), names)
    stubs = [index for index, cell in enumerate(cells) if "stub" in cell.metadata.get("tags", [])]
    return names, [tuple(cells[index - 1 : index + 2]) for index in stubs]


def split(source: str) -> tuple[ast.Module, str]:
    """Return the part of a cell that makes an answer, and the call that tries it."""
    body = ast.parse(source).body
    (tried,) = (node for node in body if "attempt(" in ast.unparse(node))
    calls = [ast.unparse(node) for node in ast.walk(tried) if isinstance(node, ast.Call)]
    answer = [node for node in body if node is not tried and not isinstance(node, ast.Assert)]
    return ast.Module(answer, []), calls[0]


def outcome(answer: ast.Module, call: str, names: dict) -> Attempt:
    names = dict(names)
    try:
        exec(ast.unparse(answer), names)
    except Exception as error:
        return Attempt(f"it raises {error}")
    return eval(call, names)


OTHERS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult}
OTHERS |= {ast.FloorDiv: ast.Mult, ast.MatMult: ast.Add, ast.Pow: ast.Mult, ast.Mod: ast.Add}
OTHERS |= {ast.Lt: ast.Gt, ast.Gt: ast.Lt, ast.LtE: ast.Gt, ast.GtE: ast.Lt}
OTHERS |= {ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.USub: ast.UAdd, ast.Not: ast.UAdd}


def mutants(tree: ast.Module) -> Iterator[ast.Module]:
    """Yield trees in each of which one operator or number is another."""
    for place, node in enumerate(ast.walk(tree)):
        changed = copy.deepcopy(tree)
        other = list(ast.walk(changed))[place]
        if isinstance(node, ast.BinOp | ast.UnaryOp):
            other.op = OTHERS[type(node.op)]()
        elif isinstance(node, ast.Compare):
            other.ops[0] = OTHERS[type(node.ops[0])]()
        elif isinstance(node, ast.Constant) and not isinstance(node.value, str | None):
            other.value = not node.value if isinstance(node.value, bool) else node.value + 1
        else:
            continue
        yield changed


@each_chapter
def test_each_problem_has_a_text_a_hint_a_stub_that_fails_and_a_solution_that_passes(path):
    names, problems = cells_of(path)
    assert len(problems) >= FEWEST
    for number, (text, stub, solution) in enumerate(problems, start=1):
        assert f"### Problem {number}: " in text.source
        assert "```{dropdown} Hint" in text.source
        assert {"solution", "hide-cell"} <= set(solution.metadata.get("tags", []))
        assert ".solved" in solution.source
        assert split(stub.source)[1] == split(solution.source)[1]
        remark = outcome(*split(stub.source), names).remark
        assert remark
        assert "it raises" not in remark
        assert repr(Attempt(remark)) == stub.outputs[0].data["text/plain"]
        assert outcome(*split(solution.source), names).solved


@each_chapter
def test_solutions_with_another_operator_or_number_are_none(path):
    """Two mutants of a function may do the same as it does, such as one that tries more numbers."""
    names, problems = cells_of(path)
    for *_, solution in problems:
        answer, call = split(solution.source)
        is_function = isinstance(answer.body[0], ast.FunctionDef)
        if is_function and not any(isinstance(node, ast.While) for node in ast.walk(answer)):
            found = [outcome(mutant, call, names).solved for mutant in mutants(answer)]
            assert found.count(False) >= max(1, len(found) - 2)


def refuse(answer: object) -> None:
    raise AssertionError("two is not three") if answer == 2 else ValueError("no number")


def test_an_attempt_says_what_is_wrong() -> None:
    assert repr(attempt(refuse, 2)) == "not solved yet: two is not three"
    assert repr(attempt(refuse, 3)) == "not solved yet: it raises ValueError: no number"
    assert attempt(lambda answer: None, 3) == Attempt()
    assert repr(Attempt()) == "solved"


def test_values_are_compared_by_kind_shape_and_rounding() -> None:
    expect(True, True, "it")
    expect_close(1 / 3, 1 / 3 + 1e-12, "it")
    expect_array([[1, 2]], np.array([[1.0, 2.0]]), "it")
    for check, found, right in (
        *((expect, True, 1), (expect, 1, True), (expect, 2, 3)),
        *((expect_close, 0.3334, 1 / 3), (expect_close, [1, 1], 1), (expect_close, np.nan, 1)),
        *((expect_close, None, 1), (expect_close, 1 + 1e-8, 1)),
        *((expect_array, found, np.array([[1.0, 2.0]])) for found in (None, [1, 2], [[1, np.nan]])),
        (expect_array, [[1, 2 + 1e-8]], np.array([[1.0, 2.0]])),
    ):
        with pytest.raises(AssertionError, match=r"^it "):
            check(found, right, "it")


def needed(eigenvalues, share):
    left = [sum(eigenvalues[k:]) / sum(eigenvalues) for k in range(len(eigenvalues) + 1)]
    return next(k for k, one in enumerate(left) if one < share)


SHIFT = [[0, 1, 0], [0, 0, 1], [1, 0, 0]]


NEAR_MISSES = {
    letters.batch_normalized_as_a_whole: [
        [[[1, -1], [1, -1]], [[-1, 1], [1, -1]]],
        [[[1.5, 0.3], [1.5, 0.3]], [[-0.1, -1.3], [-0.1, -1.3]]],
    ],
    architecture.parameters_without_effect: [3777 + 784, 3777 - 1, True],
    classifier_loss.codes_with_a_place: [lambda label, places: np.eye(places)[label]],
    classifier_loss.step_uphill: [[[1, 0, 0], [0.9, 0.05, 0.05]], [[0.5, 0, 0], [0.4, 0.3, 0.3]]],
    ablations.difference_within_seeds: [
        [[1, 2, 3, 4, 5], [11, 12, 13, 14, 15]],
        [[1, 2, 3, 4, 5], [5.5, 4.5, 3.5, 2.5, 1.5]],
    ],
    ablations.fewest_seeds: [
        lambda m: int(np.ceil(np.log2(m / 0.05))),
        lambda m: int(np.ceil(np.log2(2 * m / 0.05))) + 1,
    ],
    backpropagation.blind_tests: [([[1, 2], [2, 1]], [1, 1]), (SHIFT, [1, 1, 2])],
    principal_components.component_counts: [
        needed,
        lambda values, share: needed([one**2 for one in values], share),
    ],
    principal_components.slip_examples: [([1, 2], [2, 1], [1, 1]), ([1, 0], [1, 1], [1, 0])],
    principal_components.centring_examples: [
        [(5, 1), (-5, -1)],
        [(5, 1), (6, -1)],
        [(1, 1), (1, -1)],
    ],
    auto_encoders.ways_down: [([0, 1, 0], [0, 1, 0]), ([0, 1, 0.1], [0, 1, 0.1])],
    batches.lucky_batches: [[(3, 4), (6, 8)], [(4, -3), (-4, 3)], [(1, 2), (3, 4)]],
}
"""Of answers that are no functions, and of functions whose mutants may run for ever."""


@pytest.mark.parametrize("check", NEAR_MISSES, ids=lambda check: check.__name__)
def test_near_misses_are_not_solutions(check) -> None:
    for answer in NEAR_MISSES[check]:
        assert "it raises TypeError" not in attempt(check, answer).remark
        assert not attempt(check, answer).solved
