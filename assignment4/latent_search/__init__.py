"""Exercise 2 e: the search for latent vectors of a trained decoder, and walks between them."""

from assignment4.latent_search.descent import Search, draw_starts, search, search_one_by_one
from assignment4.latent_search.found import (
    LARGEST_SHARE,
    are_letters,
    finds_letters,
    reading_accuracies,
    shares_of_variance,
)
from assignment4.latent_search.trap import (
    batch_variance,
    copy_of,
    deviation,
    directional_derivative,
    epsilon,
    latent_gradients,
    move_normalization_behind_reshape,
    normalization_jacobian,
    search_as_scripts,
    trains_only_latent,
)
from assignment4.latent_search.walk import Walks, nearest_mixtures, walk_between_letters
