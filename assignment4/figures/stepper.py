"""A convolution and its transpose side by side, to be stepped through window by window.

The page's script only shows what is worked out here, in the loop over `contacts`.
"""

import json
from itertools import groupby
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from assignment4.convolution.scattering import contacts
from assignment4.convolution.sizes import output_shape
from assignment4.figures.colors import BLUE
from assignment4.figures.pages import check_name, fill_page

_CELL = 40
_GAP = 46


class WindowStep(NamedTuple):
    """One window: what the convolution gathers from it and the transposed one scatters over it."""

    window: tuple[int, int]  # (row, column) in the small image
    weights: dict[tuple[int, int], float]  # the kernel's entry on each pixel (row, column)
    value: float  # what the convolution gathers, and what the transposed one scatters
    sums: np.ndarray  # (h, w), the transposed convolution's image after this step


class Stepper:
    """The steps of y = A x and of A^T y, shown in a page as two drawings with buttons.

    The name makes the ids in a page unique: letters, digits and hyphens, or ValueError. The image
    is x, (h, w), or (1, n) for one dimension, the kernel (kh, kw), and the options are strides and
    padding, as in `sizes.axis_options`.
    """

    def __init__(self, name: str, image: np.ndarray, kernel: np.ndarray, **options) -> None:
        check_name(name)
        self.name, self.image, self.kernel = name, np.asarray(image), np.asarray(kernel)
        kernel_shape, image_shape = (*self.kernel.shape, 1, 1), (*self.image.shape, 1)
        self.values = np.zeros(output_shape(kernel_shape, image_shape, **options)[:2])
        self.steps: list[WindowStep] = []
        sums = np.zeros(self.image.shape)
        found = contacts(self.kernel.shape, self.image.shape, **options)
        for window, group in groupby(found, key=lambda contact: contact[0]):
            weights = {pixel: float(self.kernel[tap]) for _, tap, pixel in group}
            value = float(sum(weight * self.image[pixel] for pixel, weight in weights.items()))
            for pixel, weight in weights.items():
                sums[pixel] += weight * value
            self.values[window] = value
            self.steps.append(WindowStep(window, weights, value, sums.copy()))

    def __repr__(self) -> str:
        shapes = " → ".join(f"{h} × {w}" for h, w in (self.image.shape, self.values.shape))
        return f"Stepper({self.name!r}): {len(self.steps)} steps, {shapes} and back"

    def _repr_html_(self) -> str:
        return fill_page(
            "stepper.html",
            id=f"stepper-{self.name}",
            panels=self._panels(),
            steps=json.dumps(self.step_data(), ensure_ascii=False).replace("<", "\\u003c"),
        )

    def step_data(self) -> list[dict]:
        """Return what the page's script shows: the start, and each step, numbers as text.

        Places are numbered row by row. `taps` holds pairs of a pixel and the weight on it, `values`
        the convolution's output so far, `sums` the transposed convolution's.
        """
        text = (
            f"Start. The convolution has gathered nothing yet, and all {self.image.size} sums of "
            "the transposed convolution are 0."
        )
        values, sums = [""] * self.values.size, ["0"] * self.image.size
        data = [{"window": None, "taps": [], "values": values, "sums": sums, "text": text}]
        for number, step in enumerate(self.steps, start=1):
            window = int(np.ravel_multi_index(step.window, self.values.shape))
            values = [*values[:window], f"{step.value:g}", *values[window + 1 :]]
            taps = [
                [int(np.ravel_multi_index(pixel, self.image.shape)), f"{weight:g}"]
                for pixel, weight in step.weights.items()
            ]
            shown = {"window": window, "taps": taps, "values": values, "sums": _texts(step.sums)}
            data.append(shown | {"text": self._describe(number, step)})
        return data

    def _describe(self, number: int, step: WindowStep) -> str:
        row, column = (place + 1 for place in step.window)
        outside = self.kernel.size - len(step.weights)
        terms = " + ".join(
            f"{self.image[pixel]:g}·{weight:g}" for pixel, weight in step.weights.items()
        )
        lie = "weight lies" if outside == 1 else "weights lie"
        padding = f"; {outside} {lie} on padding" if outside else ""
        return (
            f"Step {number} of {len(self.steps)}, row {row}, column {column} of the small "
            f"image. The convolution gathers {terms} = {step.value:g}{padding}. The transposed "
            f"convolution multiplies {step.value:g} by the same weights and adds the products to "
            f"the same {len(step.weights)} pixels."
        )

    def _panels(self) -> str:
        (h, w), (rows, columns) = self.image.shape, self.values.shape
        left, middle = w * _CELL + _GAP, h * _CELL / 2 + 2
        box = f"0 0 {left + columns * _CELL + 4} {h * _CELL + 4}"
        sizes = f"{h} × {w} pixels", f"{rows} × {columns} values"
        pixels = {"image": _texts(self.image), "sums": ["0"] * self.image.size}
        values = {"values": [""] * self.values.size, "given": _texts(self.values)}
        panels = []
        for large, small, way in zip(pixels, values, (1, -1), strict=True):
            tail, tip = (left - _GAP + 12, left - 8)[::way]
            barb = f"{tip - 8 * way} {middle - 6:g}L{tip} {middle:g}L{tip - 8 * way} {middle + 6:g}"
            name = "Convolution" if way == 1 else "Transposed convolution"
            panels.append(
                f"<figure><figcaption>{name}</figcaption>"
                f'<svg viewBox="{box}" role="img" '
                f'aria-label="{" to ".join(sizes[::way])}; the text below says what happens">'
                f'<g class="{large}">{_grid(pixels[large], w, 2, 2)}</g>'
                f'<path class="pointer" d="M{tail} {middle:g}H{tip}M{barb}"/>'
                f'<g class="{small}">'
                f"{_grid(values[small], columns, left, middle - rows * _CELL / 2)}</g>"
                "</svg></figure>"
            )
        return "\n".join(panels)


def _texts(numbers: np.ndarray) -> list[str]:
    return [f"{number:g}" for number in numbers.ravel()]


def _grid(texts: list[str], columns: int, left: float, top: float) -> str:
    cells = []
    for index, text in enumerate(texts):
        row, column = divmod(index, columns)
        x, y = left + column * _CELL, top + row * _CELL
        cells.append(
            f'<g class="cell"><rect x="{x:g}" y="{y:g}" width="{_CELL}" height="{_CELL}"/>'
            f'<text class="number" x="{x + _CELL / 2:g}" y="{y + 24:g}">{text}</text>'
            f'<text class="weight" x="{x + _CELL / 2:g}" y="{y + 37:g}"></text></g>'
        )
    return "".join(cells)


def plot_steps(stepper: Stepper) -> np.ndarray:
    """Draw the steps for paper: above the convolution's windows, below the transposed one's sums.

    The axes, (2, steps), hold images that are 1 where the window lies and 0 elsewhere.
    """
    steps = stepper.steps
    figure = plt.figure(figsize=(2.1 * len(steps), 4.9), layout="constrained")
    panels = figure.subplots(2, len(steps), squeeze=False)
    for number, (step, gathers, scatters) in enumerate(zip(steps, *panels, strict=True), start=1):
        gathers.set_title(f"step {number}\ngathers {step.value:g}", fontsize=10)
        scatters.set_title(f"scatters {step.value:g}", fontsize=10)
        _draw_grid(gathers, stepper.image, step.weights)
        _draw_grid(scatters, step.sums, step.weights)
    panels[0, 0].set_ylabel("convolution")
    panels[1, 0].set_ylabel("transposed")
    return panels


def _draw_grid(axes: Axes, numbers: np.ndarray, weights: dict[tuple[int, int], float]) -> None:
    touched = np.zeros(numbers.shape)
    middle = {"ha": "center", "va": "center"}
    for pixel, number in np.ndenumerate(numbers):
        row, column = pixel
        lift = 0.16 if pixel in weights else 0
        axes.text(column, row - lift, f"{number:g}", fontsize=9, **middle)
        if pixel in weights:
            touched[pixel] = 1
            axes.text(column, row + 0.28, f"× {weights[pixel]:g}", fontsize=7, **middle)
    axes.imshow(touched, cmap="Blues", vmin=0, vmax=3)
    axes.set_xticks(np.arange(-0.5, numbers.shape[1]), [])
    axes.set_yticks(np.arange(-0.5, numbers.shape[0]), [])
    axes.grid(color=BLUE, alpha=0.3)
    axes.tick_params(length=0)
