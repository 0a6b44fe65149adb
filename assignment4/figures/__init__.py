"""Pictures: each function draws on the axes it is given, or makes them, and returns them."""
