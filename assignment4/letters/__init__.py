"""What the networks see: the letter pairs, their images, the splits and the normalisation.

Kinds of letters stand side by side, each giving an Alphabet: `embedded` those of typefaces, `pen`
those drawn as strokes by hands that differ, `own` those of a person's files.
"""

from assignment4.letters.alphabets import (
    Alphabet,
    Letters,
    describe_classes,
    one_of_each,
    slant_spread,
)
from assignment4.letters.normalization import (
    deviations_are_one,
    means_are_zero,
    normalize,
    normalize_mean,
    normalize_stddev,
    refuses_constant_image,
)
from assignment4.letters.own import load_letters
from assignment4.letters.pairs import ALPHABETS, BOOK_PAIRS, CYRILLIC, LATIN, PAIRS
from assignment4.letters.pen import pen_letters
from assignment4.letters.splits import HELD_OUT_FAMILIES, SPLITS, split_as_reported, split_by_family
from assignment4.letters.typefaces import TYPEFACES, describe_typefaces, letter_shape
