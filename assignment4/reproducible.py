"""What makes a run repeatable and its output clean: import this before Keras.

TensorFlow writes to the process's standard error while it is imported, whatever its log level
says, and nbval compares standard error. So it is imported here, with that one stream discarded;
an exception still reaches the caller. Its warnings, most of them about retracing, go the same way.
"""

import contextlib
import os
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


with _standard_error_discarded():
    import keras  # noqa: F401
    import tensorflow

tensorflow.get_logger().setLevel("ERROR")
