"""Exercise 4 b in networks: auto-encoders, linear and convolutional, beside the PCA."""
