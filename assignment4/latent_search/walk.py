"""Straight walks through latent space from letter to letter, and what the decoder draws on them."""

from dataclasses import dataclass
from itertools import combinations

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np

from assignment4.encoder_decoder.models import outputs_of

POSITIONS = 9
"""Both ends among them: a step is an eighth of the way."""


@dataclass(frozen=True)
class Walks:
    """Images (n, 28, 28) of each class's vector; then of each pair a < b, at equal steps between.

    A walk has `positions`, both ends among them.
    """

    letters: str
    positions: int
    images: np.ndarray

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """The pairs of classes a < b: (0, 1), (0, 2) and so on."""
        return list(combinations(range(len(self.letters)), 2))

    def path(self, first: str, last: str) -> np.ndarray:
        """Return all images from a letter to another one, (positions, 28, 28)."""
        a, b = self.letters.index(first), self.letters.index(last)
        inner = self.positions - 2
        begin = len(self.letters) + self.pairs.index((min(a, b), max(a, b))) * inner
        between = self.images[begin : begin + inner][:: 1 if a < b else -1]
        return np.concatenate([self.images[[a]], between, self.images[[b]]])

    def nearest_mixtures(self) -> tuple[np.ndarray, np.ndarray]:
        """Return `nearest_mixtures` of the walk of each pair, (pairs, positions) each."""
        paths = [self.path(first, last) for first, last in combinations(self.letters, 2)]
        shares, left = zip(*map(nearest_mixtures, paths), strict=True)
        return np.array(shares), np.array(left)


def walk_between_letters(
    decoder: keras.Model, vectors: np.ndarray, letters: str, *, positions: int = POSITIONS
) -> Walks:
    """Return the images of (1 - t) a + t b for all pairs of vectors a and b, at equal steps of t.

    The decoder is from (n, 512) to (n, 28, 28, 1), the vectors are (classes, 512) float32.
    """
    share = np.linspace(0, 1, positions, dtype=np.float32)[1:-1, np.newaxis]
    inner = [(1 - share) * a + share * b for a, b in combinations(vectors, 2)]
    images = outputs_of(decoder, np.concatenate([vectors, *inner]))
    return Walks(letters, positions, images[..., 0])


def nearest_mixtures(path: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Compare a walk, (positions, height, width), with the fading of its first image into its last.

    For each image: the share of the last one in the mixture nearest to it, and its squared distance
    to that mixture over the squared distance between the ends; (positions,) each.
    """
    away = (path - path[0]).reshape(len(path), -1).astype(np.float64)
    whole = away[-1]
    shares = away @ whole / (whole @ whole)
    left = np.square(away - shares[:, np.newaxis] * whole).sum(axis=1)
    return shares, left / (whole @ whole)
