"""Pictures are compared by their colours, within a tolerance."""

import base64
import io

import numpy as np
import pytest
from matplotlib import pyplot as plt
from PIL import Image

from assignment4.book.pictures import TOLERANCE, changed_pictures, difference
from assignment4.figures.letters import letter_axes, plot_letters


def png(colors: np.ndarray) -> bytes:
    picture = io.BytesIO()
    Image.fromarray(colors.astype(np.uint8)).save(picture, "PNG")
    return picture.getvalue()


def output(picture: bytes) -> dict:
    return {"output_type": "display_data", "data": {"image/png": base64.b64encode(picture)}}


def drawn(rows: dict[str, np.ndarray]) -> bytes:
    picture = io.BytesIO()
    axes = letter_axes(len(rows), 14)
    plot_letters(axes, rows)
    axes.figure.savefig(picture, format="png", bbox_inches="tight")
    plt.close(axes.figure)
    return picture.getvalue()


def test_the_difference_runs_from_0_to_1() -> None:
    white, black = np.full((10, 20), 255), np.zeros((10, 20))
    assert difference(png(white), png(white)) == 0
    assert difference(png(white), png(black)) == 1
    half = white.copy()
    half[:5] = 0
    assert difference(png(half), png(white)) == pytest.approx(0.5)


@pytest.mark.parametrize(("more", "expected"), [(2, 0.0), (-1, 0.0), (3, 1.0), (-3, 1.0)])
def test_the_size_may_differ_by_the_edge(more, expected) -> None:
    assert difference(png(np.zeros((10, 40))), png(np.zeros((10, 40 + more)))) == expected


def test_only_pictures_are_compared_and_numbered() -> None:
    white, grey = png(np.full((4, 4), 255)), png(np.full((4, 4), 200))
    printed = {"output_type": "stream", "text": "1"}
    stored = [printed, output(white), output(white)]
    assert changed_pictures(stored, stored, 0) == []
    (line,) = changed_pictures([output(white), printed, output(grey)], stored, 0.1)
    assert line == "picture 2 differs from the stored one by 0.216; 0.1 is allowed"


def test_rows_of_letters_in_another_order_are_a_change() -> None:
    random = np.random.default_rng(0)
    first, second = random.integers(0, 256, (2, 14, 28, 28))
    stored = drawn({"first": first, "second": second})
    assert difference(drawn({"first": first, "second": second}), stored) <= TOLERANCE
    assert difference(drawn({"first": second, "second": first}), stored) > 0.06
    assert difference(drawn({"first": first, "another": second}), stored) > TOLERANCE
