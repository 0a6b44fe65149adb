"""What a fresh clone relies on: the lock, the targets, the choice of a Python."""

import ast
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import distributions, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from assignment4 import ROOT

NETWORK_MODULES = {"ftplib", "http", "httpx", "requests", "smtplib", "socket", "urllib", "urllib3"}


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def direct_requirements() -> dict[str, str]:
    """Each direct dependency's version specifier; each has a reason behind it."""
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    found = [
        re.fullmatch(r"([\w.-]+)(\S*) +# .{6,}", line) for line in lines if line[:1] not in "#"
    ]
    return {normalized(match[1]): match[2] for match in found}


def locked_blocks() -> dict[str, str]:
    """The lock's entries by package, each a pin with the hashes and the comment below it."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[\w.-]+==)", text)[1:]
    return {normalized(block.split("==")[0]): block for block in blocks}


def test_the_lock_is_in_step_hashed_and_names_no_other_source() -> None:
    locked, direct = locked_blocks(), direct_requirements()
    assert {name for name, block in locked.items() if "-r requirements.in" in block} == set(direct)
    for name, specifier in direct.items():
        assert not specifier.startswith("==") or locked[name].startswith(f"{name}{specifier} ")
    assert all("--hash=sha256:" in block for block in locked.values())
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert not re.search(r"://|file:| @ |--(extra-)?index|--find-links", text)


def test_the_lock_is_complete() -> None:
    """What an installed package needs on this machine is locked, too."""
    names = set(locked_blocks())
    missing = set()
    for name in names & {normalized(one.name) for one in distributions()}:
        for line in requires(name) or []:
            need = Requirement(line)
            applies = need.marker is None or need.marker.evaluate({"extra": ""})
            if applies and normalized(need.name) not in names:
                missing.add(f"{name} needs {need}")
    assert missing == set()


def imported_modules() -> set[str]:
    modules = set()
    for path in (ROOT / "assignment4").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules.add(node.module.split(".")[0])
    return modules - {"assignment4"}


def test_the_package_imports_what_is_declared_and_nothing_that_opens_the_network() -> None:
    """Nor anything of the tools and the benchmarks, which no package provides."""
    providers = packages_distributions()
    for module in imported_modules() - set(sys.stdlib_module_names):
        assert {normalized(name) for name in providers[module]} & set(direct_requirements()), module
    assert imported_modules() & NETWORK_MODULES == set()


def test_what_needs_no_tensorflow_is_imported_without() -> None:
    code = (
        "import sys, assignment4.letters, assignment4.pca.batches, "
        "assignment4.replication.workers, assignment4.replication.json_lines; "
        "sys.exit('tensorflow' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_lists_its_targets() -> None:
    # A make that runs these tests passes its own options on in MAKEFLAGS.
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    listed = subprocess.check_output(
        ["make", "--no-print-directory"], cwd=ROOT, env=environment, text=True
    )
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (targets,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert {line.split()[0] for line in listed.splitlines()} == set(targets.split())


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with environment.sh, beside one with the programs that it calls, and no Python."""
    checkout, programs = tmp_path / "книга с пробелами", tmp_path / "bin"
    for folder in (checkout, programs):
        folder.mkdir()
    for name in ("environment.sh", "pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, checkout)
    for name in ("cat", "cksum", "cp", "dirname", "grep", "mkdir"):
        (programs / name).symlink_to(shutil.which(name))
    return checkout


def add_python(checkout: Path, name: str, version: str, *, runs: bool = True) -> None:
    """Add a stand-in that tells this version and makes .venv/bin/python a copy of itself."""
    script = f"""#!/bin/sh
        case "$2" in
        *print*) echo {version} ;;
        venv) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
        esac
    """
    path = checkout.parent / "bin" / name
    path.write_text(script if runs else "#!/bin/sh\nexit 127\n")
    path.chmod(0o755)


def make_environment(checkout: Path, **variables: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["/bin/sh", str(checkout / "environment.sh")],
        env={"PATH": str(checkout.parent / "bin"), **variables},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("version", ["2.7.18", "3.10.12", "3.14.0", None])
def test_other_pythons_or_none_are_refused_in_one_line(checkout: Path, version) -> None:
    if version:
        add_python(checkout, "python3", version)
    refused = make_environment(checkout)
    assert (refused.returncode != 0, refused.stdout) == (True, "")
    (line,) = refused.stderr.splitlines()
    assert "3.11, 3.12 or 3.13" in line
    assert version is None or f"python3 is {version}" in line


def test_an_environment_is_made_by_the_first_python_that_fits_and_runs(checkout: Path) -> None:
    """It is made again when the lock changes, or another Python is named."""
    add_python(checkout, "python3", "3.14.0")
    add_python(checkout, "python3.13", "3.13.0", runs=False)
    add_python(checkout, "python3.12", "3.12.1")
    add_python(checkout, "another", "3.13.0")
    assert re.search("making .venv.*Python 3.12.1", make_environment(checkout).stdout, re.DOTALL)
    assert make_environment(checkout).stdout == ""
    with (checkout / "requirements.txt").open("a") as lock:
        lock.write("# changed\n")
    assert "making .venv" in make_environment(checkout).stdout
    assert "Python 3.13.0" in make_environment(checkout, PYTHON="another").stdout
    assert make_environment(checkout, PYTHON="another").stdout == ""
    assert make_environment(checkout).stdout == ""
