"""Many small images in one picture that travels inside a page, and what else a page carries."""

import base64
import html
import struct
import zlib
from collections.abc import Sequence

import numpy as np

LEVELS = 16
"""How many greys a picture has."""


def stretch_to_greys(images: np.ndarray) -> np.ndarray:
    """Return images as numbers of greys, each stretched to its own range.

    Args:
        images: (n, height, width) real.

    Returns:
        (n, height, width) uint8, from 0 to 15; an image of one value is 0.
    """
    low = images.min(axis=(1, 2), keepdims=True)
    spread = np.ptp(images, axis=(1, 2), keepdims=True)
    scaled = (images - low) / np.where(spread > 0, spread, 1)
    return np.round(scaled * (LEVELS - 1)).astype(np.uint8)


def arrange_tiles(greys: np.ndarray, *, columns: int) -> np.ndarray:
    """Return images as tiles of one picture, row after row.

    Args:
        greys: (n, height, width) uint8, numbers of greys.
        columns: how many tiles stand in a row.

    Returns:
        (rows * height, columns * width) uint8; tiles beyond the last image are 0.
    """
    count, height, width = greys.shape
    tiles = np.zeros((-(-count // columns) * columns, height, width), np.uint8)
    tiles[:count] = greys
    rows = tiles.reshape(-1, columns, height, width).swapaxes(1, 2)
    return rows.reshape(-1, columns * width)


def encode_png(greys: np.ndarray) -> bytes:
    """Return a PNG file of four bits a pixel.

    Args:
        greys: (height, width) uint8, numbers of 16 greys; an even width.

    Raises:
        ValueError: the width is odd, or there are more than 16 greys.

    Source: the PNG specification, third edition, sections 5, 7 and 11.2.
    """
    height, width = greys.shape
    if width % 2 or greys.max() >= LEVELS:
        raise ValueError(
            f"an even width and {LEVELS} greys are needed, got {width} and {greys.max() + 1}"
        )
    packed = greys[:, ::2] << 4 | greys[:, 1::2]
    rows = np.insert(packed, 0, 0, axis=1)  # each row begins with its filter: none
    header = struct.pack(">IIBBBBB", width, height, 4, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def data_url(kind: str, content: bytes) -> str:
    """Return content as an address that needs no network, such as data:image/png;base64,..."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def option_elements(choices: Sequence[str], *, selected: str) -> str:
    """Return the HTML of a list of choices, one of them selected."""
    return "".join(
        f"<option{' selected' if choice == selected else ''}>{html.escape(choice)}</option>"
        for choice in choices
    )
