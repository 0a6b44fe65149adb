"""What networks draw for the same letters: any two to be chosen by hand, and where each errs."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np

from assignment4.encoder_decoder.assessment import Assessment
from assignment4.encoder_decoder.comparison import (
    NO_LETTER_NAME,
    confusion_matrix,
    worst_letter,
)
from assignment4.figures.outputs import plot_confusions
from assignment4.figures.pages import check_name, fill_with_tiles, option_elements, to_greys
from assignment4.letters import Alphabet, one_of_each


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
    panels = plt.figure(figsize=(15, 8), layout="constrained").subplots(2, 4)
    for axes, (name, one) in zip(panels.flat, found.items(), strict=False):
        counts = confusion_matrix(one.read[0], one.labels)
        plot_confusions(axes, counts, letters + NO_LETTER_NAME)
        axes.set_title(f"{name}\nworst letter {worst_letter(counts).told(letters)}")
