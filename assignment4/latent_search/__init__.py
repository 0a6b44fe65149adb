"""Exercise 2 e: the search for latent vectors of a trained decoder, and walks between them."""
