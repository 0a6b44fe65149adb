"""Pictures that a person gives: the files of a folder or an archive, and the letter in each."""

import io
import unicodedata
import warnings
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

from assignment4.letters.pairs import FileError
from assignment4.letters.rendering import SIZE

LARGEST_SIDE = 4096  # pixels; such an image takes about 200 MB while it is decoded
LEAST_CONTRAST = 32  # between the darkest stroke and the paper, in grey values of 0 to 255
_FORMATS = ("PNG", "JPEG", "BMP", "GIF")
IMAGE = "a PNG, JPEG, BMP or GIF image"
LARGEST_FILE = 8 * 2**20  # bytes of an image file, unpacked
_MARKED_AS_UTF8 = 0x800

Files = dict[str, Callable[[], bytes]]  # by a name such as "Cyrillic/Б/1.png", what reads a file


def files_in_folder(folder: Path) -> Files:
    """Return all files below a folder; a link among them is a FileError."""
    files = {}
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise FileError(f"the link {name}", "files and folders, since links are not followed")
        if not path.is_dir():
            files[name] = partial(_read_file, path)
    return files


def _read_file(path: Path) -> bytes:
    check_file(path)
    _check_size(path.stat().st_size)
    return path.read_bytes()


def files_in_archive(archive: zipfile.ZipFile, letters: str) -> Files:
    """Return the files by names that are in the encoding in which most letters are found."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    spellings = []
    for encoding in ("utf-8", "cp866", "cp1251"):  # older programs do not say which they used
        with suppress(UnicodeError):
            spellings.append([_spelled(member, encoding) for member in members])
    names = max(
        spellings, key=lambda names: len({*letters} & {folder_of(n).upper() for n in names})
    )
    reads = [partial(_unpack, archive, member) for member in members]
    return dict(zip(names, reads, strict=True))


def _spelled(member: zipfile.ZipInfo, encoding: str) -> str:
    name, marked = member.orig_filename, member.flag_bits & _MARKED_AS_UTF8
    return name if marked else name.encode("cp437").decode(encoding)


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    _check_size(member.file_size)
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise FileError(f"compression method {member.compress_type}", "a member stored or deflated")
    with archive.open(member) as stream:
        return stream.read(LARGEST_FILE)  # bounded, whatever the member says of its size


def folder_of(name: str) -> str:
    """Return the name of the folder that a file lies in, composed; empty without a folder."""
    return unicodedata.normalize("NFC", name).rpartition("/")[0].rpartition("/")[2]


def check_file(path: Path) -> None:
    """Raise FileError where a path is no file, or a link."""
    if path.is_symlink() or not path.is_file():
        raise FileError("no file, or a link", "a file, since links are not followed")


def _check_size(size: int) -> None:
    if size > LARGEST_FILE:
        raise FileError(f"{size:,} bytes", f"an image of at most {LARGEST_FILE:,}")


def read_letter(content: bytes) -> np.ndarray:
    """Return the letter that a PNG, JPEG, BMP or GIF file shows, from the file's bytes.

    Transparent pixels are paper; where nothing shows on white paper, the opaque pixels are the
    strokes. The lightest pixel becomes black and the darkest white. The strokes, what is nearer to
    the darkest, are cropped to their bounding box and stretched to a square, as the course's were.

    Returns:
        (28, 28) uint8, white strokes on black, which touch all four borders; not constant.

    Raises:
        Exception: the bytes are no such file, the image is too large, or blank; see `faults_of`.
    """
    with warnings.catch_warnings(action="ignore"):
        try:
            with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
                if max(image.size) > LARGEST_SIDE:
                    found = f"{image.width} x {image.height} pixels"
                    raise FileError(found, f"at most {LARGEST_SIDE} x {LARGEST_SIDE}")
                image.verify()
        except UnidentifiedImageError:
            raise FileError(
                f"no image, but bytes that begin with {content[:16]!r}", IMAGE
            ) from None
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            ImageOps.exif_transpose(image, in_place=True)
            ink = _ink(image)
    low, high = ink.getextrema()
    if high - low < LEAST_CONTRAST:
        found = f"a blank image, its grey values at most {high - low} apart"
        raise FileError(found, f"strokes at least {LEAST_CONTRAST} darker")
    letter = _crop(ink, threshold=(low + high + 1) // 2)
    return np.rint((letter - float(low)) * (255 / (high - low))).astype(np.uint8)


def _ink(image: Image.Image) -> Image.Image:
    """Return how dark each pixel is on white paper, in mode L."""
    if image.mode == "I;16":  # which Pillow's own conversion clips at 255
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if not image.has_transparency_data:
        return ImageChops.invert(image.convert("L"))
    colours = image.convert("RGBA")
    opacity = colours.getchannel("A")
    paper = Image.new("L", image.size, 255)
    paper.paste(colours.convert("L"), mask=opacity)
    low, high = paper.getextrema()
    return ImageChops.invert(paper) if high - low >= LEAST_CONTRAST else opacity


def _crop(ink: Image.Image, *, threshold: int) -> np.ndarray:
    """Return the strokes as (28, 28) uint8; around a straight bar, a margin of paper too."""
    box = ink.point([255 * (value >= threshold) for value in range(256)]).getbbox()
    letter = _stretch(ink, box)
    if np.ptp(letter) == 0:
        left, top, right, bottom = box
        margin = 1 + max(right - left, bottom - top) // (SIZE // 2)
        box = max(left - margin, 0), max(top - margin, 0), right + margin, bottom + margin
        letter = _stretch(ink, (*box[:2], min(box[2], ink.width), min(box[3], ink.height)))
    if np.ptp(letter) == 0:
        raise FileError("nothing but ink", "paper around the strokes")
    return letter


def _stretch(ink: Image.Image, box: tuple[int, int, int, int]) -> np.ndarray:
    return np.asarray(ink.crop(box).resize((SIZE, SIZE), Image.Resampling.HAMMING))
