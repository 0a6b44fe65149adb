"""What a page offers beside itself: its notebook without outputs, and places to run it.

The repository's address is given in one place, `repository: url` of `_config.yml`. Where that is
empty, as in the repository, the address of the fork that a hosted build runs for takes its place;
without either there are no links to places that run notebooks.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from assignment4.book.notebooks import chapter_paths

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


def setup(app: Sphinx) -> None:
    """Connect address and downloads."""
    app.connect("config-inited", set_repository)
    app.connect("build-finished", write_without_outputs)
    app.connect("html-page-context", offer_without_outputs, priority=900)
