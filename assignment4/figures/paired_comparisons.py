"""Pictures of networks with one change each against the network as described."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from assignment4.figures.colors import BLUE, GREY, ORANGE, mark
from assignment4.figures.panels import panels_in_a_row
from assignment4.intervals import Interval
from assignment4.replication.paired_comparisons import BASE, NO_DIFFERENCE, Comparison

STYLES = {
    "higher or lower": mark(BLUE, "o"),
    "perhaps": mark(ORANGE, "D", filled=False),
    NO_DIFFERENCE: mark(GREY, "o", filled=False),
}
"""How each finding is drawn: told apart by colour, and by shape and filling."""


def plot_comparisons(comparisons: Sequence[Comparison]) -> list[Axes]:
    """Draw every difference as a dot with both intervals, a panel a number and a row a change.

    The thick line is the interval alone, the thin one that among all. A scale is linear in its grey
    band, and logarithmic beyond, since some differences are many times others. The lines of a panel
    are 0, then thin, thick and dot of each change.
    """
    changes = list(dict.fromkeys(one.change for one in comparisons))
    numbers = list(dict.fromkeys(one.number for one in comparisons))
    panels = panels_in_a_row(len(numbers), 9.5, 0.45 * len(changes) + 1.5, sharey=True)
    for axes, number in zip(panels, numbers, strict=True):
        _plot_number(axes, [one for one in comparisons if one.number == number])
        axes.set_title(number, fontsize=10)
    labels = [change.replace(", no ", ",\nno ") for change in changes]
    panels[0].set_yticks(range(len(changes)), labels)
    panels[0].set_ylim(len(changes) - 0.5, -0.5)
    figure = panels[0].figure
    figure.supxlabel(f"difference from the network {BASE}", fontsize=10)
    keys = [plt.Line2D([], [], linewidth=2.5, **style) for style in STYLES.values()]
    figure.legend(keys, STYLES, loc="outside upper center", ncols=3, frameon=False)
    return panels


def _plot_number(axes: Axes, comparisons: Sequence[Comparison]) -> None:
    axes.axvline(0, color="black", linewidth=0.8)
    for row, one in enumerate(comparisons):
        kind = "perhaps" if one.finding.startswith("perhaps") else "higher or lower"
        style = STYLES.get(one.finding, STYLES[kind])
        for interval, width in ((one.among_all, 1), (one.alone, 3.5)):
            ends = interval.lower, interval.upper
            axes.plot(ends, [row, row], color=style["color"], linewidth=width)
        axes.plot([one.alone.estimate], [row], markersize=6, **style)
    _set_scale(axes, [one.among_all for one in comparisons])
    axes.grid(axis="x", alpha=0.3)
    axes.tick_params(axis="x", labelsize=8, labelrotation=45)


def _set_scale(axes: Axes, intervals: Sequence[Interval]) -> None:
    """Make the scale linear up to the median of what the intervals reach, logarithmic beyond."""
    lower = min(0, *(interval.lower for interval in intervals))
    upper = max(0, *(interval.upper for interval in intervals))
    middle = _round_up(np.median([max(-one.lower, one.upper) for one in intervals]))
    axes.axvspan(-middle, middle, color="black", alpha=0.06, linewidth=0)
    axes.set_xscale("symlog", linthresh=middle, linscale=2)
    decades = 10.0 ** np.arange(np.ceil(np.log10(3 * middle)), 3)
    ticks = [*-decades[::-1], -middle, 0, middle, *decades]
    axes.set_xticks(ticks, [f"{tick:g}".replace("-", "−") for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_xlim(min(1.6 * lower, -1.3 * middle), max(1.6 * upper, 1.3 * middle))


def _round_up(number: float) -> float:
    """Return the next 1, 2 or 5 times a power of ten, at least 1e-6."""
    power = 10.0 ** np.floor(np.log10(max(number, 1e-6)))
    return power * next(digit for digit in (1, 2, 5, 10) if digit * power >= number)
