"""Pictures of spectra: where in frequency the variance of images lies."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
from matplotlib.patheffects import withStroke

from assignment4.encoder_decoder.spectrum import lattice_frequencies

MARKS = {2: "o", 4: "s"}
"""For each period the shape of the frames around its frequencies."""

DECADES = 6


def plot_spectra(spectra: Mapping[str, np.ndarray]) -> list[Axes]:
    """Draw mean spectra side by side, with frames around the frequencies of periods 2 and 4.

    One logarithmic range of colours serves all, six powers of ten down from the largest share;
    what lies below, such as the zero frequency, is drawn in the darkest colour.

    Args:
        spectra: for each name (size, size), as `mean_spectrum` returns them; 4 divides the size.

    Returns:
        The axes of the panels, whose images hold the spectra as they are.
    """
    figure, panels = plt.subplots(
        1,
        len(spectra),
        figsize=(2.7 * len(spectra) + 0.9, 3.5),
        layout="constrained",
        squeeze=False,
    )
    largest = max(spectrum.max() for spectrum in spectra.values())
    colors = LogNorm(largest / 10**DECADES, largest, clip=True)
    for axes, (name, spectrum) in zip(panels[0], spectra.items(), strict=True):
        plot_spectrum(axes, spectrum, colors).set_title(name)
    figure.colorbar(panels[0, -1].images[0], ax=panels, shrink=0.7, label="share of variance")
    figure.legend(handles=panels[0, 0].lines, loc="outside lower center", ncols=len(MARKS))
    return list(panels[0])


def plot_spectrum(axes: Axes, spectrum: np.ndarray, colors: LogNorm) -> Axes:
    """Draw one mean spectrum, with frames around the frequencies of periods 2 and 4.

    Args:
        axes: to draw on.
        spectrum: (size, size), the zero frequency in the middle; 4 divides the size.
        colors: the range of shares.
    """
    size = len(spectrum)
    axes.imshow(spectrum, cmap="viridis", norm=colors, interpolation="nearest")
    for period, marker in MARKS.items():
        rows, columns = np.nonzero(np.fft.fftshift(lattice_frequencies(size, period)))
        axes.plot(
            columns,
            rows,
            marker,
            color="white",
            fillstyle="none",
            markersize=9,
            clip_on=False,
            path_effects=[withStroke(linewidth=3, foreground="black")],
            label=f"period {period}",
        )
    ticks = np.arange(0, size, size // 4)
    names = ["−1/2", "−1/4", "0", "1/4"]
    axes.set(xticks=ticks, xticklabels=names, yticks=ticks, yticklabels=names)
    axes.set(xlabel="cycles per pixel")
    return axes
