"""Displayed equations and what stands for them: a check in a cell, or the word that none is owed.

Behind each displayed equation of a chapter stands one of two roles:

    {checked}`1c-ambiguous`      the id of a claim, or the name of a cell with the tag check-NAME
    {stated}`definition`         nothing is claimed: a definition, an assumption, a quotation

The first becomes a link to the cell that checks the equation. A build warns, and so fails, where
an equation has neither, or where a check is gone.
"""

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
from docutils import nodes
from docutils.parsers.rst.states import Inliner
from sphinx.application import Sphinx
from sphinx.util import logging

from assignment4.book.ledger import recorded_claims
from assignment4.book.notebooks import chapter_paths

TAG = "check-"
STATED = ("definition", "assumption", "example", "as printed")
"""What an equation may be without a check."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Check:
    """A cell that checks something: its chapter, and the anchor of the cell in the page."""

    chapter: str
    anchor: str


def checks_of(path: Path) -> dict[str, Check]:
    """Return the checks of a notebook by name: recorded claims, and cells that carry a tag.

    Raises:
        ValueError: a cell with the tag asserts nothing and records nothing.
    """
    checks = {name: Check(path.stem, f"claim-{name}") for name in recorded_claims(path)}
    for cell in nbformat.read(path, as_version=4).cells:
        for name in tagged_names(cell.metadata.get("tags", [])):
            if not any(map(_can_fail, ast.walk(ast.parse(cell.source)))):
                raise ValueError(f"{path.name}: the cell {TAG}{name} neither asserts nor records")
            checks[name] = Check(path.stem, f"{TAG}{name}")
    return checks


def tagged_names(tags: list[str]) -> Iterator[str]:
    """Yield the names of checks among a cell's tags."""
    return (tag.removeprefix(TAG) for tag in tags if tag.startswith(TAG))


def _can_fail(node: ast.AST) -> bool:
    if isinstance(node, ast.Call):
        return getattr(node.func, "id", None) == "record"
    return isinstance(node, ast.Assert)


@functools.cache
def book_checks(root: Path) -> dict[str, Check]:
    """Return the checks of all chapters below a folder by name."""
    checks: dict[str, Check] = {}
    for path in chapter_paths(root):
        for name, check in checks_of(path).items():
            if name in checks:
                raise ValueError(f"two cells are the check {name!r}: {checks[name]} and {check}")
            checks[name] = check
    return checks


class Standing(nodes.inline):
    """What stands for an equation: a link to its check, or a word."""


def checked(
    name: str, rawtext: str, text: str, line: int, inliner: Inliner, *_: object
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Make the link of the role `checked`, to one check or to several between commas."""
    environment = inliner.document.settings.env
    checks = book_checks(Path(environment.srcdir))
    node = Standing(rawtext, "checked by ", classes=["standing", "checked"])
    for number, check_name in enumerate(part.strip() for part in text.split(",")):
        if check_name not in checks:
            logger.warning(
                "no cell is the check %r", check_name, location=(environment.docname, line)
            )
            continue
        check = checks[check_name]
        target = "" if environment.docname.endswith(check.chapter) else f"{check.chapter}.html"
        node += nodes.Text(", " if number else "")
        node += nodes.reference("", check_name, internal=True, refuri=f"{target}#{check.anchor}")
    return [node], []


def stated(
    name: str, rawtext: str, text: str, line: int, inliner: Inliner, *_: object
) -> tuple[list[nodes.Node], list[nodes.system_message]]:
    """Make the word of the role `stated`, one of STATED."""
    if text not in STATED:
        docname = inliner.document.settings.env.docname
        logger.warning("an equation may be %s, not %r", STATED, text, location=(docname, line))
    return [Standing(rawtext, text, classes=["standing", "stated"])], []


def equations_without_standing(document: nodes.document) -> list[nodes.math_block]:
    """Return the displayed equations behind which neither role stands."""
    return [
        equation
        for equation in document.findall(nodes.math_block)
        if not _in_output(equation) and not _stands_behind(equation)
    ]


def _in_output(node: nodes.Node) -> bool:
    while node.parent is not None:
        node = node.parent
        if "cell_output" in node.get("classes", []):
            return True
    return False


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
        for name in tagged_names(cell.get("cell_metadata", {}).get("tags", [])):
            cell["ids"].append(f"{TAG}{name}")


def visit_standing(translator: object, node: Standing) -> None:
    """Open the element of a standing."""
    translator.body.append(translator.starttag(node, "span", ""))


def depart_standing(translator: object, node: Standing) -> None:
    """Close the element of a standing."""
    translator.body.append("</span>")


def setup(app: Sphinx) -> None:
    """Connect roles, element and gate."""
    app.add_node(Standing, html=(visit_standing, depart_standing))
    app.add_role("checked", checked)
    app.add_role("stated", stated)
    app.connect("doctree-read", demand_standing)
