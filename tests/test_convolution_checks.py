"""The checks of Exercises 1 and 3 hold of what is right, and fail on what is wrong."""

import subprocess
import sys

import numpy as np
import pytest
import scipy.sparse
import sympy

from assignment4 import ROOT
from assignment4.convolution import (
    REPORT_BLANKS,
    SHAPES,
    chain_solutions,
    chain_strides,
    convolution_matrix,
    preimage_sizes,
    preimage_sizes_valid,
    report_rule,
)
from assignment4.convolution.checks import (
    blanks_fit,
    is_gradient,
    is_one_of_several,
    matrix_equals_layer,
    needs_output_shape,
    padding_tells_sizes_apart,
    transpose_equals_layer,
    way_back_restores,
)

STRIDES = [(3, 2), (2, 6)]
OUTPUT_PADDINGS = [(0, 1), (1, 5)]


@pytest.mark.can_fail("1a-fits")
@pytest.mark.parametrize("blank", REPORT_BLANKS)
@pytest.mark.parametrize("step", [-1, 1])
def test_check_of_the_blanks_fails(blank, step):
    assert blanks_fit(REPORT_BLANKS, SHAPES)
    wrong = REPORT_BLANKS | {blank: REPORT_BLANKS[blank] + step}
    assert blanks_fit(wrong, SHAPES) is (wrong["x8"] == 7)


@pytest.mark.can_fail("1a-fits")
def test_check_of_the_blanks_fails_on_other_shapes():
    assert not blanks_fit(REPORT_BLANKS, ((48, 64, 17), *SHAPES[1:]))
    assert not blanks_fit(REPORT_BLANKS, (*SHAPES[:2], (11, 5, 13)))


@pytest.mark.can_fail("1a-one-possible")
def test_check_of_the_solutions_fails():
    solutions = chain_solutions()
    assert is_one_of_several(REPORT_BLANKS, solutions, SHAPES)
    assert not is_one_of_several(REPORT_BLANKS | {"x8": 8}, solutions, SHAPES)
    assert not is_one_of_several(REPORT_BLANKS, [REPORT_BLANKS], SHAPES)
    assert not is_one_of_several(REPORT_BLANKS, [*solutions, REPORT_BLANKS | {"x8": 8}], SHAPES)
    unique = (*SHAPES[:2], (11, 24, 13))
    assert len(chain_solutions(unique)) == 1
    assert not is_one_of_several(chain_solutions(unique)[0], chain_solutions(unique), unique)


@pytest.mark.can_fail("1b-restores")
def test_check_of_the_way_back_fails():
    assert chain_strides(REPORT_BLANKS) == STRIDES
    assert way_back_restores(SHAPES, STRIDES, OUTPUT_PADDINGS)
    assert way_back_restores(SHAPES, [(3, 2), (2, 7)], [(0, 1), (1, 2)])
    assert not way_back_restores(SHAPES, [(3, 2), (2, 5)], OUTPUT_PADDINGS)
    assert not way_back_restores(SHAPES, [(2, 3), (2, 6)], OUTPUT_PADDINGS)
    assert not way_back_restores(SHAPES, STRIDES, [(1, 1), (1, 5)])
    assert not way_back_restores(SHAPES, STRIDES, [(0, 1), (1, 6)])
    assert not way_back_restores(SHAPES, STRIDES, [None, None])


@pytest.mark.can_fail("1c-ambiguous")
def test_check_of_the_ambiguity_fails():
    options = {"kernel": 3, "stride": 3, "padding": "SAME"}
    assert needs_output_shape(preimage_sizes(22, stride=3), 22, **options)
    assert needs_output_shape(
        preimage_sizes_valid(22, kernel=3, stride=3), 22, **options | {"padding": "VALID"}
    )
    for wrong in ([64, 65], [63, 64, 65], [64, 65, 66, 67], [66, 65, 64], []):
        assert not needs_output_shape(wrong, 22, **options)
    assert not needs_output_shape([22], 22, **options | {"stride": 1})
    assert not needs_output_shape([64, 65, 66], 22, **options | {"stride": 2})


@pytest.mark.can_fail("1c-ambiguous")
def test_check_of_the_padding_as_the_reason_fails():
    """The amount of padding tells the sizes apart exactly where the stride is no larger."""
    for kernel, stride in np.ndindex(5, 6):
        options = {"kernel": kernel + 1, "stride": stride + 1, "padding": "SAME"}
        sizes = preimage_sizes(4, stride=stride + 1)
        assert padding_tells_sizes_apart(sizes, **options) is (stride <= kernel)
    sizes = preimage_sizes_valid(4, kernel=3, stride=2)
    assert not padding_tells_sizes_apart(sizes, kernel=3, stride=2, padding="VALID")


@pytest.mark.can_fail("3a-gradient")
@pytest.mark.parametrize(
    "wrong",
    [
        lambda A, p: A * p,
        lambda A, p: (A.T * p).T,
        lambda A, p: p.T * A,
        lambda A, p: -A.T * p,
        lambda A, p: 2 * A.T * p,
        lambda A, p: p,
        lambda A, p: A.T * p if isinstance(A, sympy.MatrixBase) else A.T * (2 * p),
    ],
)
def test_check_of_the_gradient_fails(wrong):
    assert is_gradient(report_rule)
    assert not is_gradient(wrong)


KERNEL = np.random.default_rng(0).normal(size=(3, 3, 2, 2))
SHAPE = (6, 6, 2)
OPTIONS = {"strides": (2, 1), "padding": "SAME"}


def matrix_of(kernel=KERNEL, **changes):
    return convolution_matrix(kernel, SHAPE, **(OPTIONS | changes))


WRONG_MATRICES = [
    lambda: -matrix_of(),
    lambda: matrix_of(KERNEL[::-1, ::-1]),
    lambda: matrix_of(KERNEL.swapaxes(0, 1)),
    lambda: matrix_of(KERNEL.swapaxes(2, 3)),
    lambda: matrix_of(strides=(1, 2)),
    lambda: matrix_of(strides=(3, 1)),
    lambda: matrix_of(padding="VALID"),
    lambda: matrix_of() * (1 + 1e-9),
]


@pytest.mark.can_fail("3b-matrix")
@pytest.mark.parametrize("wrong", WRONG_MATRICES)
def test_check_of_the_matrix_fails(wrong):
    assert matrix_equals_layer(matrix_of(), KERNEL, SHAPE, **OPTIONS)
    assert not matrix_equals_layer(wrong(), KERNEL, SHAPE, **OPTIONS)
    assert not matrix_equals_layer(matrix_of().T, KERNEL, SHAPE, **OPTIONS)


@pytest.mark.can_fail("3b-transpose")
@pytest.mark.parametrize("wrong", WRONG_MATRICES)
def test_check_of_the_transpose_fails(wrong):
    assert transpose_equals_layer(matrix_of().T, KERNEL, SHAPE, **OPTIONS)
    assert not transpose_equals_layer(wrong().T, KERNEL, SHAPE, **OPTIONS)
    assert not transpose_equals_layer(matrix_of(), KERNEL, SHAPE, **OPTIONS)


@pytest.mark.can_fail("3b-transpose")
def test_check_of_the_transpose_fails_on_the_inverse():
    """What undoes the values of a convolution is another matrix of the same shape."""
    inverse = scipy.sparse.csr_array(np.linalg.pinv(matrix_of().toarray()))
    assert inverse.shape == matrix_of().T.shape
    assert not transpose_equals_layer(inverse, KERNEL, SHAPE, **OPTIONS)


@pytest.mark.can_fail("3b-matrix", "3b-transpose")
def test_checks_see_beyond_one_batch_of_unit_images():
    kernel = np.random.default_rng(1).normal(size=(3, 3, 1, 2))
    options = {"strides": (1, 1), "padding": "VALID"}
    matrix = convolution_matrix(kernel, (20, 21, 1), **options)
    assert matrix_equals_layer(matrix, kernel, (20, 21, 1), **options)
    assert transpose_equals_layer(matrix.T, kernel, (20, 21, 1), **options)
    matrix.data[-1] += 1e-6
    assert not matrix_equals_layer(matrix, kernel, (20, 21, 1), **options)
    assert not transpose_equals_layer(matrix.T, kernel, (20, 21, 1), **options)


def test_importing_the_package_brings_in_no_tensorflow():
    code = "import sys, assignment4.convolution; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
