"""Pictures of networks: their tensors and their activations."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import sympy
from matplotlib.axes import Axes

from assignment4.figures.colors import BLUE, LINES, ORANGE


def plot_shapes(shapes: Sequence[tuple[int, ...]]) -> Axes:
    """Draw a chain of tensors as boxes, the height for the image's side, the width for channels.

    A shape is without the batch: three numbers, or one for a vector.
    """
    axes = plt.figure(figsize=(9, 3.6)).subplots()
    left = 0.0
    for index, shape in enumerate(shapes):
        is_image = len(shape) == 3
        side = shape[0] if is_image else 28
        width = 1 + 1.2 * np.log2(shape[-1]) if is_image else 1.5
        middle = left + width / 2
        axes.bar(middle, side, width, bottom=-side / 2, color=BLUE if is_image else ORANGE)
        height, place = (-15, "top") if index % 2 else (15, "bottom")
        axes.text(middle, height, " × ".join(map(str, shape)), ha="center", va=place, fontsize=9)
        left += width + 6
    axes.set_ylim(-18, 18)
    axes.set_axis_off()
    return axes


def plot_functions(functions: Mapping[str, sympy.Expr], symbol: sympy.Symbol) -> Axes:
    """Draw up to three functions of a symbol from -3 to 3, told apart by colour and by dashes."""
    axes = plt.figure().subplots()
    points = np.linspace(-3, 3, 61)
    for (name, function), (color, dashes) in zip(functions.items(), LINES, strict=False):
        values = sympy.lambdify(symbol, function, "numpy")(points)
        axes.plot(points, values, dashes, color=color, label=name)
    axes.set(xlabel="x", ylabel="f(x)")
    axes.grid(alpha=0.3)
    axes.legend()
    return axes


def plot_entropies(entropies: np.ndarray, *, places: int) -> Axes:
    """Draw the entropy of an answer over steps, (steps,) in nats, below the largest possible."""
    axes = plt.figure().subplots()
    axes.plot(entropies, color=BLUE)
    axes.axhline(np.log(places), linestyle="--", color=ORANGE, label=f"log {places}")
    axes.set(xlabel="step", ylabel="entropy in nats", ylim=(0, None))
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    return axes
