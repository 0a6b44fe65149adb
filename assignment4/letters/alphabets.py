"""What each kind of letters is brought to: two alphabets of images, and what these hold."""

import hashlib
from dataclasses import dataclass

import numpy as np

from assignment4.letters.pairs import ALPHABETS
from assignment4.tables import Table

NAME = "typefaces"  # the source of the book's own letters


@dataclass(frozen=True)
class Alphabet:
    """Images (n, 28, 28) uint8, white on black, of the fourteen letters of one alphabet.

    Labels, (n,) int64, count the letters from 0. Families and styles, (n,) str, are those of the
    typefaces, or empty. The report had `report_size` images.
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


@dataclass(frozen=True)
class Letters:
    """Both alphabets and the name of what they came from."""

    cyrillic: Alphabet
    latin: Alphabet
    source: str

    @property
    def embedded(self) -> bool:
        """Whether these are the book's own letters, on which its verdicts stand."""
        return self.source == NAME

    def __str__(self) -> str:
        source = "embedded" if self.embedded else self.source
        counts = [f"{len(getattr(self, name))} {title}" for name, title in ALPHABETS.items()]
        return f"{source}: {' and '.join(counts)} images"

    def digest(self) -> str:
        """Return the SHA-256 of all images, labels and families, in hexadecimal."""
        digest = hashlib.sha256()
        for alphabet in (self.cyrillic, self.latin):
            digest.update(np.ascontiguousarray(alphabet.images).tobytes())
            digest.update(alphabet.labels.astype("<i8").tobytes())
            digest.update("\0".join(alphabet.families).encode())
        return digest.hexdigest()


def one_of_each(alphabet: Alphabet, number: int = 0) -> Alphabet:
    """Return the image of that number, from 0, of each class; small ones start again."""
    members = [np.flatnonzero(alphabet.labels == c) for c in range(len(alphabet.letters))]
    return alphabet.select([places[number % len(places)] for places in members])


def describe_classes(letters: Letters) -> Table:
    """Return each class's letters, numbers of images and share of pixels at least half white."""
    names, columns = ["label"], [range(len(letters.latin.letters))]
    for name, title in ALPHABETS.items():
        alphabet = getattr(letters, name)
        counts = np.bincount(alphabet.labels)
        bright = (alphabet.images >= 128).mean(axis=(1, 2))
        shares = np.bincount(alphabet.labels, weights=bright) / counts
        names += [title, "images", "ink"]
        columns += [alphabet.letters, counts, [f"{share:.2f}" for share in shares]]
    return Table(names, list(zip(*columns, strict=True)))


def slant_spread(alphabet: Alphabet) -> float:
    """Return the standard deviation of the slants within a class, averaged over the classes.

    An image's slant is the slope of the line that best predicts a pixel's column from its row,
    weighted by brightness: cov(column, row) / var(row).
    """
    weights = alphabet.images.astype(float)
    weights /= weights.sum(axis=(1, 2), keepdims=True)
    place = np.arange(weights.shape[1]) - (weights.shape[1] - 1) / 2
    columns, rows = weights.sum(axis=1), weights.sum(axis=2)
    mean_column, mean_row = columns @ place, rows @ place
    covariance = np.einsum("nij,i,j->n", weights, place, place) - mean_column * mean_row
    slants = covariance / (rows @ place**2 - mean_row**2)
    return float(np.mean([slants[alphabet.labels == c].std() for c in range(14)]))
