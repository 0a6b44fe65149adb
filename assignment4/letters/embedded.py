"""The embedded letters: as many images as the report had, rendered from typefaces."""

import numpy as np

from assignment4.cache import made_by, stored, versions
from assignment4.letters.pairs import CYRILLIC, LATIN
from assignment4.letters.random_order import random_order
from assignment4.letters.rendering import SIZE, draw_variations, render_image
from assignment4.letters.typefaces import TYPEFACES, letter_shape

NAME = "typefaces"
CYRILLIC_COUNT = 5798
LATIN_COUNT = 6015

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def render_letters(letters: str, count: int, *, seed: int) -> Arrays:
    """Render images of letters, each letter and typeface equally often, in random order.

    Args:
        letters: the alphabet, in label order.
        count: how many images.
        seed: a non-negative integer; the same seed gives the same bytes on any machine.

    Returns:
        images (count, 28, 28) uint8, labels (count,) int64, families and styles (count,) str.
    """
    labels = np.arange(count) % len(letters)
    faces = np.arange(count) // len(letters) % len(TYPEFACES)
    images = np.empty((count, SIZE, SIZE), np.uint8)
    for index, variation in enumerate(draw_variations(count, seed=seed)):
        shape = letter_shape(TYPEFACES[faces[index]], letters[labels[index]])
        images[index] = render_image(shape, variation)
    families = np.array([TYPEFACES[face].family for face in faces])
    styles = np.array([TYPEFACES[face].style for face in faces])
    order = random_order(count, seed=(seed, 1))
    return images[order], labels[order], families[order], styles[order]


def cyrillic_letters(seed: int) -> Arrays:
    """Return the 5,798 embedded Cyrillic images; see `render_letters`."""
    return _stored_letters("cyrillic", CYRILLIC, CYRILLIC_COUNT, 2 * seed)


def latin_letters(seed: int) -> Arrays:
    """Return the 6,015 embedded Latin images; see `render_letters`."""
    return _stored_letters("latin", LATIN, LATIN_COUNT, 2 * seed + 1)


def _stored_letters(name: str, letters: str, count: int, seed: int) -> Arrays:
    key = {
        "letters": letters,
        "typefaces": [face.file for face in TYPEFACES],
        "count": count,
        "seed": seed,
        "made by": made_by(_stored_letters),
        "versions": versions(
            "font-roboto", "font-manrope", "font-source-sans-pro", "font-source-serif-pro",
        ),
    }  # fmt: skip

    def compute():
        arrays = render_letters(letters, count, seed=seed)
        return dict(zip(("images", "labels", "families", "styles"), arrays, strict=True))

    arrays = stored(f"letters-{name}", key, compute)
    return arrays["images"], arrays["labels"], arrays["families"], arrays["styles"]
