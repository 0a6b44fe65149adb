"""How long a chapter takes to read, computed from the words of its prose when the book is built."""

import math

from docutils import nodes
from docutils.parsers.rst.states import Inliner
from sphinx.application import Sphinx

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


def setup(app: Sphinx) -> None:
    """Connect the role."""
    app.add_role("reading-time", place)
    app.connect("doctree-read", fill)
