"""Exercises 1 and 3: sizes of convolutions, the convolution as a matrix, its transpose, gradients.

Importing this package imports no TensorFlow; `layers` and `checks` do.
"""

from assignment4.convolution.backpropagation import (
    activated_error,
    activated_error_gradient,
    kernel_gradient,
)
from assignment4.convolution.chain import (
    REPORT_BLANKS,
    SHAPES,
    chain_equations,
    chain_solutions,
    chain_strides,
    solve_chain,
)
from assignment4.convolution.checkerboard import (
    contributions,
    contributions_image,
    inner_contributions,
    is_even,
)
from assignment4.convolution.gradient import explicit_gradient, index_gradient, report_rule
from assignment4.convolution.keras_sizes import (
    keras_transposed_size,
    output_padding_for,
    output_padding_pair,
)
from assignment4.convolution.matrix import convolution_matrix, toeplitz_matrix
from assignment4.convolution.sizes import (
    output_shape,
    output_size,
    padding_amounts,
    preimage_sizes,
    preimage_sizes_valid,
    strides_between,
)
from assignment4.convolution.transposed import contacts, convolve_loop, scatter_loop

__all__ = [
    "REPORT_BLANKS",
    "SHAPES",
    "activated_error",
    "activated_error_gradient",
    "chain_equations",
    "chain_solutions",
    "chain_strides",
    "contacts",
    "contributions",
    "contributions_image",
    "convolution_matrix",
    "convolve_loop",
    "explicit_gradient",
    "index_gradient",
    "inner_contributions",
    "is_even",
    "keras_transposed_size",
    "kernel_gradient",
    "output_padding_for",
    "output_padding_pair",
    "output_shape",
    "output_size",
    "padding_amounts",
    "preimage_sizes",
    "preimage_sizes_valid",
    "report_rule",
    "scatter_loop",
    "solve_chain",
    "strides_between",
    "toeplitz_matrix",
]
