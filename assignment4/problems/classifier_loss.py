"""The problems of the chapter on a classifier as the loss."""

import numpy as np

from assignment4.problems import ROUNDING, Answer, expect_close


def codes_with_a_place(answer: Answer) -> None:
    """Try a function of label and places: the one-hot code, or ValueError where there is none."""
    for label, places in ((2, 3), (0, 3), (14, 15), (0, 1)):
        code = [float(place == label) for place in range(places)]
        expect_close(answer(label, places), code, f"code({label}, {places})")
    for label, places in ((15, 15), (16, 15), (-1, 15), (-15, 15), (1, 1)):
        try:
            found = answer(label, places)
        except ValueError:
            continue
        raise AssertionError(f"code({label}, {places}) raises no ValueError, but is {found!r}")


def gradients_for_any_label(answer: Answer) -> None:
    """Try a function of label code t and logits z: the derivative of the cross entropy by z."""
    of_answer = np.array([1.0, 2.0, 1.0])
    codes = ([0, 1, 0], [0, 0, 0], [1, 1, 0], [0.5, 0, 0], [0.5, 0.5, 0], [0, 2, 1])
    for code in codes:
        t, q = np.array(code, float), of_answer / of_answer.sum()
        found = answer(t, np.log(of_answer))
        expect_close(found, q * t.sum() - t, f"gradient of {code} at log (1, 2, 1)")


def step_uphill(answer: object) -> None:
    """Try a label code t and probabilities q for which a step along t - q makes the loss larger."""
    assert np.shape(answer) == (2, 3), "two lists of three numbers are asked for, t and q"
    t, q = np.asarray(answer, float)
    assert t.min() >= 0, "an entry of the label is negative"
    assert q.min() > 0, "a softmax gives no probability of 0 or less"
    assert abs(q.sum() - 1) < ROUNDING, f"the probabilities add up to {q.sum():.4f}, not to 1"
    rate = (q * t.sum() - t) @ (t - q)
    assert rate > ROUNDING, f"the loss does not rise: its rate along t - q is {rate + 0.0:.4f}"
