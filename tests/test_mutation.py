"""Mutants: every kind of change is made, and texts that nothing computes with are left alone."""

import ast

import pytest

from assignment4.mutation.mutants import mutants_of
from assignment4.mutation.selection import Selection, modules_of
from assignment4.notebooks import ROOT

CHANGED = {
    "x = a + b": {"x = a - b"},
    "x = (a + b) * c": {"x = (a - b) * c", "x = (a + b) / c"},
    "x = a**b": {"x = (a * b)"},
    "x += a": {"x -= a"},
    "x = a < b": {"x = a <= b"},
    "x = a not in b": {"x = a in b"},
    "x = -a": {"x = a"},
    "x = not a": {"x = a"},
    "x = a and b": {"x = a or b"},
    "x = 3": {"x = 4", "x = -3"},
    "x = 0": {"x = 1"},
    "x = 0.5": {"x = 1.5", "x = -0.5"},
    "x = a.sum(axis=0)": {"x = a.sum(axis=1)"},
    "x = a[b:]": {"x = a[b + 1:]"},
    "x = range(a)": {"x = range(a + 1)"},
    "x = a.T": {"x = a"},
    "x = a @ b": {"x = b @ a"},
    "x = abs(a)": {"x = a"},
    "f(a)": {"pass"},
    "if a:\n    b": {"if not (a):"},
    "x = [a for a in b if a]": {"x = [a for a in b if not (a)]"},
}
LEFT_ALONE = [
    '"""A docstring with 1 + 1."""',
    "def f(a: Array[1]) -> Array[2]: ...",
    'raise ValueError(f"{a + 1} is not 2")',
    'x = f"{a + 1}"',
    'x = "a" + b',
    "def __repr__(self): return self.a + 1",
    "x = a @ a",
    "x = True",
    "x = 1e150",
]


@pytest.mark.parametrize("source", CHANGED, ids=str)
def test_each_kind_of_change_is_made(source: str) -> None:
    assert {mutant.mutated for mutant in mutants_of(source, "a.py")} == CHANGED[source]


@pytest.mark.parametrize("source", LEFT_ALONE, ids=str)
def test_texts_are_left_alone(source: str) -> None:
    assert mutants_of(source, "a.py") == []


def test_a_mutant_says_where_it_is() -> None:
    (mutant,) = mutants_of('"""П"""\nx = a + b\n', "a.py")
    assert mutant.id == "a.py: x = a + b -> x = a - b"
    assert (mutant.line, mutant.operator) == (2, "arithmetic")
    assert mutant.source == '"""П"""\nx = a - b\n'


def test_changes_of_like_lines_are_numbered() -> None:
    ids = [mutant.id for mutant in mutants_of("x = a + b\nx = a + b\n", "a.py")]
    assert ids == ["a.py: x = a + b -> x = a - b", "a.py: x = a + b -> x = a - b (2)"]


def test_mutants_of_a_real_module_compile_and_have_ids_of_their_own() -> None:
    (path,) = modules_of("claims", ROOT)
    mutants = mutants_of(path.read_text(encoding="utf-8"), "assignment4/claims.py")
    assert len({mutant.id for mutant in mutants}) == len(mutants) > 20
    for mutant in mutants:
        ast.parse(mutant.source)


def test_the_tests_named_after_a_module_come_first() -> None:
    tests = Selection(ROOT).tests_of(ROOT / "assignment4" / "convolution" / "sizes.py")
    assert tests[0].name == "test_convolution_sizes.py"


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(ValueError, match="no module or subpackage 'no such'"):
        modules_of("no such", ROOT)
