"""A picture of what the size of a batch costs, Exercise 4 c."""

from collections.abc import Mapping

from matplotlib.axes import Axes

from assignment4.figures.colors import BLUE, GREEN, ORANGE
from assignment4.intervals import Interval

_STYLES = ((BLUE, "o-"), (ORANGE, "s--"), (GREEN, "^:"), ("black", "D-."))


def plot_excesses(axes: Axes, curves: Mapping[str, Mapping[int, Interval]]) -> Axes:
    """Draw excess errors against the batch size on logarithmic axes, a bar for each interval.

    Args:
        axes: to draw on.
        curves: for each of up to four rules the interval of the excess error by B.
    """
    for (rule, by_size), (color, style) in zip(curves.items(), _STYLES, strict=False):
        found = list(by_size.values())
        means = [one.estimate for one in found]
        spans = [
            [one.estimate - one.lower for one in found],
            [one.upper - one.estimate for one in found],
        ]
        axes.errorbar(
            list(by_size), means, spans, fmt=style, color=color, label=rule, capsize=3, markersize=5
        )
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set(xlabel="batch size B", ylabel="excess error, as a share of PCA's")
    sizes = list(next(iter(curves.values())))
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.grid(alpha=0.3)
    axes.legend()
    return axes
