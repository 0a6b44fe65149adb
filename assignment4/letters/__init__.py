"""What the networks see: the letter pairs, their images, the splits and the normalisation."""

from assignment4.letters.dataset import Alphabet, Letters, first_of_each, load_letters
from assignment4.letters.normalization import normalize, normalize_mean, normalize_stddev
from assignment4.letters.pairs import CYRILLIC, LATIN, PAIRS
from assignment4.letters.splits import (
    HELD_OUT_FAMILIES,
    split_as_reported,
    split_by_family,
)

__all__ = [
    "CYRILLIC",
    "HELD_OUT_FAMILIES",
    "LATIN",
    "PAIRS",
    "Alphabet",
    "Letters",
    "first_of_each",
    "load_letters",
    "normalize",
    "normalize_mean",
    "normalize_stddev",
    "split_as_reported",
    "split_by_family",
]
