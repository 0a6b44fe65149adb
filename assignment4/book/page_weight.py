"""What a page does not need is left out, so that its first view is light.

The theme brings all icons of Font Awesome twice: as a style with a font, and as a script with all
their drawings. The style is kept, less the rules of icons that no page uses. Images below the first
view are loaded when they come near.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

ICON_RULE = re.compile(r'((?:\.fa-[a-z0-9-]+:before,?)+)\{content:"[^"]*"\}')
ICON_NAME = re.compile(r"\bfa-[a-z0-9-]+")


def load_images_late(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None
) -> None:
    """Let a browser load the images of a page when they are about to be seen."""
    if body := context.get("body"):
        context["body"] = re.sub(r"<img (?=[^>]*src=\"[^d])", '<img loading="lazy" ', body)


def without_other_icons(style: str, used: set[str]) -> str:
    """Return a style without the rules of icons other than those used.

    Args:
        style: CSS.
        used: names such as "fa-bars".
    """

    def keep(rule: re.Match) -> str:
        return rule[0] if used & set(ICON_NAME.findall(rule[1])) else ""

    return ICON_RULE.sub(keep, style)


def lighten(app: Sphinx, error: Exception | None) -> None:
    """Take from the built pages' files what no page uses."""
    if error or app.builder.format != "html":
        return
    folder = Path(app.outdir)
    pages = [path for path in folder.rglob("*.html") if "_static" not in path.parts]
    scripts = (folder / "_static").glob("scripts/*theme.js")
    used = {
        name
        for path in [*pages, *scripts]
        for name in ICON_NAME.findall(path.read_text(encoding="utf-8"))
    }
    for path in (folder / "_static" / "styles").glob("*.css"):
        style = path.read_text(encoding="utf-8")
        path.write_text(without_other_icons(style, used), encoding="utf-8")
    (folder / "_static" / "scripts" / "fontawesome.js").write_text("", encoding="utf-8")
    for path in folder.rglob("*.map"):
        path.unlink()


def setup(app: Sphinx) -> None:
    """Connect what lightens pages."""
    app.connect("html-page-context", load_images_late)
    app.connect("build-finished", lighten, priority=900)
