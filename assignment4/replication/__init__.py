"""Experiments over seeds: which there are, how they are run and kept, and what they say."""
