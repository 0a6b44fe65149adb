"""Exercise 1: the two convolutions with their eight blanks, and checks of what the report says.

Each check takes what it judges, and asks TensorFlow's and Keras's layers.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise, product

import numpy as np
import sympy

from assignment4.convolution import layers
from assignment4.convolution.sizes import padding_amounts, preimage_sizes, strides_between
from assignment4.intervals import Finding

Shape = tuple[int, int, int]  # (h, w, channels); the batch is left out

SHAPES = ((64, 48, 17), (22, 24, 15), (11, 4, 13))  # of the input and of both outputs

KERNEL = 3  # height and width of both kernels

REPORT_BLANKS = {"x1": 17, "x2": 15, "x3": 3, "x4": 2, "x5": 15, "x6": 13, "x7": 2, "x8": 6}
"""What the report put in: for each convolution channels in and out, then vertical and horizontal
stride. Source: the report's public source, Exercise 1 a."""


def chain_equations() -> list[sympy.Eq]:
    r"""Return one equation for each blank: the channels as they are, and $\lceil n / s \rceil = m$.

    The padding is SAME, so the kernels do not matter. Nor are there kernels for groups of channels,
    which TensorFlow also takes: 17 and 15, and 15 and 13, have no divisor in common.
    """
    equations, blanks = [], iter(sympy.symbols("x1:9", integer=True, positive=True))
    for before, after in pairwise(SHAPES):
        equations.append(sympy.Eq(next(blanks), before[2]))
        equations.append(sympy.Eq(next(blanks), after[2]))
        for axis in (0, 1):
            equations.append(sympy.Eq(sympy.ceiling(before[axis] / next(blanks)), after[axis]))
    return equations


def solve_chain(shapes: Sequence[Shape] = SHAPES) -> dict[str, list[int]]:
    """Return for each blank all values that solve its equation, ascending.

    No blank depends on another, so that any choice of values is a solution.
    """
    columns = _choices(shapes, strides_between)
    return {f"x{number}": column for number, column in enumerate(columns, start=1)}


def _choices(shapes: Sequence[Shape], strides: Callable[[int, int], list[int]]) -> list[list[int]]:
    """Return all values of each blank, where `strides` gives those from one size to another."""
    columns = []
    for before, after in pairwise(shapes):
        columns += [[before[2]], [after[2]]]
        columns += [strides(before[axis], after[axis]) for axis in (0, 1)]
    return columns


def chain_solutions(shapes: Sequence[Shape] = SHAPES) -> list[dict[str, int]]:
    """Return every solution of the equations, each as the value of every blank."""
    values = solve_chain(shapes)
    return [dict(zip(values, choice, strict=True)) for choice in product(*values.values())]


def chain_strides(blanks: dict[str, int]) -> list[tuple[int, int]]:
    """Return the strides of each convolution, vertical and horizontal: (x3, x4), (x7, x8), ..."""
    values = list(blanks.values())
    return list(zip(values[2::4], values[3::4], strict=True))


def chain_axes() -> list[tuple[int, int, int]]:
    """Return input size, output size and the report's stride of both axes of each convolution."""
    axes = []
    by_blanks = chain_strides(REPORT_BLANKS)
    for (before, after), strides in zip(pairwise(SHAPES), by_blanks, strict=True):
        axes += zip(before[:2], after[:2], strides, strict=True)
    return axes


def blanks_fit(blanks: dict[str, int], shapes: Sequence[Shape]) -> Finding:
    """Return whether TensorFlow's convolutions with these blanks lead through these shapes."""
    from assignment4.reproducible import tensorflow as tf

    values = list(blanks.values())
    images, found = np.zeros((1, *shapes[0])), []
    for start in range(0, len(values), 4):
        channels_in, channels_out, *strides = values[start : start + 4]
        kernel = np.zeros((KERNEL, KERNEL, channels_in, channels_out))
        try:
            images = layers.convolve(images, kernel, strides=strides, padding="SAME")
        except tf.errors.InvalidArgumentError:
            return Finding(False, f"TensorFlow refuses a kernel of shape {kernel.shape}.")
        found.append(tuple(images.shape[1:]))
    return Finding(found == list(shapes[1:]), f"TensorFlow's layers return {found}.")


def is_one_of_several(
    blanks: dict[str, int], solutions: Sequence[dict[str, int]], shapes: Sequence[Shape]
) -> Finding:
    """Return whether the blanks are one of these solutions, which are several and all there are.

    TensorFlow's convolutions are tried with every stride up to the size of the image; larger ones
    change nothing.
    """

    def strides_by_layer(size: int, output: int) -> list[int]:
        layer = {"kernel": KERNEL, "padding": "SAME"}
        return [
            s for s in range(1, size + 1) if layers.layer_size(size, stride=s, **layer) == output
        ]

    searched = list(product(*_choices(shapes, strides_by_layer)))
    listed = sorted(tuple(solution.values()) for solution in solutions)
    return Finding(
        blanks in solutions and len(solutions) > 1 and listed == searched,
        f"A search with TensorFlow's layers finds {len(searched)} solutions.",
    )


def way_back_restores(
    shapes: Sequence[Shape],
    strides: Sequence[tuple[int, int]],
    output_paddings: Sequence[tuple[int, int] | None],
) -> Finding:
    """Return whether transposed convolutions lead from the last shape back to the first.

    TensorFlow's are told the shape to return, and refuse it if it cannot be; Keras's are told an
    output padding. Strides and output paddings are those of each convolution, the first one first.
    """
    from assignment4.reproducible import tensorflow as tf

    values = restored = np.zeros((1, *shapes[-1]))
    steps, found = list(zip(pairwise(shapes), strides, output_paddings, strict=True)), []
    for (before, after), stride, output_padding in reversed(steps):
        kernel = np.zeros((KERNEL, KERNEL, before[2], after[2]))
        options = {"strides": stride, "padding": "SAME"}
        try:
            values = layers.transpose_convolve(values, kernel, before, **options)
            restored = layers.build_transposed(kernel, output_padding=output_padding, **options)(
                restored
            )
        except (ValueError, tf.errors.InvalidArgumentError):
            return Finding(False, f"No layer leads from {after} to {before}.")
        found.append(tuple(restored.shape[1:]))
    return Finding(found == list(shapes[-2::-1]), f"Keras's layers return {found}.")


def layer_preimages(size: int, **options) -> list[int]:
    """Return all input sizes that TensorFlow's convolution turns into one, found by trying.

    The last one tried gives a larger output. The options are kernel, stride and padding.
    """
    tried = range(1, (size + 1) * options["stride"] + options["kernel"])
    return [before for before in tried if layers.layer_size(before, **options) == size]


def needs_output_shape(
    rule: Callable[..., list[int]], axes: Sequence[tuple[int, int, int]]
) -> Finding:
    """Return whether a rule gives, on every axis, all sizes with one output, and several.

    From several sizes with one output nothing can tell which it came from. The rule is called as
    `layer_preimages`, and the axes are like those of `chain_axes`.
    """
    holds, counts = True, []
    for _, m, s in axes:
        options = {"kernel": KERNEL, "stride": s, "padding": "SAME"}
        found = layer_preimages(m, **options)
        holds = holds and len(found) > 1 and rule(m, **options) == found
        counts.append(len(found))
    return Finding(holds, f"Sizes with one output, axis by axis: {', '.join(map(str, counts))}.")


def padding_tells_sizes_apart(axes: Sequence[tuple[int, int, int]]) -> Finding:
    """Return whether, on every axis, the sizes with one output differ in their zeros of SAME."""
    holds, counts = True, []
    for _, m, s in axes:
        options = {"kernel": KERNEL, "stride": s, "padding": "SAME"}
        sizes = preimage_sizes(m, **options)
        counts.append(len({padding_amounts(size, **options) for size in sizes}))
        holds = holds and counts[-1] == len(sizes)
    return Finding(holds, f"Amounts of padding among them: {', '.join(map(str, counts))}.")
