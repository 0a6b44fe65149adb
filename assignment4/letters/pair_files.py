"""Pairs of letters from a text file: two columns of capitals, of which none is trusted."""

import os
import stat
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from assignment4.letters.faults import faults_of

REPOSITORY = Path(__file__).resolve().parents[2]

COUNT = 14
"""How many pairs there are: the networks have as many classes."""

LARGEST_FILE = 2**16
"""Upper limit on the bytes of a file; fourteen pairs take 70."""

_CAPITAL = " CAPITAL LETTER "
_LINE = "two capital letters, such as 'Δ D'"

Pairs = tuple[tuple[str, str], ...]


def pairs_file() -> Path | None:
    """Return the file that ASSIGNMENT4_PAIRS names, or None for the book's own pairs.

    A relative path counts from the repository's root, so that it means the same in every chapter,
    and a `~` is the home folder.
    """
    value = os.environ.get("ASSIGNMENT4_PAIRS", "")
    return Path(os.path.abspath(REPOSITORY / os.path.expanduser(value))) if value else None


def alphabet_name(letter: str) -> str:
    """Return the name of a capital's alphabet, such as "Greek"; empty for any other character.

    Unicode names a letter by its alphabet, as in GREEK CAPITAL LETTER BETA.
    """
    name, capital, _ = unicodedata.name(letter, "").partition(_CAPITAL)
    return name.title() if capital and unicodedata.category(letter) == "Lu" else ""


def read_pairs(path: Path) -> Pairs:
    """Return the pairs of a file, in its order.

    The file is UTF-8, with or without a byte order mark. Each line has a pair: two capital letters
    with white space between them, composed or not. Each column has letters of one alphabet, none of
    them twice, and the alphabets are two. Blank lines, and what follows a `#`, are passed over.

    Returns:
        Fourteen pairs of composed letters, one character each.

    Raises:
        ValueError: there is no such file, it cannot be read, or it is not as above. The message is
            one line of printable text: it names the file, the line where there is one, what was
            found and what is expected.
    """
    with faults_of(path):
        if not path.exists():
            raise ValueError(f"found no such file; expected one with {COUNT} pairs of letters")
        lines = _lines(_read(path))
        pairs: list[tuple[str, str]] = []
        numbers: list[int] = []
        for number, line in enumerate(lines, start=1):
            entries = line.partition("#")[0].split()
            if not entries:
                continue
            try:
                pair = _pair(entries)
                _check_among(pair, dict(zip(numbers, pairs, strict=True)))
            except ValueError as fault:
                raise ValueError(f"line {number}: {fault}") from None
            pairs.append(pair)
            numbers.append(number)
        if len(pairs) < COUNT:
            raise ValueError(
                f"line {len(lines)}: found the end after {len(pairs)} pairs; expected {COUNT}, "
                "one for each class of the networks"
            )
    return tuple(pairs)


def _read(path: Path) -> bytes:
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"
        raise ValueError(f"found {kind}; expected a text file with {COUNT} pairs of letters")
    with open(path, "rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValueError(f"found more than {LARGEST_FILE:,} bytes; expected {COUNT} pairs only")
    return content


def _lines(content: bytes) -> list[str]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content[: error.start].count(b"\n") + 1
        found = f"a byte 0x{content[error.start]:02x} that is no UTF-8"
        raise ValueError(f"line {number}: found {found}; expected text in UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")


def _pair(entries: list[str]) -> tuple[str, str]:
    if len(entries) != 2:
        count = "1 entry" if len(entries) == 1 else f"{len(entries)} entries"
        raise ValueError(f"found {count}, {' '.join(entries)!r:.40}; expected {_LINE}")
    first, second = (unicodedata.normalize("NFC", entry) for entry in entries)
    for letter in (first, second):
        if len(letter) != 1:
            found = f"{letter!r:.40}, which is {len(letter)} characters"
            raise ValueError(f"found {found}; expected {_LINE}")
        if not alphabet_name(letter):
            raise ValueError(f"found {_named(letter)}; expected {_LINE}")
    if alphabet_name(first) == alphabet_name(second):
        found = f"{first!r} and {second!r}, both {alphabet_name(first)}"
        raise ValueError(f"found {found}; expected letters of two alphabets")
    return first, second


def _check_among(pair: tuple[str, str], earlier: dict[int, tuple[str, str]]) -> None:
    """Refuse a pair that does not go with the earlier ones, given by the numbers of their lines."""
    if len(earlier) == COUNT:
        raise ValueError(f"found pair {COUNT + 1}; expected {COUNT}, one for each class")
    for column, letter in enumerate(pair):
        for number, known in _column(earlier, column):
            if letter == known:
                found = f"{_named(letter)} in column {column + 1} again, as in line {number}"
                raise ValueError(f"found {found}; expected each letter once")
            if (name := alphabet_name(known)) != alphabet_name(letter):
                found = f"{_named(letter)} in column {column + 1}"
                raise ValueError(f"found {found}; expected a {name} letter, as in line {number}")


def _column(pairs: dict[int, tuple[str, str]], column: int) -> Iterator[tuple[int, str]]:
    return ((number, pair[column]) for number, pair in pairs.items())


def _named(letter: str) -> str:
    return f"{letter!r} ({unicodedata.name(letter, f'U+{ord(letter):04X}')})"
