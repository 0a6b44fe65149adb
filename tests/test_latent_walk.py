"""Walks between letters, the page that shows them, and pictures of latent space."""

import base64
import io
import re
from importlib.resources import files

import matplotlib.pyplot as plt
import numpy as np
import pytest

from assignment4.encoder_decoder import build_decoder
from assignment4.figures.latent_search import (
    LatentWalk,
    fade,
    plot_latent_space,
    plot_shares,
    plot_walks,
)
from assignment4.latent_search import Walks, nearest_mixtures, walk_between_letters

LETTERS = "ABCDE"
VECTORS = np.random.default_rng(0).normal(size=(5, 512)).astype(np.float32)


@pytest.fixture(scope="module")
def decoder():
    return build_decoder()


@pytest.fixture(scope="module")
def walks(decoder) -> Walks:
    return walk_between_letters(decoder, VECTORS, LETTERS, positions=5)


def test_a_walk_decodes_the_points_of_a_straight_line(decoder, walks):
    assert walks.images.shape == (5 + 10 * 3, 28, 28)
    for first, last in (("A", "B"), ("B", "E"), ("E", "B"), ("D", "A")):
        a, b = VECTORS[LETTERS.index(first)], VECTORS[LETTERS.index(last)]
        share = np.linspace(0, 1, 5, dtype=np.float32)[:, np.newaxis]
        expected = decoder.predict((1 - share) * a + share * b, verbose=0)[..., 0]
        assert walks.path(first, last) == pytest.approx(expected, abs=1e-5)


def test_nearest_mixtures_of_a_fading_and_of_a_detour(walks):
    generator = np.random.default_rng(0)
    path = fade(generator.normal(size=(5, 28, 28)))
    shares, left = nearest_mixtures(path)
    assert shares == pytest.approx(np.linspace(0, 1, 5))
    assert left == pytest.approx(0, abs=1e-12)
    way = path[-1] - path[0]
    aside = generator.normal(size=way.shape)
    aside -= (aside * way).sum() / (way**2).sum() * way
    path[1] += aside
    shares, left = nearest_mixtures(path)
    assert shares == pytest.approx(np.linspace(0, 1, 5))
    assert left == pytest.approx([0, (aside**2).sum() / (way**2).sum(), 0, 0, 0])
    shares, left = walks.nearest_mixtures()
    expected = nearest_mixtures(walks.path("B", "D"))  # the pairs begin AB AC AD AE BC BD
    assert np.array([shares[5], left[5]]) == pytest.approx(np.array(expected))


def carried(page: str, kind: str) -> bytes:
    (content,) = re.findall(rf'value="data:{kind};base64,([^"]*)"', page)
    return base64.b64decode(content)


def test_the_page_carries_every_image_and_reading_where_the_script_looks_for_it(walks):
    page = LatentWalk("example", walks, np.arange(len(walks.images)) % 5)._repr_html_()
    bitmap = plt.imread(io.BytesIO(carried(page, "image/png")))
    bitmap = (bitmap if bitmap.ndim == 2 else bitmap[..., 0]) / bitmap.max()
    for index, image in enumerate(walks.images):
        row, column = divmod(index, 21)
        tile = bitmap[row * 28 : row * 28 + 28, column * 28 : column * 28 + 28]
        stretched = (image - image.min()) / np.ptp(image)
        assert np.abs(tile - stretched).max() <= 0.5 / 15 + 1e-6
    assert carried(page, "text/plain").decode() == LETTERS * 7
    assert "const pair = a * (2 * count - a - 1) / 2 + b - a - 1;" in page
    assert "return count + pair * (steps - 1) + step - 1;" in page
    count, steps = len(LETTERS), walks.positions - 1
    for a, b in walks.pairs:
        for step in range(1, steps):
            pair = a * (2 * count - a - 1) // 2 + b - a - 1
            index = count + pair * (steps - 1) + step - 1
            assert (walks.images[index] == walks.path(LETTERS[a], LETTERS[b])[step]).all()
    with pytest.raises(ValueError, match="hyphens"):
        LatentWalk("two words", walks, np.zeros(35, int))


@pytest.mark.parametrize(("file", "controls"), [("latent_walk", 3), ("side_by_side", 3)])
def test_a_page_to_be_moved_needs_no_network_and_can_be_used_without_eyes_or_mouse(file, controls):
    page = files("assignment4.figures").joinpath(f"{file}.html").read_text("utf-8")
    assert not re.search(r"https?:|\bhref=|@import|url\(|src=\"(?!@)", page)
    assert page.count("<label") == page.count("<select") + page.count("<input") == controls
    assert page.count("<canvas") == page.count('role="img"')
    assert '<p role="status" aria-live="polite"' in page
    assert 'setAttribute("aria-label"' in page
    assert "window." not in page


def test_walks_are_drawn_above_the_fading_of_their_ends(walks):
    axes = plot_walks(walks, [(3, 1), (0, 4)])
    names = [text.get_text() for text in axes.get_yticklabels()]
    assert names == ["D to B", "D to B, faded", "A to E", "A to E, faded"]
    path = walks.path("D", "B")
    mixture = 0.75 * path[0] + 0.25 * path[-1]
    assert fade(path)[[0, 1, -1]] == pytest.approx(np.stack([path[0], mixture, path[-1]]), abs=1e-6)


def test_curves_are_the_shares_and_densities_those_of_the_samples():
    generator = np.random.default_rng(0)
    shares = generator.uniform(0.1, 1, (5, 3))
    *curves, level = plot_shares({"one": shares, "two": shares / 2}, bound=0.05).lines
    drawn = np.stack([line.get_ydata() for line in curves], axis=1)
    assert drawn == pytest.approx(np.hstack([shares, shares / 2]))
    assert list(level.get_ydata()) == [0.05, 0.05]
    panels = plot_latent_space({"all": generator.normal(size=(50, 512))}, {"all": shares})
    for panel, first in zip(panels, (-4, 0), strict=True):
        values, edges, _ = panel.patches[0].get_data()
        assert edges[0] == first
        assert (values * np.diff(edges)).sum() == pytest.approx(1)
