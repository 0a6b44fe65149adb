"""The licences of all packages that the book installs, as the packages themselves state them."""

import csv
import io
import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from assignment4.cache import write_atomically
from assignment4.repository import ROOT

LOCK = ROOT / "requirements.txt"
LICENCES = ROOT / "licences.csv"

CLASSIFIER = "License :: "


def locked_names() -> list[str]:
    """Return the names of the packages of the lock."""
    return re.findall(r"^([\w.-]+)==", LOCK.read_text(encoding="utf-8"), re.MULTILINE)


def licence_of(package: Distribution) -> str:
    """Return what a package says of its licence, the most precise statement of its metadata.

    Raises:
        ValueError: it says nothing.
    """
    metadata = package.metadata
    classifiers = metadata.get_all("Classifier", [])
    named = [line.split(" :: ")[-1] for line in classifiers if line.startswith(CLASSIFIER)]
    stated = metadata.get("License-Expression") or "; ".join(named) or metadata.get("License")
    if not stated:
        texts = [file for file in package.files or [] if "LICENSE" in file.name.upper()]
        if not texts:
            raise ValueError(f"{metadata['Name']} states no licence")
        stated = f"as in its file {texts[0].name}"
    return stated.splitlines()[0].strip()


def installed_licences() -> dict[str, str]:
    """Return the licence of each locked package that is installed here, by its name."""
    licences = {}
    for name in locked_names():
        try:
            licences[name] = licence_of(distribution(name))
        except PackageNotFoundError:
            continue  # of another operating system
    return licences


def write_licences() -> None:
    """Write the table of licences."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["package", "licence"])
    writer.writerows(installed_licences().items())
    write_atomically(LICENCES, table.getvalue().encode())


def read_licences() -> dict[str, str]:
    """Return the stored table: each package's licence."""
    with LICENCES.open(encoding="utf-8", newline="") as file:
        return {row["package"]: row["licence"] for row in csv.DictReader(file)}
