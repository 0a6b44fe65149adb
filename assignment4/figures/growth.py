"""Pictures of how cost grows, with training, matrices, images and chapters."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, MaxNLocator, NullFormatter

from assignment4.book.growth import Growth
from assignment4.figures.colors import BLUE, GREEN, ORANGE

_STYLES = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"))


def plot_growth(axes: Axes, series: Mapping[str, Growth]) -> Axes:
    """Draw seconds against size on logarithmic axes, with the fitted power laws as lines.

    Args:
        axes: to draw on.
        series: up to three kinds of work by name, all with sizes of one unit.

    Raises:
        ValueError: the sizes count different things.
    """
    units = {growth.unit for growth in series.values()}
    if len(units) != 1:
        raise ValueError(f"one axis cannot count all of {sorted(units)}")
    for (name, growth), (color, marker) in zip(series.items(), _STYLES, strict=False):
        medians = np.array(growth.medians)
        spans = [
            medians - [min(seconds) for seconds in growth.rounds],
            [max(seconds) for seconds in growth.rounds] - medians,
        ]
        axes.errorbar(growth.sizes, medians, spans, fmt=marker, color=color, label=name, capsize=3)
        axes.plot(growth.sizes, growth.law().seconds(growth.sizes), "--", color=color, linewidth=1)
    axes.set(xscale="log", yscale="log", xlabel=units.pop(), ylabel="seconds")
    axes.set_xticks(next(iter(series.values())).sizes)
    axes.xaxis.set_major_formatter(EngFormatter(places=0, sep=""))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")
    return axes


def plot_chapters(axes: Axes, seconds: Sequence[float]) -> Axes:
    """Draw the seconds of all chapters up to each, and a line for chapters of equal cost.

    Args:
        axes: to draw on.
        seconds: of each chapter, in reading order.
    """
    sums = np.concatenate([[0], np.cumsum(seconds)])
    numbers = np.arange(len(sums))
    axes.plot(numbers, sums, "o-", color=BLUE, label="chapters so far")
    mean = float(np.mean(seconds))
    axes.plot(numbers, mean * numbers, "--", color=ORANGE, linewidth=1, label="all alike")
    axes.set(xlabel="chapters", ylabel="seconds")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")
    return axes
