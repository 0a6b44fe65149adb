"""A reading test in a page: which letters persons read, beside what the judges do."""

import html
import json
from collections.abc import Mapping, Sequence

import numpy as np

from assignment4.encoder_decoder.judges import Judge
from assignment4.figures.pages import fill_with_tiles, to_greys

COLUMNS = 14


class ReadingTest:
    """Images of several kinds, asked one by one in random order, a letter to be chosen for each.

    At the end it sets what was read right beside what the judges read, and gives a line of text for
    `results/readers.jsonl`.

    Args:
        images: of each kind by name, (n, 28, 28, 1).
        labels: the letter behind each image of a kind, (n,).
        judges: who read the same images.
        letters: the name of each label.
    """

    def __init__(
        self,
        images: Mapping[str, np.ndarray],
        labels: Mapping[str, np.ndarray],
        judges: Sequence[Judge],
        letters: str,
    ) -> None:
        self.kinds, self.letters = list(images), letters
        self.greys = to_greys(np.concatenate(list(images.values()))[..., 0])
        self.items = []
        for index, (kind, some) in enumerate(images.items()):
            right = [(judge.read(some) == labels[kind]).astype(int) for judge in judges]
            rows = zip(labels[kind], *right, strict=True)
            self.items += [[index, *map(int, row)] for row in rows]

    def __repr__(self) -> str:
        return f"ReadingTest: {len(self.items)} images of {len(self.kinds)} kinds"

    def _repr_html_(self) -> str:
        buttons = "".join(
            f'<button type="button">{html.escape(one)}</button>' for one in self.letters
        )
        return fill_with_tiles(
            "reading_test.html",
            self.greys,
            json.dumps({"kinds": self.kinds, "items": self.items}),
            columns=COLUMNS,
            id="reading-test",
            answers=buttons,
        )
