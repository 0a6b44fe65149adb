"""What is shown in a page as HTML with a script of its own: its name and its template."""

from importlib.resources import files
from string import Template


class _PageTemplate(Template):
    delimiter = "@"  # the dollar and the percent sign mean something in scripts and styles


def check_name(name: str) -> None:
    """Raise ValueError unless a name has letters, digits and hyphens only, all of them ASCII."""
    if not name.replace("-", "").isalnum() or not name.isascii():
        raise ValueError(f"a name has letters, digits and hyphens, got {name!r}")


def fill_page(file: str, **values: object) -> str:
    """Return the HTML of a file beside this module, with a value for each @name in it."""
    return _PageTemplate(_read(file)).substitute(**values)


def read_style() -> str:
    """Return the style that the figures to be moved have in common."""
    return _read("moving.css")


def _read(file: str) -> str:
    return files("assignment4.figures").joinpath(file).read_text("utf-8")
