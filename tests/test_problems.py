"""The readers' problems: each chapter has some, stubs fail, solutions pass, near misses fail."""

import ast
import re
from fractions import Fraction
from pathlib import Path

import nbformat
import numpy as np
import pytest

from assignment4.book.notebooks import chapter_paths
from assignment4.problems import (
    Attempt,
    ablations,
    architecture,
    attempt,
    auto_encoders,
    backpropagation,
    batches,
    classifier_loss,
    comparison,
    expect,
    expect_array,
    expect_close,
    latent_search,
    letters,
    principal_components,
    squared_errors,
    transposed_convolutions,
)

FEWEST = 3
CHAPTERS = [path for path in chapter_paths() if path.stem.startswith("exercise")]


def code_cells(path: Path, tag: str = "") -> list[nbformat.NotebookNode]:
    cells = nbformat.read(path, as_version=4).cells
    code = [cell for cell in cells if cell.cell_type == "code"]
    return [cell for cell in code if not tag or tag in cell.metadata.get("tags", [])]


def tried(path: Path) -> list[str]:
    """Return the names of the checks that the stubs of a chapter are tried with."""
    stubs = "\n".join(cell.source for cell in code_cells(path, "stub"))
    names = re.findall(r"^attempt\((?:\w+\.)*(\w+), \w+\)$", stubs, flags=re.MULTILINE)
    return ["confusions" if name == "table_of_counts" else name for name in names]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_each_problem_has_a_text_a_hint_a_stub_and_a_solution(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    stubs = [index for index, cell in enumerate(cells) if "stub" in cell.metadata.get("tags", [])]
    assert FEWEST <= len(stubs) == len(tried(path)) == len(code_cells(path, "solution"))
    for number, index in enumerate(stubs, start=1):
        text, stub, solution = cells[index - 1 : index + 2]
        assert f"### Problem {number}: " in text.source
        assert "```{dropdown} Hint" in text.source
        assert {"solution", "hide-cell"} <= set(solution.metadata.get("tags", []))
        (shown,) = stub.outputs
        assert shown.data["text/plain"].startswith("not solved yet: ")
        assert "it raises" not in shown.data["text/plain"]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_the_chapter_s_solutions_are_solutions(path: Path) -> None:
    """Each runs with the imports that it needs, wherever the chapter has them."""
    imports = {}
    for cell in code_cells(path):
        for node in ast.walk(ast.parse(cell.source)):
            for alias in getattr(node, "names", []):
                alone = type(node)(**vars(node) | {"names": [alias]})
                imports[alias.asname or alias.name] = ast.unparse(alone)
    for cell in code_cells(path, "solution"):
        used = {node.id for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.Name)}
        assert re.search(r"^assert (attempt\(.*\)|found)\.solved$", cell.source, re.M | re.S)
        exec("\n".join([*(imports[name] for name in used & set(imports)), cell.source]), {})


def refuse(answer: object) -> None:
    raise AssertionError("two is not three") if answer == 2 else ValueError("no number")


def test_an_attempt_says_what_is_wrong() -> None:
    assert repr(attempt(refuse, 2)) == "not solved yet: two is not three"
    assert repr(attempt(refuse, 3)) == "not solved yet: it raises ValueError: no number"
    assert attempt(lambda answer: None, 3) == Attempt()
    assert repr(Attempt()) == "solved"


def test_values_are_compared_by_kind_shape_and_rounding() -> None:
    expect(True, True, "it")
    expect_close(1 / 3, 1 / 3 + 1e-12, "it")
    expect_array([[1, 2]], np.array([[1.0, 2.0]]), "it")
    for check, found, right in (
        *((expect, True, 1), (expect, 1, True), (expect, 2, 3)),
        *((expect_close, 0.3334, 1 / 3), (expect_close, [1, 1], 1), (expect_close, np.nan, 1)),
        *((expect_close, None, 1), (expect_close, 1 + 1e-8, 1)),
        *((expect_array, found, np.array([[1.0, 2.0]])) for found in (None, [1, 2], [[1, np.nan]])),
        (expect_array, [[1, 2 + 1e-8]], np.array([[1.0, 2.0]])),
    ):
        with pytest.raises(AssertionError, match=r"^it "):
            check(found, right, "it")


def softmax(z):
    return np.exp(z) / np.exp(z).sum()


def covariance(x, y):
    return (x * y).mean() - x.mean() * y.mean()


def code(label, places, is_refused):
    if is_refused(label, places):
        raise ValueError("no place for this label")
    return np.array([float(place == label) for place in range(places)])


def word(read, near, *, some=any, every=all, lower="lower", upper="upper"):
    above = [getattr(share, lower) > 0.9 for share in read]
    below = [getattr(share, upper) < 0.9 for share in read]
    if every(above) and getattr(near, lower) > 0.9:
        return "readable"
    return "unreadable" if some(below) and getattr(near, upper) < 0.9 else "undecided"


def explained(image, period, axes):
    shape = (len(image) // period, period) * 2
    return image.reshape(shape).mean(axis=axes).var() / image.var()


def finding(alone, among_all, *, sign=1):
    if alone.lower <= 0 <= alone.upper:
        return "no difference shown"
    side = "higher" if sign * alone.estimate > 0 else "lower"
    return f"perhaps {side}" if among_all.lower <= 0 <= among_all.upper else side


def mixture(first, last, between, power=1):
    way, away = last - first, between - first
    whole = (way * way).sum()
    share = (away * way).sum() / whole
    return share, np.square(away - share * way).sum() / whole**power


def backward(first, second, x, *, factor=2, let_through=0.25):
    y = first @ x
    p = factor * second @ np.where(y > 0, y, 0.25 * y)
    return first.T @ (np.where(y > 0, 1, let_through) * (second.T @ p))


def taps(pixels, p, kernel, stride):
    return sum(error * pixels[i * stride :][:kernel] for i, error in enumerate(p))


def kind_by_sums(kept, discarded):
    if sum(discarded) < sum(kept):
        return "minimum"
    return "maximum" if sum(discarded) > sum(kept) else "saddle"


def needed(eigenvalues, share):
    left = [sum(eigenvalues[k:]) / sum(eigenvalues) for k in range(len(eigenvalues) + 1)]
    return next(k for k, one in enumerate(left) if one < share)


def by_decoder(A, B, images):
    return 2 * (B @ A - np.eye(len(B))) @ images.T @ images @ A.T


def axes(B, covariance, *, order=-1, basis=None):
    basis = np.linalg.qr(B)[0] if basis is None else basis
    return basis @ np.linalg.eigh(basis.T @ covariance @ basis)[1][:, ::order]


def noticeable(intervals, bound):
    if any(lower > bound for lower, _ in intervals):
        return True
    return False if all(upper < bound for _, upper in intervals) else None


def join(first, second, added):
    (n, mean_n, scatter_n), (m, mean_m, scatter_m) = first, second
    scatter = scatter_n + scatter_m + added(n, m) * (mean_m - mean_n) ** 2
    return n + m, (n * mean_n + m * mean_m) / (n + m), scatter


SHIFT = [[0, 1, 0], [0, 0, 1], [1, 0, 0]]
NEAR_MISSES = {
    transposed_convolutions.unread_pixels: [
        lambda n, k, s: (n - k) % s,
        lambda n, k, s: n - ((n - k) // s + 1) * k,
    ],
    transposed_convolutions.stride_lists: [
        lambda n, m: [s for s in range(1, n + 1) if n // s == m],
        lambda n, m: [s for s in range(n, 0, -1) if -(-n // s) == m],
    ],
    transposed_convolutions.transposed_by_scattering: [
        lambda values, weights, stride, size: np.convolve(values, weights),
        lambda values, weights, stride, size: np.zeros(size, int),
    ],
    transposed_convolutions.even_kernels: [lambda k, s: s % k == 0, lambda k, s: int(k % s == 0)],
    letters.black_and_white_normalized: [
        lambda q: (np.sqrt((1 - q) / q), -np.sqrt(q / (1 - q))),
        lambda q: (0, 1 / np.sqrt(q * (1 - q))),
    ],
    letters.batch_normalized_as_a_whole: [
        [[[1, -1], [1, -1]], [[-1, 1], [1, -1]]],
        [[[1.5, 0.3], [1.5, 0.3]], [[-0.1, -1.3], [-0.1, -1.3]]],
    ],
    letters.slants_of_pixels: [
        lambda rows, columns: covariance(rows, columns) / columns.var(),
        lambda rows, columns: -covariance(rows, columns) / rows.var(),
        lambda rows, columns: np.cov(rows, columns)[0, 1] / rows.var(),
    ],
    architecture.latent_parameters: [
        lambda side: (side // 4) ** 2 * 64 * 512 + 6 * 512,
        lambda side: (-(-side // 4)) ** 2 * 64 * 512 + 5 * 512,
    ],
    architecture.parameters_without_effect: [3777 + 784, 3777 - 1, True],
    architecture.parametric_relu_of_two_relus: [
        lambda relu, x, a: relu(x) - relu(-a * x),
        lambda relu, x, a: max(x, a * x),
    ],
    squared_errors.minimisers_of_the_absolute_error: [
        np.mean,
        lambda values: sorted(values)[len(values) // 2 - 1],
    ],
    squared_errors.losses_of_contrasts: [
        lambda c, s: (c - 1) ** 2 + 1 - s**2,
        lambda c, s: (c - 1) ** 2 * s + 1 - s,
    ],
    squared_errors.savings_of_ghosts: [lambda p, D: (1 - p) * D, lambda p, D: -((1 - p) ** 2) * D],
    classifier_loss.codes_with_a_place: [
        lambda label, places: np.eye(places)[label],
        lambda label, places: code(label, places, lambda k, n: not 0 < k < n),
    ],
    classifier_loss.gradients_for_any_label: [
        lambda t, z: softmax(z) - t,
        lambda t, z: t - softmax(z) * t.sum(),
        lambda t, z: (softmax(z) - t) * t.sum(),
    ],
    classifier_loss.step_uphill: [[[1, 0, 0], [0.9, 0.05, 0.05]], [[0.5, 0, 0], [0.4, 0.3, 0.3]]],
    comparison.confusions: [
        lambda right, read, classes: np.eye(classes)[read].T @ np.eye(classes)[right],
        lambda right, read, classes: np.eye(classes)[right].T @ np.eye(classes)[read] > 0,
    ],
    comparison.words_for_outputs: [
        lambda read, near: word(read, near, some=all),
        lambda read, near: word(read, near, every=any),
        lambda read, near: word(read, near, upper="lower"),
    ],
    comparison.repeating_shares: [
        lambda image, period: explained(image, period, (0, 3)),
        lambda image, period: explained(image, len(image) // period, (0, 2)),
    ],
    ablations.findings_by_rule: [
        lambda alone, among_all: finding(among_all, among_all),
        lambda alone, among_all: finding(alone, among_all, sign=-1),
    ],
    ablations.difference_within_seeds: [
        [[1, 2, 3, 4, 5], [11, 12, 13, 14, 15]],
        [[1, 2, 3, 4, 5], [5.5, 4.5, 3.5, 2.5, 1.5]],
    ],
    ablations.fewest_seeds: [
        lambda m: int(np.ceil(np.log2(m / 0.05))),
        lambda m: int(np.ceil(np.log2(2 * m / 0.05))) + 1,
    ],
    latent_search.image_and_number: [
        lambda letters: (letters.mean(axis=0), letters.std(axis=0).mean()),
        lambda letters: (letters.mean(axis=0), letters.var(axis=0, ddof=1).mean()),
    ],
    latent_search.directions_without_epsilon: [lambda n: n - 1, lambda n: max(n - 3, 0)],
    latent_search.mixtures_of_two_ends: [
        lambda first, last, between: mixture(last, first, between),
        lambda first, last, between: mixture(first, last, between, power=0.5),
    ],
    backpropagation.bias_gradients: [lambda p: p.sum(axis=(1, 2)), lambda p: -p.sum(axis=(0, 1))],
    backpropagation.two_layer_gradients: [
        lambda *given: backward(*given, factor=1),
        lambda *given: backward(*given, let_through=0),
    ],
    backpropagation.tap_gradients: [
        lambda *given: taps(*given)[::-1],
        lambda pixels, p, kernel, stride: taps(pixels, p, kernel, 1),
    ],
    backpropagation.blind_tests: [([[1, 2], [2, 1]], [1, 1]), (SHIFT, [1, 1, 2])],
    principal_components.component_counts: [
        needed,
        lambda values, share: needed([one**2 for one in values], share),
    ],
    principal_components.slip_examples: [([1, 2], [2, 1], [1, 1]), ([1, 0], [1, 1], [1, 0])],
    principal_components.stationary_kinds: [
        kind_by_sums,
        lambda kept, discarded: kind_by_sums(discarded, kept),
    ],
    principal_components.centring_examples: [
        [(5, 1), (-5, -1)],
        [(5, 1), (6, -1)],
        [(1, 1), (1, -1)],
    ],
    auto_encoders.best_encoders: [lambda B: B.T, lambda B: np.linalg.qr(B)[0].T],
    auto_encoders.decoder_gradients: [
        lambda *given: by_decoder(*given) / 2,
        lambda A, B, X: 2 * B @ A @ X.T @ X @ A.T,
    ],
    auto_encoders.ways_down: [([0, 1, 0], [0, 1, 0]), ([0, 1, 0.1], [0, 1, 0.1])],
    auto_encoders.ordered_axes: [
        lambda B, covariance: axes(B, covariance, order=1),
        lambda B, covariance: axes(B, covariance, basis=B / np.linalg.norm(B, axis=0)),
    ],
    batches.lucky_batches: [[(3, 4), (6, 8)], [(4, -3), (-4, 3)], [(1, 2), (3, 4)]],
    batches.bias_factors: [lambda L, B: Fraction(B - 1, B), lambda L, B: (L - 1) / L * B / (B - 1)],
    batches.noticeable_losses: [
        lambda intervals: bool(noticeable(intervals, 1.1)),
        lambda intervals: noticeable(intervals, 1),
    ],
    batches.joined_chunks: [
        lambda *chunks: join(*chunks, added=lambda n, m: n * m),
        lambda *chunks: join(*chunks, added=lambda n, m: (n + m) / (n * m)),
    ],
}
"""Answers that are nearly right: a flipped sign, swapped axes, a forgotten factor."""


def test_every_problem_has_near_misses() -> None:
    names = sorted(name for path in CHAPTERS for name in tried(path))
    assert names == sorted(check.__name__ for check in NEAR_MISSES)


@pytest.mark.parametrize("check", NEAR_MISSES, ids=lambda check: check.__name__)
def test_near_misses_and_empty_answers_are_not_solutions(check) -> None:
    for answer in NEAR_MISSES[check]:
        remark = attempt(check, answer).remark
        assert remark
        assert "it raises TypeError" not in remark
    empty = (lambda *given: None) if callable(NEAR_MISSES[check][0]) else None
    remark = attempt(check, empty).remark
    assert remark
    assert "it raises" not in remark
