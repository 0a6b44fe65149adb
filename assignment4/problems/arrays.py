"""What the problems ask of arrays."""

import numpy as np


def expect_array(found: object, expected: np.ndarray, of: str) -> None:
    """Raise AssertionError unless an array of the expected shape and values was found.

    Args:
        found: the answer's value, an array or lists of numbers.
        expected: the right one; values may differ by 1e-9 of its largest entry.
        of: what was asked, such as "the gradient by x".
    """
    assert found is not None, f"{of} is None"
    values = np.asarray(found, dtype=float)
    assert values.shape == expected.shape, f"{of} has shape {values.shape}, not {expected.shape}"
    right = np.abs(values - expected).max() <= 1e-9 * np.abs(expected).max()
    assert right, f"{of} has the right shape, {expected.shape}, and wrong values"
