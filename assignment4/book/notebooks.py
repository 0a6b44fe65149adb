"""The chapters as notebooks: their order, what their kernels need, and storing their outputs."""

import functools
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from assignment4 import ROOT
from assignment4.cache import write_atomically

TIMEOUT = 1800
"""Seconds that one cell may take."""

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}
"""A stored chapter's kernel and language, the same whichever Python executed it."""

KERNEL_SETTINGS = """
get_config().IPKernelApp.log_level = "ERROR"
get_config().IPKernelApp.exec_lines = [
    '__import__("assignment4.book.network").book.network.forbid_network()'
]
"""
"""A quiet log, and no network before the first cell; no name is left behind."""


def toc_entries(root: Path = ROOT) -> list[str]:
    """Return the pages of `_toc.yml` in reading order, such as "chapters/intro"."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    return [toc["root"], *_files_below(toc)]


def _files_below(node: dict) -> Iterator[str]:
    for level in ("parts", "chapters", "sections"):
        for entry in node.get(level, []):
            if "file" in entry:
                yield entry["file"]
            yield from _files_below(entry)


def chapter_paths(root: Path = ROOT) -> list[Path]:
    """Return the notebooks of `_toc.yml` in reading order, as absolute paths."""
    paths = [root / f"{entry}.ipynb" for entry in toc_entries(root)]
    return [path for path in paths if path.exists()]


def kernel_environment(root: Path = ROOT) -> dict[str, str]:
    """Return the environment variables that a chapter's kernel needs beside the inherited ones.

    Training shows no progress bar, a person's IPython settings stay out, and paths hold in the
    chapters' folder, too: relative ones start at the root, and ~ is home even without a shell.
    """
    search_path = [str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {
        "ASSIGNMENT4_PROGRESS": "0",
        "IPYTHONDIR": _plain_ipython_folder().name,
        "PYTHONPATH": os.pathsep.join(search_path),
    }
    for variable in ("ASSIGNMENT4_LETTERS", "ASSIGNMENT4_PAIRS", "ASSIGNMENT4_CACHE"):
        if path := os.environ.get(variable):
            environment[variable] = os.path.abspath(root / os.path.expanduser(path))
    return environment


@functools.cache
def _plain_ipython_folder() -> tempfile.TemporaryDirectory:
    """Return a folder with the kernel's settings that lasts as long as this process."""
    folder = tempfile.TemporaryDirectory(prefix="ipython-")
    path = Path(folder.name) / "profile_default" / "ipython_kernel_config.py"
    path.parent.mkdir()
    path.write_text(KERNEL_SETTINGS, encoding="utf-8")
    return folder


def execute(path: Path) -> nbformat.NotebookNode:
    """Return the notebook with the outputs of a fresh kernel, run in the notebook's folder.

    RuntimeError: a cell fails; the message names the notebook and shows the cell.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        coalesce_streams=True,
    )
    try:
        client.execute(env={**os.environ, **kernel_environment()})
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise RuntimeError(f"{path.name}: {error}") from error
    notebook.metadata.update(METADATA)
    return notebook


def store(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Rewrite the notebook at once: a reader finds the old file or the new one, never a part."""
    write_atomically(path, (nbformat.writes(notebook) + "\n").encode())
