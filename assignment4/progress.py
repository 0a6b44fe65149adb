"""A progress bar where a person is watching, and silence in stored outputs."""

import os

from tqdm import tqdm


def progress_bar(total: int, *, description: str) -> tqdm:
    """Return a bar to update; ASSIGNMENT4_PROGRESS=0 in the environment hides it."""
    hidden = os.environ.get("ASSIGNMENT4_PROGRESS") == "0"
    return tqdm(total=total, desc=description, disable=hidden, leave=False)
