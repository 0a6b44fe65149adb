"""Letters of typefaces, varied like handwriting: the same bytes from the same seed everywhere.

Random numbers are raw generator bits. Coordinates are rounded to a fixed grid before a shape is
sampled, so that every sum behind a pixel is exact in float64 and no machine can round it its way.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates

from assignment4.letters.typefaces import FRAME

SIZE = 28  # height and width of an image in pixels
GRID = 1 / 256  # of a pixel; sampling positions are multiples
RASTER = 64  # a warped letter is sampled at RASTER x RASTER places before it is cropped

# The largest variations, in pixels of the letter's frame. Rotation, shear and warp let the slant
# vary within a class about as much as in handwriting.
ROTATION = 0.15  # radians, nearly: twice the arc tangent of half of it
SHEAR = 0.2  # horizontal shift of a row by its height
STRETCH = 0.15  # relative widening; the height shrinks by as much
WARP = 22.0  # shift of a node of the elastic warp
HALF_STROKE = (1.5, 4.2)  # range of half a pen's width
WIDENING = (0.3, 4.0)  # what strokes may gain on either side; hairlines thus survive

_NODES = 5
_NUMBERS_PER_IMAGE = 56  # 4, then 2 * _NODES * _NODES, filled up to a multiple of 4


@dataclass(frozen=True)
class Variation:
    """How one image differs from its typeface; lengths in pixels of the letter's frame."""

    matrix: np.ndarray
    warp: np.ndarray
    half_stroke: float


def random_fractions(seed: int, count: int) -> np.ndarray:
    """Return a multiple of 4 numbers in [-1, 1), from the raw bits of a PCG64 generator."""
    bits = np.random.PCG64(seed).random_raw(count // 4).astype("<u8")
    return bits.view("<u2")[:count] / 2.0**15 - 1


def draw_variations(count: int, *, seed: int) -> Iterator[Variation]:
    """Yield count random variations: rotation, shear, stretch, stroke and an elastic warp."""
    numbers = random_fractions(seed, count * _NUMBERS_PER_IMAGE).reshape(count, -1)
    for rotation, shear, stretch, stroke, *nodes in numbers:
        half_angle = ROTATION / 2 * rotation
        cosine, sine = 1 - half_angle * half_angle, 2 * half_angle
        turn = np.array([[cosine, -sine], [sine, cosine]]) / (1 + half_angle * half_angle)
        slant = np.array([[1 + STRETCH * stretch, 0.0], [SHEAR * shear, 1 - STRETCH * stretch]])
        low, high = HALF_STROKE
        yield Variation(
            matrix=(turn[:, :, None] * slant[None, :, :]).sum(axis=1),
            warp=np.reshape(nodes[: 2 * _NODES * _NODES], (2, _NODES, _NODES)) * WARP,
            half_stroke=low + (high - low) * (stroke + 1) / 2,
        )


def _spline_weights() -> np.ndarray:
    """Return (RASTER, _NODES): cubic B-spline weights, multiples of 2^-10 to add exactly."""
    position = np.linspace(0, _NODES - 3, RASTER)[:, None] - np.arange(-1, _NODES - 1)
    distance = np.abs(position)
    near = (4 - 6 * distance * distance + 3 * distance * distance * distance) / 6
    far = (2 - distance) * (2 - distance) * (2 - distance) / 6
    weights = np.where(distance < 1, near, np.where(distance < 2, far, 0))
    return np.round(weights * 1024) / 1024


_WEIGHTS = _spline_weights()
_LINE = (np.arange(RASTER) - (RASTER - 1) / 2) * (FRAME // RASTER)


def render_image(shape: np.ndarray, variation: Variation) -> np.ndarray:
    """Return a varied letter, (SIZE, SIZE) uint8, white on black, cropped to its bounding box.

    The shape is the signed distance of `letter_shape`, (FRAME, FRAME) float64.
    """
    matrix = np.round(variation.matrix / GRID) * GRID
    places = matrix[:, 0, None, None] * _LINE[:, None] + matrix[:, 1, None, None] * _LINE[None, :]
    places = places + (FRAME - 1) / 2 + _WEIGHTS @ variation.warp @ _WEIGHTS.T
    places = np.round(places / GRID) * GRID
    widening = np.clip(variation.half_stroke - shape.max(), *WIDENING)
    field = map_coordinates(shape, places, order=1, mode="nearest")
    field = field + np.round(widening / GRID) * GRID
    rows = _sampling_places(field.max(axis=1))
    columns = _sampling_places(field.max(axis=0))
    image = map_coordinates(field, np.meshgrid(rows, columns, indexing="ij"), order=1)
    pixel = FRAME / RASTER * np.sqrt((rows[1] - rows[0]) * (columns[1] - columns[0]))
    return np.clip(np.round(128 + 255 * image / pixel), 0, 255).astype(np.uint8)


def _sampling_places(profile: np.ndarray) -> np.ndarray:
    """Return SIZE pixel centres between the outermost sign changes of a profile of distances."""
    profile = np.pad(profile, 1, constant_values=-1.0)
    first, last = np.flatnonzero(profile > 0)[[0, -1]]
    start = first - 1 - profile[first] / (profile[first] - profile[first - 1])
    stop = last - 1 + profile[last] / (profile[last] - profile[last + 1])
    places = start + (stop - start) * (np.arange(SIZE) + 0.5) / SIZE
    return np.round(places / GRID) * GRID
