"""The fourteen letter pairs of Exercise 2, in label order."""

PAIRS: tuple[tuple[str, str], ...] = (
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

CYRILLIC = "".join(cyrillic for cyrillic, _ in PAIRS)
LATIN = "".join(latin for _, latin in PAIRS)
