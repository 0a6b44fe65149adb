"""Pictures of intervals over seeds beside the bounds that decide."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from assignment4.figures.colors import BLUE, GREEN, GREY, ORANGE
from assignment4.replication.seed_verdicts import Quantity

STYLES = {
    "above": {"color": BLUE, "marker": ">", "markerfacecolor": BLUE},
    "below": {"color": ORANGE, "marker": "<", "markerfacecolor": ORANGE},
    "within": {"color": GREEN, "marker": "o", "markerfacecolor": GREEN},
    "not told": {"color": GREY, "marker": "D", "markerfacecolor": "white"},
}
"""How each side of a bound is drawn: told apart by colour, and by shape and filling."""

LARGEST_SMALL_BOUND = 0.5
"""Quantities whose bounds lie beyond are shares near 1; the others are differences near 0."""


def plot_quantities(quantities: Mapping[str, Sequence[Quantity]]) -> list[Axes]:
    """Draw a row for each quantity: its interval, its mean, and its bounds as upright strokes.

    Args:
        quantities: of each claim, by its id.

    Returns:
        The axes of shares and of the other quantities; the lines of a row are interval, mean and
        one for each bound.
    """
    rows = [(claim, one) for claim, some in quantities.items() for one in some]
    shares = [row for row in rows if max(row[1].bounds) > LARGEST_SMALL_BOUND]
    others = [row for row in rows if max(row[1].bounds) <= LARGEST_SMALL_BOUND]
    panels = [some for some in (shares, others) if some]
    figure, axes = plt.subplots(
        len(panels),
        1,
        figsize=(9, 0.34 * len(rows) + 1.8),
        height_ratios=[len(some) for some in panels],
        layout="constrained",
        squeeze=False,
    )
    for one, some in zip(axes[:, 0], panels, strict=True):
        _plot_rows(one, some)
    axes[-1, 0].set_xlabel("mean over the seeds, with its 95 % interval")
    used = [side for side in STYLES if any(one.side == side for _, one in rows)]
    keys = [plt.Line2D([], [], linewidth=2.5, **STYLES[side]) for side in used]
    keys.append(plt.Line2D([], [], color="black", marker="|", markersize=12, linestyle="none"))
    figure.legend(keys, [*used, "bound"], loc="outside upper center", ncols=5, frameon=False)
    return list(axes[:, 0])


def _plot_rows(axes: Axes, rows: Sequence[tuple[str, Quantity]]) -> None:
    for place, (_, one) in enumerate(rows):
        style = STYLES[one.side]
        interval = one.interval
        axes.plot(
            [interval.lower, interval.upper], [place, place], color=style["color"], linewidth=3
        )
        axes.plot([interval.estimate], [place], markersize=6, linestyle="none", **style)
        for bound in one.bounds:
            axes.plot([bound], [place], color="black", marker="|", markersize=15, linestyle="none")
    axes.set_yticks(range(len(rows)), [f"{claim}, {one.told}" for claim, one in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.grid(axis="x", alpha=0.3)
