"""Exercise 4 b in networks: auto-encoders, linear and convolutional, beside the PCA."""

from assignment4.auto_encoders.convolutional import (
    AUTO_ENCODERS,
    compare_lengths,
    compare_with_pca,
    reconstruct,
    reconstruct_by_pca,
    train_auto_encoder,
)
from assignment4.auto_encoders.linear import (
    ALLOWED,
    distances_from_components,
    train_linear_auto_encoder,
)
