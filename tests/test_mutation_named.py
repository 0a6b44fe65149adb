"""The named mistakes stay mistakes of the present code."""

import ast
from collections import Counter

import pytest

from assignment4.mutation.named import NAMED, Named, named_mutant
from assignment4.mutation.selection import Selection
from assignment4.notebooks import ROOT


@pytest.mark.parametrize("named", NAMED, ids=lambda named: f"{named.module}: {named.name}")
def test_each_text_occurs_once_and_is_replaced(named: Named) -> None:
    mutant = named_mutant(named, ROOT)
    before = (ROOT / mutant.file).read_text(encoding="utf-8")
    assert mutant.source == before.replace(named.text, named.replacement)
    assert ast.dump(ast.parse(mutant.source)) != ast.dump(ast.parse(before))


def test_names_differ_and_every_module_has_tests() -> None:
    assert max(Counter((named.module, named.name) for named in NAMED).values()) == 1
    selection = Selection(ROOT)
    for module in {named.module for named in NAMED}:
        assert selection.tests_of(ROOT / "assignment4" / f"{module}.py"), module


def test_a_text_that_occurs_twice_is_refused() -> None:
    mistake = Named("encoder_decoder/training", "no seeds", "seed", "0")
    with pytest.raises(ValueError, match=r"no seeds: its text occurs \d+ times, not once"):
        named_mutant(mistake, ROOT)
