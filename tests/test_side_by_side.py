"""The page that shows two networks side by side carries every image and reading."""

import base64
import io
import re
from importlib.resources import files

import matplotlib.pyplot as plt
import numpy as np
import pytest

from assignment4.figures.side_by_side import SideBySide

LETTERS, NETWORKS = "АБВГ", {"one": "ABVG", "two & three": "AAAA"}


def build(name: str = "example") -> SideBySide:
    random = np.random.default_rng(0)
    drawn = {network: random.normal(size=(4, 6, 6, 1)) for network in NETWORKS}
    drawn["one"][2] = 0.5
    return SideBySide(name, random.normal(size=(4, 6, 6)), LETTERS, drawn, NETWORKS)


def carried(page: str, kind: str) -> bytes:
    (content,) = re.findall(rf'="data:{kind};base64,([^"]*)"', page)
    return base64.b64decode(content)


def test_the_page_carries_a_row_for_what_was_given_and_for_each_network():
    shown = build()
    bitmap = plt.imread(io.BytesIO(carried(shown._repr_html_(), "image/png")))
    bitmap = (bitmap if bitmap.ndim == 2 else bitmap[..., 0]) / bitmap.max()
    for index, image in enumerate(shown.images):
        row, column = divmod(index, 4)
        tile = bitmap[row * 6 : row * 6 + 6, column * 6 : column * 6 + 6]
        stretched = (image - image.min()) / (np.ptp(image) or 1)
        assert np.abs(tile - stretched).max() <= 0.5 / 15 + 1e-6


def test_the_page_carries_the_readings_network_after_network():
    assert carried(build()._repr_html_(), "text/plain") == b"ABVGAAAA"


def test_page_needs_no_network_and_can_be_used_without_eyes_or_mouse():
    page = build()._repr_html_()
    assert not re.search(r"https?:|\bhref=|@import|url\(|src=\"(?!data:)", page)
    assert page.count("<label") == page.count("<select") == 3
    assert '<p role="status" aria-live="polite"' in page
    assert page.count("<canvas") == page.count('role="img"') == 3
    assert "two &amp; three" in page
    assert not re.search(r"animation|transition", page)


def test_script_is_small_and_leaks_no_names():
    text = files("assignment4.figures").joinpath("side_by_side.html").read_text("utf-8")
    (script,) = re.findall(r"<script>\n(.*?)</script>", text, flags=re.DOTALL)
    lines = script.strip().splitlines()
    assert len(lines) < 40
    assert (lines[0], lines[-1]) == ("(function () {", "})();")
    assert "window." not in script


def test_short_text_and_misfits():
    assert repr(build()) == "SideBySide('example'): 4 letters by one, two & three"
    with pytest.raises(ValueError, match="letters, digits and hyphens"):
        build("two words")
    with pytest.raises(ValueError, match="'letters': 3"):
        SideBySide("a", np.zeros((4, 6, 6)), "АБВ", {}, {})
