"""Exercise 4: the principal component analysis, its error, its minimiser and its batches.

Importing this package imports neither TensorFlow nor Keras.
"""

from assignment4.pca import linear_auto_encoder
from assignment4.pca.components import PrincipalComponents, principal_components
from assignment4.pca.derivation.lines import (
    LINES,
    derive,
    differ_by,
    splits_as_printed,
    squares_of_mean,
    steps,
)
from assignment4.pca.derivation.projection import (
    are_eigenvectors,
    are_orthogonal,
    are_unit,
    compact,
    dot_product,
    is_length,
    is_signed_length,
    leaves_orthogonal,
    length,
    represent_exactly,
    separates_eigenvectors,
    sum_is_compact,
    symmetric_and_eigenvectors,
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
from assignment4.pca.minimum.proof import minimising_subspace_is_of_eigenvectors
from assignment4.pca.minimum.search import (
    descend_freely,
    discarded_are_smallest,
    no_weights_do_better,
    random_samples,
    search_minimum,
)
from assignment4.pca.minimum.stationary import (
    COUNTEREXAMPLE,
    describe_basis,
    is_minimiser,
    is_multiplier,
    minimisers_consist_of_eigenvectors,
    multipliers,
    ordered_eigenvalues,
    pair_rule,
    report_pair_rule,
    turned_basis,
    ways_from_eigenvectors,
)
from assignment4.pca.misprints import Misprints
from assignment4.pca.singular_values import decompose, matches_components
