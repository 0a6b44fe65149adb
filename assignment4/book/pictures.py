"""Pictures that a chapter draws, compared with the stored ones: no machine draws the same bits."""

import base64
import io
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from PIL import Image

TOLERANCE = 0.005
"""The largest difference, unless a cell states another as `picture_tolerance` in its metadata."""

EDGE = 0.05
"""By this share the sizes of two pictures may differ, since the edge is cut where text ends."""


def difference(picture: bytes, stored: bytes) -> float:
    """Return the mean absolute difference of two PNG pictures' colours, from 0 to 1.

    It is 1 for a white one in place of a black one, and where sizes differ by more than the edge.
    """
    drawn, known = (_colors(one) for one in (picture, stored))
    height, width, _ = np.minimum(drawn.shape, known.shape)
    if (np.maximum(drawn.shape, known.shape)[:2] > np.multiply((height, width), 1 + EDGE)).any():
        return 1.0
    return float(np.abs(drawn[:height, :width] - known[:height, :width]).mean())


def changed_pictures(
    outputs: Sequence[Mapping], stored: Sequence[Mapping], tolerance: float
) -> list[str]:
    """Return a line for each picture in a cell's outputs that differs by more than the tolerance.

    The stored outputs have as many pictures.
    """
    pairs = zip(_pictures(outputs), _pictures(stored), strict=True)
    differences = [difference(picture, known) for picture, known in pairs]
    return [
        f"picture {number} differs from the stored one by {apart:.3f}; {tolerance} is allowed"
        for number, apart in enumerate(differences, start=1)
        if apart > tolerance
    ]


def _pictures(outputs: Sequence[Mapping]) -> Iterator[bytes]:
    for output in outputs:
        if "image/png" in output.get("data", {}):
            yield base64.b64decode(output["data"]["image/png"])


def _colors(picture: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(picture), formats=["PNG"]) as image:
        return np.asarray(image.convert("RGB"), float) / 255
