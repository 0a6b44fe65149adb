"""Displayed equations and what stands for them: a check in a cell, or the word that none is owed.

Behind each displayed equation of a chapter stands one of two roles:

    {checked}`1c-ambiguous`      the id of a claim, or the name of a cell with the tag check-NAME
    {stated}`definition`         nothing is claimed: a definition, an assumption, a quotation

A build warns, and so fails, where an equation has neither, or where a check is gone.
"""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxRole

from assignment4.book.ledger import recorded_claims, recorded_in
from assignment4.book.notebooks import chapter_paths

TAG = "check-"
STATED = ("definition", "assumption", "example", "as printed")
"""What an equation may be without a check."""

logger = logging.getLogger(__name__)


def checks_of(path: Path) -> dict[str, str]:
    """Return the checks of a notebook by name, recorded claims and cells that carry a tag.

    Each is told by the link to its cell, from another chapter. ValueError: a cell with the tag
    asserts nothing and records nothing.
    """
    checks = {name: f"{path.stem}.html#claim-{name}" for name in recorded_claims(path)}
    for cell in nbformat.read(path, as_version=4).cells:
        for name in tagged_names(cell.metadata):
            tree = ast.parse(cell.source)
            asserts = any(isinstance(node, ast.Assert) for node in ast.walk(tree))
            if not asserts and not list(recorded_in(tree)):
                raise ValueError(f"{path.name}: the cell {TAG}{name} neither asserts nor records")
            checks[name] = f"{path.stem}.html#{TAG}{name}"
    return checks


def tagged_names(metadata: dict) -> Iterator[str]:
    """Yield the names of checks among the tags in a cell's metadata."""
    tags = metadata.get("tags", [])
    return (tag.removeprefix(TAG) for tag in tags if tag.startswith(TAG))


@functools.cache
def book_checks(root: Path) -> dict[str, str]:
    """Return the checks of all chapters below a folder by name; ValueError: two have one name."""
    checks: dict[str, str] = {}
    for path in chapter_paths(root):
        for name, link in checks_of(path).items():
            if name in checks:
                raise ValueError(f"two cells are the check {name!r}: {checks[name]} and {link}")
            checks[name] = link
    return checks


class Standing(nodes.inline):
    """What stands for an equation: a link to its check, or a word."""


class Checked(SphinxRole):
    """The link of the role `checked`, to one check or to several between commas."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link; warn where a check is not there."""
        checks = book_checks(Path(self.env.srcdir))
        node = Standing(self.rawtext, "checked by ", classes=["standing", "checked"])
        for number, name in enumerate(part.strip() for part in self.text.split(",")):
            if name not in checks:
                logger.warning("no cell is the check %r", name, location=self.get_location())
            node += nodes.Text(", " if number else "")
            node += nodes.reference("", name, internal=True, refuri=checks.get(name, ""))
        return [node], []


class Stated(SphinxRole):
    """The word of the role `stated`, one of STATED."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the word; warn of another one."""
        if self.text not in STATED:
            where = self.get_location()
            logger.warning("an equation may be %s, not %r", STATED, self.text, location=where)
        return [Standing(self.rawtext, self.text, classes=["standing", "stated"])], []


def equations_without_standing(document: nodes.document) -> list[nodes.math_block]:
    """Return the displayed equations behind which neither role stands."""
    return [
        equation
        for equation in document.findall(nodes.math_block)
        if not is_printed(equation) and not _stands_behind(equation)
    ]


def ancestors(node: nodes.Node) -> Iterator[nodes.Element]:
    """Yield the nodes around a node, from its parent on."""
    while node := node.parent:
        yield node


def is_printed(node: nodes.Node) -> bool:
    """Say whether a node is part of what a cell put out."""
    return any("cell_output" in around.get("classes", []) for around in ancestors(node))


def _stands_behind(equation: nodes.math_block) -> bool:
    behind = equation.next_node(descend=False, siblings=True)
    while isinstance(behind, nodes.target):
        behind = behind.next_node(descend=False, siblings=True)
    return behind is not None and any(behind.findall(Standing))


def demand_standing(app: Sphinx, document: nodes.document) -> None:
    """Warn of equations without standing, and make anchors of the cells that are checks."""
    for equation in equations_without_standing(document):
        logger.warning(
            "an equation has neither {checked} nor {stated} behind it", location=equation
        )
    for cell in document.findall(nodes.container):
        cell["ids"] += [f"{TAG}{name}" for name in tagged_names(cell.get("cell_metadata", {}))]
