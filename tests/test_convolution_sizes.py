"""The size rules forth and back, Keras's rule, and the chain of Exercise 1."""

from itertools import pairwise

import keras
import numpy as np
import pytest
import sympy

from assignment4.convolution import (
    REPORT_BLANKS,
    SHAPES,
    chain_equations,
    chain_solutions,
    chain_strides,
    keras_transposed_size,
    output_padding_for,
    output_padding_pair,
    output_shape,
    output_size,
    padding_amounts,
    preimage_sizes,
    preimage_sizes_valid,
    solve_chain,
    strides_between,
)

RULES = [
    (kernel, stride, dilation) for kernel in range(1, 6) for stride in range(1, 5)
    for dilation in range(1, 4)
]  # fmt: skip


def windows(size: int, kernel: int, stride: int, dilation: int) -> int:
    """Count the windows of an axis without padding by moving one on until it sticks out."""
    count = start = 0
    while start + (kernel - 1) * dilation < size:
        count, start = count + 1, start + stride
    return count


@pytest.mark.parametrize(("kernel", "stride", "dilation"), RULES)
def test_sizes_are_numbers_of_windows(kernel, stride, dilation):
    options = {"kernel": kernel, "stride": stride, "dilation": dilation}
    for size in range(1, 20):
        if windows(size, **options):
            assert output_size(size, padding="VALID", **options) == windows(size, **options)
        same = output_size(size, padding="SAME", **options)
        assert same == len(range(0, size, stride))
        before, after = padding_amounts(size, padding="SAME", **options)
        assert windows(before + size + after, **options) == same
        assert before <= after <= before + 1
        if before + after:
            assert windows(before + size + after - 1, **options) < same


@pytest.mark.parametrize(("kernel", "stride", "dilation"), RULES)
def test_preimages_are_all_sizes_with_that_output(kernel, stride, dilation):
    for size in range(1, 6):
        assert preimage_sizes(size, stride=stride) == [
            before for before in range(1, 40) if -(-before // stride) == size
        ]
        options = {"kernel": kernel, "stride": stride, "dilation": dilation}
        assert preimage_sizes_valid(size, **options) == [
            before for before in range(1, 60) if windows(before, **options) == size
        ]


def test_padding_of_an_odd_number_of_zeros_is_larger_after():
    assert padding_amounts(28, kernel=3, stride=2, padding="SAME") == (0, 1)
    assert padding_amounts(27, kernel=3, stride=2, padding="SAME") == (1, 1)
    assert padding_amounts(5, kernel=4, stride=1, padding="SAME") == (1, 2)
    assert padding_amounts(5, kernel=4, stride=1, padding="VALID") == (0, 0)
    assert padding_amounts(24, kernel=3, stride=6, padding="SAME") == (0, 0)


def test_strides_between_are_all_that_lead_there():
    for size in range(1, 30):
        for output in range(1, 32):
            leading = [s for s in range(1, size + 1) if len(range(0, size, s)) == output]
            assert strides_between(size, output) == leading
    assert [strides_between(*sizes) for sizes in ((64, 22), (48, 24), (22, 11), (24, 4))] == [
        [3], [2], [2], [6, 7]
    ]  # fmt: skip


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_transposed_sizes_are_those_of_keras(padding):
    for size, kernel, stride in np.ndindex(4, 5, 4):
        options = {"kernel": kernel + 1, "stride": stride + 1, "padding": padding}
        for output_padding in (None, *range(stride + 1)):
            layer = keras.layers.Conv2DTranspose(
                1,
                (kernel + 1, 1),
                strides=(stride + 1, stride + 1),
                padding=padding.lower(),
                output_padding=None if output_padding is None else (output_padding, 0),
            )
            expected = layer.compute_output_shape((1, size + 1, 1, 1))[1]
            if padding == "SAME" and (kernel + 1) % 2 == 0 and output_padding == 0:
                with pytest.raises(ValueError, match="does not turn size"):
                    keras_transposed_size(size + 1, output_padding=0, **options)
            else:
                size_found = keras_transposed_size(
                    size + 1, output_padding=output_padding, **options
                )
                assert size_found == expected


def test_even_kernels_with_output_padding_0_do_not_run_in_keras():
    layer = keras.layers.Conv2DTranspose(
        1, (4, 1), strides=(2, 2), padding="same", output_padding=0, dtype="float64"
    )
    with pytest.raises(Exception, match="doesn't match computed"):
        layer(np.zeros((1, 3, 1, 1)))


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_output_padding_leads_to_its_target_and_is_a_number_wherever_one_does(padding):
    for size, kernel, stride in np.ndindex(4, 5, 4):
        options = {"kernel": kernel + 1, "stride": stride + 1, "padding": padding}
        for target in range(1, 40):
            leading = []
            for output_padding in (*range(stride + 1), None):
                try:
                    reached = keras_transposed_size(
                        size + 1, output_padding=output_padding, **options
                    )
                except ValueError:
                    continue
                if reached == target:
                    leading.append(output_padding)
            if leading:
                assert output_padding_for(target, size + 1, **options) == leading[0]
            else:
                with pytest.raises(ValueError, match=f"does not turn size {target} into"):
                    output_padding_for(target, size + 1, **options)


def test_output_padding_of_the_report_s_way_back():
    paddings = [
        output_padding_pair((3, 3, before[2], after[2]), before, strides=strides, padding="SAME")
        for (before, after), strides in zip(
            pairwise(SHAPES), chain_strides(REPORT_BLANKS), strict=True
        )
    ]
    assert paddings == [(0, 1), (1, 5)]
    assert keras_transposed_size(22, kernel=3, stride=3, padding="SAME") == 66


def test_output_padding_that_keras_cannot_express_is_refused():
    options = {"strides": 2, "padding": "SAME"}
    assert output_padding_pair((4, 4, 1, 1), (6, 8, 1), **options) is None
    assert output_padding_pair((4, 4, 1, 1), (5, 7, 1), **options) == (1, 1)
    with pytest.raises(ValueError, match="needs None for the height and 1 for the width"):
        output_padding_pair((4, 4, 1, 1), (6, 7, 1), **options)


def test_blanks_are_all_solutions_of_the_equations():
    for equation, values in zip(chain_equations(), solve_chain().values(), strict=True):
        (blank,) = equation.free_symbols
        assert values == [x for x in range(1, 65) if equation.subs(blank, x) == sympy.true]


def test_the_report_found_one_of_two_solutions():
    assert REPORT_BLANKS in chain_solutions()
    assert [solution["x8"] for solution in chain_solutions()] == [6, 7]
    assert {name: values for name, values in solve_chain().items() if len(values) > 1} == {
        "x8": [6, 7]
    }
    assert chain_strides(REPORT_BLANKS) == [(3, 2), (2, 6)]


def test_a_chain_without_solution_is_refused():
    with pytest.raises(ValueError, match="no stride leads from size 10 to 6"):
        solve_chain(((10, 4, 1), (6, 4, 1)))


def transposed_size(**options) -> int:
    return keras_transposed_size(4, **({"kernel": 3, "stride": 2, "padding": "SAME"} | options))


def padding_for_22(target: int, padding: str) -> int | None:
    return output_padding_for(target, 22, kernel=3, stride=3, padding=padding)


def size_of_4(**options) -> int:
    options = {"size": 4, "kernel": 3, "stride": 1, "padding": "SAME"} | options
    return output_size(options.pop("size"), **options)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: size_of_4(size=0), "size must be a positive integer, got 0"),
        (lambda: size_of_4(size=-4), "size must be a positive integer, got -4"),
        (lambda: size_of_4(size=4.5), r"size must be a positive integer, got 4\.5"),
        (lambda: size_of_4(size="4"), "size must be a positive integer, got '4'"),
        (lambda: size_of_4(kernel=0), "kernel must be a positive integer, got 0"),
        (lambda: size_of_4(stride=0), "stride must be a positive integer, got 0"),
        (lambda: size_of_4(dilation=0), "dilation must be a positive integer, got 0"),
        (lambda: size_of_4(padding="same"), "one of SAME, VALID, got 'same'"),
        (
            lambda: size_of_4(padding="VALID", dilation=2),
            "kernel 3 with dilation 2 does not fit into size 4: .* = 5",
        ),
        (
            lambda: padding_amounts(4, kernel=3, stride=1, padding=None),
            "one of SAME, VALID, got None",
        ),
        (lambda: preimage_sizes(22, stride=0), "stride must be a positive integer, got 0"),
        (lambda: preimage_sizes(0, stride=3), "size must be a positive integer, got 0"),
        (
            lambda: preimage_sizes_valid(4, kernel=1.0, stride=3),
            r"kernel must be a positive integer, got 1\.0",
        ),
        (lambda: strides_between(64, 0), "output must be a positive integer, got 0"),
        (lambda: transposed_size(output_padding=2), "from 0 to stride - 1 = 1, got 2"),
        (lambda: transposed_size(output_padding=-1), "from 0 to stride - 1 = 1, got -1"),
        (lambda: transposed_size(output_padding=1.0), r"from 0 to stride - 1 = 1, got 1\.0"),
        (lambda: transposed_size(padding="FULL"), "one of SAME, VALID, got 'FULL'"),
        (
            lambda: padding_for_22(67, "SAME"),
            "does not turn size 67 into 22: it does so with 64 to 66",
        ),
        (
            lambda: padding_for_22(64, "VALID"),
            "does not turn size 64 into 22: it does so with 66 to 68",
        ),
        (lambda: padding_for_22(64.0, "SAME"), r"target must be a positive integer, got 64\.0"),
    ],
)
def test_impossible_sizes_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_shapes_of_the_report_s_layers():
    assert output_shape((3, 3, 17, 15), (64, 48, 17), strides=(3, 2), padding="SAME") == SHAPES[1]
    assert output_shape((3, 3, 15, 13), (22, 24, 15), strides=(2, 7), padding="SAME") == SHAPES[2]
    assert output_shape((3, 2, 1, 4), (9, 9, 1), strides=2, padding="VALID", dilations=(2, 3)) == (
        3, 3, 4
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kernel_shape", "input_shape", "strides", "message"),
    [
        ((3, 3, 2, 4), (8, 8, 3), 1, "needs inputs of 2 channels, got 3"),
        ((3, 3, 4), (8, 8, 3), 1, r"expected a kernel of shape .*, got \(3, 3, 4\)"),
        ((3, 3, 2, 4), (8, 8), 1, r"an input of shape \(h, w, in\), got .* \(8, 8\)"),
        ((3, 3, 2, 4), (8, 0, 2), 1, "size must be a positive integer, got 0"),
        ((3, 3, 2, 0), (8, 8, 2), 1, "output channels must be a positive integer, got 0"),
        ((3, 3, 0, 2), (8, 8, 0), 1, "channels must be a positive integer, got 0"),
        ((3, 9, 2, 4), (8, 8, 2), 1, "kernel 9 with dilation 1 does not fit into size 8"),
        ((3, 3, 2, 4), (8, 8, 2), (1, 2, 1), r"one number or two, .* got \(1, 2, 1\)"),
        ((3, 3, 2, 4), (8, 8, 2), (1, 0), "strides must be a positive integer, got 0"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(kernel_shape, input_shape, strides, message):
    with pytest.raises(ValueError, match=message):
        output_shape(kernel_shape, input_shape, strides=strides, padding="VALID")
