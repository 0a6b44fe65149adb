"""The embedded letters: as many images as the report had, rendered from typefaces."""

import numpy as np

from assignment4.cache import made_by, stored, versions
from assignment4.letters.alphabets import NAME, Alphabet, Letters
from assignment4.letters.pairs import BOOK_PAIRS, CYRILLIC, LATIN, PAIRS, PAIRS_FILE, printable
from assignment4.letters.rendering import SIZE, draw_variations, render_image
from assignment4.letters.splits import HELD_OUT_FAMILIES, random_order
from assignment4.letters.typefaces import TYPEFACES, letter_shape, typeface_families

RENDERED = NAME if PAIRS == BOOK_PAIRS else f"{NAME} with the pairs of {printable(PAIRS_FILE)}"
"""The source of letters that come from typefaces: it tells other pairs from the book's own."""

CYRILLIC_COUNT, LATIN_COUNT = 5798, 6015  # images, as in the report


def render_letters(letters: str, count: int, *, seed: int) -> tuple[np.ndarray, ...]:
    """Render letters, each and in each typeface equally often, in random order.

    A seed, from 0, gives the same bytes anywhere: images (count, 28, 28) uint8, labels (count,)
    int64, families and styles (count,) str.
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


def embedded_letters(seed: int) -> Letters:
    """Return the letters of typefaces; ValueError if too few typefaces have those of the pairs."""
    check_typefaces()
    return Letters(cyrillic_letters(seed), latin_letters(seed), RENDERED)


def cyrillic_letters(seed: int) -> Alphabet:
    """Return as many as the report had; see `render_letters`."""
    return _stored_letters("cyrillic", CYRILLIC, CYRILLIC_COUNT, 2 * seed)


def latin_letters(seed: int) -> Alphabet:
    """Return as many as the report had; see `render_letters`."""
    return _stored_letters("latin", LATIN, LATIN_COUNT, 2 * seed + 1)


def _stored_letters(name: str, letters: str, count: int, seed: int) -> Alphabet:
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
    names = ("images", "labels", "families", "styles")

    def compute():
        return dict(zip(names, render_letters(letters, count, seed=seed), strict=True))

    arrays = stored(f"letters-{name}", key, compute)
    return Alphabet(letters, *(arrays[one] for one in names), count)


def check_typefaces() -> None:
    """Raise ValueError if the letters of the pairs are in too few families to hold some out."""
    families = set(typeface_families())
    if not families > set(HELD_OUT_FAMILIES):
        found = f"all letters in the typeface families {sorted(families)} only"
        expected = f"them in {' and '.join(HELD_OUT_FAMILIES)}, and in one more"
        raise ValueError(f"{printable(PAIRS_FILE)}: found {found}; expected {expected}")
