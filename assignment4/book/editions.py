"""The book from its stored outputs, as one PDF, and as one file to take along."""

import io
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import nbformat
import yaml
from playwright.sync_api import sync_playwright

from assignment4 import ROOT
from assignment4.book.notebooks import chapter_paths, store
from assignment4.book.pages import published_files
from assignment4.cache import write_atomically

BUILD = ROOT / "_build"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MOST_BYTES = 15_000_000
"""Of the file to take along."""

SOURCES = ("_config.yml", "_static", "_toc.yml", "assignment4", "chapters", "references.bib")
JUPYTER_BOOK = "import assignment4.book; from jupyter_book.cli.main import main; main()"
RUNNING_HEAD = "color: #555; font: 8px sans-serif; text-align: center; width: 100%"

PRINTED = {
    "format": "A4",
    "margin": {"top": "18mm", "bottom": "18mm", "left": "16mm", "right": "16mm"},
    "outline": True,
    "tagged": True,
    "print_background": True,
    "scale": 0.85,
    "display_header_footer": True,
    "header_template": f'<div style="{RUNNING_HEAD}"><span class="title"></span></div>',
    "footer_template": f'<div style="{RUNNING_HEAD}"><span class="pageNumber"></span></div>',
}
HEADINGS = "h1, h2, h3, h4 { line-height: normal; white-space: break-spaces }"
"""Headings as bookmarks need them.

A bookmark lacks the spaces at the ends of a heading's lines, and says it twice where it begins a
page and its letters are taller than its lines.
"""

UNFOLD = """() => document.querySelectorAll("details").forEach(one => { one.open = true; })"""

ONE_PAGE_LINKS = """names => document.querySelectorAll("a[href]").forEach(link => {
    const [page, anchor] = link.getAttribute("href").split("#");
    if (names.includes(page) && anchor) link.setAttribute("href", "#" + anchor);
})"""
"""In a book of one page, a link to a place in another page is a link within the page."""


def find_browser() -> str:
    """Return the path of an installed browser of the Chromium kind; RuntimeError: there is none."""
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    raise RuntimeError(
        f"no browser found; install one of {', '.join(BROWSERS)} "
        "(on Debian and Ubuntu: apt-get install chromium)"
    )


def build_from_stored_outputs(folder: Path, *, builder: str = "html", source: Path = ROOT) -> Path:
    """Build the book in a source folder without executing it, every warning an error.

    The builder "html" makes a page per chapter, "singlehtml" one page. Returns the folder with the
    pages, `_build/html` in the given one. RuntimeError: the build fails; the end of its output.
    """
    settings = yaml.safe_load((source / "_config.yml").read_text(encoding="utf-8"))
    settings["execute"]["execute_notebooks"] = "off"
    with tempfile.TemporaryDirectory() as temporary:
        config = Path(temporary) / "_config.yml"
        config.write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
        arguments = ["build", source, "--config", config, "--path-output", folder, "-W"]
        arguments += ["--keep-going", "--builder", builder]
        command = [sys.executable, "-c", JUPYTER_BOOK, *map(str, arguments)]
        done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the book could not be built:\n{(done.stdout + done.stderr)[-3000:]}")
    return folder / "_build" / builder


def print_pdf(path: Path) -> None:
    """Print the whole book, from its stored outputs, into one PDF with bookmarks."""
    browser_path = find_browser()
    with tempfile.TemporaryDirectory() as temporary:
        pages = build_from_stored_outputs(Path(temporary), builder="singlehtml")
        page_path = pages / "book.html"  # where the addresses in it are right
        shutil.copyfile(pages / "chapters" / "intro.html", page_path)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=browser_path, args=["--no-sandbox"]
            )
            page = browser.new_context(offline=True, color_scheme="light").new_page()
            page.goto(page_path.as_uri())
            page.evaluate("() => MathJax.startup.promise")
            page.evaluate(UNFOLD)
            page.evaluate(ONE_PAGE_LINKS, [f"{chapter.stem}.html" for chapter in chapter_paths()])
            page.add_style_tag(content=HEADINGS)
            content = page.pdf(**PRINTED)
            browser.close()
    write_atomically(path, content)


def hand_out(folder: Path) -> Path:
    """Build the book without the solutions of its problems, and return the folder with the pages.

    It is `_build/html` in the given folder; the notebooks go to `chapters`.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        copy(ROOT / name, folder / name)
    for path in chapter_paths(folder):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells = [
            cell for cell in notebook.cells if "solution" not in cell.metadata.get("tags", [])
        ]
        store(notebook, path)
    return build_from_stored_outputs(folder, source=folder)


def pack_offline(pages: Path, path: Path) -> None:
    """Pack a folder of built pages into one zip file, the same bytes for the same pages.

    RuntimeError: there are no pages, or the file would exceed MOST_BYTES.
    """
    if not (pages / "index.html").exists():
        raise RuntimeError(f"{pages} has no index.html; `make book` builds the pages")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for file in published_files(pages):
            name = f"{path.stem}/{file.relative_to(pages).as_posix()}"
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, file.read_bytes())
    content = packed.getvalue()
    if len(content) > MOST_BYTES:
        raise RuntimeError(f"{path.name} would have {len(content):,} bytes")
    write_atomically(path, content)
