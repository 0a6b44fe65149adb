"""The letters in use: the book's own, or a person's npy files, archives or folders of pictures."""

import hashlib
import io
import os
import re
import shlex
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO

import numpy as np
from matplotlib.figure import Figure
from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

from assignment4 import cache
from assignment4.letters.alphabets import Alphabet, Letters, describe_classes
from assignment4.letters.embedded import CYRILLIC_COUNT, LATIN_COUNT, embedded_letters
from assignment4.letters.pairs import (
    ALPHABETS,
    CYRILLIC,
    LATIN,
    PAIRS_FILE,
    FileError,
    described,
    faults_of,
    letters_folder,
)
from assignment4.letters.rendering import SIZE

FILES = {"cyrillic": ("X_cyr.npy", "labels_cyr.npy"), "latin": ("X_lat.npy", "labels_lat.npy")}
"""For each alphabet the file of its images, (28, 28, n), and the file of its labels, (n,)."""

MOST_IMAGES = 200_000  # of an alphabet; CoMNIST has fewer than 20,000
LARGEST_FILE = 8 * 2**20  # bytes of a picture, unpacked
LARGEST_SIDE = 4096  # pixels; such a picture takes about 200 MB while it is decoded
LEAST_CONTRAST = 32  # between the darkest stroke and the paper, in grey values of 0 to 255
LARGEST_MEAN = 140  # of all images of an alphabet; beyond it the paper seems to be white

LAYOUTS = (
    "a folder with the course's four npy files, or with {cyrillic}.zip and {latin}.zip, or with "
    "folders {cyrillic} and {latin} that hold a folder of pictures for each letter"
).format_map(ALPHABETS)
ARRAY = "an npy file of whole numbers, as numpy.save writes it"
FORMATS = ("PNG", "JPEG", "BMP", "GIF")
PICTURE = "a PNG, JPEG, BMP or GIF image"
BYPRODUCTS = re.compile(r"(^|/)(\.|__MACOSX/|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
"""What operating systems leave beside pictures."""

Files = dict[str, Callable[[], IO[bytes]]]  # by a name such as "Cyrillic/Б/1.png", what opens it


def load_letters(source: str | os.PathLike | None = None, *, seed: int = 0) -> Letters:
    """Return both alphabets with images, labels and the origin of each image.

    The source is a folder in one of the LAYOUTS, by default what the environment variable
    ASSIGNMENT4_LETTERS names. Without either, the letters are drawn of typefaces with the seed: as
    many as in the report, `embedded` unless ASSIGNMENT4_PAIRS names other pairs. ValueError: a file
    is not as its layout asks, or too few typefaces have the letters.
    """
    folder = letters_folder() if source is None else Path(source)
    return embedded_letters(seed) if folder is None else read_folder(folder)[0]


def check(folder: Path, draw: Callable[[Letters], Figure]) -> None:
    """Print what a folder of letters holds, and how to use them; `draw` some into the cache.

    ValueError: see `faults_of`. OSError: the cache cannot be written.
    """
    folder = folder.expanduser().resolve()
    letters, left_out = read_folder(folder)
    print(describe_classes(letters))
    print(letters)
    for name, folders in left_out.items():
        print(f"left out, {ALPHABETS[name]}: {_list(folders)}")
    picture = io.BytesIO()
    draw(letters).savefig(picture, format="png", dpi=150)
    path = cache.cache_folder() / f"letters-{letters.digest()[:16]}.png"
    with cache.refusals_named():
        cache.write_atomically(path, picture.getvalue())
    print("some of each letter:", path)
    pairs = f" ASSIGNMENT4_PAIRS={shlex.quote(str(PAIRS_FILE))}" if PAIRS_FILE else ""
    print(f"to use them: make book ASSIGNMENT4_LETTERS={shlex.quote(str(folder))}{pairs}")


def read_folder(folder: Path) -> tuple[Letters, dict[str, Counter]]:
    """Return the letters of a folder, and what was left out: numbers of files by their folders.

    The layouts are LAYOUTS. Pictures lie in a folder named by their letter, small or capital. They
    are sorted by labels and names, and decoded once, then kept in the cache. ValueError: see
    `faults_of`. OSError: the cache cannot be read or written.
    """
    with faults_of(folder, LAYOUTS):
        present = {path.name for path in folder.iterdir()}
        has_arrays = any(present.intersection(files) for files in FILES.values())
        places = {name: _place(name, present) for name in ALPHABETS if not has_arrays}
    alphabets, left_out = [], {}
    kinds = {"cyrillic": (CYRILLIC, CYRILLIC_COUNT), "latin": (LATIN, LATIN_COUNT)}
    for name, (letters, size) in kinds.items():
        if has_arrays:
            images, labels = _read_arrays(*(folder / file for file in FILES[name]), letters)
        else:
            images, labels, left_out[name] = _read_pictures(folder / places[name], letters)
        unknown = np.full(len(labels), "")
        alphabets.append(Alphabet(letters, images, labels, unknown, unknown, size))
    return Letters(*alphabets, str(folder)), left_out


def _place(alphabet: str, present: set[str]) -> str:
    title = ALPHABETS[alphabet]
    found = sorted(n for n in present if n.lower() in (title.lower(), f"{title.lower()}.zip"))
    if len(found) != 1:
        raise FileError(" and ".join(found) or f"no {title} or {title}.zip", LAYOUTS)
    return found[0]


def _check_letters(labels: np.ndarray, letters: str, *, others: str = "") -> None:
    if missing := sorted({*range(len(letters))}.difference(labels.tolist())):
        told = ", ".join(f"{letters[label]} (label {label})" for label in missing)
        raise FileError(f"no image of {told}", f"every letter{others}")


def _check_paper(images: np.ndarray) -> None:
    if images.mean() > LARGEST_MEAN:
        found = "black and white exchanged, as it seems from all images together"
        raise FileError(found, "white strokes on black in npy files, dark on light in pictures")


def _read_arrays(images_path: Path, labels_path: Path, letters: str) -> tuple[np.ndarray, ...]:
    with faults_of(images_path, ARRAY):
        values = _load(images_path, (SIZE, SIZE), largest=255)
        images = np.array(np.moveaxis(values, -1, 0), np.uint8, order="C")
        blank = np.flatnonzero(np.ptp(images, axis=(1, 2)) == 0)
        if blank.size:
            raise FileError(f"image {blank[0]} blank", "strokes in each image")
        _check_paper(images)
    with faults_of(labels_path, ARRAY):
        labels = np.array(_load(labels_path, (), largest=len(letters) - 1), np.int64)
        if len(labels) != len(images):
            expected = f"{len(images)}, one for each image of {images_path.name}"
            raise FileError(f"{len(labels)} labels", expected)
        _check_letters(labels, letters)
    return images, labels


def _load(path: Path, frame: tuple[int, ...], *, largest: int) -> np.ndarray:
    """Return whole numbers up to the largest, (*frame, n), that stay in the file."""
    values = np.lib.format.open_memmap(path, mode="r")  # which reads no pickles
    *sides, count = values.shape or (0,)
    if (*sides,) != frame or not 0 < count <= MOST_IMAGES:
        shape = f"({SIZE}, {SIZE}, n)" if frame else "(n,)"
        raise FileError(f"shape {values.shape}", f"{shape} with n from 1 to {MOST_IMAGES:,}")
    low, high = values.min(), values.max()
    if not (low >= 0 and 1 < high <= largest) or (values != np.floor(values)).any():
        raise FileError(f"values from {low} to {high}", f"whole numbers from 0 to {largest}")
    return values


def _read_pictures(path: Path, letters: str) -> tuple[np.ndarray, np.ndarray, Counter]:
    with faults_of(path, "a zip archive, or a folder, of pictures"):
        files = _files_in_folder(path) if path.is_dir() else _files_in_archive(path, letters)
        if len(files) > MOST_IMAGES:
            raise FileError(f"{len(files):,} files", f"at most {MOST_IMAGES:,}")
        label_of = {letter: label for label, letter in enumerate(letters)}
        chosen = sorted(
            (label_of[_letter_of(name)], name) for name in files if _letter_of(name) in label_of
        )
        left_out = Counter(_folder_of(name) for name in files if _letter_of(name) not in label_of)
        labels = np.array([label for label, _ in chosen], np.int64)
        _check_letters(labels, letters, others=f"; other folders: {_list(left_out)}")
    files = {name: files[name] for _, name in chosen}
    digest = hashlib.sha256()
    for content in _each(files, path, bytes):
        digest.update(hashlib.sha256(content).digest())
    key = {"content": digest.hexdigest(), "made by": cache.made_by(read_letter)}

    def compute() -> cache.Arrays:
        images = np.empty((len(labels), SIZE, SIZE), np.uint8)
        with cache.progress_bar(len(labels), description=path.name) as bar:
            for index, image in enumerate(_each(files, path, read_letter)):
                images[index] = image
                bar.update()
        with faults_of(path, PICTURE):
            _check_paper(images)
        return {"images": images}

    return cache.stored("letters-elsewhere", key, compute)["images"], labels, left_out


def _files_in_folder(folder: Path) -> Files:
    names = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {
        name: partial(path.open, "rb")
        for name, path in names.items()
        if path.is_file() and not BYPRODUCTS.search(name)
    }


def _files_in_archive(path: Path, letters: str) -> Files:
    """Return the files by names that are in the encoding in which most letters are found."""
    spellings = []
    for encoding in ("utf-8", "cp866", "cp1251"):  # older programs do not say which they used
        with suppress(UnicodeError):
            archive = zipfile.ZipFile(path, metadata_encoding=encoding)
            files = {
                member.filename: partial(archive.open, member)
                for member in archive.infolist()
                if not (member.is_dir() or BYPRODUCTS.search(member.filename))
            }
            spellings.append(files)
    used = {member.compress_type for member in archive.infolist()}
    if used - {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:  # which are unpacked piece by piece
        raise FileError("an unusual compression", "files stored or deflated")
    return max(spellings, key=lambda files: len({*letters}.intersection(map(_letter_of, files))))


def _folder_of(name: str) -> str:
    return unicodedata.normalize("NFC", name).rpartition("/")[0].rpartition("/")[2]


def _letter_of(name: str) -> str:
    return _folder_of(name).upper()


def _list(left_out: Counter) -> str:
    """Return folders and how many files they have; the alphabet tells C and С apart."""
    told = [f"{described(folder)} ({count})" for folder, count in sorted(left_out.items())]
    return ", ".join(told[:40]) + ", ..." * (len(told) > 40) or "none"


def _each(files: Files, path: Path, function: Callable[[bytes], object]) -> Iterator:
    """Yield what a function gives for the bytes of each file; a file with faults is named."""
    for name, open_file in files.items():
        with faults_of(f"{path}/{name:.150}", PICTURE):
            with open_file() as stream:
                content = stream.read(LARGEST_FILE + 1)  # bounded, whatever an archive announces
            if len(content) > LARGEST_FILE:
                raise FileError(f"more than {LARGEST_FILE:,} bytes", PICTURE)
            value = function(content)
        yield value


def read_letter(content: bytes) -> np.ndarray:
    """Return the letter that a picture shows, (28, 28) uint8, from its file's bytes.

    Transparent pixels are paper; where nothing shows on white paper, the opaque ones are strokes.
    The lightest pixel becomes black and the darkest white. What is nearer to the darkest is cropped
    to its bounding box and stretched to a square, as the course's were. Any exception says that the
    file is at fault; see `faults_of`.
    """
    try:
        Image.open(io.BytesIO(content), formats=FORMATS).verify()  # which compares checksums
    except UnidentifiedImageError:
        raise FileError(f"no picture, but {content[:16]!r}", PICTURE) from None
    image = Image.open(io.BytesIO(content), formats=FORMATS)
    if max(image.size) > LARGEST_SIDE:
        found = f"{image.width} x {image.height} pixels"
        raise FileError(found, f"at most {LARGEST_SIDE} x {LARGEST_SIDE}")
    ink = _ink(ImageOps.exif_transpose(image))
    low, high = ink.getextrema()
    if high - low < LEAST_CONTRAST:
        expected = f"strokes at least {LEAST_CONTRAST} of 255 grey values darker than paper"
        raise FileError("a blank picture", expected)
    ink = ImageOps.autocontrast(ink)
    left, top, right, bottom = ink.point(lambda value: 255 * (value >= 128)).getbbox()
    letter = _cropped(ink, left, top, right, bottom)
    if np.ptp(letter) == 0:  # a straight bar gets a margin of paper
        margin = 1 + max(right - left, bottom - top) // (SIZE // 2)
        letter = _cropped(ink, left - margin, top - margin, right + margin, bottom + margin)
    return letter


def _ink(image: Image.Image) -> Image.Image:
    """Return how dark each pixel is on white paper, in mode L."""
    if image.mode == "I;16":  # which Pillow's own conversion clips at 255
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    colours = image.convert("RGBA")
    opacity = colours.getchannel("A")
    paper = Image.new("L", image.size, 255)
    paper.paste(colours.convert("L"), mask=opacity)
    low, high = paper.getextrema()
    return ImageChops.invert(paper) if high - low >= LEAST_CONTRAST else opacity


def _cropped(ink: Image.Image, *box: int) -> np.ndarray:
    return np.asarray(ink.crop(box).resize((SIZE, SIZE), Image.Resampling.HAMMING))
