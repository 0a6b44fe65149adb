"""The two convolutions of Exercise 1, with the eight blanks of the report as unknowns."""

from collections.abc import Sequence
from itertools import pairwise, product

import sympy

from assignment4.convolution.sizes import strides_between

Shape = tuple[int, int, int]

SHAPES: tuple[Shape, ...] = ((64, 48, 17), (22, 24, 15), (11, 4, 13))
"""(h, w, channels) of the input and of both outputs; the batch is left out."""

KERNEL = 3
"""Height and width of both kernels."""

REPORT_BLANKS = {"x1": 17, "x2": 15, "x3": 3, "x4": 2, "x5": 15, "x6": 13, "x7": 2, "x8": 6}
"""What the report put in: for each convolution channels in and out, then vertical and horizontal
stride. Source: the report's public source, Exercise 1 a."""


def chain_equations(shapes: Sequence[Shape] = SHAPES) -> list[sympy.Eq]:
    r"""Return one equation for each blank: the channels as they are, and $\lceil n / s \rceil = m$.

    The padding is SAME, so the kernels do not matter. That the channels of a kernel are those of
    its input and output is forced here: TensorFlow also takes kernels for groups of channels,
    but 17 and 15, and 15 and 13, have no divisor in common.

    Args:
        shapes: (h, w, channels) from the input to the last output.

    Returns:
        Four equations a convolution, in x1, x2, ..., each in one unknown.
    """
    equations = []
    for before, after in pairwise(shapes):
        first = len(equations) + 1
        channels_in, channels_out, *strides = sympy.symbols(
            f"x{first}:{first + 4}", integer=True, positive=True
        )
        equations.append(sympy.Eq(channels_in, before[2]))
        equations.append(sympy.Eq(channels_out, after[2]))
        for stride, size, output in zip(strides, before, after, strict=False):
            equations.append(sympy.Eq(sympy.ceiling(size / stride), output))
    return equations


def solve_chain(shapes: Sequence[Shape] = SHAPES) -> dict[str, list[int]]:
    """Return for each blank all values that solve its equation, ascending.

    A blank with one value is forced, one with several is free among them. No blank depends on
    another, so that any choice of values is a solution.

    Args:
        shapes: (h, w, channels) from the input to the last output.

    Raises:
        ValueError: no stride leads from one size to the next.
    """
    values: dict[str, list[int]] = {}
    for before, after in pairwise(shapes):
        columns = [[before[2]], [after[2]]]
        for size, output in zip(before[:2], after[:2], strict=True):
            strides = strides_between(size, output)
            if not strides:
                raise ValueError(
                    f"no stride leads from size {size} to {output}: none has {size} / stride "
                    f"rounded up to {output}"
                )
            columns.append(strides)
        values |= {f"x{len(values) + i}": column for i, column in enumerate(columns, start=1)}
    return values


def chain_solutions(shapes: Sequence[Shape] = SHAPES) -> list[dict[str, int]]:
    """Return every solution of the equations, each as the value of every blank."""
    values = solve_chain(shapes)
    return [dict(zip(values, choice, strict=True)) for choice in product(*values.values())]


def chain_strides(blanks: dict[str, int]) -> list[tuple[int, int]]:
    """Return the strides of each convolution, vertical and horizontal: (x3, x4), (x7, x8), ..."""
    values = list(blanks.values())
    return list(zip(values[2::4], values[3::4], strict=True))
