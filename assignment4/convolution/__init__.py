"""Exercises 1 and 3: sizes of convolutions, the convolution as a matrix, its transpose, gradients.

TensorFlow is imported by the functions that ask its layers, and not before.
"""

from assignment4.convolution import sizes
from assignment4.convolution.backpropagation import (
    activate,
    activated_error,
    activated_error_gradient,
    error_gradients,
    gradients_by_keras,
    kernel_gradient,
)
from assignment4.convolution.chain import (
    REPORT_BLANKS,
    SHAPES,
    blanks_fit,
    chain_axes,
    chain_equations,
    chain_solutions,
    chain_strides,
    is_one_of_several,
    layer_preimages,
    needs_output_shape,
    padding_tells_sizes_apart,
    solve_chain,
    way_back_restores,
)
from assignment4.convolution.gradient import (
    explicit_gradient,
    index_gradient,
    is_gradient,
    report_rule,
    rule_fault,
    symbolic_fault,
)
from assignment4.convolution.layers import build_transposed
from assignment4.convolution.matrix import (
    convolution_matrix,
    line_matrix,
    matrices_equal_layers,
    transposes_equal_layers,
)
from assignment4.convolution.sizes import (
    output_padding_for,
    output_padding_pair,
    output_shape,
    output_size,
    padding_amounts,
    preimage_sizes,
)
from assignment4.convolution.symbolic_sizes import (
    SIZE_FORMULAS,
    code_less_formula,
    prove_preimages,
)
