"""Walks between letters, and the page that shows them."""

import base64
import io
import re
import shutil
import subprocess
from importlib.resources import files

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest

from assignment4.encoder_decoder import build_decoder
from assignment4.figures.latent_search import plot_latent_space, plot_shares
from assignment4.figures.latent_walk import LatentWalk, mix, walk_rows
from assignment4.latent_search.walk import Walks, nearest_mixtures, walk_between_letters

LETTERS = "ABCDE"


@pytest.fixture(scope="module")
def decoder() -> keras.Model:
    keras.utils.set_random_seed(0)
    return build_decoder()


@pytest.fixture(scope="module")
def walks(decoder) -> Walks:
    vectors = np.random.default_rng(0).normal(size=(5, 512)).astype(np.float32)
    return walk_between_letters(decoder, vectors, LETTERS, positions=5)


@pytest.fixture(scope="module")
def page(walks) -> str:
    return LatentWalk("example", walks, readings(walks))._repr_html_()


def readings(walks: Walks) -> str:
    return "".join(LETTERS[index % 5] for index in range(len(walks.images)))


def test_a_walk_decodes_the_points_of_a_straight_line(decoder, walks):
    vectors = np.random.default_rng(0).normal(size=(5, 512)).astype(np.float32)
    assert walks.images.shape == (5 + 10 * 3, 28, 28)
    for first, last in (("A", "B"), ("B", "E"), ("E", "B"), ("D", "A")):
        a, b = vectors[LETTERS.index(first)], vectors[LETTERS.index(last)]
        share = np.linspace(0, 1, 5, dtype=np.float32)[:, np.newaxis]
        expected = decoder.predict((1 - share) * a + share * b, verbose=0)[..., 0]
        assert walks.path(first, last) == pytest.approx(expected, abs=1e-5)
    assert (walks.path("C", "C") == walks.images[2]).all()
    with pytest.raises(ValueError, match="4 letters for 5 vectors"):
        walk_between_letters(decoder, vectors, "ABCD")


def test_nearest_mixtures_of_a_fading_and_of_a_detour():
    generator = np.random.default_rng(0)
    ends = generator.normal(size=(2, 28, 28))
    share = np.array([0, 0.1, 0.7, 1])[:, np.newaxis, np.newaxis]
    path = mix(ends, share)
    shares, left = nearest_mixtures(path)
    assert shares == pytest.approx(share.ravel())
    assert left == pytest.approx(0, abs=1e-12)
    way = ends[1] - ends[0]
    aside = generator.normal(size=way.shape)
    aside -= (aside * way).sum() / (way**2).sum() * way
    path[1] += aside
    shares, left = nearest_mixtures(path)
    assert shares == pytest.approx(share.ravel())
    assert left == pytest.approx([0, (aside**2).sum() / (way**2).sum(), 0, 0])


def carried(page: str, kind: str) -> bytes:
    (content,) = re.findall(rf'value="data:{kind};base64,([^"]*)"', page)
    return base64.b64decode(content)


def test_the_page_carries_every_image_and_reading(page, walks):
    bitmap = plt.imread(io.BytesIO(carried(page, "image/png")))
    bitmap = (bitmap if bitmap.ndim == 2 else bitmap[..., 0]) / bitmap.max()
    for index, image in enumerate(walks.images):
        row, column = divmod(index, 21)
        tile = bitmap[row * 28 : row * 28 + 28, column * 28 : column * 28 + 28]
        stretched = (image - image.min()) / np.ptp(image)
        assert np.abs(tile - stretched).max() <= 0.5 / 15 + 1e-6
    assert carried(page, "text/plain").decode() == readings(walks)


def test_the_script_counts_tiles_as_the_walks_do(walks):
    text = template()
    assert "const pair = a * (2 * count - a - 1) / 2 + b - a - 1;" in text
    assert "return count + pair * (steps - 1) + step - 1;" in text
    count, steps = len(LETTERS), walks.positions - 1
    for a, b in walks.pairs:
        for step in range(1, steps):
            pair = a * (2 * count - a - 1) // 2 + b - a - 1
            index = count + pair * (steps - 1) + step - 1
            assert (walks.images[index] == walks.path(LETTERS[a], LETTERS[b])[step]).all()


def template() -> str:
    path = files("assignment4.figures").joinpath("latent_walk.html")
    return path.read_text(encoding="utf-8")


def test_page_needs_no_network_and_can_be_used_without_eyes_or_mouse(page):
    assert not re.search(r"https?:|\bsrc=|\bhref=|@import|url\(", page)
    assert page.count("<label") == page.count("<select") + page.count("<input") == 3
    assert '<p role="status" aria-live="polite"' in page
    assert page.count("<canvas") == page.count('role="img"') == 2
    assert page.count('setAttribute("aria-label"') == 2
    assert "aria-valuetext" in page
    assert ":focus-visible" in page
    assert "<noscript>" in page
    assert not re.search(r"animation|transition|@(?!media)[a-z]", page)
    assert "var(--pst-color-text-base, currentColor)" in page


def test_page_is_the_same_each_time_but_for_its_data(page, walks):
    assert LatentWalk("example", walks, readings(walks))._repr_html_() == page
    images = np.random.default_rng(1).normal(size=walks.images.shape)
    other = Walks(LETTERS, walks.positions, images)
    other = LatentWalk("example", other, readings(walks)[::-1])._repr_html_()
    assert other != page
    pattern = r"data:[a-z]+/[a-z]+;base64,[A-Za-z0-9+/]*={0,2}"
    assert re.sub(pattern, "", other) == re.sub(pattern, "", page)


def test_fourteen_letters_take_less_than_300_kilobytes():
    ramp = np.linspace(0, 1, 28)
    generator = np.random.default_rng(0)
    waves = generator.normal(size=(14 + 91 * 7, 4)) * 9
    images = np.stack(
        [np.outer(np.sin(a * ramp + b), np.cos(c * ramp + d)) for a, b, c, d in waves]
    )
    images += 0.05 * generator.normal(size=images.shape)
    walks = Walks("ABCDEFGHIJKLMN", 9, images)
    assert len(LatentWalk("large", walks, "A" * len(images))._repr_html_()) < 300_000


def test_script_is_small_and_leaks_no_names():
    (script,) = re.findall(r"<script>\n(.*?)</script>", template(), flags=re.DOTALL)
    lines = script.strip().splitlines()
    assert len(lines) < 60
    assert (lines[0], lines[-1]) == ("(function () {", "})();")
    assert all(line.startswith("  ") for line in lines[1:-1])
    assert "window." not in script


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("chromium"), reason="there is no chromium")
def test_moving_the_slider_in_a_browser_shows_another_image(page, walks, tmp_path):
    script = """<script>addEventListener("load", () => setTimeout(() => {
      const selects = document.querySelectorAll("select"), input = document.querySelector("input");
      selects[0].value = "D"; selects[1].value = "B"; input.value = 3;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      const pixels = document.querySelector("canvas").getContext("2d").getImageData(0, 0, 28, 28);
      document.title = Array.from(pixels.data).filter((_, index) => index % 4 === 0).join(" ");
    }, 200))</script>"""
    (tmp_path / "page.html").write_text(f"<!doctype html><meta charset=utf-8>{page}{script}")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000"]
    command = ["chromium", *options, "--dump-dom", f"file://{tmp_path}/page.html"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    (numbers,) = re.findall(r"<title>([\d ]+)</title>", shown)
    drawn = np.array(numbers.split(), float).reshape(28, 28) / 255
    image = walks.path("D", "B")[3]
    assert np.abs(drawn - (image - image.min()) / np.ptp(image)).max() <= 0.5 / 15 + 0.01
    index = int(np.flatnonzero((walks.images == image).all(axis=(1, 2)))[0])
    text = (
        f"3 of 4 steps from D to B. In the walk's image the judge reads {readings(walks)[index]}."
    )
    assert text in shown


def test_short_text(walks):
    text = "LatentWalk('example'): 10 walks of 5 images between 5 letters"
    assert repr(LatentWalk("example", walks, readings(walks))) == text


def test_misfits_are_refused(walks):
    with pytest.raises(ValueError, match="letters, digits and hyphens"):
        LatentWalk("two words", walks, readings(walks))
    with pytest.raises(ValueError, match="3 readings for 35 images"):
        LatentWalk("a", walks, "ABC")


def test_rows_of_a_static_picture(walks):
    rows = walk_rows(walks, "D", "B")
    path, faded = rows["D to B"], rows["D to B, faded"]
    assert (path == walks.path("D", "B")).all()
    assert faded[[0, -1]] == pytest.approx(path[[0, -1]])
    assert faded[1] == pytest.approx(0.75 * path[0] + 0.25 * path[-1], abs=1e-6)


def test_curves_are_the_shares():
    shares = np.random.default_rng(0).uniform(0.1, 1, (5, 3))
    axes = plot_shares(plt.figure().add_subplot(), {"one": shares, "two": shares / 2}, bound=0.05)
    drawn = [line.get_ydata() for line in axes.lines]
    assert len(drawn) == 7
    assert np.stack(drawn[:3], axis=1) == pytest.approx(shares)
    assert np.stack(drawn[3:6], axis=1) == pytest.approx(shares / 2)
    assert list(drawn[6]) == [0.05, 0.05]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["one", "two"]
    plt.close("all")


def test_densities_are_those_of_the_samples():
    vectors = np.random.default_rng(0).normal(size=(50, 512))
    distances = np.linspace(0, 10, 200)
    left, right = plot_latent_space({"all": vectors}, {"all": distances})
    for axes in (left, right):
        values, edges, _ = axes.patches[0].get_data()
        assert (values * np.diff(edges)).sum() == pytest.approx(1)
    values, edges, _ = left.patches[0].get_data()
    middle = np.searchsorted(edges, 0)
    assert values[middle] == pytest.approx(0.4, abs=0.03)
    plt.close("all")
