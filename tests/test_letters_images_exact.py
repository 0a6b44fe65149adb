"""Letters from image files, to the grey value and to the pixel."""

import re

import numpy as np
import pytest
from letter_images import drawing, saved
from PIL import Image

from assignment4.letters.images import LARGEST_SIDE, MOST_SCANS, read_letter

pytestmark = pytest.mark.filterwarnings("error")

TONES = np.random.default_rng(0).integers(40, 222, (28, 28)).astype(np.uint8)
TONES[[0, -1]] = TONES[:, [0, -1]] = 40
TONES[14, 14] = 221
"""Dark at the borders and of the size of a letter, so that nothing is cropped or resized."""

EXPECTED = np.rint((221 - TONES.astype(float)) * 255 / 181)


def letter_of(pixels: np.ndarray) -> np.ndarray:
    return read_letter(saved(Image.fromarray(pixels)))


def with_alpha(alpha: np.ndarray) -> Image.Image:
    """Return black strokes of an opacity on transparent white."""
    image = Image.new("RGBA", alpha.shape[::-1], (0, 0, 0, 0))
    image.putalpha(Image.fromarray(alpha))
    return image


def on_paper(
    ink: np.ndarray, shape: tuple[int, int], top: int, left: int, *, paper: int = 0
) -> np.ndarray:
    """Return ink on a larger paper, as grey values: 255 less the ink."""
    pixels = np.full(shape, paper, np.uint8)
    pixels[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return 255 - pixels


def stretched(ink: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(ink).resize((28, 28), Image.Resampling.HAMMING))


# Grey values


def test_the_lightest_pixel_becomes_black_the_darkest_white_and_others_lie_between():
    np.testing.assert_array_equal(letter_of(TONES), EXPECTED)


def test_of_16_bits_the_upper_8_count():
    lower = np.random.default_rng(1).integers(0, 256, (28, 28))
    pixels = (256 * TONES.astype(int) + lower).astype(np.uint16)
    np.testing.assert_array_equal(letter_of(pixels), EXPECTED)


def test_opacity_is_ink():
    image = with_alpha(255 - TONES)
    np.testing.assert_array_equal(read_letter(saved(image)), EXPECTED)


def test_transparent_pixels_are_white_paper():
    alpha = 255 - TONES
    alpha[14, 14] = 0
    expected = np.rint(alpha.astype(float) * 255 / 215)
    np.testing.assert_array_equal(read_letter(saved(with_alpha(alpha))), expected)


# Contrast


def block(grey: int) -> np.ndarray:
    """Return a white image with a triangle of a grey value."""
    pixels = np.full((60, 60), 255, np.uint8)
    pixels[16:44, 16:44][np.tri(28, dtype=bool)] = grey
    return pixels


TRIANGLE = 255 * np.tri(28)


def test_strokes_of_just_enough_contrast_are_a_letter():
    np.testing.assert_array_equal(letter_of(block(255 - 32)), TRIANGLE)


def test_strokes_of_a_little_less_contrast_are_none():
    with pytest.raises(ValueError, match=r"grey values at most 31 apart; .* at least 32 darker"):
        letter_of(block(255 - 31))


@pytest.mark.parametrize(("contrast", "shape"), [(32, "triangle"), (31, "square")])
def test_opaque_pixels_are_the_strokes_where_nothing_else_shows(contrast, shape):
    """A grey triangle on an opaque white square: of little contrast, the square is the letter."""
    image = Image.fromarray(block(255 - contrast)).convert("RGBA")
    opacity = np.zeros((60, 60), np.uint8)
    opacity[10:50, 10:50] = 255
    image.putalpha(Image.fromarray(opacity))
    letter = read_letter(saved(image))
    if shape == "triangle":
        np.testing.assert_array_equal(letter, TRIANGLE)
    else:
        assert letter[4:-4, 4:-4].min() == 255


# Cropping

INK = 255 - TONES
INK[14, 14], INK[0] = 0, 255


@pytest.mark.parametrize(
    ("paper", "nearer_to_stroke", "nearer_to_paper"), [(0, 128, 127), (1, 128, 127), (55, 155, 154)]
)
@pytest.mark.parametrize("side", ["top", "right", "bottom", "left"])
def test_a_stroke_ends_where_a_pixel_is_nearer_to_the_paper(
    paper, nearer_to_stroke, nearer_to_paper, side
):
    """A pixel beside the strokes belongs to their box or not, as dark as it is."""
    ink = np.maximum(INK, paper)
    place = {"top": (19, 40), "right": (30, 58), "bottom": (48, 40), "left": (30, 29)}[side]
    boxes = {"top": (19, 30), "right": (20, 30), "bottom": (20, 30), "left": (20, 29)}
    top, left = boxes[side]
    height, width = (29, 28) if side in ("top", "bottom") else (28, 29)
    for grey, box in (
        (nearer_to_stroke, np.s_[top : top + height, left : left + width]),
        (nearer_to_paper, np.s_[20:48, 30:58]),
    ):
        pixels = on_paper(ink, (70, 80), 20, 30, paper=paper)
        pixels[place] = 255 - grey
        strokes = stretched(255 - pixels[box]).astype(float)
        expected = np.rint((strokes - paper) * (255 / (255 - paper)))
        np.testing.assert_array_equal(letter_of(pixels), expected)


@pytest.mark.parametrize(
    ("height", "width", "margin"), [(60, 5, 5), (5, 60, 5), (14, 13, 2), (13, 3, 1), (3, 28, 3)]
)
def test_a_bar_gets_a_margin_of_a_fourteenth_and_a_pixel(height, width, margin):
    bar = np.full((height, width), 255, np.uint8)
    letter = letter_of(on_paper(bar, (100, 90), 20, 10))
    np.testing.assert_array_equal(letter, stretched(np.pad(bar, margin)))


@pytest.mark.parametrize(("top", "left"), [(0, 10), (8, 0), (10, 7), (4, 20), (0, 0), (9, 22)])
def test_a_margin_ends_where_the_paper_ends(top, left):
    """The paper is grey, which becomes black; beyond it there is none."""
    bar = np.full((30, 8), 255, np.uint8)
    pixels = on_paper(bar, (40, 30), top, left, paper=55)
    rows = slice(max(top - 3, 0), top + 33)
    columns = slice(max(left - 3, 0), left + 11)
    expected = np.rint((stretched(255 - pixels[rows, columns]).astype(float) - 55) * (255 / 200))
    np.testing.assert_array_equal(letter_of(pixels), expected)


# Limits


def with_scans(count: int) -> bytes:
    """Return a progressive JPEG file that passes over its image so many times."""
    content = saved(drawing("Б", 60), "JPEG", progressive=True)
    scans = [match.start() for match in re.finditer(b"\xff\xda", content)]
    repeated = content[scans[-2] : scans[-1]]
    return content[: scans[-2]] + repeated * (count - len(scans) + 1) + content[scans[-1] :]


def test_a_jpeg_file_may_pass_over_its_image_as_often_as_the_limit():
    assert with_scans(MOST_SCANS).count(b"\xff\xda") == MOST_SCANS
    assert read_letter(with_scans(MOST_SCANS)).max() == 255
    with pytest.raises(ValueError, match="found 65 passes over the image; expected at most 64"):
        read_letter(with_scans(MOST_SCANS + 1))


@pytest.mark.parametrize("transposed", [False, True])
def test_a_side_may_be_as_long_as_the_limit(transposed):
    pixels = np.full((3, LARGEST_SIDE), 255, np.uint8)
    pixels[1, 1:-1] = 0
    letter = letter_of(pixels.T if transposed else pixels)
    assert letter[0, 0] < 128 < letter[14, 14]
