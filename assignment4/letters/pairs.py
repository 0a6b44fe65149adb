"""The fourteen letter pairs of Exercise 2, in label order: the book's own, or those of a file."""

import os
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

from assignment4 import ROOT

Pairs = tuple[tuple[str, str], ...]

BOOK_PAIRS: Pairs = tuple(zip("БДГФИЙЛНПСРУВЗ", "BDGFIJLNPSRUVZ", strict=True))
"""(Cyrillic, Latin) capitals of the same sound; a letter's label is its position, 0 to 13."""


class FileError(ValueError):
    """What is wrong with a file that a person gives: what was found, and what is expected."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(f"found {found}; expected {expected}")


@contextmanager
def faults_of(path: Path | str, expected: str) -> Iterator[None]:
    """Turn what is raised into a ValueError of one line: path, what was found, what is expected."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, FileError):
            reason = getattr(error, "strerror", None) or repr(error)
            error = FileError(f"it unreadable ({reason:.150})", expected)
        raise ValueError(printable(f"{path}: {error}")) from error


def printable(text: Path | str) -> str:
    """Return text in one line that any terminal shows, odd characters escaped."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in str(text))


def alphabet_name(letter: str) -> str:
    """Return the alphabet that Unicode names a capital by, such as "Greek"; else an empty text."""
    if len(letter) != 1 or unicodedata.category(letter) != "Lu":
        return ""
    name, capital, _ = unicodedata.name(letter).partition(" CAPITAL LETTER ")
    return name.title() if capital else ""


def described(text: str) -> str:
    """Return a quoted text, after the name of its alphabet if it is a letter: Latin 'C'."""
    return f"{alphabet_name(text.upper())} {text!r:.40}".strip()


def read_pairs(path: Path) -> Pairs:
    """Return the fourteen pairs of a UTF-8 text file, in its order.

    A line has two capitals with white space between them, each column letters of one alphabet, none
    of them twice. Blank lines, and what follows a `#`, are passed over. See `faults_of`.
    """
    pairs: list[tuple[str, ...]] = []
    with faults_of(path, f"a text file in UTF-8 with {len(BOOK_PAIRS)} pairs of letters"):
        with open(path, encoding="utf-8-sig") as file:
            lines = unicodedata.normalize("NFC", file.read(2**16)).split("\n")
        for number, line in enumerate(lines, start=1):
            if entries := line.partition("#")[0].split():
                if expected := _expected_instead(entries, pairs):
                    told = ", ".join(map(described, entries[:3]))
                    raise FileError(f"{told} in line {number}", expected)
                pairs.append(tuple(entries))
        if len(pairs) != len(BOOK_PAIRS):
            raise FileError(f"{len(pairs)} pairs", f"{len(BOOK_PAIRS)}, one for each class")
    return tuple(pairs)


def _expected_instead(entries: Sequence[str], pairs: Sequence[Sequence[str]]) -> str:
    """Return what a line should have had after earlier pairs; empty where nothing is wrong."""
    alphabets = [alphabet_name(entry) for entry in entries]
    if len(entries) != 2 or "" in alphabets or alphabets[0] == alphabets[1]:
        return "two capitals of two alphabets, such as 'Δ D'"
    if pairs and alphabets != [alphabet_name(letter) for letter in pairs[0]]:
        return "letters of the alphabets of the first pair"
    return "each letter once" if {*entries}.intersection(chain(*pairs)) else ""


def file_named(variable: str) -> Path | None:
    """Return the path in a variable of the environment, if any; `~` is the home folder.

    A relative path counts from the repository's root, so that it means the same in every chapter.
    """
    value = os.environ.get(variable, "")
    return Path(os.path.abspath(ROOT / os.path.expanduser(value))) if value else None


def letters_folder() -> Path | None:
    """Return the folder that ASSIGNMENT4_LETTERS names, or None for letters of typefaces."""
    return file_named("ASSIGNMENT4_LETTERS")


def are_of_the_book() -> bool:
    """Return True if the environment names neither a folder of letters nor a file of pairs."""
    return letters_folder() is None and PAIRS == BOOK_PAIRS


PAIRS_FILE = file_named("ASSIGNMENT4_PAIRS")

PAIRS: Pairs = BOOK_PAIRS if PAIRS_FILE is None else read_pairs(PAIRS_FILE)

CYRILLIC = "".join(cyrillic for cyrillic, _ in PAIRS)
LATIN = "".join(latin for _, latin in PAIRS)

ALPHABETS = {"cyrillic": alphabet_name(CYRILLIC[0]), "latin": alphabet_name(LATIN[0])}
"""In the roles of Cyrillic and Latin."""
