"""Letters from image files: the bytes of one file to one image of the course's kind, none trusted.

An image is dark strokes on light or transparent paper. Its strokes become white on black, are
cropped to their bounding box and stretched to a square, as the course's letters were.
"""

import io
import warnings

import numpy as np
from PIL import Image, ImageChops, ImageOps, UnidentifiedImageError

from assignment4.letters.files import SIZE

FORMATS = ("PNG", "JPEG", "BMP", "GIF")

LARGEST_SIDE = 4096
"""Upper limit on width and height: an image of that size takes about 200 MB while it is decoded."""

MOST_SCANS = 64
"""Upper limit on the passes of a JPEG file over its image; a progressive one has about 10."""

LEAST_CONTRAST = 32
"""What the darkest stroke and the paper differ by at least, in grey values of 0 to 255."""

_EXPECTED = "a PNG, JPEG, BMP or GIF image"
_MODES = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "I;16")
_START_OF_SCAN = b"\xff\xda"


def read_letter(content: bytes) -> np.ndarray:
    """Return the letter that an image file shows.

    Transparent pixels are paper. Where nothing shows on white paper, such as white strokes on
    transparent paper, the opaque pixels are the strokes. The lightest pixel becomes black and the
    darkest white; the strokes are what is nearer to the darkest.

    Args:
        content: the bytes of a PNG, JPEG, BMP or GIF file of one frame.

    Returns:
        (28, 28) uint8, white strokes on black, which touch all four borders; not constant.

    Raises:
        ValueError: the bytes are no such file, the image is larger than LARGEST_SIDE, or blank.
    """
    with warnings.catch_warnings(action="ignore"):
        _check_header(content)
        try:
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                ImageOps.exif_transpose(image, in_place=True)
                ink = _ink(image)
        except Exception as error:  # a hostile image raises almost anything
            raise _unreadable(error) from error
    low, high = ink.getextrema()
    if high - low < LEAST_CONTRAST:
        found = f"a blank image, its grey values at most {high - low} apart"
        raise ValueError(f"found {found}; expected strokes at least {LEAST_CONTRAST} darker")
    letter = _crop(ink, threshold=(low + high + 1) // 2)
    return np.rint((letter - float(low)) * (255 / (high - low))).astype(np.uint8)


def _check_header(content: bytes) -> None:
    """Refuse what can be refused before any pixel is decoded."""
    if not content:
        raise ValueError(f"found an empty file; expected {_EXPECTED}")
    if content.startswith(b"PK"):
        raise ValueError(f"found an archive; expected {_EXPECTED}")
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            size, mode, image_format = image.size, image.mode, image.format
            animated = getattr(image, "is_animated", False)
            image.verify()
    except UnidentifiedImageError:
        found = f"no image that can be read, but bytes that begin with {content[:16]!r}"
        raise ValueError(f"found {found}; expected {_EXPECTED}") from None
    except Exception as error:
        raise _unreadable(error) from error
    if max(size) > LARGEST_SIDE:
        expected = f"at most {LARGEST_SIDE} x {LARGEST_SIDE}"
        raise ValueError(f"found {size[0]} x {size[1]} pixels; expected {expected}")
    if animated:
        raise ValueError("found an image of several frames; expected one frame")
    if mode not in _MODES:
        raise ValueError(f"found pixels of the kind {mode}; expected grey, colours or a palette")
    if image_format == "JPEG" and content.count(_START_OF_SCAN) > MOST_SCANS:
        scans = content.count(_START_OF_SCAN)
        raise ValueError(f"found {scans} passes over the image; expected at most {MOST_SCANS}")


def _unreadable(error: Exception) -> ValueError:
    return ValueError(f"found an image that cannot be read ({error!r:.120}); expected {_EXPECTED}")


def _ink(image: Image.Image) -> Image.Image:
    """Return how dark each pixel is on white paper, in mode L."""
    if image.mode == "I;16":  # which Pillow's own conversion clips at 255
        return ImageChops.invert(Image.fromarray((np.asarray(image) >> 8).astype(np.uint8)))
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
        raise ValueError("found nothing but ink; expected paper around the strokes")
    return letter


def _stretch(ink: Image.Image, box: tuple[int, int, int, int]) -> np.ndarray:
    return np.asarray(ink.crop(box).resize((SIZE, SIZE), Image.Resampling.HAMMING))
