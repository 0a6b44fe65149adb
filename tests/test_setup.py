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
TARGETS = {
    "help",
    "environment",
    "book",
    "offline",
    "pdf",
    "handout",
    "test",
    "lint",
    "lock",
    "notebooks",
    "replicate",
    "bench",
    "clean",
}


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def direct_requirements() -> dict[str, tuple[str, str]]:
    """Each direct dependency's (version specifier, reason)."""
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    requirements = {}
    for line in lines:
        if line and not line.startswith("#"):
            requirement, _, reason = line.partition("#")
            name, specifier = re.fullmatch(r"([\w.-]+)(\S*)", requirement.strip()).groups()
            requirements[normalized(name)] = (specifier, reason.strip())
    return requirements


def locked_blocks() -> list[str]:
    """The lock's entries, each a pin with the hashes and the comment below it."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return re.split(r"\n(?=[\w.-]+==)", text)[1:]


def test_every_direct_dependency_has_a_reason() -> None:
    for name, (_, reason) in direct_requirements().items():
        assert len(reason) > 5, name


def test_lock_is_in_step_with_the_direct_dependencies() -> None:
    direct = {block.split("==")[0] for block in locked_blocks() if "-r requirements.in" in block}
    assert direct == set(direct_requirements())


def test_exact_requirements_are_locked_as_they_stand() -> None:
    pins = {block.split()[0] for block in locked_blocks()}
    exact = {name + s for name, (s, _) in direct_requirements().items() if s.startswith("==")}
    assert exact
    assert exact <= pins


def test_every_locked_package_has_a_hash() -> None:
    blocks = locked_blocks()
    assert len(blocks) > 100
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_lock_is_complete() -> None:
    """What an installed package needs on this machine is locked, too."""
    names = {normalized(block.split("==")[0]) for block in locked_blocks()}
    missing = set()
    for name in names & {normalized(one.name) for one in distributions()}:
        for line in requires(name) or []:
            need = Requirement(line)
            applies = need.marker is None or need.marker.evaluate({"extra": ""})
            if applies and normalized(need.name) not in names:
                missing.add(f"{name} needs {need}")
    assert missing == set()


def test_lock_names_no_index_and_no_path() -> None:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert not re.search(r"://|file:| @ |--(extra-)?index|--find-links", text)


def imported_modules() -> set[str]:
    modules = set()
    for path in (ROOT / "assignment4").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                modules.add(node.module.split(".")[0])
    return modules - {"assignment4"}


def test_package_imports_only_what_is_declared() -> None:
    foreign = imported_modules() - set(sys.stdlib_module_names)
    providers = packages_distributions()
    undeclared = {
        module
        for module in foreign
        if not {normalized(name) for name in providers[module]} & set(direct_requirements())
    }
    assert undeclared == set()


def test_package_imports_nothing_that_opens_the_network() -> None:
    assert imported_modules() & NETWORK_MODULES == set()


def test_importing_the_package_brings_in_no_tensorflow() -> None:
    code = "import sys, assignment4.letters; sys.exit('tensorflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("arguments", [[], ["help"]], ids=["make", "make help"])
def test_help_lists_the_targets(arguments: list[str]) -> None:
    command = ["make", "--no-print-directory", *arguments]
    # A make that runs these tests passes its own options on in MAKEFLAGS.
    environment = {name: value for name, value in os.environ.items() if "MAKE" not in name}
    listed = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert {line.split()[0] for line in listed.stdout.splitlines()} == TARGETS


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


@pytest.mark.parametrize("version", ["2.7.18", "3.10.12", "3.14.0"])
def test_other_pythons_are_refused_in_one_line(machine: Machine, version: str) -> None:
    machine.add_python("python3", version)
    refused = machine.make_environment()
    assert refused.returncode != 0
    assert refused.stdout == ""
    assert len(refused.stderr.splitlines()) == 1
    assert f"python3 is {version}" in refused.stderr
    assert "3.11, 3.12 or 3.13" in refused.stderr


def test_no_python_is_refused_in_one_line(machine: Machine) -> None:
    refused = machine.make_environment()
    assert refused.returncode != 0
    assert len(refused.stderr.splitlines()) == 1


def test_the_first_python_that_fits_and_runs_is_taken(machine: Machine) -> None:
    machine.add_python("python3", "3.14.0")
    machine.add_python("python3.13", "3.13.0", runs=False)
    machine.add_python("python3.12", "3.12.1")
    made = machine.make_environment()
    assert made.returncode == 0
    assert "Python 3.12.1" in made.stdout


def test_environment_is_made_once_and_again_when_the_lock_changes(machine: Machine) -> None:
    machine.add_python("python3", "3.11.7")
    assert "making .venv" in machine.make_environment().stdout
    assert machine.make_environment().stdout == ""
    with (machine.checkout / "requirements.txt").open("a") as lock:
        lock.write("# changed\n")
    assert "making .venv" in machine.make_environment().stdout


def test_named_python_is_taken_even_when_an_environment_exists(machine: Machine) -> None:
    machine.add_python("python3", "3.11.7")
    machine.add_python("another", "3.13.0")
    machine.add_python("old", "3.9.1")
    machine.make_environment()
    assert "Python 3.13.0" in machine.make_environment(PYTHON="another").stdout
    assert machine.make_environment(PYTHON="another").stdout == ""
    assert machine.make_environment().stdout == ""
    assert "old is 3.9.1" in machine.make_environment(PYTHON="old").stderr
