"""Colours of Okabe and Ito, which colour-blind readers can tell apart."""

BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"
