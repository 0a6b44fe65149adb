"""The fourteen letter pairs of Exercise 2, in label order: the book's own, or those of a file."""

from assignment4.letters.pair_files import Pairs, alphabet_name, pairs_file, read_pairs

BOOK_PAIRS: Pairs = (
    ("Б", "B"),
    ("Д", "D"),
    ("Г", "G"),
    ("Ф", "F"),
    ("И", "I"),
    ("Й", "J"),
    ("Л", "L"),
    ("Н", "N"),
    ("П", "P"),
    ("С", "S"),
    ("Р", "R"),
    ("У", "U"),
    ("В", "V"),
    ("З", "Z"),
)
"""(Cyrillic, Latin) capitals of the same sound; a letter's label is its position, 0 to 13."""

PAIRS_FILE = pairs_file()
"""The file that ASSIGNMENT4_PAIRS named when this module was imported, or None."""

PAIRS: Pairs = BOOK_PAIRS if PAIRS_FILE is None else read_pairs(PAIRS_FILE)
"""The pairs in use: letters to be read, and letters to be drawn."""

CYRILLIC = "".join(cyrillic for cyrillic, _ in PAIRS)
LATIN = "".join(latin for _, latin in PAIRS)

ALPHABETS = {"cyrillic": alphabet_name(CYRILLIC[0]), "latin": alphabet_name(LATIN[0])}
"""The names of the alphabets in the roles of Cyrillic and Latin, such as "Greek" and "Latin"."""
