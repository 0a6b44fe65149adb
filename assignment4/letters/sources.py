"""Letters from elsewhere: which of three layouts a folder has, and the letters that it holds.

The layouts are the course's npy files; CoMNIST's archives Cyrillic.zip and Latin.zip; and folders
Cyrillic and Latin with a folder of images for each letter. Others are never opened. With other
pairs, archives and folders are named after their alphabets.
"""

import hashlib
import os
import unicodedata
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from assignment4.cache import made_by, progress_bar, stored
from assignment4.letters import files
from assignment4.letters.archives import Files, letter_folder, open_archive, shown
from assignment4.letters.faults import faults_of, printable
from assignment4.letters.folders import open_folder
from assignment4.letters.images import read_letter
from assignment4.letters.pairs import ALPHABETS, CYRILLIC, LATIN

LETTERS = {"cyrillic": CYRILLIC, "latin": LATIN}

_EXPECTED = (
    "the course's four npy files, or {cyrillic}.zip and {latin}.zip, or folders {cyrillic} and "
    "{latin} that hold a folder of images for each letter"
).format_map(ALPHABETS)

Arrays = dict[str, tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Source:
    """What a folder holds.

    Attributes:
        arrays: for "cyrillic" and "latin" images (n, 28, 28) uint8, white on black, none of them
            constant, and labels (n,) int64, 0 to 13, each of which occurs.
        left_out: for "cyrillic" and "latin" the names of folders that stand for none of the
            fourteen letters, each with its number of files.
    """

    arrays: Arrays
    left_out: dict[str, Counter]


class _File(NamedTuple):
    label: int
    name: str
    read: Callable[[], bytes]


def read_source(folder: str | os.PathLike) -> Source:
    """Return the letters of a folder in one of the three layouts.

    Images are decoded once, and come from the cache as long as their bytes are the same. They are
    in the order of labels, and within a letter in that of their names. Small and capital letters
    are one class.

    Raises:
        FileNotFoundError: there is no such folder, or it has none of the layouts.
        ValueError: something in it is not what its layout asks for. The message names it, and says
            what was found and what is expected.
        OSError: the cache's folder cannot be read or written.
    """
    folder = Path(folder)
    with faults_of(folder):
        if not folder.exists():
            raise FileNotFoundError(
                f"{printable(folder)}: found no such folder; expected one with {_EXPECTED}"
            )
        if not folder.is_dir():
            raise ValueError(f"found a file; expected a folder with {_EXPECTED}")
        names = os.listdir(folder)
    if any(name in names for pair in files.FILES.values() for name in pair):
        return Source(files.read_folder(folder), {alphabet: Counter() for alphabet in ALPHABETS})
    with faults_of(folder):
        parts = {alphabet: folder / _only(alphabet, names, folder) for alphabet in ALPHABETS}
    with ExitStack() as stack:
        chosen, left_out = {}, {}
        for alphabet, path in parts.items():
            content = stack.enter_context(_open(path))
            with faults_of(path):
                chosen[alphabet], left_out[alphabet] = _sort(content, alphabet)
        return Source(_prepare(chosen, parts), left_out)


def _only(alphabet: str, names: list[str], folder: Path) -> str:
    """Return the one name that says, in small letters or capitals, that it holds an alphabet."""
    title = ALPHABETS[alphabet]
    wanted = (title.lower(), f"{title.lower()}.zip")
    found = sorted(name for name in names if name.lower() in wanted)
    if not found:
        raise FileNotFoundError(
            f"{printable(folder)}: found no {title} or {title}.zip; expected {_EXPECTED}"
        )
    if len(found) > 1:
        raise ValueError(f"found {' and '.join(found)}; expected one of them: move the other away")
    return found[0]


def _open(path: Path) -> AbstractContextManager[Files]:
    return nullcontext(open_folder(path)) if path.is_dir() else open_archive(path)


def _sort(content: Files, alphabet: str) -> tuple[list[_File], Counter]:
    """Return the files of the fourteen letters, and how many files each other folder has."""
    letters = LETTERS[alphabet]
    chosen, left_out = [], Counter()
    for name, read in content.items():
        folder = letter_folder(name)
        capital = folder.upper()
        if len(capital) == 1 and capital in letters:
            chosen.append(_File(letters.index(capital), name, read))
        else:
            left_out[folder] += 1
    labels = np.array([file.label for file in chosen], np.int64)
    try:
        files.check_classes(labels, letters)
    except ValueError as fault:
        others = describe_left_out(left_out, alphabet)
        raise ValueError(f"{fault}; other folders: {others}") from None
    return sorted(chosen, key=lambda file: (file.label, file.name)), left_out


def describe_left_out(left_out: Counter, alphabet: str) -> str:
    """Return the folders that stand for none of the fourteen letters, in words.

    A single letter of another alphabet gets its code, since it may look like one of this.
    """
    names = [f"{_named(folder, alphabet)} ({count})" for folder, count in sorted(left_out.items())]
    return ", ".join(names[:40]) + (", ..." if names[40:] else "") or "nothing"


def _named(folder: str, alphabet: str) -> str:
    own = ALPHABETS[alphabet].upper()
    foreign = len(folder) == 1 and not unicodedata.name(folder, "").startswith(own)
    code = f" U+{ord(folder):04X}" if foreign else ""
    return f"{shown(folder)}{code}" if folder else "no folder"


def _prepare(chosen: dict[str, list[_File]], parts: dict[str, Path]) -> Arrays:
    """Return the images of files and their labels, from the cache where it has them."""
    key = {
        "content": _digest(chosen, parts),
        "made by": made_by(_read_images),
    }

    def compute():
        arrays = {}
        for alphabet, members in chosen.items():
            arrays[f"{alphabet}_images"] = _read_images(members, parts[alphabet])
            arrays[f"{alphabet}_labels"] = np.array([one.label for one in members], np.int64)
        return arrays

    arrays = stored("letters-elsewhere", key, compute)
    return {name: (arrays[f"{name}_images"], arrays[f"{name}_labels"]) for name in chosen}


def _digest(chosen: dict[str, list[_File]], parts: dict[str, Path]) -> str:
    """Return the SHA-256 of all labels and of the bytes of all files."""
    digest = hashlib.sha256()
    for alphabet, members in chosen.items():
        for member in members:
            with faults_of(f"{parts[alphabet]}/{shown(member.name)}"):
                content = member.read()
            digest.update(f"{alphabet} {member.label} {len(content)}\0".encode() + content)
    return digest.hexdigest()


def _read_images(members: list[_File], path: Path) -> np.ndarray:
    """Return (n, 28, 28) uint8; what is wrong with images is told of all at once."""
    images = np.empty((len(members), files.SIZE, files.SIZE), np.uint8)
    faults = {}
    with progress_bar(len(members), description=path.name) as bar:
        for index, member in enumerate(members):
            name = f"{printable(path)}/{shown(member.name)}"
            try:
                with faults_of(name):
                    images[index] = read_letter(member.read())
            except ValueError as fault:
                faults[name] = fault
            bar.update()
    if faults:
        first, *others = faults
        more = f"; {len(others)} more have faults: {', '.join(others[:5])}" if others else ""
        raise ValueError(f"{faults[first]}{more}")
    if images.mean() > 127.5:
        found = "light strokes on dark paper, as it seems from all images together"
        raise ValueError(f"{printable(path)}: found {found}; expected dark strokes on light paper")
    return images
