"""The letters in use: the book's own, or those that a person names in the environment."""

import os
from pathlib import Path

from assignment4.letters.alphabets import Letters
from assignment4.letters.embedded import embedded_letters
from assignment4.letters.own import read_folder
from assignment4.letters.pairs import BOOK_PAIRS, PAIRS, file_named


def letters_folder() -> Path | None:
    """Return the folder that ASSIGNMENT4_LETTERS names, or None for letters of typefaces."""
    return file_named("ASSIGNMENT4_LETTERS")


def are_of_the_book() -> bool:
    """Return True if the environment names neither a folder of letters nor a file of pairs."""
    return letters_folder() is None and PAIRS == BOOK_PAIRS


def load_letters(source: str | os.PathLike | None = None, *, seed: int = 0) -> Letters:
    """Return both alphabets with images, labels and the origin of each image.

    Args:
        source: a folder in one of the layouts of `own`. Without it, the folder that the environment
            variable ASSIGNMENT4_LETTERS names, and without that letters of typefaces: the embedded
            ones, or others where ASSIGNMENT4_PAIRS names other pairs.
        seed: a non-negative integer; it draws the letters of typefaces and does nothing to files.

    Returns:
        Letters; those of typefaces are 5,798 Cyrillic and 6,015 Latin images as in the report, or
        as many of other alphabets, and these are not `embedded`.

    Raises:
        ValueError: a file is not as its layout asks, or too few typefaces have the letters of the
            pairs. The message is one line.
    """
    folder = letters_folder() if source is None else Path(source)
    return embedded_letters(seed) if folder is None else read_folder(folder)[0]
