"""The map of the claims: which lines are drawn, on which levels, and where the boxes lead."""

import re
from itertools import pairwise

import pytest

from assignment4.claims import MARKS, Claim, book_claims
from assignment4.figures.claims_map import ClaimsMap, direct_foundations, levels_of


def claims(**rests_on: str) -> dict[str, Claim]:
    return {
        name: Claim(name, "", f"Claim {name}.", "confirmed", "", tuple(names))
        for name, names in rests_on.items()
    }


def test_lines_that_follow_from_others_are_left_out():
    found = direct_foundations(claims(a="", b="a", c="ab", d="ca"))
    assert found == {"a": (), "b": ("a",), "c": ("b",), "d": ("c",)}


def test_levels_hold_a_place_for_each_line_that_skips_them():
    assert levels_of({"a": (), "b": (), "c": ("a",), "d": ("c", "b")}) == [
        ["a", "b"],
        ["c", "d<b"],
        ["d"],
    ]


@pytest.mark.parametrize("exercise", "1234")
def test_every_claim_is_a_box_that_leads_to_its_row(exercise):
    ledger = book_claims()
    drawn = ClaimsMap(exercise, ledger)
    page = drawn._repr_html_()
    names = [name for name in ledger if name[0] == exercise]
    assert sorted(re.findall(r'<a href="#([^"]+)"', page)) == sorted(names)
    for name in names:
        assert f">{MARKS[ledger[name].verdict]} {name}</text>" in page
    arrows = sum(len(foundations) for foundations in drawn.foundations.values())
    assert page.count("marker-end=") == arrows
    assert page == ClaimsMap(exercise, ledger)._repr_html_()


def test_boxes_of_a_level_do_not_overlap():
    page = ClaimsMap("2", book_claims())._repr_html_()
    boxes = re.findall(r'<rect x="(\d+)" y="(\d+)" width="(\d+)"', page)
    rows: dict[int, list[tuple[int, int]]] = {}
    for x, y, width in (map(int, box) for box in boxes):
        rows.setdefault(y, []).append((x, x + width))
    for spans in rows.values():
        ordered = sorted(spans)
        assert all(end < start for (_, end), (start, _) in pairwise(ordered))
