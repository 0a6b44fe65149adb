"""What a page has beside its text: how long it takes to read, what it offers, and checksums."""

import math
import os
import re
from collections.abc import Mapping
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from assignment4.book.notebooks import chapter_paths
from assignment4.cache import file_digest

WORDS_PER_MINUTE = 150
"""Of a reader who follows formulas and code."""

STEP = 5
"""Minutes that a time is rounded up to."""

FOLDER = "_downloads/without_outputs"
LAUNCH_BUTTONS = {
    "notebook_interface": "jupyterlab",
    "binderhub_url": "https://mybinder.org",
    "colab_url": "https://colab.research.google.com",
}
CHECKSUMS = "SHA256SUMS"


class ReadingTime(nodes.inline):
    """The unit of a reading time, whose number is put before it when the whole page is read."""


def reading_minutes(words: int) -> int:
    """Return the minutes that so many words take, rounded up to a multiple of five."""
    return STEP * math.ceil(words / WORDS_PER_MINUTE / STEP)


def tell_reading_time(app: Sphinx, document: nodes.document) -> None:
    """Put the minutes that a page takes before each of their units."""
    for unit in list(document.findall(ReadingTime)):
        words = sum(len(part.astext().split()) for part in document.findall(nodes.paragraph))
        unit.replace_self(nodes.Text(f"{reading_minutes(words)} {unit.astext()}"))


def repository_url(configured: str, environment: Mapping[str, str]) -> str:
    """Return the address in `_config.yml`, else that of the fork that GitHub builds, else ""."""
    if configured:
        return configured.removesuffix("/").removesuffix(".git")
    parts = environment.get("GITHUB_SERVER_URL"), environment.get("GITHUB_REPOSITORY")
    return "/".join(parts) if all(parts) else ""


def set_repository(app: Sphinx, config: Config) -> None:
    """Tell the theme the repository's address, and offer to run chapters where it is known."""
    options = config.html_theme_options
    if url := repository_url(options.get("repository_url", ""), os.environ):
        options |= {"repository_url": url, "launch_buttons": LAUNCH_BUTTONS}


def without_outputs(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a notebook whose code cells have neither outputs nor counts."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def offer_without_outputs(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None
) -> None:
    """Add the notebook without outputs to the page's button for downloads."""
    if not (Path(app.srcdir) / f"{pagename}.ipynb").exists():
        return
    offer = {
        "type": "link",
        "url": f"{context['pathto'](FOLDER, 1)}/{Path(pagename).name}.ipynb",
        "text": ".ipynb without outputs",
        "tooltip": "Download the notebook without outputs",
        "icon": "fas fa-file-code",
        "label": "download-without-outputs-button",
    }
    for button in context.get("header_buttons", []):
        if button.get("label") == "download-buttons":
            button["buttons"].insert(1, offer)


def mend(body: str) -> str:
    """Return a page's HTML with images that load when they are seen, and with citations in a list.

    Docutils gives citations a role that is out of use.
    """
    body = body.replace('role="doc-biblioentry"', 'role="listitem"')
    return re.sub(r"<img (?=[^>]*src=\"[^d])", '<img loading="lazy" ', body)


def mend_page(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None
) -> None:
    """Mend the body of a page about to be written."""
    if body := context.get("body"):
        context["body"] = mend(body)


def published_files(pages: Path) -> list[Path]:
    """Return the files of built pages that readers get, in the order of their names."""
    return sorted(file for file in pages.rglob("*") if file.is_file() and file.name != ".buildinfo")


def write_checksums(pages: Path) -> None:
    """Write SHA256SUMS into a folder of pages, as `sha256sum --check` reads it."""
    path = pages / CHECKSUMS
    lines = [
        f"{file_digest(file)}  {file.relative_to(pages).as_posix()}\n"
        for file in published_files(pages)
        if file != path
    ]
    path.write_text("".join(lines), encoding="utf-8")


def finish(app: Sphinx, error: Exception | None) -> None:
    """Write notebooks without outputs and checksums, and drop files that no page needs.

    The theme brings its icons as a font and, in fontawesome.js, as drawings too.
    """
    if error or app.builder.name != "html":
        return
    pages = Path(app.outdir)
    (pages / FOLDER).mkdir(parents=True, exist_ok=True)
    for path in chapter_paths(Path(app.srcdir)):
        notebook = without_outputs(nbformat.read(path, as_version=4))
        text = nbformat.writes(notebook) + "\n"
        (pages / FOLDER / path.name).write_text(text, encoding="utf-8")
    (pages / "_static" / "scripts" / "fontawesome.js").write_text("", encoding="utf-8")
    for path in pages.rglob("*.map"):
        path.unlink()
    write_checksums(pages)
