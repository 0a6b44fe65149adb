"""Exercise 4 b: the least error, its minimisers, and the argument by Lagrange multipliers."""
