"""The problems of the chapter on Exercise 4 a and b."""

from itertools import combinations

import numpy as np

from assignment4.pca.components import principal_components
from assignment4.problems import Answer, expect


def component_counts(answer: Answer) -> None:
    """Try a function of eigenvalues and a share: the fewest components that leave no more."""
    halves = [8, 4, 2, 1, 1]
    for eigenvalues, share, fewest in (
        (halves, 0.5, 1),
        (halves, 0.25, 2),
        (halves, 0.2, 3),
        (halves, 0, 5),
        (halves, 1, 0),
        ([3, 3, 1, 1], 0.6, 2),
        ([5, 3, 0, 0], 0, 2),
    ):
        expect(answer(eigenvalues, share), fewest, f"needed({eigenvalues}, {share})")


def slip_examples(answer: object) -> None:
    """Try two vectors and an image for which line (9) as printed has another value than right."""
    assert answer is not None, "there are no vectors yet"
    v, w, x = (np.asarray(one) for one in answer)
    assert v.shape == w.shape == x.shape == (len(x),), "the vectors differ in length"
    pairs = [(one, other) for one in (v, w) for other in (v, w)]
    right = sum((one @ x) * (other @ x) * (one @ other) for one, other in pairs)
    printed = sum((one @ x) ** 2 * (one @ other) for one, other in pairs)
    assert abs(right - printed) > 1e-9, "as printed (9) has the right value here"


def stationary_kinds(answer: Answer) -> None:
    """Try a function of kept and discarded eigenvalues: the kind of the stationary point.

    It is a minimum or a maximum if no choice of as many eigenvalues has a smaller or larger sum.
    """
    eigenvalues = (7, 5, 2, 1)
    for count in (1, 2, 3):
        sums = [sum(choice) for choice in combinations(eigenvalues, count)]
        kinds = {min(sums): "minimum", max(sums): "maximum"}
        for discarded in combinations(eigenvalues, count):
            kept = [one for one in eigenvalues if one not in discarded]
            kind = kinds.get(sum(discarded), "saddle")
            expect(answer(kept, list(discarded)), kind, f"kind({kept}, {list(discarded)})")


def centring_examples(answer: object) -> None:
    """Try points in the plane whose first component is turned by 90 degrees by centring."""
    assert answer is not None, "there are no points yet"
    points = np.asarray(answer, dtype=float)
    assert points.shape[1:] == (2,), f"the points have shape {points.shape}"
    firsts = []
    for centred, name in ((True, "with"), (False, "without")):
        found = principal_components(points, centred=centred)
        larger, smaller = found.eigenvalues
        assert smaller < 0.99 * larger, f"{name} centring no direction comes clearly first"
        firsts.append(found.vectors[:, 0])
    assert abs(firsts[0] @ firsts[1]) < 1e-6, "the first components are not orthogonal"
