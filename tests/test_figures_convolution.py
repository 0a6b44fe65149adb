"""The pictures of convolutions show the data that they are given."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from assignment4.convolution import contributions_image, convolution_matrix
from assignment4.convolution.symbolic_sizes import (
    SAME_BOUNDS,
    SAME_SIZE,
    VALID_BOUNDS,
    VALID_SIZE,
    prove_preimages,
)
from assignment4.figures.convolution import (
    plot_contributions,
    plot_images,
    plot_matrices,
    plot_size_rules,
    plot_windows,
    typeset_proof,
)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def windows(axes) -> list[list[float]]:
    return [line.get_xdata().tolist() for line in axes.lines]


def test_windows_under_same_lie_over_the_padding():
    axes = plot_windows(plt.figure().subplots(), [7], kernel=3, stride=3, padding="SAME")
    assert np.allclose(windows(axes), [(-1.4, 1.4), (1.6, 4.4), (4.6, 7.4)])
    dashed = [patch.get_x() for patch in axes.patches if patch.get_linestyle() == "--"]
    assert np.allclose(dashed, [-1.45, 6.55])
    assert len(axes.patches) == 9
    assert not any(patch.get_hatch() for patch in axes.patches)


def test_pixels_that_no_window_reads_are_hatched():
    axes = plot_windows(plt.figure().subplots(), [9, 11], kernel=3, stride=3, padding="VALID")
    assert len(windows(axes)) == 6
    hatched = [patch.get_x() for patch in axes.patches if patch.get_hatch()]
    assert np.allclose(hatched, [8.55, 9.55])
    gaps = plot_windows(plt.figure().subplots(), [8], kernel=1, stride=3, padding="SAME")
    assert [bool(patch.get_hatch()) for patch in gaps.patches] == [False, True, True] * 2 + [
        False,
        True,
    ]


def test_size_rules_name_sizes_and_paddings():
    panels = plot_size_rules({"SAME": [7, 9], "VALID": [11]}, kernel=3, stride=3)
    assert [axes.get_title() for axes in panels] == ["SAME", "VALID"]
    labels = [[text.get_text() for text in axes.get_yticklabels()] for axes in panels]
    assert labels == [["7 → 3", "9 → 3"], ["11 → 3"]]


def test_a_proof_is_typeset_line_by_line():
    text = typeset_proof(prove_preimages(SAME_SIZE, *SAME_BOUNDS))
    body = text.removeprefix(r"\begin{array}{llll} ").removesuffix(r" \end{array}")
    head, *lines = [line.split(" & ") for line in body.split(r" \\[1.5ex] ")]
    assert len(head) == len(lines) == 4
    assert lines[0][1] == r"\left\lceil{\frac{n}{s}}\right\rceil \geq m"
    assert lines[1][2:] == [r"\frac{n}{s} \leq m", r"\frac{r}{i + r + 1}"]


def test_a_proof_about_valid_names_the_window():
    text = typeset_proof(prove_preimages(VALID_SIZE, *VALID_BOUNDS))
    assert text.count(r"\left\lfloor{\frac{- k' + n}{s}}\right\rfloor + 1") == 4
    _, *lines = text.split(r"\\[1.5ex]")
    assert not any(re.search(r"\bd\b", line) for line in lines)


def test_matrices_show_what_is_stored_and_nothing_else():
    kernel = np.array([1.0, 0.0, 3.0]).reshape(1, 3, 1, 1)
    matrix = convolution_matrix(kernel, (1, 5, 1), strides=2, padding="VALID")
    forth, back = plot_matrices({"A": matrix, "A^T": matrix.T})
    drawn = np.ma.filled(forth.images[0].get_array(), np.nan)
    nothing = np.nan
    expected = [[1, 0, 3, nothing, nothing], [nothing, nothing, 1, 0, 3]]
    np.testing.assert_array_equal(drawn, expected)
    np.testing.assert_array_equal(np.ma.filled(back.images[0].get_array(), np.nan), drawn.T)
    assert forth.get_title() == "A"


def test_images_are_drawn_as_they_are():
    images = {"first": np.arange(6.0).reshape(2, 3), "second": np.eye(4)}
    panels = plot_images(images)
    for axes, (name, image) in zip(panels, images.items(), strict=True):
        assert axes.get_title() == name
        assert (axes.images[0].get_array() == image).all()


def test_contributions_are_written_into_their_pixels():
    image = contributions_image((5, 4), kernel=3, strides=2, padding="SAME")
    (axes,) = plot_contributions({"kernel 3": image})
    assert (axes.images[0].get_array() == image).all()
    written = np.full(image.shape, -1)
    for text in axes.texts:
        column, row = text.get_position()
        written[row, column] = int(text.get_text())
    assert (written == image).all()
