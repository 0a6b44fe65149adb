"""A Sphinx extension: chapters execute in reading order, and the pages need no network."""

import os
import shutil
from importlib.metadata import distribution
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

from assignment4.book import glossary, pages, results
from assignment4.book.notebooks import chapter_paths, kernel_environment, toc_entries

MATHJAX_PARTS = (
    "startup.js",
    "core.js",
    "input/tex.js",
    "input/tex/extensions",
    "output/chtml.js",
    "output/chtml/fonts/tex.js",
    "output/chtml/fonts/woff-v2",
)
"""What a page loads, or may load when a formula needs it; the rest of MathJax is 28 MB."""

MATHJAX_LOADS = ["input/tex", "output/chtml"]
"""Without MathJax's menu and its explorer, which are as large as the rest."""

logger = logging.getLogger(__name__)


def read_in_order(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Sort the pages to be read, and thereby executed, as the table of contents has them."""
    position = {entry: index for index, entry in enumerate(toc_entries(Path(app.srcdir)))}
    docnames.sort(key=lambda name: position.get(name, len(position)))


def announce(app: Sphinx, docname: str, source: list[str]) -> None:
    """Say which chapter is about to be executed."""
    chapters = chapter_paths(Path(app.srcdir))
    path = Path(app.srcdir) / f"{docname}.ipynb"
    if path in chapters:
        number = chapters.index(path) + 1
        logger.info("\nexecuting chapter %d of %d: %s", number, len(chapters), path.stem)


def copy_mathjax(app: Sphinx) -> None:
    """Copy MathJax from where pip put it into the HTML output, where `mathjax_path` finds it."""
    package = distribution("sphinx-mathjax-offline")
    source = Path(str(package.locate_file("sphinx-mathjax-offline/static/mathjax")))
    target = Path(app.outdir) / "_static" / "mathjax"
    for part in MATHJAX_PARTS:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)
        else:
            shutil.copyfile(source / part, target / part)


def keep_scripts_on_one_page(app: Sphinx) -> None:
    """Load MathJax in a book of one page, which takes its scripts from a chapter without math."""
    if app.builder.name == "singlehtml":
        app.config.html_assets_policy = "always"


def make_citations_list_items(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None
) -> None:
    """Give citations the role of list items: docutils gives them one that is out of use."""
    if body := context.get("body"):
        context["body"] = body.replace('role="doc-biblioentry"', 'role="listitem"')


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect the extension."""
    os.environ.update(kernel_environment(Path(app.srcdir)))
    app.config.mathjax_path = "mathjax/startup.js"
    app.config.mathjax3_config = {"loader": {"load": MATHJAX_LOADS}}
    app.connect("builder-inited", copy_mathjax)
    app.connect("builder-inited", keep_scripts_on_one_page)
    app.connect("env-before-read-docs", read_in_order)
    app.connect("source-read", announce)
    app.connect("html-page-context", make_citations_list_items)
    for part in (glossary, pages, results):
        part.setup(app)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
