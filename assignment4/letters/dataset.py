"""The letters that the networks see: two alphabets, from typefaces or from a folder of files."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from assignment4.letters import embedded, sources
from assignment4.letters.pairs import CYRILLIC, LATIN

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Alphabet:
    """Images of the fourteen letters of one alphabet.

    Attributes:
        letters: the fourteen letters in label order.
        images: (n, 28, 28) uint8, white on black.
        labels: (n,) int64, 0 to 13.
        families: (n,) str, the typeface family of each image; empty for letters from files.
        styles: (n,) str, the typeface's style; empty for letters from files.
        report_size: how many images the report had of this alphabet.
    """

    letters: str
    images: np.ndarray
    labels: np.ndarray
    families: np.ndarray
    styles: np.ndarray
    report_size: int

    def __len__(self) -> int:
        return len(self.labels)

    def select(self, indices: np.ndarray) -> "Alphabet":
        """Return the images at the given places, in that order."""
        return Alphabet(
            self.letters,
            self.images[indices],
            self.labels[indices],
            self.families[indices],
            self.styles[indices],
            self.report_size,
        )


def one_of_each(alphabet: Alphabet, number: int = 0) -> Alphabet:
    """Return one image of each class, in label order.

    Args:
        alphabet: with at least one image of each class.
        number: which of its class, counted from 0; a class with fewer starts again.
    """
    members = [np.flatnonzero(alphabet.labels == c) for c in range(len(alphabet.letters))]
    return alphabet.select([places[number % len(places)] for places in members])


@dataclass(frozen=True)
class Letters:
    """Both alphabets and the name of what they came from."""

    cyrillic: Alphabet
    latin: Alphabet
    source: str

    @property
    def embedded(self) -> bool:
        """Whether these are the book's own letters, on which its verdicts stand."""
        return self.source == embedded.NAME

    def digest(self) -> str:
        """Return the SHA-256 of all images, labels and families, in hexadecimal."""
        digest = hashlib.sha256()
        for alphabet in (self.cyrillic, self.latin):
            digest.update(np.ascontiguousarray(alphabet.images).tobytes())
            digest.update(alphabet.labels.astype("<i8").tobytes())
            digest.update("\0".join(alphabet.families).encode())
        return digest.hexdigest()


def letters_folder() -> Path | None:
    """Return the folder that ASSIGNMENT4_LETTERS names, or None for the embedded letters.

    A relative path counts from the repository's root, so that it means the same in every chapter,
    and a `~` is the home folder.
    """
    value = os.environ.get("ASSIGNMENT4_LETTERS", "")
    return (REPOSITORY / os.path.expanduser(value)).resolve() if value else None


def load_letters(source: str | os.PathLike | None = None, *, seed: int = 0) -> Letters:
    """Return both alphabets with images, labels and the origin of each image.

    Args:
        source: a folder in one of the layouts of `sources`. Without it, the folder that the
            environment variable ASSIGNMENT4_LETTERS names, and without that the embedded letters.
        seed: a non-negative integer; it draws the embedded letters and does nothing to files.

    Returns:
        Letters; the embedded ones are 5,798 Cyrillic and 6,015 Latin images as in the report.

    Raises:
        FileNotFoundError: the folder or one of its files is missing.
        ValueError: a file does not hold what the layout asks for.
    """
    folder = letters_folder() if source is None else Path(source)
    if folder is None:
        return Letters(
            Alphabet(CYRILLIC, *embedded.cyrillic_letters(seed), embedded.CYRILLIC_COUNT),
            Alphabet(LATIN, *embedded.latin_letters(seed), embedded.LATIN_COUNT),
            embedded.NAME,
        )
    arrays = sources.read_source(folder).arrays
    return Letters(
        _from_file(CYRILLIC, *arrays["cyrillic"], embedded.CYRILLIC_COUNT),
        _from_file(LATIN, *arrays["latin"], embedded.LATIN_COUNT),
        str(folder),
    )


def _from_file(letters, images, labels, report_size) -> Alphabet:
    unknown = np.full(len(labels), "")
    return Alphabet(letters, images, labels, unknown, unknown, report_size)
