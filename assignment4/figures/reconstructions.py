"""Letters restored from their first k principal components, to be moved by hand in a page."""

from collections.abc import Sequence

import numpy as np

from assignment4.figures.pages import check_name, fill_with_tiles, option_elements, to_greys
from assignment4.pca.components import PrincipalComponents
from assignment4.pca.inputs import as_samples

NUMBERS = (0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 400, 784)


class Reconstructions:
    """Letters to choose, and a slider for the number of components that are kept.

    It takes components, images (n, size, size) or (n, size, size, 1) normalised as their samples
    were, a character for each, and numbers in ascending order; else ValueError. The images become
    (n * (numbers + 1), size, size): of each letter what the first k components restore, for every
    k, and itself. `shares` of its squared distance from the mean are left, (n, numbers).
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
        columns = len(self.numbers) + 1
        originals = self.images[columns - 1 :: columns].repeat(columns, axis=0)
        return fill_with_tiles(
            "reconstructions.html",
            to_greys(self.images, originals),
            "\n".join(_percent(share) for share in self.shares.ravel()),
            columns=columns,
            id=f"reconstructions-{self.name}",
            letters=option_elements(self.letters),
            last=len(self.numbers) - 1,
            middle=len(self.numbers) // 2,
            numbers=list(self.numbers),
            pixels=self.images[0].size,
            listed=", ".join(map(str, self.numbers)),
        )


def _percent(share: float) -> str:
    percent = 100 * share
    if percent < 0.1:
        return "under 0.1 %"
    return f"{percent:.0f} %" if percent >= 9.5 else f"{percent:.1f} %"
