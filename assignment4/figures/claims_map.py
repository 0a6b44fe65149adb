"""A map of the claims: which rests on which, drawn as SVG whose boxes are links to the ledger."""

import html
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from assignment4.claims import MARKS, Claim

BOX = (150, 34)
GAP = (14, 34)
"""Width and height of a box, and of the space between boxes, in pixels of the SVG."""

SWEEPS = 8

Edge = tuple[str, str]


def direct_foundations(claims: Mapping[str, Claim]) -> dict[str, tuple[str, ...]]:
    """Return what each claim rests on, less what it rests on by way of another foundation.

    Args:
        claims: by id, each of whose foundations is among them.
    """
    below: dict[str, set[str]] = {}

    def all_below(name: str) -> set[str]:
        if name not in below:
            direct = claims[name].rests_on
            below[name] = set(direct).union(*map(all_below, direct))
        return below[name]

    return {
        name: tuple(
            foundation
            for foundation in claim.rests_on
            if not any(foundation in all_below(other) for other in claim.rests_on)
        )
        for name, claim in claims.items()
    }


def levels_of(foundations: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return names by level: level 0 rests on nothing, each other one on the level before it.

    Args:
        foundations: what each name rests on, without circles.

    Returns:
        Lists of names. An edge that skips levels passes through a place of its own on each of
        them, named "claim<foundation".
    """
    depth: dict[str, int] = {}

    def measure(name: str) -> int:
        if name not in depth:
            depth[name] = 1 + max(map(measure, foundations[name]), default=-1)
        return depth[name]

    levels: list[list[str]] = [[] for _ in range(1 + max(map(measure, foundations)))]
    for name, names in foundations.items():
        levels[depth[name]].append(name)
        for foundation in names:
            for level in range(depth[foundation] + 1, depth[name]):
                levels[level].append(f"{name}<{foundation}")
    return levels


class ClaimsMap:
    """The claims of one exercise as boxes, with a line from each to those that rest on it.

    Args:
        exercise: its number, one digit.
        claims: all claims of the ledger by id.
    """

    def __init__(self, exercise: str, claims: Mapping[str, Claim]) -> None:
        self.exercise = exercise
        self.claims = {name: claim for name, claim in claims.items() if name[0] == exercise}
        self.foundations = direct_foundations(self.claims)
        self.levels = levels_of(self.foundations)
        self.edges = list(self._edges())
        self._untangle()

    def __repr__(self) -> str:
        return "\n".join(
            f"{name} rests on {', '.join(names)}"
            for name, names in self.foundations.items()
            if names
        )

    def _edges(self) -> Iterator[Edge]:
        """Yield each line from level to level, as pairs of upper and lower place."""
        places = {place for level in self.levels for place in level}
        for level in self.levels:
            for place in level:
                for foundation in self.foundations.get(place, ()):
                    through = f"{place}<{foundation}"
                    yield (through if through in places else foundation), place
        for upper, lower in pairwise(self.levels):
            for place in lower:
                if "<" in place:
                    yield (place if place in upper else place.split("<")[1]), place

    def _untangle(self) -> None:
        """Order each level by the mean place of its neighbours, down and up again."""
        for sweep in range(SWEEPS):
            downwards = sweep % 2 == 0
            pairs = list(pairwise(self.levels))
            for upper, lower in pairs if downwards else reversed(pairs):
                fixed, moved = (upper, lower) if downwards else (lower, upper)
                moved.sort(key=lambda place, fixed=fixed: self._mean_place(place, fixed))

    def _mean_place(self, place: str, fixed: list[str]) -> float:
        neighbours = {one for edge in self.edges if place in edge for one in edge} & set(fixed)
        found = [(fixed.index(one) + 0.5) / len(fixed) for one in neighbours]
        return sum(found) / len(found) if found else 0.5

    def _repr_html_(self) -> str:
        width, height = BOX[0] + GAP[0], BOX[1] + GAP[1]
        columns = max(map(len, self.levels))
        size = columns * width, len(self.levels) * height
        centres = [
            {
                place: ((index + 0.5) * size[0] / len(level), (row + 0.5) * height)
                for index, place in enumerate(level)
            }
            for row, level in enumerate(self.levels)
        ]
        lines = "".join(
            self._line(above[upper], below[lower], arrow="<" not in lower)
            for above, below in pairwise(centres)
            for upper, lower in self.edges
            if upper in above and lower in below
        )
        boxes = "".join(
            self._box(self.claims[place], centre)
            for level in centres
            for place, centre in level.items()
            if place in self.claims
        )
        through = "".join(
            f'<line x1="{x:.0f}" x2="{x:.0f}" y1="{y - BOX[1] / 2:.0f}" y2="{y + BOX[1] / 2:.0f}"/>'
            for level in centres
            for place, (x, y) in level.items()
            if "<" in place
        )
        return (
            f'<div class="claims-map" role="group" tabindex="0" '
            f'aria-label="Which claim of Exercise {self.exercise} rests on which">'
            f'<svg viewBox="0 0 {size[0]} {size[1]}" width="{size[0]}" height="{size[1]}" '
            f'xmlns="http://www.w3.org/2000/svg"><defs>'
            f'<marker id="arrow-{self.exercise}" viewBox="0 0 8 8" refX="7" refY="4" '
            f'markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z"/></marker>'
            f'</defs><g class="lines">{lines}{through}</g>{boxes}</svg></div>'
        )

    def _line(self, start: tuple[float, float], end: tuple[float, float], *, arrow: bool) -> str:
        tip = f' marker-end="url(#arrow-{self.exercise})"' if arrow else ""
        return (
            f'<line x1="{start[0]:.0f}" y1="{start[1] + BOX[1] / 2:.0f}" '
            f'x2="{end[0]:.0f}" y2="{end[1] - BOX[1] / 2:.0f}"{tip}/>'
        )

    def _box(self, claim: Claim, centre: tuple[float, float]) -> str:
        x, y = centre[0] - BOX[0] / 2, centre[1] - BOX[1] / 2
        title = html.escape(f"{claim.id}, {claim.verdict}: {claim.claim}")
        return (
            f'<a href="#{claim.id}" class="claim-{claim.verdict}" data-claim="{claim.id}" '
            f'aria-label="{title}"><title>{title}</title>'
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{BOX[0]}" height="{BOX[1]}" rx="5"/>'
            f'<text x="{centre[0]:.0f}" y="{centre[1]:.0f}">{MARKS[claim.verdict]} '
            f"{html.escape(claim.id)}</text></a>"
        )
