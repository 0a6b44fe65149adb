"""Sources of letters for tests: drawn pictures, and the three layouts of folders."""

import io
import zipfile
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from assignment4.letters import CYRILLIC, LATIN, TYPEFACES
from assignment4.letters.own import FILES

TITLES = {"Cyrillic": CYRILLIC, "Latin": LATIN}


@cache
def drawing(letter: str, size: int = 40) -> Image.Image:
    """Return a letter, black on white, in the middle of a square."""
    font = ImageFont.truetype(TYPEFACES[0].path, size * 2 // 3)
    image = Image.new("L", (size, size), 255)
    ImageDraw.Draw(image).text((size // 2, size // 2), letter, fill=0, font=font, anchor="mm")
    return image


def saved(image: Image.Image, image_format: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, image_format, **options)
    return buffer.getvalue()


def write_archives(folder, encode=None):
    """Write both archives; names are marked as UTF-8, or unmarked bytes that `encode` gives."""
    for title, letters in TITLES.items():
        with zipfile.ZipFile(folder / f"{title}.zip", "w") as archive:
            for letter in letters:
                name = f"{title}/{letter}/1.png"
                written = RawInfo(encode(name)) if encode else name
                archive.writestr(written, saved(drawing(letter)))
    return folder


def write_folders(folder):
    write_archives(folder)
    for path in folder.glob("*.zip"):
        zipfile.ZipFile(path).extractall(folder)
        path.unlink()
    return folder


def write_arrays(folder):
    """Write the course's files: three images of every letter, in an order that is not sorted."""
    random = np.random.default_rng(0)
    for images_name, labels_name in FILES.values():
        np.save(folder / images_name, random.integers(0, 200, (28, 28, 42), np.uint8))
        np.save(folder / labels_name, random.permutation(42).astype(np.uint8) % 14)
    return folder


class RawInfo(zipfile.ZipInfo):
    """A member whose name is written as the bytes given, not marked as UTF-8."""

    def __init__(self, name: bytes) -> None:
        super().__init__(name.decode("latin1"))
        self.name = name

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
        return self.name, 0
