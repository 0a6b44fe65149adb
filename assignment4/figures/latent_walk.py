"""A walk through latent space between any two letters, to be moved by hand in a page.

All images are made before, and travel with the page in one picture; the page's script chooses
what to show. Beside the walk stands the plain fading of its first image into its last.
"""

import numpy as np

from assignment4.figures.pages import check_name, fill_page, read_style
from assignment4.figures.sprites import (
    arrange_tiles,
    data_url,
    encode_png,
    option_elements,
    stretch_to_greys,
)
from assignment4.latent_search.walk import Walks

_COLUMNS = 21


class LatentWalk:
    """Walks with two letters to choose and a slider to move.

    Args:
        name: makes the ids in a page unique: letters, digits and hyphens.
        walks: between all pairs of letters.
        readings: the letter that a judge reads in each of `walks.images`.

    Raises:
        ValueError: the name has other characters, or there are not as many readings as images.
    """

    def __init__(self, name: str, walks: Walks, readings: str) -> None:
        check_name(name)
        if len(readings) != len(walks.images):
            raise ValueError(f"{len(readings)} readings for {len(walks.images)} images")
        self.name, self.walks, self.readings = name, walks, readings

    def __repr__(self) -> str:
        walks = self.walks
        return (
            f"LatentWalk({self.name!r}): {len(walks.pairs)} walks of {walks.positions} images "
            f"between {len(walks.letters)} letters"
        )

    def _repr_html_(self) -> str:
        letters = self.walks.letters
        first, last = letters[0], letters[-1]
        return fill_page(
            "latent_walk.html",
            style=read_style(),
            id=f"walk-{self.name}",
            first=option_elements(letters, selected=first),
            last=option_elements(letters, selected=last),
            steps=self.walks.positions - 1,
            columns=_COLUMNS,
            size=self.walks.images.shape[-1],
            sprite=data_url("image/png", encode_png(self.sprite())),
            readings=data_url("text/plain", self.readings.encode()),
        )

    def sprite(self) -> np.ndarray:
        """Return all images as tiles of one picture, in rows of 21, as numbers of greys.

        Each image is stretched to its own range.

        Returns:
            (rows * 28, 21 * 28) uint8, from 0 to 15; tiles beyond the last image are 0.
        """
        return arrange_tiles(stretch_to_greys(self.walks.images), columns=_COLUMNS)


def walk_rows(walks: Walks, first: str, last: str) -> dict[str, np.ndarray]:
    """Return a walk, and the fading of its first image into its last, as rows of images.

    Returns:
        For each row's name, such as "P to R" and "faded", (positions, 28, 28).
    """
    path = walks.path(first, last)
    share = np.linspace(0, 1, len(path))[:, np.newaxis, np.newaxis]
    return {f"{first} to {last}": path, f"{first} to {last}, faded": mix(path, share)}


def mix(path: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return (1 - share) times a walk's first image plus share times its last."""
    return (1 - share) * path[0] + share * path[-1]
