"""Pictures of networks with one change each against the network as described."""

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from assignment4.figures.colors import BLUE, GREY, ORANGE
from assignment4.intervals import Interval
from assignment4.replication.paired_comparisons import BASE, NO_DIFFERENCE, Comparison


def plot_comparisons(comparisons: Sequence[Comparison]) -> list[Axes]:
    """Draw every difference as a dot with both intervals, a panel a number and a row a change.

    The thick line is the interval alone, the thin one that among all. A scale is linear as far as
    its grey band reaches, and logarithmic beyond, since some differences are many times others.

    Returns:
        The axes of the panels; the lines of each are 0, then thin, thick and dot of each change.
    """
    changes, numbers = (
        list(dict.fromkeys(names))
        for names in zip(*((one.change, one.number) for one in comparisons), strict=True)
    )
    figure, panels = plt.subplots(
        1, len(numbers), figsize=(9.5, 0.45 * len(changes) + 1.5), sharey=True, layout="constrained"
    )
    for axes, number in zip(np.atleast_1d(panels), numbers, strict=True):
        _plot_number(axes, [one for one in comparisons if one.number == number])
        axes.set_title(number, fontsize=10)
    panels = list(np.atleast_1d(panels))
    labels = [change.replace(", no ", ",\nno ") for change in changes]
    panels[0].set_yticks(range(len(changes)), labels)
    panels[0].set_ylim(len(changes) - 0.5, -0.5)
    figure.supxlabel(f"difference from the network {BASE}", fontsize=10)
    names = ["higher or lower", "perhaps", NO_DIFFERENCE]
    keys = [plt.Line2D([], [], linewidth=2.5, **_style(name)) for name in names]
    figure.legend(keys, names, loc="outside upper center", ncols=3, frameon=False)
    return panels


def _plot_number(axes: Axes, comparisons: Sequence[Comparison]) -> None:
    axes.axvline(0, color="black", linewidth=0.8)
    for row, one in enumerate(comparisons):
        style = _style(one.finding)
        color = style["color"]
        axes.plot([one.among_all.lower, one.among_all.upper], [row, row], color=color, linewidth=1)
        axes.plot([one.alone.lower, one.alone.upper], [row, row], color=color, linewidth=3.5)
        axes.plot([one.alone.estimate], [row], markersize=6, **style)
    _set_scale(axes, [one.among_all for one in comparisons])
    axes.grid(axis="x", alpha=0.3)
    axes.tick_params(axis="x", labelsize=8, labelrotation=45)


def _style(finding: str) -> dict[str, object]:
    """Return how a finding is drawn: told apart by colour, and by shape and filling."""
    if finding == NO_DIFFERENCE:
        return {"color": GREY, "marker": "o", "markerfacecolor": "white"}
    if finding.startswith("perhaps"):
        return {"color": ORANGE, "marker": "D", "markerfacecolor": "white"}
    return {"color": BLUE, "marker": "o", "markerfacecolor": BLUE}


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
