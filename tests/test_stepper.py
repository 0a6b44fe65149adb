"""The stepper shows the convolution and its transpose as NumPy computes them."""

import json
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from assignment4.convolution import convolution_matrix
from assignment4.figures.stepper import Stepper, plot_steps

EXAMPLES = {
    "square": ((4, 4), (3, 3), {"strides": 2, "padding": "SAME"}),
    "line": ((1, 7), (1, 3), {"strides": (1, 2), "padding": "VALID"}),
    "gaps": ((5, 3), (2, 1), {"strides": 3, "padding": "SAME"}),
    "oblong": ((3, 5), (3, 2), {"strides": (1, 2), "padding": "VALID"}),
}


def build(name: str) -> tuple[Stepper, np.ndarray]:
    """Return a stepper and the matrix of its convolution."""
    image_shape, kernel_shape, options = EXAMPLES[name]
    random = np.random.default_rng(0)
    image, kernel = random.integers(-3, 4, image_shape), random.integers(-3, 4, kernel_shape)
    A = convolution_matrix(kernel[..., None, None], (*image_shape, 1), **options)
    return Stepper(name, image, kernel, **options), A.toarray()


def embedded_steps(stepper: Stepper) -> list[dict]:
    (text,) = re.findall(r'type="application/json"[^>]*>(.*?)</script>', stepper._repr_html_())
    return json.loads(text)


@pytest.mark.parametrize("name", EXAMPLES)
def test_embedded_steps_are_the_matrix_product_and_its_transpose(name):
    stepper, A = build(name)
    start, *steps = embedded_steps(stepper)
    assert start["window"] is None
    assert set(start["sums"]) == {"0"}
    assert [step["window"] for step in steps] == list(range(len(A)))
    y, sums = A @ stepper.image.ravel(), np.zeros(stepper.image.size)
    assert (stepper.values.ravel() == y).all()
    for number, step in enumerate(steps):
        row = np.zeros(sums.size)
        for pixel, weight in step["taps"]:
            row[pixel] = float(weight)
        assert (row == A[number]).all()
        sums += row * y[number]
        assert [float(value) for value in step["values"][: number + 1]] == y[: number + 1].tolist()
        assert set(step["values"][number + 1 :]) <= {""}
        assert [float(total) for total in step["sums"]] == sums.tolist()
    assert (sums == A.T @ y).all()


def test_each_step_is_described_in_words():
    options = {"strides": (1, 2), "padding": "SAME"}
    stepper = Stepper("words", np.array([[1, 2, 3]]), np.array([[4, 5, 6]]), **options)
    _, first, second = (step["text"] for step in stepper.step_data())
    assert "row 1, column 1 of" in first
    assert "gathers 1·5 + 2·6 = 17; 1 weight lies" in first
    assert "gathers 2·4 + 3·5 = 23;" in second
    assert "multiplies 23 by" in second


def test_the_page_shows_both_drawings_needs_no_network_and_has_ids_of_its_own():
    pages = [build(name)[0]._repr_html_() for name in EXAMPLES]
    ids = re.findall(r'\bid="([^"]+)"', "".join(pages))
    assert len(ids) == len(set(ids)) == 3 * len(EXAMPLES)
    for page in pages:
        assert not re.search(r"https?:|\bsrc=|\bhref=|@import|url\(|@[a-z]", page)
        assert page.count("<svg") == page.count('role="img" aria-label="') == 2
    assert pages[0].count('class="cell"') == 2 * (16 + 4)
    for name in ("", "two words", 'a"b', "ä"):
        with pytest.raises(ValueError, match="name"):
            Stepper(name, np.eye(3), np.eye(2), strides=1, padding="SAME")


@pytest.mark.parametrize("name", EXAMPLES)
def test_static_picture_shows_the_same_steps(name):
    stepper, _ = build(name)
    for step, gathers, scatters in zip(stepper.steps, *plot_steps(stepper), strict=True):
        for axes, numbers in ((gathers, stepper.image), (scatters, step.sums)):
            touched = np.argwhere(axes.images[0].get_array())
            assert {tuple(pixel) for pixel in touched.tolist()} == set(step.weights)
            texts = [text.get_text() for text in axes.texts]
            plain = [text for text in texts if not text.startswith("×")]
            assert plain == [f"{number:g}" for number in numbers.ravel()]
            weights = [float(text[2:]) for text in texts if text.startswith("×")]
            assert weights == [step.weights[pixel] for pixel in sorted(step.weights)]
    plt.close("all")
