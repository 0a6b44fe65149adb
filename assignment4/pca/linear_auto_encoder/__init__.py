"""Exercise 4: where the error of a linear auto-encoder is level."""
