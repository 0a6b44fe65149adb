"""The convolution as a matrix, its Toeplitz view, and the loops: cases worked out by hand."""

import numpy as np
import pytest
import scipy.sparse

from assignment4.convolution import (
    contacts,
    convolution_matrix,
    convolve_loop,
    output_shape,
    scatter_loop,
    toeplitz_matrix,
)
from assignment4.convolution.sizes import output_size, padding_amounts
from assignment4.convolution.transposed import window_starts


def kernel_of(*shape: int) -> np.ndarray:
    """Return a kernel of distinct numbers, none of them 0."""
    return 1.0 + np.arange(np.prod(shape), dtype=float).reshape(shape)


def row_kernel(*taps: float) -> np.ndarray:
    return np.reshape(taps, (1, -1, 1, 1))


def sum_of_kronecker_products(kernel, input_shape, *, strides, padding) -> np.ndarray:
    """Build the matrix tap by tap: a shift of rows, one of columns, a mix of channels."""
    shifts = []
    for axis in (0, 1):
        options = {"kernel": kernel.shape[axis], "stride": strides[axis], "padding": padding}
        before = padding_amounts(input_shape[axis], **options)[0]
        outputs = output_size(input_shape[axis], **options)
        line = np.eye(input_shape[axis] + 40, k=-before)[:, : input_shape[axis]]
        shifts.append([line[tap :: strides[axis]][:outputs] for tap in range(kernel.shape[axis])])
    return sum(
        np.kron(np.kron(shifts[0][a], shifts[1][b]), kernel[a, b].T)
        for a, b in np.ndindex(kernel.shape[:2])
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            {"strides": (1, 1), "padding": "VALID"},
            [[1, 2, 3, 0, 0], [0, 1, 2, 3, 0], [0, 0, 1, 2, 3]],
        ),
        (
            {"strides": (1, 1), "padding": "SAME"},
            [[2, 3, 0, 0, 0], [1, 2, 3, 0, 0], [0, 1, 2, 3, 0], [0, 0, 1, 2, 3], [0, 0, 0, 1, 2]],
        ),
        (
            {"strides": (1, 2), "padding": "SAME"},
            [[2, 3, 0, 0, 0], [0, 1, 2, 3, 0], [0, 0, 0, 1, 2]],
        ),
        ({"strides": (1, 3), "padding": "SAME"}, [[1, 2, 3, 0, 0], [0, 0, 0, 1, 2]]),
        ({"strides": (1, 1), "padding": "VALID", "dilations": (1, 2)}, [[1, 0, 2, 0, 3]]),
    ],
)
def test_rows_of_a_line_by_hand(options, expected):
    matrix = convolution_matrix(row_kernel(1, 2, 3), (1, 5, 1), **options)
    assert matrix.toarray().tolist() == expected


def test_an_even_kernel_has_its_padding_after():
    matrix = convolution_matrix(row_kernel(1, 2), (1, 3, 1), strides=1, padding="SAME")
    assert matrix.toarray().tolist() == [[1, 2, 0], [0, 1, 2], [0, 0, 1]]


def test_flat_order_is_height_width_channel():
    kernel = np.array([[[[2.0, 3.0], [5.0, 7.0]]]])
    matrix = convolution_matrix(kernel, (1, 2, 2), strides=1, padding="VALID")
    assert matrix.toarray().tolist() == [[2, 5, 0, 0], [3, 7, 0, 0], [0, 0, 2, 5], [0, 0, 3, 7]]
    tall = convolution_matrix(kernel_of(2, 1, 1, 1), (2, 3, 1), strides=1, padding="VALID")
    assert tall.toarray().tolist() == [[1, 0, 0, 2, 0, 0], [0, 1, 0, 0, 2, 0], [0, 0, 1, 0, 0, 2]]


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("strides", [(1, 1), (2, 1), (3, 4)])
def test_matrix_is_a_sum_of_kronecker_products(strides, padding):
    kernel = kernel_of(3, 4, 2, 3)
    options = {"strides": strides, "padding": padding}
    matrix = convolution_matrix(kernel, (6, 7, 2), **options)
    assert (matrix.toarray() == sum_of_kronecker_products(kernel, (6, 7, 2), **options)).all()


def test_the_first_layer_of_the_chain_by_counting():
    """Rows meet 22 windows of 3 less one row of padding; columns 24 of 3 less one."""
    matrix = convolution_matrix(
        np.ones((3, 3, 17, 15)), (64, 48, 17), strides=(3, 2), padding="SAME"
    )
    assert matrix.shape == (22 * 24 * 15, 64 * 48 * 17)
    assert matrix.nnz == (22 * 3 - 2) * (24 * 3 - 1) * 17 * 15 == 1_158_720


def test_the_format_is_canonical():
    matrix = convolution_matrix(kernel_of(5, 4, 2, 3), (3, 9, 2), strides=(1, 2), padding="SAME")
    assert isinstance(matrix, scipy.sparse.csr_array)
    matrix.check_format(full_check=True)
    rebuilt = scipy.sparse.csr_array((matrix.data, matrix.indices, matrix.indptr), matrix.shape)
    assert rebuilt.has_canonical_format
    assert matrix.indices.dtype == matrix.indptr.dtype == np.int32


def test_zeros_of_the_kernel_are_stored():
    options = {"strides": (2, 1), "padding": "SAME"}
    full = convolution_matrix(kernel_of(3, 3, 2, 2), (5, 4, 2), **options)
    empty = convolution_matrix(np.zeros((3, 3, 2, 2)), (5, 4, 2), **options)
    assert (empty.indices == full.indices).all()
    assert (empty.indptr == full.indptr).all()
    assert not empty.data.any()


@pytest.mark.parametrize(
    ("given", "kept"),
    [("float64", "float64"), ("float32", "float32"), ("int64", "float64"), ("float16", "float32")],
)
def test_dtype_is_the_kernel_s_if_it_is_a_float(given, kept):
    kernel = kernel_of(2, 2, 1, 1).astype(given)
    assert convolution_matrix(kernel, (3, 3, 1), strides=1, padding="SAME").dtype == kept


def test_a_kernel_beyond_every_pixel_costs_nothing():
    matrix = convolution_matrix(kernel_of(999, 999, 1, 1), (1, 2, 1), strides=1, padding="SAME")
    middle = 999 * 499 + 500
    assert matrix.toarray().tolist() == [[middle, middle + 1], [middle - 1, middle]]


def test_dilated_taps_may_all_miss_the_image():
    matrix = convolution_matrix(
        row_kernel(1, 2), (1, 1, 1), strides=1, padding="SAME", dilations=(1, 2)
    )
    assert matrix.shape == (1, 1)
    assert matrix.nnz == 0


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("dilation", [1, 2])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_toeplitz_matrix_is_the_matrix_of_a_line(count, dilation, stride, padding):
    taps = 1.0 + np.arange(count)
    for size in range((count - 1) * dilation + 1 if padding == "VALID" else 1, 10):
        dense = toeplitz_matrix(taps, size, stride=stride, padding=padding, dilation=dilation)
        matrix = convolution_matrix(
            row_kernel(*taps), (1, size, 1), strides=(1, stride), padding=padding,
            dilations=(1, dilation),
        )  # fmt: skip
        assert (dense == matrix.toarray()).all()
        if stride == 1:
            assert (dense[1:, 1:] == dense[:-1, :-1]).all()


def test_toeplitz_matrix_of_a_kernel_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="kernel 3 with dilation 2 does not fit into size 4"):
        toeplitz_matrix(np.ones(3), 4, stride=1, padding="VALID", dilation=2)


def test_windows_start_where_the_padding_says():
    for size, kernel, stride, dilation in np.ndindex(12, 5, 4, 3):
        options = {"kernel": kernel + 1, "stride": stride + 1, "dilation": dilation + 1}
        for padding in ("SAME", "VALID"):
            starts = window_starts(size + 1, padding=padding, **options)
            try:
                count = output_size(size + 1, padding=padding, **options)
            except ValueError:
                count = 0
            assert len(starts) == count
            if count:
                assert -starts[0] == padding_amounts(size + 1, padding=padding, **options)[0]


def test_contacts_of_a_line_by_hand():
    found = list(contacts((1, 3), (1, 4), strides=(1, 2), padding="SAME"))
    expected = [(0, 0, 0), (0, 1, 1), (0, 2, 2), (1, 0, 2), (1, 1, 3)]
    assert found == [((0, i), (0, a), (0, y)) for i, a, y in expected]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"padding": "FULL"}, "one of SAME, VALID, got 'FULL'"),
        ({"strides": (1, 0)}, "strides must be a positive integer, got 0"),
        ({"kernel_size": (1, 3, 1)}, r"kernel_size must be one number or two, .*\(1, 3, 1\)"),
        ({"input_size": (1, 4.0)}, r"input_size must be a positive integer, got 4\.0"),
    ],
)
def test_impossible_contacts_are_refused(changes, message):
    arguments = {"kernel_size": (1, 3), "input_size": (1, 4), "strides": 1, "padding": "SAME"}
    with pytest.raises(ValueError, match=message):
        list(contacts(**(arguments | changes)))


def test_loops_by_hand():
    line = np.array([[[1.0], [10.0], [100.0], [1000.0]]])
    kernel = row_kernel(1, 2, 3)
    options = {"strides": (1, 2), "padding": "SAME"}
    assert convolve_loop(line, kernel, **options).ravel().tolist() == [321, 2100]
    values = np.array([[[1.0], [10.0]]])
    assert scatter_loop(values, kernel, (1, 4, 1), **options).ravel().tolist() == [1, 2, 13, 20]


def convolve_zeros(kernel_shape, input_shape, **options):
    return convolve_loop(np.zeros(input_shape), np.zeros(kernel_shape), **options)


def build_matrix(kernel_shape, input_shape, **options):
    return convolution_matrix(np.zeros(kernel_shape), input_shape, **options)


@pytest.mark.parametrize("function", [build_matrix, convolve_zeros, output_shape])
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"strides": 0}, "strides must be a positive integer, got 0"),
        ({"strides": (2, 1.5)}, r"strides must be a positive integer, got 1\.5"),
        ({"strides": (1, 2, 2, 1)}, r"strides must be one number or two, .*\(1, 2, 2, 1\)"),
        ({"dilations": -1}, "dilations must be a positive integer, got -1"),
        ({"padding": "same"}, "padding must be one of SAME, VALID, got 'same'"),
        ({"kernel_shape": (3, 3, 3, 4)}, "needs inputs of 3 channels, got 2"),
        ({"kernel_shape": (3, 7, 2, 4)}, "kernel 7 with dilation 1 does not fit into size 6"),
        ({"kernel_shape": (3, 3, 2)}, r"expected a kernel of shape .*, got \(3, 3, 2\)"),
        ({"kernel_shape": (0, 3, 2, 4)}, "kernel must be a positive integer, got 0"),
        ({"input_shape": (8, 0, 2)}, "size must be a positive integer, got 0"),
    ],
)
def test_what_does_not_fit_is_refused(function, changes, message):
    arguments = {
        "kernel_shape": (3, 3, 2, 4),
        "input_shape": (8, 6, 2),
        "strides": (2, 1),
        "padding": "VALID",
    } | changes
    shapes = arguments.pop("kernel_shape"), arguments.pop("input_shape")
    with pytest.raises(ValueError, match=message):
        function(*shapes, **arguments)


@pytest.mark.parametrize("shape", [(8, -6, 2), (8, 6.0, 2)])
def test_impossible_input_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=rf"size must be a positive integer, got {shape[1]}"):
        convolution_matrix(np.zeros((3, 3, 2, 4)), shape, strides=1, padding="SAME")


def test_scattering_into_a_shape_that_is_no_preimage_is_refused():
    with pytest.raises(ValueError, match=r"turns it into \(23, 24, 2\)"):
        scatter_loop(
            np.zeros((22, 24, 2)), np.zeros((3, 3, 1, 2)), (67, 48, 1),
            strides=(3, 2), padding="SAME",
        )  # fmt: skip
