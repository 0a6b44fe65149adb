"""Letters of a person's own: which of three layouts a folder has, and the letters that it holds.

The layouts are the course's four npy files; CoMNIST's archives Cyrillic.zip and Latin.zip; and
folders Cyrillic and Latin with a folder of images for each letter. With other pairs, archives and
folders are named after their alphabets.

No file is trusted. NumPy reads npy files without pickles, Pillow reads images, and zipfile unpacks
one member at a time into memory, each after a look at its size. Nothing is written but to the
cache, and no link is followed.
"""

import hashlib
import io
import os
import re
import shlex
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from assignment4 import cache
from assignment4.letters.alphabets import Alphabet, Letters
from assignment4.letters.embedded import CYRILLIC_COUNT, LATIN_COUNT
from assignment4.letters.pairs import (
    ALPHABETS,
    CYRILLIC,
    LATIN,
    PAIRS,
    PAIRS_FILE,
    FileError,
    faults_of,
    printable,
)
from assignment4.letters.pictures import (
    IMAGE,
    Files,
    check_file,
    files_in_archive,
    files_in_folder,
    folder_of,
    read_letter,
)
from assignment4.letters.rendering import SIZE
from assignment4.tables import Table

FILES = {"cyrillic": ("X_cyr.npy", "labels_cyr.npy"), "latin": ("X_lat.npy", "labels_lat.npy")}
"""For each alphabet the file of its images, (28, 28, n), and the file of its labels, (n,)."""

LETTERS = {"cyrillic": CYRILLIC, "latin": LATIN}
MOST_IMAGES = 200_000  # of an alphabet; CoMNIST has fewer than 20,000
LARGEST_MEAN = 140  # of all images of an alphabet; beyond it the paper seems to be white

_LAYOUTS = (
    "the course's four npy files, or {cyrillic}.zip and {latin}.zip, or folders {cyrillic} and "
    "{latin} that hold a folder of images for each letter"
).format_map(ALPHABETS)
_ARRAY = "an npy file of whole numbers, as numpy.save writes it"
_BYPRODUCTS = re.compile(r"(^|/)(__MACOSX|\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini)(/|$)", re.I)

Chosen = list[tuple[int, str, Callable[[], bytes]]]  # label and name of a file, and what reads it
LeftOut = dict[str, Counter]  # by "cyrillic" and "latin", how many files other folders have


def check(folder: Path, draw: Callable[[Letters], Figure]) -> None:
    """Print what a folder of letters holds, and how to use them; `draw` some into the cache.

    Raises:
        ValueError: something in the folder is not as it should be; see `faults_of`.
        OSError: the cache cannot be written.
    """
    folder = folder.expanduser().resolve()
    letters, left_out = read_folder(folder)
    print(count_letters(letters))
    for name, folders in left_out.items():
        if folders:
            print(f"left out, {ALPHABETS[name]}: {_described(folders, name)}")
    picture = io.BytesIO()
    draw(letters).savefig(picture, format="png", dpi=150)
    path = cache.cache_folder() / f"letters-{letters.digest()[:16]}.png"
    with cache.refusals_named():
        cache.write_atomically(path, picture.getvalue())
    print("some of each letter:", path)
    pairs = f" ASSIGNMENT4_PAIRS={shlex.quote(str(PAIRS_FILE))}" if PAIRS_FILE else ""
    print(f"to use them: make book ASSIGNMENT4_LETTERS={shlex.quote(str(folder))}{pairs}")


def count_letters(letters: Letters) -> Table:
    """Return a table with the number of images of each letter, and of all."""
    counts = [np.bincount(one.labels).tolist() for one in (letters.cyrillic, letters.latin)]
    rows = [(a, m, b, n) for (a, b), m, n in zip(PAIRS, *counts, strict=True)]
    total = ("all", sum(counts[0]), "all", sum(counts[1]))
    return Table([ALPHABETS["cyrillic"], "images", ALPHABETS["latin"], "images"], [*rows, total])


def read_folder(folder: Path) -> tuple[Letters, LeftOut]:
    """Return the letters of a folder in one of the layouts, and what was left out of it.

    Those of image files are in the order of labels, and within a letter in that of their names;
    small and capital letters are one class. They are decoded once, then come from the cache.

    Raises:
        ValueError: something is not what the layout asks for; see `faults_of`.
        OSError: the cache's folder cannot be read or written.
    """
    with faults_of(folder, f"a folder with {_LAYOUTS}"):
        names = os.listdir(folder)
        is_course_s = any(name in names for pair in FILES.values() for name in pair)
        parts = {name: folder / _only(name, names) for name in ALPHABETS if not is_course_s}
    arrays, left_out = _read_pictures(parts) if parts else (_read_arrays(folder), {})
    alphabets = []
    for (name, letters), size in zip(LETTERS.items(), (CYRILLIC_COUNT, LATIN_COUNT), strict=True):
        images, labels = arrays[f"{name} images"], arrays[f"{name} labels"]
        unknown = np.full(len(labels), "")
        alphabets.append(Alphabet(letters, images, labels, unknown, unknown, size))
    return Letters(*alphabets, str(folder)), left_out


def _only(alphabet: str, names: Sequence[str]) -> str:
    """Return the one name that says, in small letters or capitals, that it holds an alphabet."""
    title = ALPHABETS[alphabet]
    found = sorted(name for name in names if name.lower().removesuffix(".zip") == title.lower())
    if not found:
        raise FileError(f"no {title} or {title}.zip", _LAYOUTS)
    if len(found) > 1:
        raise FileError(" and ".join(found), "one of them: move the other away")
    return found[0]


def _check_classes(labels: Sequence[int], alphabet: str, *, others: str = "") -> None:
    letters = LETTERS[alphabet]
    if missing := sorted({*range(len(letters))} - {*labels}):
        told = ", ".join(f"{letters[label]} (label {label})" for label in missing)
        raise FileError(f"no image of {told}", f"every letter{others}")


def _read_arrays(folder: Path) -> dict[str, np.ndarray]:
    arrays = {}
    for name, files in FILES.items():
        images_path, labels_path = (folder / file for file in files)
        with faults_of(images_path, _ARRAY):
            images = np.moveaxis(_load(images_path, (SIZE, SIZE), largest=255), -1, 0)
            images = images.astype(np.uint8, order="C")
            blank = np.flatnonzero(images.max(axis=(1, 2)) == images.min(axis=(1, 2)))
            if blank.size:
                raise FileError(f"image {blank[0]} blank", "strokes in each image")
            if images.mean() > LARGEST_MEAN:
                raise FileError(
                    "images that are mostly white", "white strokes on black, which is 0"
                )
        with faults_of(labels_path, _ARRAY):
            labels = _load(labels_path, (), largest=len(PAIRS) - 1).astype(np.int64)
            if len(labels) != len(images):
                expected = f"{len(images)}, one for each image of {images_path.name}"
                raise FileError(f"{len(labels)} labels", expected)
            _check_classes(labels.tolist(), name)
        arrays |= {f"{name} images": images, f"{name} labels": labels}
    return arrays


def _load(path: Path, frame: tuple[int, ...], *, largest: int) -> np.ndarray:
    """Return whole numbers from 0 to the largest, (*frame, n)."""
    check_file(path)
    values = np.load(path, allow_pickle=False, mmap_mode="r")
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "iuf":
        raise FileError(f"{getattr(values, 'dtype', 'an archive')!s:.80}", _ARRAY)
    *sides, count = values.shape or (0,)
    if (*sides,) != frame or not 0 < count <= MOST_IMAGES:
        shape = f"({SIZE}, {SIZE}, n)" if frame else "(n,)"
        raise FileError(f"shape {values.shape}", f"{shape} with n from 1 to {MOST_IMAGES:,}")
    low, high = values.min(), values.max()
    if not (low >= 0 and 1 < high <= largest) or (values != np.floor(values)).any():
        raise FileError(f"values from {low} to {high}", f"whole numbers from 0 to {largest}")
    return values


def _read_pictures(parts: dict[str, Path]) -> tuple[dict[str, np.ndarray], LeftOut]:
    chosen, left_out = {}, {}
    with ExitStack() as stack:
        for name, path in parts.items():
            with faults_of(path, "a zip archive, or a folder, of images"):
                if path.is_dir() and not path.is_symlink():
                    files = files_in_folder(path)
                else:
                    check_file(path)
                    archive = stack.enter_context(zipfile.ZipFile(path))
                    files = files_in_archive(archive, LETTERS[name])
                chosen[name], left_out[name] = _sort(files, name)
        key = {"content": _digest(chosen, parts), "made by": cache.made_by(_read_images)}

        def compute() -> cache.Arrays:
            arrays = {}
            for name, files in chosen.items():
                arrays[f"{name} images"] = _read_images(files, parts[name])
                arrays[f"{name} labels"] = np.array([label for label, _, _ in files])
            return arrays

        return cache.stored("letters-elsewhere", key, compute), left_out


def _sort(files: Files, alphabet: str) -> tuple[Chosen, Counter]:
    """Return the files of the fourteen letters, and how many files each other folder has."""
    if len(files) > MOST_IMAGES:
        raise FileError(f"{len(files):,} files", f"at most {MOST_IMAGES:,}")
    letters, chosen, left_out = [*LETTERS[alphabet]], [], Counter()
    for name in filter(lambda name: not _BYPRODUCTS.search(name), files):
        folder = folder_of(name)
        if folder.upper() in letters:
            chosen.append((letters.index(folder.upper()), name, files[name]))
        else:
            left_out[folder] += 1
    others = f"; other folders: {_described(left_out, alphabet)}"
    _check_classes([label for label, _, _ in chosen], alphabet, others=others)
    return sorted(chosen, key=lambda file: file[:2]), left_out


def _described(left_out: Counter, alphabet: str) -> str:
    """Return the folders that stand for no letter; one that may look like one gets its code."""
    names = []
    for folder, count in sorted(left_out.items()):
        own = ALPHABETS[alphabet].upper()
        foreign = len(folder) == 1 and not unicodedata.name(folder, "").startswith(own)
        code = f" U+{ord(folder):04X}" if foreign else ""
        names.append(f"{printable(folder) or 'no folder'}{code} ({count})")
    return ", ".join(names[:40]) + ", ..." * (len(names) > 40) or "nothing"


def _digest(chosen: dict[str, Chosen], parts: dict[str, Path]) -> str:
    """Return the SHA-256 of all labels and of the bytes of all files."""
    digest = hashlib.sha256()
    for alphabet, files in chosen.items():
        for label, name, read in files:
            with faults_of(f"{parts[alphabet]}/{name:.150}", IMAGE):
                content = read()
            digest.update(f"{alphabet} {label} {len(content)}\0".encode() + content)
    return digest.hexdigest()


def _read_images(files: Chosen, path: Path) -> np.ndarray:
    """Return (n, 28, 28) uint8; of several images with faults, the first is told of."""
    images, faults = np.empty((len(files), SIZE, SIZE), np.uint8), []
    with cache.progress_bar(len(files), description=path.name) as bar:
        for index, (_, name, read) in enumerate(files):
            try:
                with faults_of(f"{path}/{name:.150}", IMAGE):
                    images[index] = read_letter(read())
            except ValueError as fault:
                faults.append(str(fault))
            bar.update()
    if faults:
        more = f"; {len(faults) - 1} more have faults" if len(faults) > 1 else ""
        raise ValueError(faults[0] + more)
    with faults_of(path, IMAGE):
        if images.mean() > LARGEST_MEAN:
            found = "light strokes on dark paper, as it seems from all images together"
            raise FileError(found, "dark strokes on light paper")
    return images
