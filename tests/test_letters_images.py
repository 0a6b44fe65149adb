"""One image file to one letter: what is accepted, how it is cropped, and whatever is refused."""

import re
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from letter_images import drawing, saved
from PIL import Image, ImageChops, ImageDraw

from assignment4.letters.embedded import render_letters
from assignment4.letters.images import LARGEST_SIDE, MOST_SCANS, read_letter

pytestmark = pytest.mark.filterwarnings("error")

LETTER = drawing("Б", 120)
EXPECTED = read_letter(saved(LETTER))


def with_alpha(colour: int, alpha: Image.Image) -> Image.Image:
    image = Image.new("RGBA", alpha.size, (colour, colour, colour, 0))
    image.putalpha(alpha)
    return image


def bar(width: int, height: int) -> Image.Image:
    """Return a straight bar without soft edges on white paper."""
    image = Image.new("L", (100, 100), 255)
    ImageDraw.Draw(image).rectangle((30, 20, 29 + width, 19 + height), fill=0)
    return image


def difference(image: np.ndarray) -> float:
    """Return the mean absolute difference from the letter that was drawn, in grey values."""
    return float(np.abs(image.astype(float) - EXPECTED).mean())


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def deep_colours() -> bytes:
    """Return a PNG file of the letter in colours of 16 bits each, which Pillow does not write."""
    rows = np.asarray(LETTER).astype(">u2")[:, :, None].repeat(3, axis=2) * 257
    header = struct.pack(">IIBBBBB", *LETTER.size, 16, 2, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row.astype(">u2").tobytes() for row in rows))
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


INK = ImageChops.invert(LETTER)

WAYS = {
    "black on white": saved(LETTER),
    "colours": saved(LETTER.convert("RGB")),
    "a palette": saved(LETTER.convert("RGB").convert("P")),
    "two tones": saved(LETTER.point([255 * (v > 127) for v in range(256)]).convert("1")),
    "16 bits": saved(Image.fromarray(np.asarray(LETTER).astype("u2") * 257)),
    "colours of 16 bits": deep_colours(),
    "grey with alpha": saved(LETTER.convert("LA")),
    "opaque colours with alpha": saved(LETTER.convert("RGBA")),
    "strokes in alpha": saved(with_alpha(0, INK)),
    "white strokes in alpha": saved(with_alpha(255, INK)),
    "a transparent grey": saved(LETTER, transparency=255),
    "interlaced": saved(LETTER, "GIF", interlace=True),
    "GIF": saved(LETTER, "GIF"),
    "GIF with transparent paper": saved(LETTER, "GIF", transparency=255),
    "BMP": saved(LETTER, "BMP"),
    "JPEG": saved(LETTER, "JPEG", quality=90),
    "progressive JPEG": saved(LETTER, "JPEG", quality=90, progressive=True),
    "CMYK": saved(LETTER.convert("RGB").convert("CMYK"), "JPEG", quality=90),
    "faint pencil": saved(LETTER.point([150 + v // 3 for v in range(256)])),
}


@pytest.mark.parametrize("content", WAYS.values(), ids=list(WAYS))
def test_the_same_letter_in_any_way_of_storing_it(content):
    image = read_letter(content)
    assert (image.shape, image.dtype) == ((28, 28), np.uint8)
    assert difference(image) < 6


def test_coloured_strokes_on_transparent_paper_are_strokes():
    image = with_alpha(0, INK)
    image.paste((30, 60, 160), (0, 0), INK)
    assert difference(read_letter(saved(image))) < 6


def test_a_photograph_is_turned_as_it_says():
    turned = LETTER.transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    assert difference(read_letter(saved(turned, "JPEG", quality=90, exif=exif))) < 6


def test_letters_are_cropped_and_stretched():
    """Paper around a letter, and the letter's width, make no difference; strokes touch borders."""
    wide = Image.new("L", (500, 200), 255)
    wide.paste(LETTER.resize((400, 120)), (60, 50))
    image = read_letter(saved(wide))
    assert difference(image) < 8
    for border in (image[0], image[-1], image[:, 0], image[:, -1]):
        assert border.max() > 127


def test_strokes_are_white_and_keep_their_place():
    image = Image.new("L", (200, 200), 255)
    ImageDraw.Draw(image).polygon([(50, 40), (50, 150), (160, 150)], fill=0)
    letter = read_letter(saved(image))
    row, column = np.indices((28, 28))
    assert letter[column < row - 3].min() > 250
    assert letter[column > row + 3].max() < 5


def test_large_images_are_averaged():
    """Of a grid of lines a pixel wide and a pixel apart, every pixel becomes grey."""
    grid = np.full((280, 280), 255, np.uint8)
    grid[:, ::2] = 0
    grid[[0, -1]] = 0
    letter = read_letter(saved(Image.fromarray(grid)))
    assert np.abs(letter[2:-2, 2:-2].astype(int) - 128).max() < 20


def test_embedded_letters_come_back():
    images, *_ = render_letters("БДГФИЙЛНПСРУВЗ", 42, seed=1)
    for image in images:
        canvas = Image.new("L", (278, 278))
        canvas.paste(Image.fromarray(image).resize((196, 196), Image.Resampling.BICUBIC), (40, 60))
        letter = read_letter(saved(with_alpha(0, canvas)))
        assert np.corrcoef(letter.ravel(), image.ravel())[0, 1] > 0.97


@pytest.mark.parametrize("size", [(5, 60), (60, 5), (1, 1), (60, 70)])
def test_a_straight_bar_keeps_paper_around_it(size):
    letter = read_letter(saved(bar(*size)))
    assert letter[[0, -1]].max() < 128 < letter[14, 14]
    assert letter[:, [0, -1]].max() < 128


# What is refused


def png(width: int, height: int, data: bytes = b"", *, before: bytes = b"") -> bytes:
    """Return a PNG file of grey pixels that may not be there."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rest = chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + before + rest


def many_scans() -> bytes:
    """Return a JPEG file that repeats a pass over its image."""
    content = saved(LETTER, "JPEG", progressive=True)
    scans = [match.start() for match in re.finditer(b"\xff\xda", content)]
    repeated = content[scans[-2] : scans[-1]]
    return content[: scans[-2]] + repeated * (MOST_SCANS + 1) + content[scans[-1] :]


def animated(image_format: str) -> bytes:
    return saved(LETTER, image_format, save_all=True, append_images=[INK])


VALID = saved(LETTER)
BLANK = np.full((50, 50), 255, np.uint8)
DOTTED = np.zeros((4096, 4096), np.uint8)
DOTTED[2000, 2000] = 255
UNREADABLE = "an image that cannot be read"

FAULTS = {
    "nothing": (b"", "an empty file; expected a PNG, JPEG, BMP or GIF image"),
    "text": (b"not an image", "bytes that begin with b'not an image'; expected a PNG"),
    "zeros": (bytes(100), "bytes that begin with b'\\x00"),
    "an archive": (b"PK\x03\x04" + bytes(40), "an archive; expected a PNG"),
    "a script that draws": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "b'%!PS-Adobe"),
    "TIFF": (saved(LETTER, "TIFF"), "bytes that begin with b'II"),
    "WebP": (saved(LETTER, "WEBP"), "bytes that begin with b'RIFF"),
    "half a PNG": (VALID[: len(VALID) // 2], UNREADABLE),
    "a PNG without its end": (VALID[:-12], UNREADABLE),
    "a wrong checksum": (VALID[:-20] + bytes([VALID[-20] ^ 1]) + VALID[-19:], UNREADABLE),
    "half a JPEG": (saved(LETTER, "JPEG")[:900], UNREADABLE),
    "half a GIF": (saved(LETTER, "GIF")[:900], UNREADABLE),
    "half a BMP": (saved(LETTER, "BMP")[:2000], UNREADABLE),
    "only a signature": (VALID[:8], "bytes that begin with b'\\x89PNG"),
    "no pixels": (png(0, 5), "bytes that begin with b'\\x89PNG"),
    "no rows": (png(5, 0), "bytes that begin with b'\\x89PNG"),
    "announced pixels only": (png(50, 50), UNREADABLE),
    "a gigapixel": (png(40_000, 40_000), UNREADABLE),
    "over a hundred megapixels": (png(11_000, 11_000), "11000 x 11000 pixels; expected at most"),
    "a side too long": (png(LARGEST_SIDE + 1, 1, bytes(9999)), "4097 x 1 pixels; expected at most"),
    "a comment that is a bomb": (
        png(9, 9, before=chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(2**26)))),
        UNREADABLE,
    ),
    "an animated PNG": (animated("PNG"), "an image of several frames; expected one frame"),
    "an animated GIF": (animated("GIF"), "an image of several frames; expected one frame"),
    "a JPEG of many scans": (many_scans(), "passes over the image; expected at most 64"),
    "white": (saved(Image.fromarray(BLANK)), "a blank image"),
    "black": (saved(Image.fromarray(BLANK * 0)), "a blank image"),
    "nearly white": (saved(Image.fromarray(BLANK - np.eye(50, dtype="u1") * 9)), "at most 9 apart"),
    "transparent": (saved(Image.new("RGBA", (50, 50))), "a blank image"),
    "one pixel": (saved(Image.new("L", (1, 1))), "a blank image"),
    "ink everywhere but in a pixel": (saved(Image.fromarray(DOTTED)), "nothing but ink; expected"),
}


@pytest.mark.parametrize(("content", "found"), FAULTS.values(), ids=list(FAULTS))
def test_refuses(content, found):
    with pytest.raises(ValueError, match=r"^found .*; expected ") as refusal:
        read_letter(content)
    assert found in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert len(str(refusal.value)) < 300


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(drawing("Б"), "JPEG", exif=exif)


VALID_FILES = [
    *(saved(drawing("Б"), image_format) for image_format in ("PNG", "JPEG", "GIF", "BMP")),
    saved(with_alpha(0, ImageChops.invert(drawing("Б")))),
    turned(),
]


@st.composite
def mutations(draw):
    """Draw the bytes of an image file, some of them replaced, left out or doubled."""
    content = bytearray(draw(st.sampled_from(VALID_FILES)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, 60) | st.integers(0, len(content)))
        content[start : start + draw(st.integers(0, 9))] = draw(st.binary(max_size=9))
    if content.startswith(b"\x89PNG") and draw(st.booleans()):
        content = with_checksums(content)
    return bytes(content)


def with_checksums(content: bytearray) -> bytearray:
    """Return a PNG file whose chunks have the right checksums, so that their content is read."""
    place = 8
    while place + 12 <= len(content):
        end = place + 8 + int.from_bytes(content[place : place + 4])
        content[end : end + 4] = struct.pack(">I", zlib.crc32(content[place + 4 : end]))
        place = end + 4
    return content


@settings(max_examples=400, deadline=5000, derandomize=True, database=None)
@given(content=mutations() | st.binary(max_size=200))
def test_any_bytes_are_a_letter_or_refused(content):
    letter, message = None, ""
    try:
        letter = read_letter(content)
    except ValueError as refusal:
        message = str(refusal)
    if letter is None:
        assert re.match("found .*; expected ", message)
    else:
        assert (letter.shape, letter.dtype) == ((28, 28), np.uint8)
        assert letter.min() < letter.max()
