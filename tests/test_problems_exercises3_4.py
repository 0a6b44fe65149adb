"""The readers' problems of Exercises 3 and 4: solutions pass, near misses fail."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from assignment4.problems import attempt
from assignment4.problems.arrays import expect_array
from assignment4.problems.auto_encoders import (
    best_encoders,
    decoder_gradients,
    ordered_axes,
    ways_down,
)
from assignment4.problems.backpropagation import (
    bias_gradients,
    blind_tests,
    tap_gradients,
    two_layer_gradients,
)
from assignment4.problems.batches import (
    bias_factors,
    joined_chunks,
    lucky_batches,
    noticeable_losses,
)
from assignment4.problems.principal_components import (
    centring_examples,
    component_counts,
    slip_examples,
    stationary_kinds,
)


def backward(first, second, x, *, factor=2, let_through=0.25, outer_slopes=False):
    y = first @ x
    activated = np.where(y > 0, y, 0.25 * y)
    slopes = np.where(y > 0, 1, let_through)
    p = factor * second @ activated
    if outer_slopes:
        return first.T @ (second.T @ (np.where(p > 0, 1, 0.25) * p))
    return first.T @ (slopes * (second.T @ p))


def taps(pixels, p, kernel, stride, *, flipped=False):
    windows = [pixels[i * stride : i * stride + kernel] for i in range(len(p))]
    sums = sum(error * window for error, window in zip(p, windows, strict=True))
    return sums[::-1] if flipped else sums


def taps_without_stride(pixels, p, kernel, stride):
    return taps(pixels, p, kernel, 1)


def taps_from_the_end(pixels, p, kernel, stride):
    return taps(pixels[len(pixels) - kernel - (len(p) - 1) * stride :], p, kernel, stride)


def needed(eigenvalues, share, *, strictly=False):
    left = [sum(eigenvalues[k:]) / sum(eigenvalues) for k in range(len(eigenvalues) + 1)]
    return next(k for k, one in enumerate(left) if one < share or (one == share and not strictly))


def kind(kept, discarded):
    if max(discarded) < min(kept):
        return "minimum"
    return "maximum" if min(discarded) > max(kept) else "saddle"


def kind_by_sums(kept, discarded):
    if sum(discarded) < sum(kept):
        return "minimum"
    return "maximum" if sum(discarded) > sum(kept) else "saddle"


def encoder(B):
    return np.linalg.solve(B.T @ B, B.T)


def by_decoder(A, B, images):
    return 2 * (B @ A - np.eye(len(B))) @ images.T @ images @ A.T


def axes(B, covariance, *, order=-1):
    basis, _ = np.linalg.qr(B)
    _, turn = np.linalg.eigh(basis.T @ covariance @ basis)
    return basis @ turn[:, ::order]


def axes_in_code(B, covariance):
    basis, _ = np.linalg.qr(B)
    return np.linalg.eigh(basis.T @ covariance @ basis)[1][:, ::-1]


def axes_without_orthonormalising(B, covariance):
    found = B @ np.linalg.eigh(B.T @ covariance @ B)[1][:, ::-1]
    return found / np.linalg.norm(found, axis=0)


def factor(L, B):
    return (B - 1) / B * L / (L - 1)


def noticeable(intervals, *, bound=1.1):
    if any(lower > bound for lower, _ in intervals):
        return True
    return False if all(upper < bound for _, upper in intervals) else None


def join(first, second, *, added=lambda n, m: n * m / (n + m)):
    (n, mean_n, scatter_n), (m, mean_m, scatter_m) = first, second
    mean = (n * mean_n + m * mean_m) / (n + m)
    scatter = scatter_n + scatter_m + added(n, m) * (mean_m - mean_n) ** 2
    return n + m, mean, scatter


def join_by_mean_of_means(first, second):
    count, _, scatter = join(first, second)
    return count, (first[1] + second[1]) / 2, scatter


def join_with_swapped_counts(first, second):
    (n, mean_n, _), (m, mean_m, _) = first, second
    count, _, scatter = join(first, second)
    return count, (m * mean_n + n * mean_m) / count, scatter


def join_by_squares(first, second):
    count, mean, _ = join(first, second)
    squares = sum(scatter + n * mean_n**2 for n, mean_n, scatter in (first, second))
    return count, mean, squares - count * mean**2


SHIFT = [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
AXIS, DIAGONAL = [1, 0], [1, 1]
RIGHT = [
    (bias_gradients, lambda p: p.sum(axis=(0, 1))),
    (bias_gradients, lambda p: p.reshape(-1, p.shape[-1]).sum(axis=0).tolist()),
    (two_layer_gradients, backward),
    (tap_gradients, taps),
    (blind_tests, (SHIFT, [1, 1, 1])),
    (blind_tests, (np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]]), np.full(3, -2))),
    (component_counts, needed),
    (slip_examples, ([1, 0], [1, 1], [0, 1])),
    (slip_examples, ([0.6, 0.8], [1, 0], [1, 0])),
    (stationary_kinds, kind),
    (centring_examples, [(5, 1), (5, -1)]),
    (centring_examples, [(1, 9), (-1, 9), (2, 9), (-2, 9)]),
    (best_encoders, encoder),
    (decoder_gradients, by_decoder),
    (ways_down, ([0.1, 1, 0], [0.1, 1, 0])),
    (ways_down, ([-0.1, 1, 0], [-0.1, 1, 0])),
    (ordered_axes, axes),
    (ordered_axes, lambda B, covariance: -axes(B, covariance)),
    (lucky_batches, [(7, 1), (-1, 7)]),
    (lucky_batches, [(1.4, 0.2), (-0.2, 1.4), (0.6, 0.8)]),
    (bias_factors, factor),
    (bias_factors, lambda L, B: Fraction((B - 1) * L, B * (L - 1))),
    (noticeable_losses, noticeable),
    (joined_chunks, join),
]
WRONG = [
    (bias_gradients, lambda p: p.mean(axis=(0, 1))),
    (bias_gradients, lambda p: p.sum(axis=(1, 2))),
    (bias_gradients, lambda p: p.sum()),
    (bias_gradients, lambda p: -p.sum(axis=(0, 1))),
    (two_layer_gradients, lambda *given: backward(*given, factor=1)),
    (two_layer_gradients, lambda *given: backward(*given, factor=-2)),
    (two_layer_gradients, lambda *given: backward(*given, let_through=0)),
    (two_layer_gradients, lambda *given: backward(*given, let_through=1)),
    (two_layer_gradients, lambda *given: backward(*given, outer_slopes=True)),
    (two_layer_gradients, lambda first, second, x: backward(first.T, second, x)),
    (tap_gradients, lambda *given: taps(*given, flipped=True)),
    (tap_gradients, lambda *given: -taps(*given)),
    (tap_gradients, taps_without_stride),
    (tap_gradients, taps_from_the_end),
    (tap_gradients, lambda pixels, p, kernel, stride: np.correlate(pixels, p, "valid")),
    (blind_tests, ([[1, 2], [2, 1]], [1, 1])),
    (blind_tests, ([[1, 2], [3, 1]], [1, 1])),
    (blind_tests, (SHIFT, [1, 1, 2])),
    (blind_tests, (SHIFT, [0, 0, 0])),
    (blind_tests, ([[0, 1, 0], [0, 0, 0], [0, 0, 1]], [0, 0, 1])),
    (blind_tests, ([[0, 1, -1], [-1, 0, 1], [1, -1, 0]], [1, 1, 1])),
    (blind_tests, ([[1, 1, 1], [0, 1, 0]], [1, 1, 1])),
    (blind_tests, (SHIFT, [[1], [1], [1]])),
    (component_counts, lambda *given: needed(*given, strictly=True)),
    (component_counts, lambda values, share: needed(values, 1 - share)),
    (component_counts, lambda values, share: len(values) - needed(values, share)),
    (component_counts, lambda values, share: needed(values, share) + 1),
    (component_counts, lambda values, share: needed([one**2 for one in values], share)),
    (slip_examples, ([1, 0], [0, 1], [2, 3])),
    (slip_examples, ([1, 0], [1, 0], [2, 3])),
    (slip_examples, ([1, 2], [2, 1], [1, 1])),
    (slip_examples, ([1, 0], [1, 1], [0, 0])),
    (slip_examples, ([1, 0], [1, 1], [1, 0])),
    (slip_examples, ([0, 0], [1, 1], [1, 0])),
    (stationary_kinds, lambda kept, discarded: kind(discarded, kept)),
    (stationary_kinds, kind_by_sums),
    (stationary_kinds, lambda kept, discarded: "saddle"),
    (centring_examples, [(5, 1), (-5, -1)]),
    (centring_examples, [(5, 1), (6, -1)]),
    (centring_examples, [(1, 1), (1, -1)]),
    (centring_examples, [(1, 0), (-1, 0), (0, 1), (0, -1)]),
    (centring_examples, [(5, 0), (9, 0)]),
    (centring_examples, [(5, 1)]),
    (best_encoders, lambda B: B.T),
    (best_encoders, lambda B: B.T / np.linalg.norm(B)),
    (best_encoders, lambda B: B.T / np.square(B).sum()),
    (best_encoders, lambda B: np.linalg.qr(B)[0].T),
    (best_encoders, lambda B: encoder(B).T),
    (decoder_gradients, lambda *given: -by_decoder(*given)),
    (decoder_gradients, lambda *given: by_decoder(*given) / 2),
    (decoder_gradients, lambda *given: by_decoder(*given) / len(given[2])),
    (decoder_gradients, lambda A, B, X: 2 * B @ A @ X.T @ X @ A.T),
    (decoder_gradients, lambda A, B, X: 2 * A @ X.T @ X @ (B @ A - np.eye(len(B))).T),
    (decoder_gradients, lambda A, B, X: 2 * B @ (A @ B - np.eye(len(A))) @ A @ X.T @ X @ A.T),
    (ways_down, ([0, 1, 0], [0, 1, 0])),
    (ways_down, ([0.1, 1, 0], [0, 1, 0])),
    (ways_down, ([0, 1, 0], [0.1, 1, 0])),
    (ways_down, ([0.1, 1, 0], [-0.1, 1, 0])),
    (ways_down, ([0, 1, 0.1], [0, 1, 0.1])),
    (ways_down, ([1, 0, 0], [1, 0, 0])),
    (ways_down, ([0, 1.1, 0], [0, 1 / 1.1, 0])),
    (ways_down, ([0.1, 1], [0.1, 1])),
    (ordered_axes, lambda B, covariance: axes(B, covariance, order=1)),
    (ordered_axes, lambda B, covariance: 2 * axes(B, covariance)),
    (ordered_axes, lambda B, covariance: np.linalg.qr(B)[0]),
    (ordered_axes, lambda B, covariance: np.linalg.eigh(covariance)[1][:, ::-1][:, : B.shape[1]]),
    (ordered_axes, axes_in_code),
    (ordered_axes, axes_without_orthonormalising),
    (lucky_batches, [(3, 4), (6, 8)]),
    (lucky_batches, [(4, -3), (-4, 3)]),
    (lucky_batches, [(4, -3), (8, -6)]),
    (lucky_batches, [(1, 2), (3, 4)]),
    (lucky_batches, [(3, 4)]),
    (lucky_batches, (3, 4)),
    (bias_factors, lambda L, B: (B - 1) / B),
    (bias_factors, lambda L, B: L / (L - 1)),
    (bias_factors, lambda L, B: (L - 1) / L * B / (B - 1)),
    (bias_factors, lambda L, B: (L - 1) / L * (B - 1) / B),
    (noticeable_losses, lambda intervals: bool(noticeable(intervals))),
    (noticeable_losses, lambda intervals: noticeable(intervals, bound=1)),
    (noticeable_losses, lambda intervals: any(upper > 1.1 for _, upper in intervals)),
    (noticeable_losses, lambda intervals: not all(upper < 1.1 for _, upper in intervals) or None),
    (noticeable_losses, lambda intervals: noticeable(intervals[:1])),
    (joined_chunks, lambda *chunks: join(*chunks, added=lambda n, m: 0)),
    (joined_chunks, lambda *chunks: join(*chunks, added=lambda n, m: n * m)),
    (joined_chunks, lambda *chunks: join(*chunks, added=lambda n, m: (n + m) / (n * m))),
    (joined_chunks, lambda *chunks: join(*chunks, added=lambda n, m: m)),
    (joined_chunks, join_by_mean_of_means),
    (joined_chunks, join_with_swapped_counts),
    (joined_chunks, join_by_squares),
]
FUNCTIONS = sorted({check for check, answer in RIGHT if callable(answer)}, key=lambda f: f.__name__)
EXAMPLES = sorted({check for check, _ in RIGHT} - set(FUNCTIONS), key=lambda f: f.__name__)


@pytest.mark.parametrize(("check", "answer"), RIGHT)
def test_solutions_are_accepted(check: Callable, answer: object) -> None:
    assert attempt(check, answer).solved


@pytest.mark.parametrize(("check", "answer"), WRONG)
def test_near_misses_are_not_solutions(check: Callable, answer: object) -> None:
    assert not attempt(check, answer).solved


@pytest.mark.parametrize("check", FUNCTIONS)
def test_a_function_without_a_body_is_told_what_it_should_return(check: Callable) -> None:
    remark = attempt(check, lambda *given: None).remark
    assert " is None" in remark
    assert "raises" not in remark


@pytest.mark.parametrize("check", EXAMPLES)
def test_a_missing_example_is_missed(check: Callable) -> None:
    assert attempt(check, None).remark.endswith(" yet")


def test_every_check_is_seen_to_refuse_something() -> None:
    assert {check for check, _ in RIGHT} == {check for check, _ in WRONG}


def test_an_array_is_held_to_shape_and_values() -> None:
    expected = np.array([[1.0, 2.0]])
    expect_array([[1, 2]], expected, "it")
    for found, remark in (
        (None, "is None"),
        ([1, 2], r"shape \(2,\)"),
        ([[1, 3]], "wrong values"),
        ([[1, np.nan]], "wrong values"),
    ):
        with pytest.raises(AssertionError, match=remark):
            expect_array(found, expected, "it")
