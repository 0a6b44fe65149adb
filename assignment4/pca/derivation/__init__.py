"""Exercise 4 a and b: the projection, and the lines (1) to (17) of the derivation."""
