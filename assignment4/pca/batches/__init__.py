"""Exercise 4 c: what a batch gives in place of all samples. Importing it imports no TensorFlow."""

from assignment4.pca.batches.comparison import (
    NOTICEABLE,
    estimate_excesses,
    geometric_mean,
    small_batches_suffer,
)
from assignment4.pca.batches.error import (
    batch_error,
    corrected_formula,
    is_batch_error,
    is_batch_error_of_any_size,
    is_scatter_by_pairs,
    report_formula,
)
from assignment4.pca.batches.estimates import (
    batch_covariance,
    bias_factor,
    centred_error,
    gradient_of,
    is_unbiased,
    is_unbiased_if_independent,
    mean_error,
    naive_covariance,
    second_moment,
    with_replacement,
    without_replacement,
)
from assignment4.pca.batches.experiments import RULES, SIZES
from assignment4.pca.running import RunningCovariance
