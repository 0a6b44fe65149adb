"""Links from each first use of a term in a page to the glossary, its meaning as their title."""

import functools
import re
from collections.abc import Iterable
from typing import NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util.nodes import make_refnode

from assignment4.book.results import ancestors, is_printed

GLOSSARY = "chapters/glossary"

EVERYDAY = {"conditional", "confirmed", "corrected", "misprint", "refuted"}
"""Terms that are common words as well; where they are meant, the chapters say so."""

UNLINKED = (nodes.caption, nodes.citation, nodes.literal, nodes.math, nodes.reference, nodes.title)
"""Within these no term becomes a link."""


class Term(NamedTuple):
    """A term of the glossary: its anchor there, and the first sentence of its definition."""

    anchor: str
    meaning: str


@functools.cache
def book_terms(environment: BuildEnvironment) -> dict[str, Term]:
    """Return the terms that become links in the pages of a build."""
    terms = terms_of(environment.get_doctree(GLOSSARY))
    return {name: term for name, term in terms.items() if name not in EVERYDAY}


def terms_of(glossary: nodes.document) -> dict[str, Term]:
    """Return the terms of a glossary by name; two terms may share a definition."""
    terms = {}
    for item in glossary.findall(nodes.definition_list_item):
        meaning = _first_sentence(next(item.findall(nodes.definition)).next_node(nodes.paragraph))
        for term in item.findall(nodes.term):
            terms[term.astext()] = Term(term["ids"][0], meaning)
    return terms


def _first_sentence(paragraph: nodes.paragraph) -> str:
    """Return a paragraph's text up to its first full stop, without citations."""
    copied = paragraph.deepcopy()
    for reference in list(copied.findall(nodes.Element)):
        if reference.get("refdomain") == "cite":
            reference.parent.remove(reference)
    text = " ".join(copied.astext().split()).replace(" .", ".")
    return re.split(r"(?<=\.) ", text, maxsplit=1)[0]


def uses_of(text: str, names: Iterable[str]) -> list[tuple[int, int, str]]:
    """Return where terms stand in a text: begin, end and the term's name, in reading order.

    A term may be in the plural or begin a sentence; of two that overlap, the longer one counts.
    """
    by_spelling = {_capitalized(name): name for name in names}
    return [
        (match.start(), match.end(), by_spelling[_capitalized(match[1])])
        for match in _finder(tuple(names)).finditer(text)
    ]


@functools.cache
def _finder(names: tuple[str, ...]) -> re.Pattern[str]:
    alternatives = "|".join(
        f"[{name[0]}{name[0].upper()}]{re.escape(name[1:])}"
        for name in sorted(names, key=len, reverse=True)
    )
    return re.compile(rf"(?<![\w-])({alternatives})s?(?![\w-])")


def _capitalized(name: str) -> str:
    return name[0].upper() + name[1:]


def link_terms(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Make a link of the first use of each term in a page's running text."""
    if docname == GLOSSARY or GLOSSARY not in app.env.all_docs:
        return
    terms, seen = book_terms(app.env), set()
    for text in list(filter(_is_running_text, document.findall(nodes.Text))):
        parts, end = [], 0
        for start, stop, name in uses_of(text, terms):
            if name not in seen:
                seen.add(name)
                shown = nodes.inline("", text[start:stop])
                anchor, meaning = terms[name]
                link = make_refnode(app.builder, docname, GLOSSARY, anchor, shown, meaning)
                link["classes"].append("glossary-term")
                parts += [nodes.Text(text[end:start]), link]
                end = stop
        if parts:
            text.parent.replace(text, [*parts, nodes.Text(text[end:])])


def _is_running_text(text: nodes.Text) -> bool:
    around = list(ancestors(text))
    linked = not any(isinstance(node, UNLINKED) for node in around) and not is_printed(text)
    return linked and any(isinstance(node, nodes.paragraph) for node in around)
