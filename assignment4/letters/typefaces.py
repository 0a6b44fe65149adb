"""The typefaces that pip brings, and the shape of a letter in one of them.

A shape is stored as its signed distance to the outline. That makes the pen's width a number to
add, and lets a warped letter be sampled at low resolution without losing thin strokes.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from matplotlib.ft2font import FT2Font, LoadFlags
from scipy.ndimage import distance_transform_edt

from assignment4.letters.pairs import CYRILLIC, LATIN
from assignment4.tables import Table

FRAME = 128  # height and width in pixels of the square in which a shape is drawn
LETTER_SIZE = 52  # the longer side of a letter's bounding box in that square, in pixels
DISTANCE_STEP = 1 / 64  # of a pixel; signed distances are multiples


@dataclass(frozen=True)
class Typeface:
    """One font file of a family, where pip put it, and the licence it comes under."""

    family: str
    style: str
    package: str
    file: str
    licence: str

    @property
    def path(self) -> str:
        """The font file's path in the installed package."""
        return str(files(self.package).joinpath(self.file))

    def has(self, letters: str) -> bool:
        """Return True if the typeface has each of the letters."""
        font = FT2Font(self.path)
        return all(font.get_char_index(ord(letter)) for letter in letters)


_FAMILIES = {
    "DejaVu Sans": ("matplotlib", "Bitstream Vera", "mpl-data/fonts/ttf/DejaVuSans{}.ttf"),
    "DejaVu Sans Mono": ("matplotlib", "Bitstream Vera", "mpl-data/fonts/ttf/DejaVuSansMono{}.ttf"),
    "DejaVu Serif": ("matplotlib", "Bitstream Vera", "mpl-data/fonts/ttf/DejaVuSerif{}.ttf"),
    "STIX General": ("matplotlib", "STIX Font License", "mpl-data/fonts/ttf/STIXGeneral{}.ttf"),
    "Roboto": ("font_roboto", "Apache 2.0", "files/Roboto-{}.ttf"),
    "Manrope": ("font_manrope", "SIL OFL 1.1", "files/Manrope-{}.ttf"),
    "Source Sans Pro": ("font_source_sans_pro", "SIL OFL 1.1", "files/SourceSansPro-{}.ttf"),
    "Source Serif Pro": ("font_source_serif_pro", "SIL OFL 1.1", "files/SourceSerifPro-{}.ttf"),
}
_STYLES = {
    "DejaVu Sans": " -Bold -Oblique -BoldOblique",
    "DejaVu Sans Mono": " -Bold -Oblique -BoldOblique",
    "DejaVu Serif": " -Bold -Italic -BoldItalic",
    "STIX General": " Bol Italic BolIta",
    "Roboto": "Thin ThinItalic Light LightItalic Regular Italic Medium MediumItalic "
    "Bold BoldItalic Black BlackItalic",
    "Manrope": "ExtraLight Light Regular Medium SemiBold Bold ExtraBold",
    "Source Sans Pro": "ExtraLight Light Regular Semibold Bold Black",
    "Source Serif Pro": "ExtraLight Light Regular Semibold Bold Black",
}

_INSTALLED = tuple(
    Typeface(family, style.lstrip("-") or "Regular", package, pattern.format(style), licence)
    for family, (package, licence, pattern) in _FAMILIES.items()
    for style in _STYLES[family].split(" ")
)
TYPEFACES: tuple[Typeface, ...] = tuple(
    typeface for typeface in _INSTALLED if typeface.has(CYRILLIC + LATIN)
)
"""All typefaces that have the letters of the pairs, family by family."""


def typeface_families() -> dict[str, list[Typeface]]:
    """Return the typefaces of each family."""
    families = {typeface.family: [] for typeface in TYPEFACES}
    for typeface in TYPEFACES:
        families[typeface.family].append(typeface)
    return families


def describe_typefaces() -> Table:
    """Return a table with each family's number of typefaces, package and licence."""
    rows = [
        (name, len(faces), faces[0].package, faces[0].licence)
        for name, faces in typeface_families().items()
    ]
    return Table(["family", "typefaces", "Python package", "licence"], rows)


def signed_distance(coverage: np.ndarray) -> np.ndarray:
    """Return each pixel's distance to the outline of an anti-aliased shape, positive inside.

    The coverage is (h, w) uint8, 255 inside. On the outline's own pixels the distance, float64, is
    the coverage less one half, elsewhere that to the nearest pixel of the other side less one half.
    """
    inside = coverage >= 128
    distance = np.where(
        inside, distance_transform_edt(inside) - 0.5, 0.5 - distance_transform_edt(~inside)
    )
    on_outline = (coverage > 0) & (coverage < 255)
    distance[on_outline] = coverage[on_outline] / 255 - 0.5
    return np.round(distance / DISTANCE_STEP) * DISTANCE_STEP


@cache
def letter_shape(typeface: Typeface, letter: str) -> np.ndarray:
    """Return the signed distance to a letter's outline, (FRAME, FRAME) float64, read-only.

    Its bounding box is centred, the longer side LETTER_SIZE pixels. ValueError: there is no such
    letter in the typeface.
    """
    font = FT2Font(typeface.path)
    if not font.get_char_index(ord(letter)):
        raise ValueError(f"{typeface.family} {typeface.style} has no letter {letter!r}")
    font.set_size(LETTER_SIZE, 72)
    glyph = font.load_char(ord(letter), LoadFlags.NO_HINTING)
    left, bottom, right, top = glyph.bbox
    font.set_size(LETTER_SIZE * LETTER_SIZE * 64 / max(right - left, top - bottom), 72)
    font.set_text(letter, flags=LoadFlags.NO_HINTING)
    font.draw_glyphs_to_bitmap(antialiased=True)
    bitmap = np.asarray(font.get_image())
    canvas = np.zeros((FRAME, FRAME), np.uint8)
    row, column = ((FRAME - size) // 2 for size in bitmap.shape)
    canvas[row : row + bitmap.shape[0], column : column + bitmap.shape[1]] = bitmap
    shape = signed_distance(canvas)
    shape.flags.writeable = False
    return shape
