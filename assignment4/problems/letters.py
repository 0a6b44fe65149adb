"""The problems of the chapter on the letters."""

import numpy as np

from assignment4.letters import normalize_mean, normalize_stddev
from assignment4.problems import ROUNDING, Answer, expect_close


def black_and_white_normalized(answer: Answer) -> None:
    """Try a function of the share of white pixels: what black and white are normalised to."""
    for white, pixels in ((1, 5), (4, 5), (1, 2), (9, 25), (1, 10)):
        image = np.zeros((1, 1, pixels))
        image[..., :white] = 255
        values = normalize_stddev(normalize_mean(image))[0, 0]
        share = white / pixels
        expect_close(answer(share), [values[-1], values[0]], f"black_and_white({share})")


def batch_normalized_as_a_whole(answer: object) -> None:
    """Try two images of 2 x 2 pixels, normalised together though neither is by itself."""
    assert np.shape(answer) == (2, 2, 2), "two images of 2 by 2 pixels are asked for"
    batch = np.asarray(answer, float)
    of_both = batch.mean(), batch.std()
    together = np.allclose(of_both, (0, 1), rtol=0, atol=ROUNDING)
    assert together, "all eight pixels together have {:.4f} and {:.4f}, not 0 and 1".format(
        *of_both
    )
    for number, image in enumerate(batch, start=1):
        assert np.ptp(image) > ROUNDING, f"image {number} is constant"
        assert abs(image.mean()) > ROUNDING, f"the mean of image {number} is 0"
        assert abs(image.std() - 1) > ROUNDING, f"the deviation of image {number} is 1"


def slants_of_pixels(answer: Answer) -> None:
    """Try a function of bright pixels' rows and columns: the slope of the column by the row."""
    letters = (
        ([0, 1, 2, 3], [3, 2, 1, 0]),
        ([0, 0, 1, 1, 2, 2], [0, 4, 1, 5, 2, 6]),
        ([0, 1, 2, 3, 3], [5, 5, 5, 5, 5]),
        ([4, 5, 6, 7], [1, 3, 5, 7]),
        ([0, 1, 1, 4], [9, 6, 8, 1]),
    )
    for rows, columns in letters:
        below, right = rows - np.mean(rows), columns - np.mean(columns)
        slope = (below @ right) / (below @ below)
        found = answer(np.array(rows), np.array(columns))
        expect_close(found, slope, f"slant({rows}, {columns})")
