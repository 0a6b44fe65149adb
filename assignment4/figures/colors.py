"""Colours that colour-blind readers can tell apart, by Okabe and Ito, a grey, and lines in them."""

BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"
GREY = "#767676"

LINES = ((BLUE, "-"), (ORANGE, "--"), (GREEN, ":"))
POINTS = ((BLUE, "o-"), (ORANGE, "s--"), (GREEN, "^:"), ("black", "D-."))


def mark(color: str, marker: str, *, filled: bool = True) -> dict[str, str]:
    """Return how a point is drawn, as options of Matplotlib's lines."""
    return {"color": color, "marker": marker, "markerfacecolor": color if filled else "white"}
