"""Exercise 4: the principal component analysis, its error, its minimiser and its batches.

Importing this package imports neither TensorFlow nor Keras, nor anything of the letters.
"""
