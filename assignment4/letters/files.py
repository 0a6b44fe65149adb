"""Letters from a folder of npy files in the course's layout: files to images, none of them trusted.

A file is checked step by step: its header, its dtype and shape, its size on disk; only then are
its values read, and checked too. Pickled objects are never loaded, and no file is ever written.
"""

import math
import os
import stat
import warnings
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.lib import format as npy

from assignment4.letters.faults import faults_of, printable
from assignment4.letters.pairs import PAIRS

FILES = {"cyrillic": ("X_cyr.npy", "labels_cyr.npy"), "latin": ("X_lat.npy", "labels_lat.npy")}
"""For each alphabet, in the order of PAIRS, the file of its images and the file of its labels."""

SIZE = 28
"""Height and width of an image in pixels."""

MOST_IMAGES = 200_000
"""Upper limit on the images of an alphabet: as float64 they take 1.25 GB, which a laptop has."""

_LAYOUT = " and ".join(f"{images} with {labels}" for images, labels in FILES.values())
_HEADER_READERS = {
    npy.magic(1, 0): npy.read_array_header_1_0,
    npy.magic(2, 0): npy.read_array_header_2_0,
}
_START_BYTES = 2**16 + 12  # holds every header of version 1.0, so that numpy can say what is wrong
_HEADER_BYTES = 1024  # numpy.save takes 128


def read_folder(folder: str | os.PathLike) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Return both alphabets of a folder in the course's layout.

    The folder holds, for each alphabet, images of shape (28, 28, n) and labels of shape (n,) as in
    FILES, in C or Fortran order, 1 <= n <= MOST_IMAGES. Any integer or float dtype will do as long
    as every value is a whole number: 0 to 255 in images, white strokes on black, and 0 to 13 in
    labels, the positions in PAIRS. Images whose values all lie between 0 and 1 are refused, since
    their scale would have to be guessed. That strokes are lighter than the paper is not checked.

    Args:
        folder: path of the folder.

    Returns:
        For "cyrillic" and "latin": images (n, 28, 28) uint8, 0 to 255, C-contiguous, none of them
        constant; labels (n,) int64, 0 to 13, each of which occurs.

    Raises:
        FileNotFoundError: the folder, or a file that it needs, is missing.
        ValueError: the folder or a file cannot be read or does not follow the layout. The message
            is one line of printable text: it names the file, what was found and what is expected.
    """
    folder = Path(folder)
    with faults_of(folder):
        _check_files_exist(folder)
    letters = {}
    for column, (alphabet, (images_name, labels_name)) in enumerate(FILES.items()):
        with faults_of(folder / images_name):
            images = _read_images(folder / images_name)
        with faults_of(folder / labels_name):
            labels = _read_labels(folder / labels_name)
            if len(labels) != len(images):
                expected = f"{len(images)}, one for each image of {images_name}"
                raise ValueError(f"found {len(labels)} labels; expected {expected}")
            check_classes(labels, [pair[column] for pair in PAIRS])
        letters[alphabet] = images, labels
    return letters


def _check_files_exist(folder: Path) -> None:
    if not folder.exists():
        found = f"{printable(folder)}: found no such folder"
        raise FileNotFoundError(f"{found}; expected one with {_LAYOUT}")
    if not folder.is_dir():
        raise ValueError(f"found a file; expected a folder with {_LAYOUT}")
    missing = [name for pair in FILES.values() for name in pair if not (folder / name).exists()]
    if missing:
        found = f"{printable(folder)}: found no {', '.join(missing)}"
        raise FileNotFoundError(f"{found}; expected {_LAYOUT}")


def _read_images(path: Path) -> np.ndarray:
    images = _read_array(path, frame=(SIZE, SIZE))
    _check_scale(images)
    _check_whole_numbers(images, largest=255)
    constant = np.flatnonzero(images.max(axis=(0, 1)) == images.min(axis=(0, 1)))
    if constant.size:
        found = f"image {constant[0]} constant, which cannot be normalised"
        raise ValueError(f"found {found}; expected two grey values or more in each image")
    return np.moveaxis(images, -1, 0).astype(np.uint8, order="C")


def _read_labels(path: Path) -> np.ndarray:
    labels = _read_array(path, frame=())
    _check_whole_numbers(labels, largest=len(PAIRS) - 1)
    return labels.astype(np.int64)


def _read_array(path: Path, *, frame: tuple[int, ...]) -> np.ndarray:
    """Return (*frame, n) as stored; nothing is allocated for it before its header proves right."""
    _check_is_file(path.stat())
    with open(path, "rb", opener=_open_without_waiting) as file:
        status = os.fstat(file.fileno())
        _check_is_file(status)  # it may be another than a moment ago
        size = status.st_size  # 0 in /proc, where reading may wait for ever
        start = file.read(min(size, _START_BYTES))
        shape, fortran_order, dtype, header_size = _read_header(start)
        _check_dtype(dtype)
        _check_shape(shape, frame)
        count = math.prod(shape)
        announced = header_size + count * dtype.itemsize
        if size != announced:
            reason = "it is truncated" if size < announced else "something follows the data"
            raise ValueError(f"found {size} bytes; expected {announced} by its header: {reason}")
        file.seek(header_size)
        values = np.fromfile(file, dtype, count)
    if values.size < count:
        raise ValueError(
            f"found {values.size} values; expected {count}: it shrank while it was read"
        )
    return values.reshape(shape, order="F" if fortran_order else "C")


def _check_is_file(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        kind = "a folder" if stat.S_ISDIR(status.st_mode) else "a pipe or a device"
        raise ValueError(f"found {kind}; expected a file")


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file; a pipe to which nobody writes does not block, where the system can say so."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _read_header(start: bytes) -> tuple[tuple[int, ...], bool, np.dtype, int]:
    """Return shape, Fortran order, dtype, and the number of bytes before the data."""
    _check_magic(start)
    stream = BytesIO(start)
    read = _HEADER_READERS[stream.read(npy.MAGIC_LEN)]
    try:
        with warnings.catch_warnings(action="ignore"):
            shape, fortran_order, dtype = read(stream, max_header_size=_HEADER_BYTES)
    except Exception as error:  # a hostile header raises almost anything, RecursionError too
        fault = f"found a header that cannot be read ({error!r:.120})"
        raise ValueError(f"{fault}; expected one written by numpy.save") from error
    if not all(type(size) is int and 0 <= size < 2**63 for size in shape):
        raise ValueError(f"found shape {shape!s:.80}; expected non-negative 64-bit integers")
    return shape, fortran_order, dtype, stream.tell()


def _check_magic(start: bytes) -> None:
    if start[: npy.MAGIC_LEN] in _HEADER_READERS:
        return
    found = f"a file that begins with {start[:16]!r}" if start else "an empty file"
    if start.startswith(npy.MAGIC_PREFIX) and len(start) >= npy.MAGIC_LEN:
        found = f"version {start[npy.MAGIC_LEN - 2]}.{start[npy.MAGIC_LEN - 1]} of the npy format"
    if start.startswith(b"PK"):
        found = "an npz or zip archive"
    if start.startswith(b"\x80"):
        found = "a pickle, refused without loading it"
    raise ValueError(f"found {found}; expected an npy file, version 1.0 or 2.0")


def _check_dtype(dtype: np.dtype) -> None:
    if dtype.hasobject:
        raise ValueError("found pickled objects, refused without loading them; expected numbers")
    if dtype.kind not in "iuf":
        raise ValueError(f"found dtype {dtype!s:.80}; expected integers, or whole numbers as float")


def _check_shape(shape: tuple[int, ...], frame: tuple[int, ...]) -> None:
    if len(shape) != len(frame) + 1 or shape[:-1] != frame:
        expected = f"{SIZE}, {SIZE}, n" if frame else "n,"
        hint = " with the images on the first axis" if frame and shape[1:] == frame else ""
        raise ValueError(f"found shape {shape!s:.80}{hint}; expected ({expected})")
    if not 1 <= shape[-1] <= MOST_IMAGES:
        raise ValueError(f"found shape {shape}; expected n from 1 to {MOST_IMAGES:,}")


def _check_scale(images: np.ndarray) -> None:
    low, high = images.min(), images.max()
    if 0 <= low < high <= 1:
        found = f"values from {low} to {high} only, as if white were 1"
        raise ValueError(f"found {found}; expected 0 to 255: multiply by 255 and round")


@np.errstate(invalid="ignore")  # a signalling NaN
def _check_whole_numbers(values: np.ndarray, *, largest: int) -> None:
    wrong = ~((values >= 0) & (values <= largest) & (values == np.floor(values)))
    if wrong.any():
        place = np.unravel_index(wrong.argmax(), wrong.shape)
        found = f"value {values[place]} at index {', '.join(map(str, place))}"
        raise ValueError(f"found {found}; expected whole numbers from 0 to {largest}")


def check_classes(labels: np.ndarray, letters: Sequence[str]) -> None:
    """Refuse labels of (n,) int64 among which one of the letters, given in label order, is missing.

    Raises:
        ValueError: the message names all missing letters.
    """
    missing = [f"{letters[i]} (label {i})" for i in np.setdiff1d(range(len(letters)), labels)]
    if missing:
        raise ValueError(f"found no image of {', '.join(missing)}; expected every letter")
