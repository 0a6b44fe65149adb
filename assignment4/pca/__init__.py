"""Exercise 4: the principal component analysis, its error, its minimiser and its batches.

Importing this package imports neither TensorFlow nor Keras.
"""

from assignment4.pca import linear_auto_encoder
from assignment4.pca.components import (
    PrincipalComponents,
    principal_components,
    reconstruction_error,
)
from assignment4.pca.derivation.covariance import squares_of_mean
from assignment4.pca.derivation.facts import (
    are_eigenvectors,
    are_orthogonal,
    are_unit,
    represent_exactly,
    separates_eigenvectors,
    symmetric_and_eigenvectors,
)
from assignment4.pca.derivation.lines import LINES, derive, differ_by, splits_as_printed, steps
from assignment4.pca.derivation.projection import (
    compact,
    dot_product,
    is_length,
    is_signed_length,
    leaves_orthogonal,
    length,
    sum_is_compact,
)
from assignment4.pca.derivation.settings import cayley_basis, symbols_matrix, unit_vectors
from assignment4.pca.minimum.errors import (
    centring_saves_at_most_one_component,
    errors_are_discarded_sums,
    errors_table,
    formula_needs_mean_zero,
    last_eigenvalue_is_rounding,
    mean_explains_error,
    measure_errors,
)
from assignment4.pca.minimum.lagrangian import (
    is_multiplier,
    multipliers,
    pair_rule,
    report_pair_rule,
)
from assignment4.pca.minimum.proof import minimising_subspace_is_of_eigenvectors
from assignment4.pca.minimum.search import (
    discarded_are_smallest,
    random_samples,
    search_minimum,
)
from assignment4.pca.minimum.turned import (
    COUNTEREXAMPLE,
    describe_basis,
    is_minimiser,
    minimisers_consist_of_eigenvectors,
    ordered_eigenvalues,
    turned_basis,
    ways_from_eigenvectors,
)
from assignment4.pca.misprints import Misprints
from assignment4.pca.singular_values import decompose, matches_components

__all__ = [
    "COUNTEREXAMPLE",
    "LINES",
    "Misprints",
    "PrincipalComponents",
    "are_eigenvectors",
    "are_orthogonal",
    "are_unit",
    "cayley_basis",
    "centring_saves_at_most_one_component",
    "compact",
    "decompose",
    "derive",
    "describe_basis",
    "differ_by",
    "discarded_are_smallest",
    "dot_product",
    "errors_are_discarded_sums",
    "errors_table",
    "formula_needs_mean_zero",
    "is_length",
    "is_minimiser",
    "is_multiplier",
    "is_signed_length",
    "last_eigenvalue_is_rounding",
    "leaves_orthogonal",
    "length",
    "linear_auto_encoder",
    "matches_components",
    "mean_explains_error",
    "measure_errors",
    "minimisers_consist_of_eigenvectors",
    "minimising_subspace_is_of_eigenvectors",
    "multipliers",
    "ordered_eigenvalues",
    "pair_rule",
    "principal_components",
    "random_samples",
    "reconstruction_error",
    "report_pair_rule",
    "represent_exactly",
    "search_minimum",
    "separates_eigenvectors",
    "splits_as_printed",
    "squares_of_mean",
    "steps",
    "sum_is_compact",
    "symbols_matrix",
    "symmetric_and_eigenvectors",
    "turned_basis",
    "unit_vectors",
    "ways_from_eigenvectors",
]
