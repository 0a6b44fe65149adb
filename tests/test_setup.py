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


@pytest.mark.parametrize("module", ["letters", "replication.json_lines", "replication.workers"])
def test_what_needs_no_tensorflow_is_imported_without(module: str) -> None:
    code = f"import sys, assignment4.{module}; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_lists_its_targets() -> None:
    # A make that runs these tests passes its own options on in MAKEFLAGS.
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    command = ["make", "--no-print-directory"]
    listed = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (targets,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert {line.split()[0] for line in listed.stdout.splitlines()} == set(targets.split())


class Machine:
    """A folder with environment.sh, and a PATH with stand-ins for Python that a test adds."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "книга с пробелами"
        self.checkout.mkdir()
        for name in ("environment.sh", "pyproject.toml", "requirements.txt"):
            shutil.copy(ROOT / name, self.checkout)
        self.programs = folder / "bin"
        self.programs.mkdir()
        for name in ("cat", "cksum", "cp", "dirname", "grep", "mkdir"):
            (self.programs / name).symlink_to(shutil.which(name))

    def add_python(self, name: str, version: str, *, runs: bool = True) -> None:
        """Add a stand-in that tells this version and makes .venv/bin/python a copy of itself."""
        script = f"""#!/bin/sh
            case "$2" in
            *print*) echo {version} ;;
            venv) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
            esac
        """
        path = self.programs / name
        path.write_text(script if runs else "#!/bin/sh\nexit 127\n")
        path.chmod(0o755)

    def make_environment(self, **variables: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            ["/bin/sh", str(self.checkout / "environment.sh")],
            env={"PATH": str(self.programs), **variables},
            capture_output=True,
            text=True,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize("version", ["2.7.18", "3.10.12", "3.14.0", None])
def test_other_pythons_or_none_are_refused_in_one_line(
    machine: Machine, version: str | None
) -> None:
    if version:
        machine.add_python("python3", version)
    refused = machine.make_environment()
    assert refused.returncode != 0
    assert refused.stdout == ""
    assert len(refused.stderr.splitlines()) == 1
    assert "3.11, 3.12 or 3.13" in refused.stderr
    assert version is None or f"python3 is {version}" in refused.stderr


def test_the_first_python_that_fits_and_runs_is_taken(machine: Machine) -> None:
    machine.add_python("python3", "3.14.0")
    machine.add_python("python3.13", "3.13.0", runs=False)
    machine.add_python("python3.12", "3.12.1")
    made = machine.make_environment()
    assert made.returncode == 0
    assert "Python 3.12.1" in made.stdout


def test_an_environment_is_made_again_when_the_lock_changes_or_a_python_is_named(
    machine: Machine,
) -> None:
    machine.add_python("python3", "3.11.7")
    machine.add_python("another", "3.13.0")
    assert "making .venv" in machine.make_environment().stdout
    assert machine.make_environment().stdout == ""
    with (machine.checkout / "requirements.txt").open("a") as lock:
        lock.write("# changed\n")
    assert "making .venv" in machine.make_environment().stdout
    assert "Python 3.13.0" in machine.make_environment(PYTHON="another").stdout
    assert machine.make_environment(PYTHON="another").stdout == ""
    assert machine.make_environment().stdout == ""
