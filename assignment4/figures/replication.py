"""Pictures of stored results: intervals over seeds beside their bounds, and learning curves."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from assignment4.figures.colors import BLUE, GREEN, GREY, LINES, ORANGE, mark
from assignment4.replication.seed_verdicts import Quantity

STYLES = {
    "above": mark(BLUE, ">"),
    "below": mark(ORANGE, "<"),
    "within": mark(GREEN, "o"),
    "not told": mark(GREY, "D", filled=False),
}
"""How each side of a bound is drawn: told apart by colour, and by shape and filling."""


def plot_quantities(quantities: Mapping[str, Sequence[Quantity]]) -> list[Axes]:
    """Draw a row for each quantity: its interval, its mean, and its bounds as upright strokes.

    The quantities are those of each claim, by its id. A panel each has shares and the others; the
    lines of a row are interval, mean and one for each bound.
    """
    panels = {}
    for claim, some in quantities.items():
        for one in some:
            is_share = max(one.bounds) > 0.5  # others are differences, and have bounds near 0
            panels.setdefault(is_share, []).append((claim, one))
    panels = [panels[is_share] for is_share in sorted(panels, reverse=True)]
    heights = [len(rows) for rows in panels]
    figure = plt.figure(figsize=(9, 0.34 * sum(heights) + 1.8), layout="constrained")
    all_axes = figure.subplots(len(panels), height_ratios=heights, squeeze=False)[:, 0]
    for axes, rows in zip(all_axes, panels, strict=True):
        _plot_rows(axes, rows)
    all_axes[-1].set_xlabel("mean over the seeds, with its 95 % interval")
    sides = {one.side for some in quantities.values() for one in some}
    used = [side for side in STYLES if side in sides]
    keys = [plt.Line2D([], [], linewidth=2.5, **STYLES[side]) for side in used]
    keys.append(plt.Line2D([], [], color="black", marker="|", markersize=12, linestyle="none"))
    figure.legend(keys, [*used, "bound"], loc="outside upper center", ncols=5, frameon=False)
    return list(all_axes)


def _plot_rows(axes: Axes, rows: Sequence[tuple[str, Quantity]]) -> None:
    for place, (_, one) in enumerate(rows):
        style, interval = STYLES[one.side], one.interval
        ends = interval.lower, interval.upper
        axes.plot(ends, [place, place], color=style["color"], linewidth=3)
        axes.plot([interval.estimate], [place], markersize=6, linestyle="none", **style)
        for bound in one.bounds:
            axes.plot([bound], [place], color="black", marker="|", markersize=15, linestyle="none")
    axes.set_yticks(range(len(rows)), [f"{claim}, {one.told}" for claim, one in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="x", alpha=0.3)


def plot_curves(curves: Mapping[str, Sequence[Mapping[str, float]]], number: str) -> Axes:
    """Draw a number of stored results against the steps, a line for each name."""
    axes = plt.figure(figsize=(7, 3.6), layout="constrained").subplots()
    for (name, lines), (color, dashes) in zip(curves.items(), LINES, strict=False):
        steps, values = zip(*[(line["steps"], line[number]) for line in lines], strict=True)
        axes.semilogx(steps, values, dashes, color=color, marker="o", label=name)
    axes.set(xlabel="training steps", ylabel=number)
    axes.legend()
    return axes
