"""The pictures of Exercise 3 show the matrix, the maps and the gradient that they are given."""

import numpy as np
import pytest
import scipy.sparse
from matplotlib.figure import Figure

from assignment4.convolution import convolution_matrix
from assignment4.figures.backpropagation import (
    plot_forth_and_back,
    plot_signed,
    plot_stored_entries,
)


def drawn_entries(axes) -> set[tuple[int, int]]:
    """Return (row, column) of each dot."""
    columns, rows = axes.lines[0].get_data()
    return set(zip(rows.tolist(), columns.tolist(), strict=True))


def drawn_image(axes) -> np.ndarray:
    return np.asarray(axes.images[0].get_array())


def test_each_stored_entry_has_a_dot_and_row_0_is_on_top():
    matrix = scipy.sparse.csr_array(([5.0, 0.0, 7.0], ([0, 0, 1], [1, 3, 2])), shape=(2, 4))
    axes = plot_stored_entries(Figure().subplots(), matrix)
    assert drawn_entries(axes) == {(0, 1), (0, 3), (1, 2)}
    assert axes.get_ylim() == (1.5, -0.5)
    assert axes.get_xlim() == (-0.5, 3.5)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["1", "2"]


def test_zero_lies_in_the_middle_of_the_colours():
    values = np.array([[-3.0, 1.0], [0.0, 2.0]])
    axes = plot_signed(Figure().subplots(), values)
    assert drawn_image(axes).tolist() == values.tolist()
    assert axes.images[0].get_clim() == (-3, 3)


@pytest.fixture
def drawn():
    generator = np.random.default_rng(0)
    image, kernel = generator.normal(size=(6, 8)), generator.normal(size=(3, 3, 1, 2))
    A = convolution_matrix(kernel, (6, 8, 1), strides=2, padding="SAME")
    values = (A @ image.ravel()).reshape(3, 4, 2)
    errors = generator.normal(size=values.shape)
    gradient = (A.T @ errors.ravel()).reshape(6, 8)
    axes = plot_forth_and_back(Figure(), A, image, values, errors, gradient)
    return A, {
        "x": (axes["x"], image),
        "y1": (axes["y1"], values[..., 0]),
        "y2": (axes["y2"], values[..., 1]),
        "p1": (axes["p1"], errors[..., 0]),
        "p2": (axes["p2"], errors[..., 1]),
        "gradient": (axes["gradient"], gradient),
        "A": (axes["A"], None),
        "A^T": (axes["A^T"], None),
    }


@pytest.mark.parametrize("name", ["x", "y1", "y2", "p1", "p2", "gradient"])
def test_each_panel_shows_its_own_values(drawn, name):
    axes, expected = drawn[1][name]
    assert drawn_image(axes).tolist() == expected.tolist()


def test_matrix_and_transpose_are_drawn(drawn):
    A, panels = drawn
    entries = set(zip(*(place.tolist() for place in A.tocoo().coords), strict=True))
    assert len(entries) == A.nnz
    assert drawn_entries(panels["A"][0]) == entries
    assert drawn_entries(panels["A^T"][0]) == {(column, row) for row, column in entries}


def test_titles_give_the_sizes(drawn):
    panels = drawn[1]
    assert "24 × 48" in panels["A"][0].get_title()
    assert "48 × 24" in panels["A^T"][0].get_title()
