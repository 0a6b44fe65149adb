"""Exercise 4 c: what a batch gives in place of all samples."""
