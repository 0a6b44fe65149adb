"""The skeletons of letters: for each the forms that people write, for each form its strokes.

They stand in `skeletons.txt`. A stroke is a Catmull-Rom spline, or several that meet in corners.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

import numpy as np

HEIGHT = 68.0  # pixels of the raster that a letter of usual size takes

_WEIGHT = 2.0**-12  # weights of a curve's points are multiples of it, so that sums are exact
_STEP = 1.2  # pixels from one place of a stroke to the next, at usual size
_LONG = 0.45  # a piece longer than that, in letter heights, can bend at its quarters too


@dataclass(frozen=True, eq=False)
class Form:
    """One way to write a letter, and its share; lengths in letter heights, y downwards.

    The points (n, 2), of strokes (n,), are those of the skeleton, with a freedom (n,) up to 1 where
    neighbours are far, and others between them, with 0. From a straight line's middle `across`
    leads off it, from a stroke's ends `onwards` along it, (n, 2). Points `follow` others (n, n) so
    far; m places along the strokes take of each point the weights (m, n).
    """

    share: float
    points: np.ndarray
    stroke: np.ndarray
    freedom: np.ndarray
    across: np.ndarray
    onwards: np.ndarray
    follow: np.ndarray
    weights: np.ndarray


@cache
def skeletons() -> dict[str, tuple[Form, ...]]:
    """Return the forms of each letter of `skeletons.txt`, from printed to cursive."""
    text = files("assignment4.letters").joinpath("skeletons.txt").read_text(encoding="utf-8")
    forms: dict[str, list] = {}
    strokes: list = []
    for line in text.splitlines():
        kind, *entries = line.partition("#")[0].split() or [""]
        if kind in ("line", "curve"):
            points = [tuple(map(float, entry.strip("!").split(","))) for entry in entries]
            corners = [kind == "line" or entry.endswith("!") for entry in entries]
            strokes.append((np.array(points) / 100, corners))
        elif kind:
            strokes = []
            forms.setdefault(kind, []).append((float(entries[0]), strokes))
    return {
        letter: tuple(_Draft(strokes).form(share) for share, strokes in several)
        for letter, several in forms.items()
    }


class _Draft:
    """Collects the points of a form, stroke by stroke."""

    def __init__(self, strokes: Sequence[tuple[np.ndarray, Sequence[bool]]]) -> None:
        self.points, self.stroke, self.freedom = [], [], []
        self.across, self.onwards, self.parents = {}, {}, {}
        self.pieces = []  # of a smooth curve each, numbers of its points
        for number, (nodes, corners) in enumerate(strokes):
            self.number = number
            gaps = np.abs(np.diff(nodes, axis=0)).sum(axis=1)
            near = np.minimum(np.append(gaps, np.inf), np.insert(gaps, 0, np.inf))
            freedom = np.clip(near / 0.6, 0.3, 1)
            start = last = self._add(nodes[0], freedom[0])
            limits = [0, *(i for i in range(1, len(nodes) - 1) if corners[i]), len(nodes) - 1]
            for first, stop in pairwise(limits):
                piece = [last]
                for i in range(first, stop):
                    around = nodes[[max(i - 1, first), i, i + 1, min(i + 2, stop)]]
                    piece += self._between(piece[-1], around, gaps[i] > _LONG, stop == first + 1)
                    last = self._add(nodes[i + 1], freedom[i + 1])
                    piece.append(last)
                self.pieces.append(piece)
            self.onwards[start] = nodes[0] - nodes[1]
            self.onwards[last] = nodes[-1] - nodes[-2]

    def _add(self, point: np.ndarray, freedom: float = 0.0) -> int:
        self.points.append(point)
        self.stroke.append(self.number)
        self.freedom.append(freedom)
        return len(self.points) - 1

    def _between(self, left: int, around: np.ndarray, long: bool, straight: bool) -> list[int]:
        """Add the middle of a piece and, if it is long, its quarters; return their numbers."""
        times = (0.25, 0.5, 0.75) if long else (0.5,)
        added = [self._add(np.array(_basis(t)) @ around) for t in times]
        middle, right = added[len(added) // 2], added[-1] + 1
        self.parents[middle] = left, right
        if long:
            self.parents[added[0]] = left, middle
            self.parents[added[2]] = middle, right
        if straight:
            along = around[2] - around[1]
            self.across[middle] = np.array([-along[1], along[0]])
        return added

    def form(self, share: float) -> Form:
        count = len(self.points)
        follow = np.eye(count)
        for _ in range(2):  # middles follow their ends, then quarters follow them
            for child, (one, other) in self.parents.items():
                follow[child] = (follow[one] + follow[other]) / 2
                follow[child, child] = 1
        return Form(
            share,
            np.array(self.points),
            np.array(self.stroke),
            np.array(self.freedom),
            np.array([self.across.get(i, (0.0, 0.0)) for i in range(count)]),
            np.array([self.onwards.get(i, (0.0, 0.0)) for i in range(count)]),
            follow,
            np.vstack([_spline(np.array(self.points), piece) for piece in self.pieces]),
        )


def _basis(t: float) -> tuple[float, float, float, float]:
    """Return the weights of a Catmull-Rom spline's four points, t from the second to the third."""
    return (
        (-t + 2 * t * t - t * t * t) / 2,
        (2 - 5 * t * t + 3 * t * t * t) / 2,
        (t + 4 * t * t - 3 * t * t * t) / 2,
        (t * t * t - t * t) / 2,
    )


def _spline(points: np.ndarray, piece: Sequence[int]) -> np.ndarray:
    """Return the weights of a spline through a piece's points, whose ends count twice."""
    rows = []
    for index in range(len(piece) - 1):
        length = np.abs(points[piece[index + 1]] - points[piece[index]]).sum() * HEIGHT
        around = [piece[min(max(index + k, 0), len(piece) - 1)] for k in (-1, 0, 1, 2)]
        for t in np.linspace(0, 1, int(length / _STEP) + 2):
            row = np.zeros(len(points))
            for place, weight in zip(around, _basis(t), strict=True):
                row[place] += weight
            rows.append(np.round(row / _WEIGHT) * _WEIGHT)
    return np.array(rows)
