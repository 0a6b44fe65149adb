"""How a fault of a file that a person gives is told: one line that begins with its path."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def faults_of(path: Path | str) -> Iterator[None]:
    """Put the path in front of what was found, and turn refusals of the system into ValueError."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        fault = f"found it unreadable ({error.strerror or error}); expected a readable file"
        raise ValueError(f"{printable(path)}: {fault}") from error
    except ValueError as error:
        raise ValueError(f"{printable(path)}: {error}") from None


def printable(path: Path | str) -> str:
    """Return a path as text that any terminal shows in one line; odd characters are escaped."""
    return str(path) if str(path).isprintable() else repr(str(path))[1:-1]
