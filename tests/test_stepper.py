"""The stepper shows the convolution and its transpose as NumPy computes them, and stays small."""

import json
import re
from importlib.resources import files

import matplotlib.pyplot as plt
import numpy as np
import pytest

from assignment4.convolution import convolution_matrix
from assignment4.figures.stepper import Stepper, plot_steps

EXAMPLES = {
    "square": ((4, 4), (3, 3), 2, "SAME"),
    "line": ((1, 7), (1, 3), (1, 2), "VALID"),
    "gaps": ((5, 3), (2, 1), 3, "SAME"),
    "oblong": ((3, 5), (3, 2), (1, 2), "VALID"),
}


def build(name: str) -> Stepper:
    image_shape, kernel_shape, strides, padding = EXAMPLES[name]
    random = np.random.default_rng(0)
    image, kernel = random.integers(-3, 4, image_shape), random.integers(-3, 4, kernel_shape)
    return Stepper(name, image, kernel, strides=strides, padding=padding)


def matrix_of(name: str, stepper: Stepper) -> np.ndarray:
    image_shape, kernel_shape, strides, padding = EXAMPLES[name]
    kernel = stepper.kernel.reshape(*kernel_shape, 1, 1)
    options = {"strides": strides, "padding": padding}
    return convolution_matrix(kernel, (*image_shape, 1), **options).toarray()


def embedded_steps(stepper: Stepper) -> list[dict]:
    (text,) = re.findall(r'type="application/json"[^>]*>(.*?)</script>', stepper._repr_html_())
    return json.loads(text)


@pytest.mark.parametrize("name", EXAMPLES)
def test_embedded_steps_are_the_matrix_product_and_its_transpose(name):
    stepper = build(name)
    A, image = matrix_of(name, stepper), stepper.image.ravel()
    start, *steps = embedded_steps(stepper)
    assert start["window"] is None
    assert set(start["sums"]) == {"0"}
    assert [step["window"] for step in steps] == list(range(len(A)))
    y = A @ image
    sums = np.zeros(image.size)
    for number, step in enumerate(steps):
        row = np.zeros(image.size)
        for pixel, weight in step["taps"]:
            row[pixel] = float(weight)
        assert (row == A[number]).all()
        sums += row * y[number]
        shown = [float(value) for value in step["values"][: number + 1]]
        assert shown == y[: number + 1].tolist()
        assert set(step["values"][number + 1 :]) <= {""}
        assert [float(total) for total in step["sums"]] == sums.tolist()
    assert (sums == A.T @ y).all()
    assert (stepper.values.ravel() == y).all()


def test_each_step_is_described_in_words():
    stepper = Stepper(
        "words", np.array([[1, 2, 3]]), np.array([[4, 5, 6]]), strides=(1, 2), padding="SAME"
    )
    _, first, second = stepper.step_data()
    assert first["text"].startswith("Step 1 of 2, row 1, column 1 of the small image. ")
    assert "gathers 1·5 + 2·6 = 17; 1 weight lies on padding." in first["text"]
    assert "gathers 2·4 + 3·5 = 23;" in second["text"]
    assert "multiplies 23 by the same weights" in second["text"]


def test_ids_are_unique_and_html_is_the_same_each_time():
    pages = [build(name)._repr_html_() for name in EXAMPLES]
    assert pages == [build(name)._repr_html_() for name in EXAMPLES]
    ids = re.findall(r'\bid="([^"]+)"', "".join(pages))
    assert len(ids) == len(set(ids)) == 3 * len(EXAMPLES)


def test_page_needs_no_network_and_can_be_used_without_eyes_or_mouse():
    page = build("square")._repr_html_()
    assert not re.search(r"https?:|\bsrc=|\bhref=|@import|url\(", page)
    assert 'role="group" tabindex="0" aria-label="' in page
    assert '<p role="status" aria-live="polite"' in page
    assert page.count("<svg") == page.count('role="img" aria-label="') == 2
    assert page.count('<button type="button"') == page.count('<button type="button" data-to="') == 4
    assert ":focus-visible" in page
    assert "<noscript>" in page
    assert "animation" not in page
    assert "transition" not in page
    assert not re.search(r"@[a-z]", page)
    assert page.count('class="cell"') == 2 * (16 + 4)


def test_script_is_small_and_leaks_no_names():
    text = files("assignment4.figures").joinpath("stepper.html").read_text(encoding="utf-8")
    (script,) = re.findall(r"<script>\n(.*?)</script>", text, flags=re.DOTALL)
    lines = script.strip().splitlines()
    assert len(lines) < 80
    assert (lines[0], lines[-1]) == ("(function () {", "})();")
    assert all(line.startswith("  ") for line in lines[1:-1])
    assert "window." not in script


def test_short_text():
    assert repr(build("square")) == "Stepper('square'): 4 steps, 4 × 4 → 2 × 2 and back"


@pytest.mark.parametrize("name", ["", "two words", 'a"b', "ä"])
def test_names_that_make_no_id_are_refused(name):
    with pytest.raises(ValueError, match="letters, digits and hyphens"):
        Stepper(name, np.eye(3), np.eye(2), strides=1, padding="SAME")


def test_misfits_are_refused():
    with pytest.raises(ValueError, match="does not fit"):
        Stepper("a", np.eye(2), np.eye(3), strides=1, padding="VALID")


@pytest.mark.parametrize("name", EXAMPLES)
def test_static_picture_shows_the_same_steps(name):
    stepper = build(name)
    panels = plot_steps(stepper)
    assert panels.shape == (2, len(stepper.steps))
    for step, gathers, scatters in zip(stepper.steps, *panels, strict=True):
        for axes, numbers in ((gathers, stepper.image), (scatters, step.sums)):
            touched = np.argwhere(axes.images[0].get_array())
            assert sorted(map(tuple, touched)) == sorted(step.pixels)
            texts = [text.get_text() for text in axes.texts]
            plain = [text for text in texts if not text.startswith("×")]
            assert plain == [f"{number:g}" for number in numbers.ravel()]
            weights = sorted(float(text[2:]) for text in texts if text.startswith("×"))
            assert weights == sorted(step.weights)
    plt.close("all")
