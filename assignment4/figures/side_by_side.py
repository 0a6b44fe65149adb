"""What networks draw for the same letters: any two to be chosen by hand, and where each errs."""

from collections.abc import Iterator, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from assignment4.encoder_decoder.assessment import Assessment
from assignment4.encoder_decoder.comparison import confusion_matrix, readings, worst, worst_letter
from assignment4.figures.outputs import plot_confusions, plot_failures
from assignment4.figures.pages import check_name, fill_page, read_style
from assignment4.figures.sprites import (
    arrange_tiles,
    data_url,
    encode_png,
    option_elements,
    stretch_to_greys,
)
from assignment4.letters import ALPHABETS, Alphabet, one_of_each


class SideBySide:
    """A letter and two networks to choose, and the images that belong to them.

    Args:
        name: makes the ids in a page unique: letters, digits and hyphens.
        given: what each network was shown; the first letter of each class is.
        found: for each network's name its outputs for all of `given`, as they were measured.
        letters: the name of each label that a judge reads.

    Attributes:
        images: a row of what was given and one for each network, (rows * classes, size, size).
        readings: what the first judge reads in them, network after network.

    Raises:
        ValueError: the name has other characters.
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
        self.readings = "".join(letters[label] for label in read)

    def __repr__(self) -> str:
        networks = ", ".join(self.networks)
        return f"SideBySide({self.name!r}): {len(self.letters)} letters by {networks}"

    def _repr_html_(self) -> str:
        first, last = self.networks[0], self.networks[-1]
        tiles = arrange_tiles(stretch_to_greys(self.images), columns=len(self.letters))
        return fill_page(
            "side_by_side.html",
            style=read_style(),
            id=f"side-by-side-{self.name}",
            letters=option_elements(self.letters, selected=self.letters[0]),
            left=option_elements(self.networks, selected=first),
            right=option_elements(self.networks, selected=last),
            listed="given; " + "; ".join(self.networks),
            size=self.images.shape[-1],
            sprite=data_url("image/png", encode_png(tiles)),
            readings=data_url("text/plain", self.readings.encode()),
        )


def plot_all_confusions(found: Mapping[str, Assessment], letters: str) -> None:
    """Draw what the first judge reads in the outputs of up to eight networks, with their names.

    Args:
        found: of each network, by name.
        letters: the name of each label.
    """
    for axes, (name, one) in _panels(found, (15, 8)):
        counts = confusion_matrix(one.read[0], one.labels)
        plot_confusions(axes, counts, drawn=letters, read=letters)
        axes.set_title(f"{name}\nworst letter {worst_letter(counts).told(letters)}")


def plot_all_failures(
    found: Mapping[str, Assessment],
    given: Alphabet,
    means: np.ndarray,
    letters: str,
    *,
    count: int,
) -> None:
    """Draw the worst outputs of up to eight networks, each below its input and above its mean.

    Args:
        found: of each network, by name.
        given: what they were shown.
        means: the mean letter of each class, (classes, 28, 28, 1).
        letters: the name of each label.
        count: how many outputs of each network at most.
    """
    for axes, (name, one) in _panels(found, (12, 6.4)):
        places = worst(one, count=count)
        inputs = given.select(places)
        rows = {
            ALPHABETS["cyrillic"]: inputs.images,
            "output": one.images[places],
            "mean": means[inputs.labels],
        }
        plot_failures(axes, rows, readings(one, places, letters), title=name)


def _panels(
    found: Mapping[str, Assessment], size: Sequence[float]
) -> Iterator[tuple[Axes, tuple[str, Assessment]]]:
    figure = plt.figure(figsize=size, layout="constrained")
    return zip(figure.subplots(2, 4).flat, found.items(), strict=False)
