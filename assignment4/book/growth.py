"""Pictures of how cost grows, with training, matrices, images and chapters."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter, MaxNLocator, NullFormatter

from assignment4.book.running_times import Growth
from assignment4.figures.colors import BLUE, GREEN, ORANGE

_STYLES = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"))


def plot_growth(series: Mapping[str, Growth]) -> list[Axes]:
    """Draw seconds against size on logarithmic axes, with the fitted power laws as lines.

    Args:
        series: kinds of work by name; those whose names agree up to a comma share a panel, up to
            three, and count the same.

    Returns:
        The axes of the panels.
    """
    panels = {}
    for name, growth in series.items():
        panels.setdefault(name.partition(",")[0], {})[name] = growth
    rows = -(-len(panels) // 2)
    figure = plt.figure(figsize=(8, 3.2 * rows), layout="constrained")
    all_axes = list(figure.subplots(rows, 2).flat)[: len(panels)]
    for axes, some in zip(all_axes, panels.values(), strict=True):
        _plot_panel(axes, some)
    return all_axes


def _plot_panel(axes: Axes, series: Mapping[str, Growth]) -> None:
    for (name, growth), (color, marker) in zip(series.items(), _STYLES, strict=False):
        medians = np.array(growth.medians)
        spans = [
            medians - [min(seconds) for seconds in growth.rounds],
            [max(seconds) for seconds in growth.rounds] - medians,
        ]
        axes.errorbar(growth.sizes, medians, spans, fmt=marker, color=color, label=name, capsize=3)
        axes.plot(growth.sizes, growth.law().seconds(growth.sizes), "--", color=color, linewidth=1)
    axes.set(xscale="log", yscale="log", xlabel=growth.unit, ylabel="seconds")
    axes.set_xticks(next(iter(series.values())).sizes)
    axes.xaxis.set_major_formatter(EngFormatter(places=0, sep=""))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")


def plot_chapters(seconds: Sequence[float]) -> Axes:
    """Draw the seconds of all chapters up to each, in reading order, and a line for equal cost."""
    axes = plt.figure(figsize=(6, 3.6), layout="constrained").subplots()
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
