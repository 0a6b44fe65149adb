"""What the networks see: the letter pairs, their images, the splits and the normalisation."""

from assignment4.letters.dataset import Alphabet, Letters, one_of_each
from assignment4.letters.loading import load_letters
from assignment4.letters.normalization import normalize, normalize_mean, normalize_stddev
from assignment4.letters.pairs import ALPHABETS, BOOK_PAIRS, CYRILLIC, LATIN, PAIRS
from assignment4.letters.splits import (
    HELD_OUT_FAMILIES,
    split_as_reported,
    split_by_family,
)

__all__ = [
    "ALPHABETS",
    "BOOK_PAIRS",
    "CYRILLIC",
    "HELD_OUT_FAMILIES",
    "LATIN",
    "PAIRS",
    "Alphabet",
    "Letters",
    "load_letters",
    "normalize",
    "normalize_mean",
    "normalize_stddev",
    "one_of_each",
    "split_as_reported",
    "split_by_family",
]
