"""What a page has beside its text: how long it takes to read, what it offers, and checksums.

The repository's address is given in one place, `repository: url` of `_config.yml`. Where that is
empty, as in the repository, the address of the fork that a hosted build runs for takes its place;
without either there are no links to places that run notebooks.
"""

import math
import os
import re
from collections.abc import Mapping
from pathlib import Path

import nbformat
from docutils import nodes
from docutils.parsers.rst.states import Inliner
from sphinx.application import Sphinx
from sphinx.config import Config

from assignment4.book.notebooks import chapter_paths
from assignment4.cache import file_digest

WORDS_PER_MINUTE = 150
"""Of a reader who follows formulas and code."""

STEP = 5
"""Minutes that a time is rounded up to."""


class ReadingTime(nodes.inline):
    """The place of a reading time, filled when the whole chapter is read."""


def reading_minutes(words: int) -> int:
    """Return the minutes that so many words take, rounded up to a multiple of five."""
    return STEP * math.ceil(words / WORDS_PER_MINUTE / STEP)


def place(
    name: str, rawtext: str, text: str, line: int, inliner: Inliner, *_: object
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Make the place of the role `reading-time`, whose text is the unit."""
    return [ReadingTime(rawtext, "", unit=text)], []


def fill(app: Sphinx, document: nodes.document) -> None:
    """Put the time in each place of a chapter."""
    for node in list(document.findall(ReadingTime)):
        words = sum(len(part.astext().split()) for part in document.findall(nodes.paragraph))
        minutes = reading_minutes(words)
        node.replace_self(nodes.Text(f"{minutes} {node['unit']}"))


FOLDER = "_downloads/without_outputs"
LAUNCH_BUTTONS = {
    "notebook_interface": "jupyterlab",
    "binderhub_url": "https://mybinder.org",
    "colab_url": "https://colab.research.google.com",
}


def repository_url(configured: str, environment: Mapping[str, str]) -> str:
    """Return the repository's address, or "" where it is not known.

    Args:
        configured: the one of `_config.yml`.
        environment: variables, as GitHub sets them for the repository or fork that it builds.
    """
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


def write_without_outputs(app: Sphinx, error: Exception | None) -> None:
    """Write the notebooks without outputs beside the pages."""
    if error or app.builder.name != "html":
        return
    folder = Path(app.outdir) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for path in chapter_paths(Path(app.srcdir)):
        notebook = without_outputs(nbformat.read(path, as_version=4))
        (folder / path.name).write_text(nbformat.writes(notebook) + "\n", encoding="utf-8")


def offer_without_outputs(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None
) -> None:
    """Add the notebook without outputs to the page's button for downloads."""
    name = Path(pagename).name
    if not (Path(app.srcdir) / f"{pagename}.ipynb").exists():
        return
    for button in context.get("header_buttons", []):
        if button.get("label") == "download-buttons":
            button["buttons"].insert(
                1,
                {
                    "type": "link",
                    "url": f"{context['pathto'](FOLDER, 1)}/{name}.ipynb",
                    "text": ".ipynb without outputs",
                    "tooltip": "Download the notebook without outputs",
                    "icon": "fas fa-file-code",
                    "label": "download-without-outputs-button",
                },
            )


def load_images_late(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None
) -> None:
    """Let a browser load the images of a page when they are about to be seen."""
    if body := context.get("body"):
        context["body"] = re.sub(r"<img (?=[^>]*src=\"[^d])", '<img loading="lazy" ', body)


CHECKSUMS = "SHA256SUMS"


def published_files(pages: Path) -> list[Path]:
    """Return the files of built pages that readers get, in the order of their names."""
    return sorted(
        file
        for file in pages.rglob("*")
        if file.is_file() and file.suffix != ".map" and file.name != ".buildinfo"
    )


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
    """Empty the theme's drawings of icons, which it brings as a font too, and write checksums."""
    if error or app.builder.name != "html":
        return
    folder = Path(app.outdir)
    (folder / "_static" / "scripts" / "fontawesome.js").write_text("", encoding="utf-8")
    for path in folder.rglob("*.map"):
        path.unlink()
    write_checksums(folder)


def setup(app: Sphinx) -> None:
    """Connect role, address, downloads and checksums."""
    app.add_role("reading-time", place)
    app.connect("doctree-read", fill)
    app.connect("config-inited", set_repository)
    app.connect("html-page-context", load_images_late)
    app.connect("html-page-context", offer_without_outputs, priority=900)
    app.connect("build-finished", write_without_outputs)
    app.connect("build-finished", finish, priority=950)  # after all that alters pages
