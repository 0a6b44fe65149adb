"""What any two networks draw for the same letter, to be chosen by hand in a page."""

from collections.abc import Mapping

import numpy as np

from assignment4.figures.pages import check_name, fill_page, read_style
from assignment4.figures.sprites import (
    arrange_tiles,
    data_url,
    encode_png,
    option_elements,
    stretch_to_greys,
)


class SideBySide:
    """A letter and two networks to choose, and the images that belong to them.

    Args:
        name: makes the ids in a page unique: letters, digits and hyphens.
        given: (n, size, size) or (n, size, size, 1) real, an even n, what each network was shown.
        letters: one character for each given image.
        drawn: for each network's name, as many images as were given.
        readings: for each network's name, the Latin letter that a judge reads in each image.

    Raises:
        ValueError: the name has other characters, or the numbers of images, letters and readings
            are not the same.
    """

    def __init__(
        self,
        name: str,
        given: np.ndarray,
        letters: str,
        drawn: Mapping[str, np.ndarray],
        readings: Mapping[str, str],
    ) -> None:
        check_name(name)
        counts = {"images": len(given), "letters": len(letters)}
        counts |= {f"images of {network}": len(images) for network, images in drawn.items()}
        counts |= {f"readings of {network}": len(readings[network]) for network in drawn}
        if len(set(counts.values())) != 1:
            raise ValueError(f"as many of each are needed, got {counts}")
        self.name, self.letters, self.networks = name, letters, list(drawn)
        self.readings = "".join(readings[network] for network in drawn)
        rows = [given, *drawn.values()]
        self.images = np.concatenate([row.reshape(row.shape[:3]) for row in rows])

    def __repr__(self) -> str:
        networks = ", ".join(self.networks)
        return f"SideBySide({self.name!r}): {len(self.letters)} letters by {networks}"

    def _repr_html_(self) -> str:
        first, last = self.networks[0], self.networks[-1]
        return fill_page(
            "side_by_side.html",
            style=read_style(),
            id=f"side-by-side-{self.name}",
            letters=option_elements(self.letters, selected=self.letters[0]),
            left=option_elements(self.networks, selected=first),
            right=option_elements(self.networks, selected=last),
            listed="given; " + "; ".join(self.networks),
            size=self.images.shape[-1],
            sprite=data_url("image/png", encode_png(self.sprite())),
            readings=data_url("text/plain", self.readings.encode()),
        )

    def sprite(self) -> np.ndarray:
        """Return all images as tiles, a row for what was given and one for each network.

        Each image is stretched to its own range.

        Returns:
            ((networks + 1) * size, n * size) uint8, from 0 to 15.
        """
        return arrange_tiles(stretch_to_greys(self.images), columns=len(self.letters))
