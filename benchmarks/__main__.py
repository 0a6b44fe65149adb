"""All benchmarks in one run, each in a process of its own; `make bench` runs `python benchmarks`.

Says how long each took, shows all ratios in one table, and fails where a benchmark failed or
refused the machine as too busy; the others are run all the same.
"""

import subprocess
import sys
import time
from pathlib import Path

from assignment4 import ROOT
from assignment4.book.running_times import at_a_glance


def run_all(folder: Path) -> list[str]:
    """Run every program of a folder but this one, and return the names of those that failed."""
    failed = []
    begin = time.perf_counter()
    for path in sorted({*folder.glob("[!_]*.py")} - {folder / "measuring.py"}):
        print(f"== {path.stem}", flush=True)
        start = time.perf_counter()
        done = subprocess.run([sys.executable, path], cwd=ROOT, check=False)
        outcome = f"failed with {done.returncode}" if done.returncode else "done"
        print(f"== {path.stem}: {outcome} in {time.perf_counter() - start:.0f} s", flush=True)
        failed += [path.stem] * bool(done.returncode)
    print(f"== all in {time.perf_counter() - begin:.0f} s", flush=True)
    return failed


def main() -> None:
    """Run all benchmarks and show what the results now say."""
    failed = run_all(Path(__file__).resolve().parent)
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")
    print(at_a_glance())


if __name__ == "__main__":
    main()
