"""A picture of what the size of a batch costs, Exercise 4 c."""

from collections.abc import Mapping

from matplotlib.axes import Axes

from assignment4.figures.colors import BLUE, GREEN, ORANGE
from assignment4.pca.batches.comparison import Excesses, geometric_mean

_STYLES = ((BLUE, "o-"), (ORANGE, "s--"), (GREEN, "^:"), ("black", "D-."))


def plot_excesses(axes: Axes, excesses: Mapping[str, Excesses]) -> None:
    """Draw geometric means with their intervals against the batch size, on logarithmic axes.

    Args:
        axes: to draw on.
        excesses: of up to four rules, for the same sizes.
    """
    for (rule, by_size), (color, style) in zip(excesses.items(), _STYLES, strict=False):
        means = [geometric_mean(values) for values in by_size.values()]
        below = [mean.estimate - mean.lower for mean in means]
        above = [mean.upper - mean.estimate for mean in means]
        axes.errorbar(
            list(by_size),
            [mean.estimate for mean in means],
            [below, above],
            fmt=style,
            color=color,
            label=rule,
            capsize=3,
            markersize=5,
        )
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set(xlabel="batch size B", ylabel="excess error, as a share of PCA's")
    axes.set_xticks(list(by_size), [str(size) for size in by_size])
    axes.grid(alpha=0.3)
    axes.legend()
