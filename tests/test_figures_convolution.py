"""The pictures of Exercises 1 and 3 show the data that they are given."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from assignment4.convolution import SIZE_FORMULAS, convolution_matrix, prove_preimages
from assignment4.figures.convolution import (
    plot_contributions,
    plot_forth_and_back,
    plot_images,
    plot_matrices,
    plot_size_rules,
    typeset_proof,
)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def drawn_image(axes) -> np.ndarray:
    return np.ma.filled(axes.images[0].get_array().astype(float), np.nan)


def drawn_entries(axes) -> set[tuple[int, int]]:
    """Return (row, column) of each dot."""
    columns, rows = axes.lines[0].get_data()
    return set(zip(rows.tolist(), columns.tolist(), strict=True))


def test_windows_lie_over_pixels_and_padding():
    same, valid = plot_size_rules({"SAME": [7], "VALID": [9, 11]}, kernel=3, stride=3)
    windows = [line.get_xdata().tolist() for line in same.lines]
    assert np.allclose(windows, [(-1.4, 1.4), (1.6, 4.4), (4.6, 7.4)])
    dashed = [patch.get_x() for patch in same.patches if patch.get_linestyle() == "--"]
    assert np.allclose(dashed, [-1.45, 6.55])
    assert not any(patch.get_hatch() for patch in same.patches)
    hatched = [patch.get_x() for patch in valid.patches if patch.get_hatch()]
    assert np.allclose(hatched, [8.55, 9.55])
    assert [axes.get_title() for axes in (same, valid)] == ["SAME", "VALID"]
    assert [text.get_text() for text in valid.get_yticklabels()] == ["9 → 3", "11 → 3"]


def test_a_proof_is_typeset_line_by_line():
    _, *lines = typeset_proof(prove_preimages(*SIZE_FORMULAS["SAME"])).data.split(r"\\[1.5ex]")
    _, claim, unrounded, margin = lines[1].split(" & ")
    assert claim == r"\left\lceil{\frac{n}{s}}\right\rceil \leq m"
    assert unrounded == r"\frac{n}{s} \leq m"
    assert margin.strip() == r"\frac{r}{i + r + 1}"
    text = typeset_proof(prove_preimages(*SIZE_FORMULAS["VALID"])).data
    assert text.count(r"\left\lfloor{\frac{- k' + n}{s}}\right\rfloor + 1") == 4


def test_matrices_show_what_is_stored_and_nothing_else():
    kernel = np.array([1.0, 0.0, 3.0]).reshape(1, 3, 1, 1)
    matrix = convolution_matrix(kernel, (1, 5, 1), strides=2, padding="VALID")
    forth, back = plot_matrices({"A": matrix, "A^T": matrix.T})
    expected = np.array([[1, 0, 3, np.nan, np.nan], [np.nan, np.nan, 1, 0, 3]])
    np.testing.assert_array_equal(drawn_image(forth), expected)
    np.testing.assert_array_equal(drawn_image(back), expected.T)


def test_images_are_drawn_as_they_are_and_contributions_written_into_their_pixels():
    images = {"first": np.arange(6.0).reshape(2, 3), "second": np.eye(4)}
    for plot in (plot_images, plot_contributions):
        for axes, (name, image) in zip(plot(images), images.items(), strict=True):
            assert axes.get_title() == name
            assert (drawn_image(axes) == image).all()
            for text in axes.texts:
                column, row = text.get_position()
                assert int(text.get_text()) == image[row, column]
    assert len(axes.texts) == image.size


def test_forth_and_back_shows_each_array_in_its_place():
    generator = np.random.default_rng(0)
    image, gradient = generator.normal(size=(2, 6, 8))
    values, errors = generator.normal(size=(2, 3, 4, 2))
    A = convolution_matrix(np.ones((3, 3, 1, 2)), (6, 8, 1), strides=2, padding="SAME")
    axes = plot_forth_and_back(A, image, values, errors, gradient)
    expected = {"x": image, "gradient": gradient, "y1": values[..., 0], "y2": values[..., 1]}
    expected |= {"p1": errors[..., 0], "p2": errors[..., 1]}
    for name, array in expected.items():
        assert (drawn_image(axes[name]) == array).all()
    low, high = axes["gradient"].images[0].get_clim()
    assert -low == high == np.abs(gradient).max()
    entries = set(zip(*(place.tolist() for place in A.tocoo().coords), strict=True))
    assert drawn_entries(axes["A"]) == entries
    assert drawn_entries(axes["A^T"]) == {(column, row) for row, column in entries}
    assert axes["A"].get_ylim() == (23.5, -0.5)
