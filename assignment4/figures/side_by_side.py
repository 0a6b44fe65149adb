"""What networks draw for the same letters: any two to be chosen by hand, and where each errs."""

from collections.abc import Iterator, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from assignment4.encoder_decoder.assessment import Assessment
from assignment4.encoder_decoder.comparison import (
    NO_LETTER_NAME,
    confusion_matrix,
    readings,
    worst,
    worst_letter,
)
from assignment4.figures.letters import plot_letters
from assignment4.figures.outputs import plot_confusions
from assignment4.figures.pages import check_name, fill_with_tiles, option_elements, to_greys
from assignment4.letters import ALPHABETS, Alphabet, one_of_each


class SideBySide:
    """A letter and two networks to choose, and the images that belong to them.

    It takes a name for the ids in a page (letters, digits and hyphens, or ValueError), what each
    network was shown, of which the first letter of each class is drawn, each network's measured
    outputs for all of it, and the names of the labels that a judge reads.

    Its images are a row of what was given and one for each network, (rows * classes, size, size).
    """

    def __init__(
        self, name: str, given: Alphabet, found: Mapping[str, Assessment], letters: str
    ) -> None:
        check_name(name)
        self.name, self.letters, self.networks = name, given.letters, list(found)
        _, places = np.unique(given.labels, return_index=True)
        drawn = [one.images[places, ..., 0] for one in found.values()]
        self.images = np.concatenate([one_of_each(given).images, *drawn])
        read = np.concatenate([one.read[0, places] for one in found.values()])
        self.readings = "".join([*letters, NO_LETTER_NAME][label] for label in read)

    def __repr__(self) -> str:
        networks = ", ".join(self.networks)
        return f"SideBySide({self.name!r}): {len(self.letters)} letters by {networks}"

    def _repr_html_(self) -> str:
        return fill_with_tiles(
            "side_by_side.html",
            to_greys(self.images),
            self.readings,
            columns=len(self.letters),
            id=f"side-by-side-{self.name}",
            letters=option_elements(self.letters),
            left=option_elements(self.networks),
            right=option_elements(self.networks, selected=self.networks[-1]),
            listed="given; " + "; ".join(self.networks),
        )


def plot_all_confusions(found: Mapping[str, Assessment], letters: str) -> None:
    """Draw what the first judge reads in the outputs of up to eight networks; letters by label."""
    for axes, (name, one) in _panels(found, (15, 8)):
        counts = confusion_matrix(one.read[0], one.labels)
        plot_confusions(axes, counts, letters + NO_LETTER_NAME)
        axes.set_title(f"{name}\nworst letter {worst_letter(counts).told(letters)}")


def plot_all_failures(
    found: Mapping[str, Assessment],
    given: Alphabet,
    means: np.ndarray,
    letters: str,
    *,
    count: int,
) -> None:
    """Draw up to so many wrong outputs of up to eight networks, between input and class mean.

    The networks were shown `given`; means are (classes, 28, 28, 1), letters the labels' names.
    """
    for axes, (name, one) in _panels(found, (12, 6.4)):
        axes.set_title(name, fontsize=9)
        places = worst(one, count=count)
        if not len(places):
            axes.set_axis_off()
            axes.text(0.5, 0.5, "none", ha="center", va="center", transform=axes.transAxes)
            continue
        inputs = given.select(places)
        rows = {ALPHABETS["cyrillic"]: inputs.images}
        rows |= {"output": one.images[places], "mean": means[inputs.labels]}
        plot_letters(axes, rows, column_names=readings(one, places, letters))


def _panels(
    found: Mapping[str, Assessment], size: Sequence[float]
) -> Iterator[tuple[Axes, tuple[str, Assessment]]]:
    panels = plt.figure(figsize=size, layout="constrained").subplots(2, 4)
    return zip(panels.flat, found.items(), strict=False)
