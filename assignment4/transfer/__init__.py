"""Readers trained on letters of one kind, and what they read of another kind."""
