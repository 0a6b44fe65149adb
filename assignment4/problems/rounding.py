"""What a problem expects of numbers that are right up to rounding."""

import numpy as np

ROUNDING = 1e-9
"""The largest difference that counts as none."""


def expect_close(found: object, expected: object, of: str) -> None:
    """Raise AssertionError unless numbers are the expected ones, up to rounding.

    Args:
        found: the answer's value: a number, or an array or sequence of numbers.
        expected: the right ones, in the right shape.
        of: what was asked, such as "saved(0.5, 4)".
    """
    expected = np.asarray(expected, float)
    wanted = _text(expected)
    assert found is not None, f"{of} is None, not {wanted}"
    found = np.asarray(found, float)
    same_shape = found.shape == expected.shape
    assert same_shape, f"{of} has the shape {found.shape}, not {expected.shape}"
    close = np.allclose(found, expected, rtol=0, atol=ROUNDING)
    assert close, f"{of} is {_text(found)}, not {wanted}"


def _text(numbers: np.ndarray) -> str:
    return str((np.round(numbers, 4) + 0.0).tolist())
