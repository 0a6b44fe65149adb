"""What makes a run repeatable, its output clean and its start quick: import this before Keras.

TensorFlow writes to standard error while it is imported, whatever its log level says, and nbval
compares that; an exception still reaches the caller. A third of the time is saved by keeping Keras
from importing scikit-learn, and by collecting no garbage while objects come that will stay.
"""

import contextlib
import gc
import os
import sys
from collections.abc import Iterator

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@contextlib.contextmanager
def _standard_error_discarded() -> Iterator[None]:
    saved = os.dup(2)
    discard = os.open(os.devnull, os.O_WRONLY)
    os.dup2(discard, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(discard)


@contextlib.contextmanager
def _without_module(name: str) -> Iterator[None]:
    """Let imports of a module fail, unless it has been imported before."""
    absent = name not in sys.modules
    if absent:
        sys.modules[name] = None
    try:
        yield
    finally:
        if absent:
            del sys.modules[name]


@contextlib.contextmanager
def _garbage_kept() -> Iterator[None]:
    """Collect no garbage, and never look again at the objects that have come."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


with _standard_error_discarded(), _without_module("sklearn"), _garbage_kept():
    import keras  # noqa: F401
    import tensorflow

tensorflow.get_logger().setLevel("ERROR")
