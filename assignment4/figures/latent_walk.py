"""A walk through latent space between any two letters, to be moved by hand in a page.

All images are made before, and travel with the page in one picture; the page's script chooses
what to show. Beside the walk stands the plain fading of its first image into its last.
"""

import base64
import html
import struct
import zlib

import numpy as np

from assignment4.figures.pages import check_name, fill_page
from assignment4.latent_search.walk import Walks

LEVELS = 16
"""How many greys an image in the page has, from black to white over its own range."""

_COLUMNS = 21


class LatentWalk:
    """Walks with two letters to choose and a slider to move.

    Args:
        name: makes the ids in a page unique: letters, digits and hyphens.
        walks: between all pairs of letters.
        readings: the letter that a judge reads in each of `walks.images`.

    Raises:
        ValueError: the name has other characters, or there are not as many readings as images.
    """

    def __init__(self, name: str, walks: Walks, readings: str) -> None:
        check_name(name)
        if len(readings) != len(walks.images):
            raise ValueError(f"{len(readings)} readings for {len(walks.images)} images")
        self.name, self.walks, self.readings = name, walks, readings

    def __repr__(self) -> str:
        walks = self.walks
        return (
            f"LatentWalk({self.name!r}): {len(walks.pairs)} walks of {walks.positions} images "
            f"between {len(walks.letters)} letters"
        )

    def _repr_html_(self) -> str:
        letters = self.walks.letters
        first, last = letters[0], letters[-1]
        return fill_page(
            "latent_walk.html",
            id=f"walk-{self.name}",
            first=_options(letters, selected=first),
            last=_options(letters, selected=last),
            steps=self.walks.positions - 1,
            columns=_COLUMNS,
            size=self.walks.images.shape[-1],
            sprite=_data_url("image/png", encode_png(self.sprite(), LEVELS)),
            readings=_data_url("text/plain", self.readings.encode()),
        )

    def sprite(self) -> np.ndarray:
        """Return all images as tiles of one picture, in rows of 21, as numbers of greys.

        Returns:
            (rows * 28, 21 * 28) uint8, from 0 to 15; tiles beyond the last image are 0.
        """
        images = self.walks.images
        low, high = images.min(axis=(1, 2), keepdims=True), images.max(axis=(1, 2), keepdims=True)
        greys = np.round((images - low) / (high - low) * (LEVELS - 1)).astype(np.uint8)
        count, height, width = greys.shape
        tiles = np.zeros((-(-count // _COLUMNS) * _COLUMNS, height, width), np.uint8)
        tiles[:count] = greys
        rows = tiles.reshape(-1, _COLUMNS, height, width).swapaxes(1, 2)
        return rows.reshape(-1, _COLUMNS * width)


def encode_png(greys: np.ndarray, levels: int) -> bytes:
    """Return a PNG file of four bits a pixel.

    Args:
        greys: (height, width) uint8, numbers of greys; an even width.
        levels: 16, how many greys there are.

    Raises:
        ValueError: the width is odd, or there are not 16 greys.

    Source: the PNG specification, third edition, sections 5, 7 and 11.2.
    """
    height, width = greys.shape
    if width % 2 or levels != 16 or greys.max() >= levels:
        raise ValueError(f"an even width and 16 greys are needed, got {width} and {levels}")
    packed = greys[:, ::2] << 4 | greys[:, 1::2]
    rows = np.insert(packed, 0, 0, axis=1)  # each row begins with its filter: none
    header = struct.pack(">IIBBBBB", width, height, 4, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def _data_url(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _options(letters: str, *, selected: str) -> str:
    return "".join(
        f"<option{' selected' if letter == selected else ''}>{html.escape(letter)}</option>"
        for letter in letters
    )


def walk_rows(walks: Walks, first: str, last: str) -> dict[str, np.ndarray]:
    """Return a walk, and the fading of its first image into its last, as rows of images.

    Returns:
        For each row's name, such as "P to R" and "faded", (positions, 28, 28).
    """
    path = walks.path(first, last)
    share = np.linspace(0, 1, len(path))[:, np.newaxis, np.newaxis]
    return {f"{first} to {last}": path, f"{first} to {last}, faded": mix(path, share)}


def mix(path: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return (1 - share) times a walk's first image plus share times its last."""
    return (1 - share) * path[0] + share * path[-1]
