"""The data card's table of classes."""

import numpy as np

from assignment4.letters.dataset import Alphabet, Letters
from assignment4.letters.pairs import ALPHABETS
from assignment4.tables import Table


def describe_classes(letters: Letters) -> Table:
    """Return a table with each class's letters, numbers of images and share of ink."""
    names = ["label", ALPHABETS["cyrillic"], "images", "ink", ALPHABETS["latin"], "images", "ink"]
    columns = [*_columns(letters.cyrillic), *_columns(letters.latin)]
    return Table(names, list(zip(range(len(letters.latin.letters)), *columns, strict=True)))


def ink(alphabet: Alphabet) -> np.ndarray:
    """Return for each class the share of pixels at least half as bright as white, (14,)."""
    bright = (alphabet.images >= 128).mean(axis=(1, 2))
    count = np.bincount(alphabet.labels)
    return np.bincount(alphabet.labels, weights=bright) / count


def slant_spread(alphabet: Alphabet) -> float:
    """Return how much the slant varies within a class: its standard deviation, over the classes.

    An image's slant is the slope of the line that best predicts a pixel's column from its row,
    weighted by brightness: cov(column, row) / var(row). Upright letters have slants about 0.
    """
    weights = alphabet.images.astype(float)
    weights /= weights.sum(axis=(1, 2), keepdims=True)
    place = np.arange(weights.shape[1]) - (weights.shape[1] - 1) / 2
    columns, rows = weights.sum(axis=1), weights.sum(axis=2)
    mean_column, mean_row = columns @ place, rows @ place
    covariance = np.einsum("nij,i,j->n", weights, place, place) - mean_column * mean_row
    slants = covariance / (rows @ place**2 - mean_row**2)
    return float(np.mean([slants[alphabet.labels == c].std() for c in range(14)]))


def _columns(alphabet: Alphabet) -> list:
    shares = [f"{share:.2f}" for share in ink(alphabet)]
    return [alphabet.letters, np.bincount(alphabet.labels), shares]
