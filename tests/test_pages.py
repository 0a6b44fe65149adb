"""The built pages in a browser, from the file system and with the network blocked."""

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from assignment4.book import editions
from assignment4.notebooks import toc_entries

pytestmark = pytest.mark.slow

NAMES = [Path(entry).name for entry in toc_entries()]
WIDTHS = (360, 1280)
THEMES = ("light", "dark")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MOST_BYTES_OF_A_PAGE = 1_500_000
SHORTEST_ALTERNATIVE_TEXT = 30

LOADED = """async () => {
    await document.fonts.ready;
    if (window.MathJax?.startup) await MathJax.startup.promise;
}"""
LINKS = """() => Array.from(document.querySelectorAll("[href], [src]"))
    .filter(one => !one.closest("svg defs"))
    .map(one => one.href?.baseVal ?? one.href ?? one.src)"""
IDS = """() => Array.from(document.querySelectorAll("[id], a[name]"))
    .map(one => one.id || one.name)"""
WIDER_THAN_THE_SCREEN = """() => Math.max(
    document.documentElement.scrollWidth, document.body.scrollWidth) > innerWidth"""
CURT_IMAGES = f"""() => Array.from(document.querySelectorAll("main img"))
    .filter(one => one.alt.length <= {SHORTEST_ALTERNATIVE_TEXT}).map(one => one.outerHTML)"""


def skip_or_fail(reason: str) -> None:
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Path:
    return editions.build_from_stored_outputs(tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    try:
        path = editions.find_browser()
    except RuntimeError as error:
        skip_or_fail(str(error))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


def open_page(browser: Browser, url: str, *, width: int = 1280, **options) -> Page:
    """Open an address without network, and keep what is asked for and what goes wrong."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, offline=True, reduced_motion="reduce", **options
    )
    page = context.new_page()
    page.asked, page.problems = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", partial(keep_error, page.problems))
    page.goto(url)
    page.evaluate(LOADED)
    return page


def keep_error(problems: list[str], message) -> None:
    if message.type == "error":
        problems.append(message.text)


def chapter_url(pages: Path, name: str) -> str:
    return (pages / "chapters" / f"{name}.html").as_uri()


@pytest.mark.parametrize("name", NAMES)
def test_page_is_whole_in_both_themes_and_widths(pages, browser, name):
    for theme in THEMES:
        for width in WIDTHS:
            where = f"{name}, {theme}, {width} pixels"
            page = open_page(browser, chapter_url(pages, name), width=width, color_scheme=theme)
            assert [url for url in page.asked if not url.startswith(("file:", "data:"))] == [], (
                where
            )
            assert page.problems == [], where
            assert page.locator("mjx-merror").count() == 0, where
            assert page.evaluate(CURT_IMAGES) == [], where
            assert not page.evaluate(WIDER_THAN_THE_SCREEN), where
            assert barriers(page) == [], where
            page.context.close()


def barriers(page: Page) -> list[str]:
    options = {"runOnly": {"type": "tag", "values": RULES}, "preload": False}
    return [
        f"{violation['id']}: {node['html'][:200]}"
        for violation in Axe().run(page, options=options).response["violations"]
        for node in violation["nodes"]
    ]


def test_links_lead_to_files_and_anchors_that_exist(pages, browser):
    ids, links = {}, {}
    for path in sorted(pages.rglob("*.html")):
        if "_static" not in path.relative_to(pages).parts:
            page = open_page(browser, path.as_uri())
            ids[path], links[path] = set(page.evaluate(IDS)), set(page.evaluate(LINKS))
            page.context.close()
    broken = []
    for path, found in links.items():
        for link in found:
            address, anchor = urldefrag(link)
            if address.startswith("file:"):
                target = Path(unquote(urlparse(address).path))
                missing = not target.exists() or (anchor and target in ids and "=" not in anchor)
                if missing and (not target.exists() or unquote(anchor) not in ids[target]):
                    broken.append(f"{path.name} -> {link}")
    assert broken == []


@pytest.mark.parametrize("name", NAMES)
def test_first_view_of_a_chapter_is_light(pages, browser, name):
    page = open_page(browser, chapter_url(pages, name))
    files = {unquote(urlparse(url).path) for url in page.asked if url.startswith("file:")}
    heavy = sum(Path(file).stat().st_size for file in files)
    page.context.close()
    assert heavy <= MOST_BYTES_OF_A_PAGE


@pytest.mark.parametrize(
    ("words", "chapter"),
    [("checkerboard", "exercise1_transposed_convolutions"), ("Ky Fan", "exercise4_pca")],
)
def test_search_finds_words_in_their_chapter(pages, browser, words, chapter):
    page = open_page(browser, f"{(pages / 'search.html').as_uri()}?q={words}")
    page.wait_for_selector("ul.search li a", timeout=20_000)
    page.wait_for_function("() => document.querySelector('.search-summary')?.textContent")
    found = page.eval_on_selector_all("ul.search li a", "links => links.map(one => one.href)")
    page.context.close()
    assert any(f"/{chapter}.html" in link for link in found)
