"""Where the repository lies."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The folder with the chapters, the package and the results."""
