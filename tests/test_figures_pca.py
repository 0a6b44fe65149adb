"""The pictures of principal components, and the page that restores letters from them."""

import base64
import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from assignment4.figures.pca import plot_components, plot_scree, plot_search
from assignment4.figures.reconstructions import Reconstructions
from assignment4.pca import PrincipalComponents, principal_components
from assignment4.pca.minimum.search import random_samples, search_minimum

LETTERS = "АБ<"
FEW = (0, 1, 5, 784)


def smooth_images(count: int, *, seed: int = 0) -> np.ndarray:
    ramp = np.linspace(0, 1, 28)
    waves = np.random.default_rng(seed).normal(size=(count, 4)) * 9
    return np.stack([np.outer(np.sin(a * ramp + b), np.cos(c * ramp + d)) for a, b, c, d in waves])


@pytest.fixture(scope="module")
def pca() -> PrincipalComponents:
    return principal_components(smooth_images(60).reshape(60, -1))


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return smooth_images(3, seed=1)[..., np.newaxis]


@pytest.fixture(scope="module")
def shown(pca, images) -> Reconstructions:
    return Reconstructions("example", pca, images, LETTERS, numbers=FEW)


@pytest.fixture(scope="module")
def page(shown) -> str:
    return shown._repr_html_()


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_the_scree_is_the_shares_without_rounding(pca):
    shares = pca.shares_left()
    axes = plot_scree(
        plt.figure().subplots(), {"one": shares, "two": shares / 2}, marked=(0, 1, 10, 100)
    )
    first, second, dots = axes.lines
    assert shares[60] < 1e-12 < shares[58]
    assert list(first.get_xdata()) == list(range(1, 59))
    assert list(first.get_ydata()) == list(shares[1:59])
    assert list(second.get_ydata()) == list(shares[1:59] / 2)
    assert (list(dots.get_xdata()), list(dots.get_ydata())) == ([1, 10], list(shares[[1, 10]]))
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_a_search_is_drawn_in_shares_of_the_total():
    search = search_minimum(random_samples(20, 4, seed=0), 2, subspaces=50)
    axes = plot_search(plt.figure().subplots(), search)
    counts, edges, _ = axes.patches[0].get_data()
    shares = search.random_errors / search.total
    for count, low, high in zip(counts, edges, edges[1:], strict=False):
        assert count == ((low <= shares) & (shares < high)).sum()
    ticks, formula = axes.lines
    assert ticks.get_xdata() == pytest.approx(search.subset_errors / search.total)
    assert formula.get_xdata()[0] == pytest.approx(search.minimum / search.total)


def test_components_are_drawn_around_zero(pca):
    axes = plot_components(plt.figure().subplots(), pca.keep(7), columns=4)
    (drawn,) = axes.images
    mosaic = drawn.get_array().filled(np.nan)
    assert mosaic.shape == (28 * 2 + 2, 28 * 4 + 6)
    assert drawn.get_clim() == (-1, 1)
    for number in range(7):
        row, column = divmod(number, 4)
        tile = mosaic[row * 30 : row * 30 + 28, column * 30 : column * 30 + 28]
        vector = pca.vectors[:, number]
        assert tile.ravel() == pytest.approx(vector / np.abs(vector).max())
    assert np.isnan(mosaic[30:, 90:]).all()
    assert [text.get_text() for text in axes.get_yticklabels()] == ["1 to 4", "5 to 7"]


def test_images_and_shares_are_those_of_the_components(shown, pca, images):
    samples = images.reshape(3, -1)
    assert shown.images.shape == (3 * 5, 28, 28)
    for row, sample in enumerate(samples):
        assert (shown.images[row * 5 + 4].ravel() == sample).all()
        for column, k in enumerate(FEW):
            vectors, away = pca.keep(k), sample - pca.mean
            restored = pca.mean + vectors @ (vectors.T @ away)
            assert shown.images[row * 5 + column].ravel() == pytest.approx(restored, abs=1e-12)
            left = np.sum((sample - restored) ** 2) / np.sum(away**2)
            assert shown.shares[row, column] == pytest.approx(left, abs=1e-12)
    assert shown.shares[:, 0] == pytest.approx(1)


def carried(page: str, kind: str) -> bytes:
    (content,) = re.findall(rf'"data:{kind};base64,([^"]*)"', page)
    return base64.b64decode(content)


def test_the_page_carries_every_image_on_the_greys_of_its_letter(page, shown, images):
    bitmap = plt.imread(io.BytesIO(carried(page, "image/png")))
    bitmap = (bitmap if bitmap.ndim == 2 else bitmap[..., 0]) / bitmap.max()
    assert bitmap.shape == (3 * 28, 5 * 28)
    for index, image in enumerate(shown.images):
        row, column = divmod(index, 5)
        tile = bitmap[row * 28 : row * 28 + 28, column * 28 : column * 28 + 28]
        scaled = np.clip((image - images[row].min()) / np.ptp(images[row]), 0, 1)
        assert np.abs(tile - scaled).max() <= 0.5 / 15 + 1e-6


def test_the_page_carries_every_share(page, shown):
    texts = carried(page, "text/plain").decode().split("\n")
    assert len(texts) == shown.shares.size
    for text, share in zip(texts, shown.shares.ravel(), strict=True):
        if text == "under 0.1 %":
            assert share < 0.001
        else:
            assert float(text.removesuffix(" %")) == pytest.approx(100 * share, abs=0.5, rel=0.06)
    assert texts[:: len(FEW)] == ["100 %"] * 3
    assert texts[len(FEW) - 1] == "under 0.1 %"


def test_page_needs_no_network_can_be_used_without_eyes_or_mouse_and_stands_still_in_print(page):
    assert not re.search(r"https?:|\bhref=|@import|url\(|animation|transition", page)
    assert re.findall(r"\bsrc=\"([^,]*),", page) == ["data:image/png;base64"]
    assert page.count("<label") == page.count("<select") + page.count("<input") == 2
    assert page.count("<canvas") == page.count('role="img"') == page.count(" hidden>") == 2
    for part in ('<p role="status" aria-live="polite"', "aria-valuetext", ":focus-visible"):
        assert part in page
    assert "<option>&lt;</option>" in page
    still = page[page.index('<figure class="still">') : page.index("</figure>\n<data")]
    assert "<img alt=" in still
    assert "restored from 0, 1, 5, 784 components" in still
    assert "@media screen { .moving-figure.moving .still { display: none; } }" in page
    assert "@media print { .moving-figure .controls, .moving-figure .panels" in page


@pytest.mark.parametrize(
    ("name", "size", "letters", "numbers", "message"),
    [
        ("two words", 28, LETTERS, FEW, "letters, digits and hyphens"),
        ("a", 28, "АБ", FEW, "3 images for 2 letters"),
        ("a", 28, LETTERS, (785,), "from 0 to 784, got 785"),
        ("a", 10, LETTERS, FEW, "784 entries are needed, got 100"),
    ],
)
def test_misfits_are_refused(pca, images, name, size, letters, numbers, message):
    with pytest.raises(ValueError, match=message):
        Reconstructions(name, pca, images[:, :size, :size], letters, numbers=numbers)
