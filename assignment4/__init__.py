"""A reproduction of the solution of a fourth assignment: letters, convolutions and PCA.

The subpackages are named after what the report does: `letters` (the images of Exercise 2),
`encoder_decoder` (Exercise 2), `convolution` (Exercises 1 and 3) and `pca` (Exercise 4).
Importing this package imports nothing heavy.
"""
