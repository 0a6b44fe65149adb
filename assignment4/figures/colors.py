"""Colours that colour-blind readers can tell apart, by Okabe and Ito, a grey, and lines in them."""

BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"
GREY = "#767676"

LINES = ((BLUE, "-"), (ORANGE, "--"), (GREEN, ":"))
"""Colour and dashes of up to three curves."""

POINTS = ((BLUE, "o-"), (ORANGE, "s--"), (GREEN, "^:"), ("black", "D-."))
"""Colour, marker and dashes of up to four curves through points."""


def mark(color: str, marker: str, *, filled: bool = True) -> dict[str, str]:
    """Return how a point is drawn, as options of Matplotlib's lines."""
    return {"color": color, "marker": marker, "markerfacecolor": color if filled else "white"}
