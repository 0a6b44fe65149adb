"""The code behind a reproduced course report: what its chapters compute, draw and check."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
"""The folder with the chapters, the package and the results."""

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
"""Variables that say how many threads a process computes with."""
