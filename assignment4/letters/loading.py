"""The letters in use, and whether they are the book's own: from typefaces, of its own pairs."""

import os
from dataclasses import replace

from assignment4.letters import dataset
from assignment4.letters.dataset import Letters, letters_folder
from assignment4.letters.embedded import NAME
from assignment4.letters.faults import printable
from assignment4.letters.pairs import BOOK_PAIRS, PAIRS, PAIRS_FILE
from assignment4.letters.splits import HELD_OUT_FAMILIES
from assignment4.letters.typefaces import typeface_families

RENDERED = NAME if PAIRS == BOOK_PAIRS else f"{NAME} with the pairs of {printable(PAIRS_FILE)}"
"""The source of letters that come from typefaces: it tells other pairs from the book's own."""


def are_of_the_book() -> bool:
    """Say whether the environment names neither a folder of letters nor a file of other pairs."""
    return letters_folder() is None and PAIRS == BOOK_PAIRS


def load_letters(source: str | os.PathLike | None = None, *, seed: int = 0) -> Letters:
    """Return both alphabets with images, labels and the origin of each image.

    Args:
        source: a folder in one of the layouts of `sources`. Without it, the folder that the
            environment variable ASSIGNMENT4_LETTERS names, and without that letters of typefaces:
            the embedded ones, or others where ASSIGNMENT4_PAIRS names other pairs.
        seed: a non-negative integer; it draws the letters of typefaces and does nothing to files.

    Returns:
        Letters; those of typefaces are 5,798 Cyrillic and 6,015 Latin images as in the report, or
        as many of other alphabets, and these are not `embedded`.

    Raises:
        FileNotFoundError: the folder or one of its files is missing.
        ValueError: a file does not hold what the layout asks for, or too few typefaces have the
            letters of the pairs.
    """
    if source is None and letters_folder() is None:
        check_typefaces()
        return replace(dataset.load_letters(seed=seed), source=RENDERED)
    return dataset.load_letters(source, seed=seed)


def check_typefaces() -> None:
    """Refuse pairs whose letters too few families of typefaces have to be divided by family.

    Raises:
        ValueError: a family of the test part has not all of the letters, or none of the others has.
    """
    families = set(typeface_families())
    if not families > set(HELD_OUT_FAMILIES):
        found = f"all letters in the typeface families {sorted(families)} only"
        expected = f"them in {' and '.join(HELD_OUT_FAMILIES)}, and in one more"
        raise ValueError(f"{printable(PAIRS_FILE)}: found {found}; expected {expected}")
