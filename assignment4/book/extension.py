"""A Sphinx extension: chapters execute in reading order, and the pages need no network."""

import os
import shutil
from importlib.metadata import distribution
from pathlib import Path

from docutils.parsers.rst.roles import GenericRole
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from assignment4.book import glossary, pages, results
from assignment4.book.notebooks import kernel_environment, toc_entries

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


def read_in_order(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Sort the pages to be read, and thereby executed, as the table of contents has them."""
    position = {entry: index for index, entry in enumerate(toc_entries(Path(app.srcdir)))}
    docnames.sort(key=lambda name: position.get(name, len(position)))


def bring_mathjax(app: Sphinx) -> None:
    """Copy MathJax from where pip put it into the HTML output, where `mathjax_path` finds it.

    A book of one page takes its scripts from a chapter without math, and must always load it.
    """
    if app.builder.name == "singlehtml":
        app.config.html_assets_policy = "always"
    package = distribution("sphinx-mathjax-offline")
    source = Path(str(package.locate_file("sphinx-mathjax-offline/static/mathjax")))
    target = Path(app.outdir) / "_static" / "mathjax"
    for part in MATHJAX_PARTS:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        if (source / part).is_dir():
            shutil.copytree(source / part, target / part, dirs_exist_ok=True)
        else:
            shutil.copyfile(source / part, target / part)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect all that the book adds to Sphinx."""
    os.environ.update(kernel_environment(Path(app.srcdir)))
    app.config.mathjax_path = "mathjax/startup.js"
    app.config.mathjax3_config = {"loader": {"load": MATHJAX_LOADS}}
    app.add_role("reading-time", GenericRole("reading-time", pages.ReadingTime))
    app.add_role("checked", results.Checked())
    app.add_role("stated", results.Stated())
    app.connect("config-inited", pages.set_repository)
    app.connect("builder-inited", bring_mathjax)
    app.connect("env-before-read-docs", read_in_order)
    app.connect("doctree-read", pages.tell_reading_time)
    app.connect("doctree-read", results.demand_standing)
    app.connect("doctree-resolved", glossary.link_terms)
    app.connect("html-page-context", pages.mend_page)
    app.connect("html-page-context", pages.offer_without_outputs, priority=900)
    app.connect("build-finished", pages.finish, priority=950)  # after all that alters pages
    return {"parallel_read_safe": False, "parallel_write_safe": True}
