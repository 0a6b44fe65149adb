"""The size rules forth and back, their proofs, Keras's rule, and the chain of Exercise 1."""

import subprocess
import sys
from itertools import pairwise, product
from types import SimpleNamespace

from assignment4.reproducible import keras
from assignment4.reproducible import tensorflow as tf

import pytest
import sympy

from assignment4 import ROOT
from assignment4.convolution import (
    REPORT_BLANKS,
    SHAPES,
    SIZE_FORMULAS,
    blanks_fit,
    chain_axes,
    chain_equations,
    chain_solutions,
    chain_strides,
    code_less_formula,
    is_one_of_several,
    layer_preimages,
    needs_output_shape,
    output_padding_for,
    output_padding_pair,
    output_shape,
    output_size,
    padding_amounts,
    padding_tells_sizes_apart,
    preimage_sizes,
    prove_preimages,
    sizes,
    solve_chain,
    way_back_restores,
)
from assignment4.convolution.scattering import window_starts
from assignment4.convolution.sizes import strides_between
from assignment4.convolution.symbolic_sizes import d, i, k, m, n, r, s

RULES = [
    {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    for kernel, stride, dilation, padding in product(
        range(1, 6), range(1, 5), range(1, 4), ("SAME", "VALID")
    )
]
STRIDES, OUTPUT_PADDINGS = [(3, 2), (2, 6)], [(0, 1), (1, 5)]


def count_windows(size: int, rule: dict, zeros: int = 0) -> int:
    """Move a window over an axis until it sticks out, with so many zeros at the ends."""
    window = (rule["kernel"] - 1) * rule["dilation"]
    return len(range(0, size + zeros - window, rule["stride"]))


def size_or_none(size: int, rule: dict) -> int:
    try:
        return output_size(size, **rule)
    except ValueError:
        return 0


@pytest.mark.parametrize("rule", RULES)
def test_sizes_are_numbers_of_windows(rule):
    for size in range(1, 20):
        outputs = size_or_none(size, rule)
        if rule["padding"] == "VALID":
            assert outputs == count_windows(size, rule)
            assert not outputs or padding_amounts(size, **rule) == (0, 0)
            continue
        before, after = padding_amounts(size, **rule)
        zeros = before + after
        assert outputs == len(range(0, size, rule["stride"]))
        assert count_windows(size, rule, zeros) == outputs
        assert before <= after <= before + 1
        assert zeros == 0 or count_windows(size, rule, zeros - 1) < outputs


@pytest.mark.parametrize("rule", RULES)
def test_windows_start_where_tensorflow_s_documentation_says(rule):
    for size in range(1, 20):
        starts = window_starts(size, **rule)
        assert len(starts) == size_or_none(size, rule)
        if starts:
            assert -starts[0] == padding_amounts(size, **rule)[0]


@pytest.mark.parametrize("rule", RULES)
def test_preimages_are_all_sizes_with_that_output(rule):
    for size in range(1, 6):
        found = preimage_sizes(size, **rule)
        assert found == [one for one in range(1, 50) if size_or_none(one, rule) == size]


def test_strides_between_are_all_that_lead_there():
    for size, output in product(range(1, 30), range(1, 32)):
        leading = [one for one in range(1, size + 1) if len(range(0, size, one)) == output]
        assert strides_between(size, output) == leading


def test_output_shape_treats_each_axis_by_its_own_numbers():
    assert output_shape((3, 3, 15, 13), (22, 24, 15), strides=(2, 7), padding="SAME") == SHAPES[2]
    options = {"strides": (2, 1), "padding": "VALID", "dilations": (2, 3)}
    assert output_shape((3, 2, 1, 4), (9, 10, 1), **options) == (3, 7, 4)
    assert output_shape((3, 2, 1, 4), (9, 9, 1), strides=2, padding="VALID") == (4, 4, 4)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"strides": 0}, "stride"),
        ({"strides": (2, 1.5)}, "stride"),
        ({"strides": (1, 2, 2, 1)}, "longer"),
        ({"dilations": -1}, "dilation"),
        ({"padding": "same"}, "SAME"),
        ({"kernel_shape": (3, 3, 3, 4)}, "channels"),
        ({"kernel_shape": (3, 7, 2, 4)}, "does not fit"),
        ({"kernel_shape": (3, 4, 2, 4), "dilations": (1, 2)}, "does not fit"),
        ({"kernel_shape": (3, 3, 2)}, "shape"),
        ({"kernel_shape": (0, 3, 2, 4)}, "kernel"),
        ({"input_shape": (8, 0, 2)}, "size"),
    ],
)
def test_what_does_not_fit_is_refused(changes, word):
    arguments = {"kernel_shape": (3, 3, 2, 4), "input_shape": (8, 6, 2), "strides": (2, 1)}
    with pytest.raises(ValueError, match=word):
        output_shape(**{**arguments, "padding": "VALID", **changes})


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_output_padding_leads_keras_to_every_preimage(padding):
    for size, kernel, stride in product(range(1, 5), range(1, 6), range(1, 5)):
        rule = {"kernel": kernel, "stride": stride, "padding": padding}
        for target in preimage_sizes(size, **rule):
            found = output_padding_for(target, size, **rule)
            layer = keras.layers.Conv1DTranspose(
                1, kernel, strides=stride, padding=padding.lower(), output_padding=found
            )
            assert layer.compute_output_shape((1, size, 1))[1] == target
            assert found is None or 0 <= found < stride


def test_output_padding_of_a_size_that_is_no_preimage_is_refused():
    for target in (63, 67):
        with pytest.raises(ValueError, match="64 to 66"):
            output_padding_for(target, 22, kernel=3, stride=3, padding="SAME")


def test_output_padding_of_both_axes():
    paddings = [
        output_padding_pair((3, 3, before[2], after[2]), before, strides=strides, padding="SAME")
        for (before, after), strides in zip(pairwise(SHAPES), STRIDES, strict=True)
    ]
    assert paddings == OUTPUT_PADDINGS
    options = {"strides": 2, "padding": "SAME"}
    assert output_padding_pair((4, 4, 1, 1), (5, 7, 1), **options) == (1, 1)
    assert output_padding_pair((4, 4, 1, 1), (6, 7, 1), **options) is None


def test_tensorflow_does_not_run_without_a_shape_and_keras_not_with_p_0_and_an_even_kernel():
    with pytest.raises(TypeError, match=r"[Mm]issing"):
        tf.nn.conv2d_transpose(tf.zeros((1, 4, 4, 1)), tf.zeros((3, 3, 1, 1)), strides=2)
    layer = keras.layers.Conv2DTranspose(
        1, (4, 1), 2, padding="same", output_padding=0, dtype="float64"
    )
    with pytest.raises(tf.errors.InvalidArgumentError, match="match"):
        layer(tf.zeros((1, 3, 1, 1), tf.float64))


@pytest.mark.parametrize("padding", SIZE_FORMULAS)
def test_preimages_are_proved(padding):
    steps = prove_preimages(*SIZE_FORMULAS[padding])
    assert len(steps) == 4
    assert all(step.holds for step in steps)


@pytest.mark.parametrize("padding", SIZE_FORMULAS)
@pytest.mark.parametrize("shift", [(0, 1), (1, 0), (1, 1), (0, -1), (-1, 0), (-1, -1), (-1, 1)])
def test_bounds_off_by_one_are_not_proved(padding, shift):
    rule, smallest, largest = SIZE_FORMULAS[padding]
    steps = prove_preimages(rule, smallest + shift[0], largest + shift[1])
    assert not all(step.holds for step in steps)


@pytest.mark.parametrize(
    ("padding", "rule"),
    [
        ("SAME", sympy.floor(n / s)),
        ("SAME", sympy.ceiling((n + 1) / s)),
        ("SAME", sympy.ceiling(n / s) + 1),
        ("VALID", sympy.floor((n - k) / s) + 1),
        ("VALID", sympy.floor((n - (k - 1) * d - 1) / s)),
        ("VALID", sympy.ceiling((n - (k - 1) * d - 1) / s) + 1),
    ],
)
def test_other_rules_are_not_proved(padding, rule):
    _, *bounds = SIZE_FORMULAS[padding]
    assert not all(step.holds for step in prove_preimages(rule, *bounds))


@pytest.mark.parametrize("padding", SIZE_FORMULAS)
def test_each_step_of_a_proof_holds_for_numbers(padding):
    others = {m: 4, k: 3, d: 2}
    for step, distances in product(
        prove_preimages(*SIZE_FORMULAS[padding]), ({i: 0, r: 0}, {i: 2, r: 1}, {i: 0, r: 3})
    ):
        stride = step.case.get(s, sympy.Integer(3)).subs(distances)
        size = step.case[n].subs(s, stride).subs(distances).subs(others)
        assert step.claim.subs({n: size, s: stride} | others) == sympy.true
        assert step.margin.subs(s, stride).subs(distances) >= 0


def test_code_run_on_symbols_is_the_formula():
    assert set(code_less_formula(sizes).values()) == {0}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("window_size", lambda kernel, dilation: kernel * dilation),
        ("same_size", lambda size, stride: size // stride),
        ("valid_size", lambda size, window, stride: -((window - size) // stride) + 1),
        ("same_bounds", lambda size, stride: ((size - 1) * stride, size * stride)),
        ("valid_bounds", lambda size, window, stride: (window, size * stride + window)),
    ],
)
def test_other_code_is_not_the_formula(name, wrong):
    code = SimpleNamespace(**vars(sizes) | {name: wrong})
    assert any(code_less_formula(code).values())


def test_blanks_are_all_solutions_of_the_equations_in_order():
    for equation, (name, values) in zip(chain_equations(), solve_chain().items(), strict=True):
        (blank,) = equation.free_symbols
        assert str(blank) == name
        assert values == [x for x in range(1, 65) if equation.subs(blank, x) == sympy.true]
    assert [solution["x8"] for solution in chain_solutions()] == [6, 7]
    assert solve_chain(((10, 4, 1), (6, 4, 1)))["x3"] == []


def test_strides_and_axes_of_the_report_s_chain():
    assert chain_strides(REPORT_BLANKS) == STRIDES
    assert chain_axes() == [(64, 22, 3), (48, 24, 2), (22, 11, 2), (24, 4, 6)]


@pytest.mark.can_fail("1a-fits")
@pytest.mark.parametrize("blank", REPORT_BLANKS)
@pytest.mark.parametrize("step", [-1, 1])
def test_check_of_the_blanks_fails(blank, step):
    assert blanks_fit(REPORT_BLANKS, SHAPES)
    wrong = REPORT_BLANKS | {blank: REPORT_BLANKS[blank] + step}
    assert blanks_fit(wrong, SHAPES).holds is (wrong["x8"] == 7)


@pytest.mark.can_fail("1a-fits")
def test_check_of_the_blanks_fails_on_other_shapes():
    assert not blanks_fit(REPORT_BLANKS, ((48, 64, 17), *SHAPES[1:]))
    assert not blanks_fit(REPORT_BLANKS, (*SHAPES[:2], (11, 5, 13)))


@pytest.mark.can_fail("1a-one-possible")
def test_check_of_the_solutions_fails():
    solutions = chain_solutions()
    assert is_one_of_several(REPORT_BLANKS, solutions[::-1], SHAPES)
    assert not is_one_of_several(REPORT_BLANKS | {"x8": 8}, solutions, SHAPES)
    assert not is_one_of_several(REPORT_BLANKS, [REPORT_BLANKS], SHAPES)
    assert not is_one_of_several(REPORT_BLANKS, [*solutions, REPORT_BLANKS | {"x8": 8}], SHAPES)
    unique = (*SHAPES[:2], (11, 24, 13))
    assert not is_one_of_several(chain_solutions(unique)[0], chain_solutions(unique), unique)


@pytest.mark.can_fail("1a-one-possible")
@pytest.mark.parametrize(("height", "stride"), [(4, 1), (1, 4)])
def test_check_of_the_solutions_knows_every_stride_up_to_the_size(height, stride):
    """Stride 1 alone keeps 4 pixels, and of those up to 4 only 4 leaves one."""
    shapes = ((4, 4, 1), (height, 2, 1))
    solutions = [{"x1": 1, "x2": 1, "x3": stride, "x4": other} for other in (2, 3)]
    assert is_one_of_several(solutions[0], solutions, shapes)
    wrong = [solution | {"x3": stride + 1} for solution in solutions]
    assert not is_one_of_several(wrong[0], wrong, shapes)


@pytest.mark.can_fail("1b-restores")
def test_check_of_the_way_back_fails():
    assert way_back_restores(SHAPES, STRIDES, OUTPUT_PADDINGS)
    assert way_back_restores(SHAPES, [(3, 2), (2, 7)], [(0, 1), (1, 2)])
    assert not way_back_restores(SHAPES, [(3, 2), (2, 5)], OUTPUT_PADDINGS)
    assert not way_back_restores(SHAPES, [(2, 3), (2, 6)], OUTPUT_PADDINGS)
    assert not way_back_restores(SHAPES, STRIDES, [(1, 1), (1, 5)])
    assert not way_back_restores(SHAPES, STRIDES, [(0, 1), (1, 6)])
    assert not way_back_restores(SHAPES, STRIDES, [(0, 1), (1, 4)])
    assert not way_back_restores(SHAPES, STRIDES, [None, None])


@pytest.mark.can_fail("1c-ambiguous")
def test_check_of_the_ambiguity_fails():
    assert needs_output_shape(preimage_sizes, chain_axes())
    for wrong in (
        lambda size, stride, **_: list(range((size - 1) * stride + 1, size * stride)),
        lambda size, stride, **_: list(range((size - 1) * stride, size * stride + 1)),
        lambda size, **rule: preimage_sizes(size, **rule)[::-1],
        lambda size, **rule: preimage_sizes(size, **rule | {"padding": "VALID"}),
        lambda size, **rule: preimage_sizes(size, **rule) if size != 4 else [24],
    ):
        assert not needs_output_shape(wrong, chain_axes())
    assert not needs_output_shape(preimage_sizes, [*chain_axes(), (22, 22, 1)])
    assert needs_output_shape(preimage_sizes, [(3, 1, 3), (8, 4, 2)])


@pytest.mark.can_fail("1c-ambiguous")
def test_check_of_the_padding_as_the_reason_fails_where_the_stride_exceeds_the_kernel():
    assert not padding_tells_sizes_apart(chain_axes())
    for stride in range(1, 7):
        axes = [(4 * stride, 4, stride)]
        assert padding_tells_sizes_apart(axes).holds is (stride <= 3)
        assert padding_tells_sizes_apart([*axes, (64, 22, 3)]).holds is (stride <= 3)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule["dilation"] == 1][::7])
def test_layers_agree_with_the_preimages(rule):
    rule = {name: rule[name] for name in ("kernel", "stride", "padding")}
    for size in (1, 3):
        assert layer_preimages(size, **rule) == preimage_sizes(size, **rule)


def test_importing_the_package_brings_in_no_tensorflow():
    code = "import sys, assignment4.convolution; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
