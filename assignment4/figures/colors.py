"""Colours of Okabe and Ito, which colour-blind readers can tell apart, and a grey."""

BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"
GREY = "#767676"
