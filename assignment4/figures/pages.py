"""What is shown in a page as HTML with a script of its own, and the pictures that it carries."""

import base64
import html
import io
from collections.abc import Sequence
from importlib.resources import files
from string import Template

import numpy as np
from PIL import Image

BITS = 4  # of each pixel that a page carries: 16 greys


class _PageTemplate(Template):
    delimiter = "@"  # the dollar and the percent sign mean something in scripts and styles


def check_name(name: str) -> None:
    """Raise ValueError unless a name has letters, digits and hyphens only, all of them ASCII."""
    if not name.replace("-", "").isalnum() or not name.isascii():
        raise ValueError(f"a name has letters, digits and hyphens, got {name!r}")


def fill_page(file: str, **values: object) -> str:
    """Return the HTML of a file beside this module, with a value for each @name in it."""
    return _PageTemplate(_read(file)).substitute(**values)


def fill_with_tiles(
    file: str, greys: np.ndarray, text: str, *, columns: int, **values: object
) -> str:
    """Fill the page of a figure to be moved, which carries its images in one picture, and a text.

    The greys are those of `to_greys`, one image beside the other in so many columns.
    """
    count, size, _ = greys.shape
    tiles = np.zeros((-(-count // columns) * columns, size, size), np.uint8)
    tiles[:count] = greys
    rows = tiles.reshape(-1, columns, size, size).swapaxes(1, 2).reshape(-1, columns * size)
    picture, content = Image.fromarray(rows), io.BytesIO()
    picture.putpalette(np.linspace(0, 255, 2**BITS).astype(np.uint8).repeat(3).tobytes())
    picture.save(content, "PNG", bits=BITS, compress_level=9)
    return fill_page(
        file,
        style=_read("moving.css"),
        size=size,
        columns=columns,
        sprite=_data_url("image/png", content.getvalue()),
        text=_data_url("text/plain", text.encode()),
        **values,
    )


def to_greys(images: np.ndarray, like: np.ndarray | None = None) -> np.ndarray:
    """Return images (n, size, size) as numbers of greys, uint8 from 0 to 15.

    Each is stretched to the range of its partner in `like`, by default its own; what lies beyond
    is cut off. An image of one value is 0.
    """
    like = images if like is None else like
    low = like.min(axis=(1, 2), keepdims=True)
    spread = np.ptp(like, axis=(1, 2), keepdims=True)
    scaled = (images - low) / np.where(spread > 0, spread, 1)
    return np.round(scaled.clip(0, 1) * (2**BITS - 1)).astype(np.uint8)


def option_elements(choices: Sequence[str], *, selected: str = "") -> str:
    """Return the HTML of a list of choices, one of them selected: by default the first."""
    selected = selected or choices[0]
    return "".join(
        f"<option{' selected' if choice == selected else ''}>{html.escape(choice)}</option>"
        for choice in choices
    )


def _data_url(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def _read(file: str) -> str:
    return files("assignment4.figures").joinpath(file).read_text("utf-8")
