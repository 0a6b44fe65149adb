"""Letters restored from their first k principal components, to be moved by hand in a page.

All images are made before, and travel with the page in one picture; the page's script chooses
what to show. Without a script, and in print, the whole picture is shown.
"""

from collections.abc import Sequence

import numpy as np

from assignment4.figures.pages import check_name, fill_page, read_style
from assignment4.figures.sprites import (
    LEVELS,
    arrange_tiles,
    data_url,
    encode_png,
    option_elements,
)
from assignment4.pca.components import PrincipalComponents
from assignment4.pca.inputs import as_samples

NUMBERS = (0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 400, 784)


class Reconstructions:
    """Letters to choose, and a slider for the number of components that are kept.

    Args:
        name: makes the ids in a page unique: letters, digits and hyphens.
        components: of images of as many pixels.
        images: (n, size, size) or (n, size, size, 1) real, normalised as the samples were.
        letters: one character for each image.
        numbers: the k, in ascending order, each from 0 to the number of components.

    Attributes:
        images: (n * (numbers + 1), size, size) float64; for each letter what the first k components
            restore, for every k, and last the letter itself.
        shares: (n, numbers) float64, what is left of a letter's squared distance from the mean.

    Raises:
        ValueError: the name has other characters, there are not as many images as letters, their
            size does not fit, or a k is not from 0 to d.
    """

    def __init__(
        self,
        name: str,
        components: PrincipalComponents,
        images: np.ndarray,
        letters: str,
        *,
        numbers: Sequence[int] = NUMBERS,
    ) -> None:
        check_name(name)
        if len(images) != len(letters):
            raise ValueError(f"{len(images)} images for {len(letters)} letters")
        samples = as_samples(images.reshape(len(images), -1), width=len(components.mean))
        restored = [components.reconstruct(samples, k) for k in numbers]
        self.name, self.letters, self.numbers = name, letters, tuple(numbers)
        self.images = np.stack([*restored, samples], axis=1).reshape(-1, *images.shape[1:3])
        distances = [np.square(samples - rows).sum(axis=1) for rows in restored]
        farthest = np.square(samples - components.mean).sum(axis=1)
        self.shares = np.stack(distances, axis=1) / farthest[:, np.newaxis]

    def __repr__(self) -> str:
        numbers = ", ".join(map(str, self.numbers))
        return f"Reconstructions({self.name!r}): {len(self.letters)} letters, k = {numbers}"

    def _repr_html_(self) -> str:
        shares = "\n".join(_percent(share) for share in self.shares.ravel())
        return fill_page(
            "reconstructions.html",
            style=read_style(),
            id=f"reconstructions-{self.name}",
            letters=option_elements(self.letters, selected=self.letters[0]),
            last=len(self.numbers) - 1,
            middle=len(self.numbers) // 2,
            numbers=list(self.numbers),
            pixels=self.images[0].size,
            size=self.images.shape[-1],
            sprite=data_url("image/png", encode_png(self.sprite())),
            shares=data_url("text/plain", shares.encode()),
            listed=", ".join(map(str, self.numbers)),
        )

    def sprite(self) -> np.ndarray:
        """Return all images as tiles, a row for each letter, as numbers of greys.

        A row holds what k components restore, for every k, and last the letter itself. Its greys
        are those of the letter, black at its least value and white at its greatest; what a
        reconstruction has beyond them is cut off.

        Returns:
            (letters * size, (numbers + 1) * size) uint8, from 0 to 15.
        """
        columns = len(self.numbers) + 1
        rows = self.images.reshape(len(self.letters), columns, -1)
        originals = rows[:, -1]
        low, high = originals.min(axis=1), originals.max(axis=1)
        low, high = low[:, np.newaxis, np.newaxis], high[:, np.newaxis, np.newaxis]
        scaled = (rows - low) / (high - low)
        greys = np.round(np.clip(scaled, 0, 1) * (LEVELS - 1)).astype(np.uint8)
        return arrange_tiles(greys.reshape(self.images.shape), columns=columns)


def _percent(share: float) -> str:
    percent = 100 * share
    if percent < 0.1:
        return "under 0.1 %"
    return f"{percent:.0f} %" if percent >= 9.5 else f"{percent:.1f} %"
