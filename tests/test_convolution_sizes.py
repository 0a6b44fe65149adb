"""The size rules forth and back, their proofs, Keras's rule, and the chain of Exercise 1."""

from itertools import pairwise, product
from types import SimpleNamespace

from assignment4.reproducible import keras

import pytest
import sympy

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
from assignment4.convolution.layers import layer_size
from assignment4.convolution.scattering import window_starts
from assignment4.convolution.sizes import strides_between
from assignment4.convolution.symbolic_sizes import d, i, k, m, n, r, s

STRIDES, OUTPUT_PADDINGS = [(3, 2), (2, 6)], [(0, 1), (1, 5)]


def size_or_none(size: int, rule: dict) -> int:
    try:
        return output_size(size, **rule)
    except ValueError:
        return 0


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_sizes_padding_and_preimages_are_those_of_a_window_moved_until_it_sticks_out(padding):
    for kernel, stride, dilation in product(range(1, 6), range(1, 5), range(1, 4)):
        rule = {"kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
        outputs = [size_or_none(size, rule) for size in range(50)]
        for size in range(1, 20):
            before, after = padding_amounts(size, **rule) if outputs[size] else (0, 0)
            padded = size + before + after - (kernel - 1) * dilation
            assert outputs[size] == len(range(0, padded, stride))
            starts = window_starts(size, **rule)
            assert len(starts) == outputs[size]
            assert not starts or starts[0] == -before
            if padding == "VALID":
                assert before == after == 0
            else:
                assert outputs[size] == len(range(0, size, stride))
                assert before <= after <= before + 1
                assert after == 0 or outputs[size] > len(range(0, padded - 1, stride))
        for size in range(1, 6):
            found = preimage_sizes(size, **rule)
            assert found == [before for before in range(50) if outputs[before] == size]


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
        ({"strides": (2, 1.5)}, "stride"),
        ({"strides": (1, 2, 2, 1)}, "longer"),
        ({"padding": "same"}, "SAME"),
        ({"kernel_shape": (3, 3, 3, 4)}, "channels"),
        ({"kernel_shape": (3, 3, 2)}, "shape"),
        ({"kernel_shape": (3, 4, 2, 4), "dilations": (1, 2)}, "does not fit"),
        ({"input_shape": (8, 0, 2)}, "size"),
    ],
)
def test_what_does_not_fit_is_refused(changes, word):
    arguments = {"kernel_shape": (3, 3, 2, 4), "input_shape": (8, 6, 2), "strides": (2, 1)}
    with pytest.raises(ValueError, match=word):
        output_shape(**{**arguments, "padding": "VALID", **changes})


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_output_padding_leads_keras_to_every_preimage_and_to_no_other_size(padding):
    for size, kernel, stride in product(range(1, 5), range(1, 6), range(1, 5)):
        rule = {"kernel": kernel, "stride": stride, "padding": padding}
        targets = preimage_sizes(size, **rule)
        for target in targets:
            found = output_padding_for(target, size, **rule)
            layer = keras.layers.Conv1DTranspose(
                1, kernel, strides=stride, padding=padding.lower(), output_padding=found
            )
            assert layer.compute_output_shape((1, size, 1))[1] == target
            assert found is None or 0 <= found < stride
        for target in (targets[0] - 1, targets[-1] + 1):
            with pytest.raises(ValueError, match=f"{targets[0]} to {targets[-1]}"):
                output_padding_for(target, size, **rule)


def test_output_padding_of_both_axes():
    paddings = [
        output_padding_pair((3, 3, before[2], after[2]), before, strides=strides, padding="SAME")
        for (before, after), strides in zip(pairwise(SHAPES), STRIDES, strict=True)
    ]
    assert paddings == OUTPUT_PADDINGS
    options = {"strides": 2, "padding": "SAME"}
    assert output_padding_pair((4, 4, 1, 1), (5, 7, 1), **options) == (1, 1)
    assert output_padding_pair((4, 4, 1, 1), (6, 7, 1), **options) is None


@pytest.mark.parametrize("padding", SIZE_FORMULAS)
def test_preimages_are_proved_step_by_step_and_bounds_off_by_one_are_not(padding):
    rule, smallest, largest = SIZE_FORMULAS[padding]
    steps = prove_preimages(rule, smallest, largest)
    assert [step.holds for step in steps] == [True] * 4
    for step, distances in product(steps, ({i: 0, r: 0}, {i: 2, r: 1}, {i: 0, r: 3})):
        stride = step.case.get(s, sympy.Integer(3)).subs(distances)
        size = step.case[n].subs(s, stride).subs(distances).subs({m: 4, k: 3, d: 2})
        assert step.claim.subs({n: size, s: stride, m: 4, k: 3, d: 2}) == sympy.true
        assert step.margin.subs(s, stride).subs(distances) >= 0
    for low, high in {*product((-1, 0, 1), repeat=2)} - {(0, 0)}:
        assert not all(step.holds for step in prove_preimages(rule, smallest + low, largest + high))


@pytest.mark.parametrize(
    ("padding", "rule"),
    [
        ("SAME", sympy.floor(n / s)),
        ("SAME", sympy.ceiling((n + 1) / s)),
        ("SAME", sympy.ceiling(n / s) + 1),
        ("VALID", sympy.floor((n - k) / s) + 1),
        ("VALID", sympy.ceiling((n - (k - 1) * d - 1) / s) + 1),
    ],
)
def test_other_rules_are_not_proved(padding, rule):
    _, *bounds = SIZE_FORMULAS[padding]
    assert not all(step.holds for step in prove_preimages(rule, *bounds))


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
def test_code_run_on_symbols_is_the_formula_and_other_code_is_not(name, wrong):
    assert set(code_less_formula(sizes).values()) == {0}
    code = SimpleNamespace(**vars(sizes) | {name: wrong})
    assert any(code_less_formula(code).values())


def test_blanks_are_all_solutions_of_the_equations_in_order():
    for equation, (name, values) in zip(chain_equations(), solve_chain().items(), strict=True):
        (blank,) = equation.free_symbols
        assert str(blank) == name
        assert values == [x for x in range(1, 65) if equation.subs(blank, x) == sympy.true]
    assert [solution["x8"] for solution in chain_solutions()] == [6, 7]
    assert solve_chain(((10, 4, 1), (6, 4, 1)))["x3"] == []
    assert chain_strides(REPORT_BLANKS) == STRIDES
    assert chain_axes() == [(64, 22, 3), (48, 24, 2), (22, 11, 2), (24, 4, 6)]


@pytest.mark.can_fail("1a-fits")
@pytest.mark.parametrize("blank", REPORT_BLANKS)
def test_check_of_the_blanks_fails(blank):
    assert blanks_fit(REPORT_BLANKS, SHAPES)
    for step in (-1, 1):
        wrong = REPORT_BLANKS | {blank: REPORT_BLANKS[blank] + step}
        assert blanks_fit(wrong, SHAPES).holds is (wrong["x8"] == 7)
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
    for strides in [(3, 2), (2, 5)], [(2, 3), (2, 6)]:
        assert not way_back_restores(SHAPES, strides, OUTPUT_PADDINGS)
    for paddings in [(1, 1), (1, 5)], [(0, 1), (1, 6)], [(0, 1), (1, 4)], [None, None]:
        assert not way_back_restores(SHAPES, STRIDES, paddings)


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


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_layers_agree_with_the_preimages(padding):
    for size, kernel, stride in product((1, 3), (1, 2, 5), (1, 3)):
        rule = {"kernel": kernel, "stride": stride, "padding": padding}
        assert layer_preimages(size, **rule) == preimage_sizes(size, **rule)
    assert [layer_size(3, kernel=one, stride=1, padding="VALID") for one in (2, 3, 4)] == [2, 1, 0]
