"""Letters of a person's own: whether the book can use them, what they are, and how to name them."""

import io
import shlex
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from assignment4 import cache
from assignment4.figures.letters import plot_letters
from assignment4.letters import ALPHABETS, PAIRS, Alphabet, Letters, load_letters
from assignment4.letters.pairs import PAIRS_FILE
from assignment4.letters.sources import describe_left_out, read_source
from assignment4.tables import Table

IMAGES_IN_ROW = 8
"""How many images of a letter the contact sheet shows."""


def check(folder: Path) -> None:
    """Print what a folder of letters holds, draw a contact sheet, and say how to use the letters.

    What has to be decoded is then in the cache.

    Raises:
        OSError: there are no letters in the folder, or the cache cannot be written.
        ValueError: something in the folder is not as it should be; the message names it.
    """
    folder = folder.expanduser().resolve()
    letters = load_letters(folder)
    print(count_letters(letters))
    for alphabet, left_out in read_source(folder).left_out.items():
        if left_out:
            print(f"left out, {ALPHABETS[alphabet]}: {describe_left_out(left_out, alphabet)}")
    print("some of each letter:", write_contact_sheet(letters))
    print(f"to use them: make book ASSIGNMENT4_LETTERS={shlex.quote(str(folder))}{_pairs_named()}")


def _pairs_named() -> str:
    return f" ASSIGNMENT4_PAIRS={shlex.quote(str(PAIRS_FILE))}" if PAIRS_FILE else ""


def count_letters(letters: Letters) -> Table:
    """Return a table with the number of images of each letter, and of all."""
    counts = [_counts(alphabet) for alphabet in (letters.cyrillic, letters.latin)]
    rows = [
        (cyrillic, counts[0][label], latin, counts[1][label])
        for label, (cyrillic, latin) in enumerate(PAIRS)
    ]
    total = ("all", sum(counts[0]), "all", sum(counts[1]))
    return Table([ALPHABETS["cyrillic"], "images", ALPHABETS["latin"], "images"], [*rows, total])


def _counts(alphabet: Alphabet) -> list[int]:
    return [int((alphabet.labels == label).sum()) for label in range(len(alphabet.letters))]


def write_contact_sheet(letters: Letters) -> Path:
    """Draw a row of each letter's images into the cache's folder and return the file."""
    figure = draw_contact_sheet(letters)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=150)
    path = cache.cache_folder() / f"letters-{letters.digest()[:16]}.png"
    with cache.refusals_named():
        cache.write_atomically(path, buffer.getvalue())
    return path


def draw_contact_sheet(letters: Letters) -> Figure:
    """Return a figure with IMAGES_IN_ROW images or fewer of each letter, Cyrillic beside Latin."""
    figure = Figure(figsize=(10, 8), layout="constrained")
    panels = figure.subplots(1, 2)
    for axes, alphabet in zip(panels, (letters.cyrillic, letters.latin), strict=True):
        plot_letters(
            axes,
            {
                letter: _spread(alphabet.images[alphabet.labels == label])
                for label, letter in enumerate(alphabet.letters)
            },
        )
    return figure


def _spread(images: np.ndarray) -> np.ndarray:
    """Return IMAGES_IN_ROW images from beginning to end, or all where there are fewer."""
    count = min(IMAGES_IN_ROW, len(images))
    return images[np.linspace(0, len(images) - 1, count).astype(int)]
