"""SHA256SUMS beside the built pages: two builds of the same book agree in every byte."""

from pathlib import Path

from sphinx.application import Sphinx

from assignment4.cache import file_digest

CHECKSUMS = "SHA256SUMS"


def published_files(pages: Path) -> list[Path]:
    """Return the files of built pages that readers get, in the order of their names."""
    return sorted(
        file
        for file in pages.rglob("*")
        if file.is_file() and file.suffix != ".map" and file.name != ".buildinfo"
    )


def write_checksums(pages: Path) -> None:
    """Write SHA256SUMS into a folder of pages, as `sha256sum --check` reads it."""
    path = pages / CHECKSUMS
    lines = [
        f"{file_digest(file)}  {file.relative_to(pages).as_posix()}\n"
        for file in published_files(pages)
        if file != path
    ]
    path.write_text("".join(lines), encoding="utf-8")


def write_when_finished(app: Sphinx, exception: Exception | None) -> None:
    """Write the checksums of pages that were built without an error."""
    if exception is None and app.builder.name == "html":
        write_checksums(Path(app.outdir))


def setup(app: Sphinx) -> None:
    """Connect the writing."""
    app.connect("build-finished", write_when_finished, priority=950)  # after all that alters pages
