"""A picture of what the size of a batch costs, Exercise 4 c."""

from collections.abc import Mapping

from matplotlib.axes import Axes

from assignment4.figures.panels import plot_intervals
from assignment4.pca.batches.comparison import Excesses, geometric_mean


def plot_excesses(axes: Axes, excesses: Mapping[str, Excesses]) -> None:
    """Draw geometric means of up to four rules, for the same sizes, on logarithmic axes."""
    sizes = list(next(iter(excesses.values())))
    curves = {}
    for rule, by_size in excesses.items():
        curves[rule] = [geometric_mean(values) for values in by_size.values()]
    plot_intervals(axes, curves, sizes)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.set(xlabel="batch size B", ylabel="excess error, as a share of PCA's")
    axes.set_xticks(sizes, [str(size) for size in sizes])
