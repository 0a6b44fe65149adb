"""Sources of letters for tests: drawn images, and archives and folders of them."""

import io
import zipfile
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from assignment4.letters import CYRILLIC, LATIN
from assignment4.letters.typefaces import TYPEFACES

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


def contents(title: str) -> dict[str, bytes]:
    """Return one file of each letter of an alphabet, named as in CoMNIST's archives."""
    return {f"{title}/{letter}/1.png": saved(drawing(letter)) for letter in TITLES[title]}


def write_archives(folder):
    for title in TITLES:
        with zipfile.ZipFile(folder / f"{title}.zip", "w") as archive:
            for name, content in contents(title).items():
                archive.writestr(name, content)
    return folder


def write_folders(folder):
    for title in TITLES:
        for name, content in contents(title).items():
            (folder / name).parent.mkdir(parents=True)
            (folder / name).write_bytes(content)
    return folder


class RawInfo(zipfile.ZipInfo):
    """A member whose name is written as the bytes given, marked as UTF-8 or not."""

    def __init__(self, name: bytes, *, utf8: bool = False) -> None:
        super().__init__(name.decode("latin1") or "name")
        self.name, self.flags = name, 0x800 * utf8

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802
        return self.name, self.flags
