"""The command line: `python -m assignment4 COMMAND`."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from assignment4.book.notebooks import chapter_paths, execute, store


def store_outputs(arguments: argparse.Namespace) -> None:
    """Execute the named chapters, or all, in reading order, and store their outputs."""
    paths = {path.stem: path for path in chapter_paths()}
    if unknown := [name for name in arguments.names if name not in paths]:
        raise ValueError(f"no chapter named {', '.join(unknown)}; there are {', '.join(paths)}")
    chosen = [path for name, path in paths.items() if name in (arguments.names or paths)]
    for number, path in enumerate(chosen, start=1):
        print(f"executing chapter {number} of {len(chosen)}: {path.stem}", flush=True)
        store(execute(path), path)


def replicate(arguments: argparse.Namespace) -> None:
    """Repeat the experiments over seeds and append what is new to the results."""
    from assignment4.replication import command

    command.replicate(arguments)


def make_pdf(arguments: argparse.Namespace) -> None:
    """Print the book into one PDF."""
    from assignment4.book import editions

    editions.print_pdf(editions.BUILD / "book.pdf")
    print("open", editions.BUILD / "book.pdf")


def make_offline(arguments: argparse.Namespace) -> None:
    """Pack the built pages into one file."""
    from assignment4.book import editions

    editions.pack_offline(editions.BUILD / "html", editions.BUILD / "book.zip")
    print("unpack", editions.BUILD / "book.zip", "and open index.html")


def make_handout(arguments: argparse.Namespace) -> None:
    """Build the book without solutions."""
    from assignment4.book import editions

    pages = editions.hand_out(editions.BUILD / "handout")
    print("open", (pages / "index.html").as_uri())


def check_letters(arguments: argparse.Namespace) -> None:
    """Check letters of a person's own, and prepare them for the book."""
    from assignment4.figures.letters import draw_contact_sheet
    from assignment4.letters import own

    own.check(arguments.folder, draw_contact_sheet)


def measure_drawings(arguments: argparse.Namespace) -> None:
    """Measure what readers of the book's letters make of real drawings, and keep the numbers."""
    from assignment4.transfer import drawings

    lines = drawings.measure(arguments.folder, source=arguments.source, seeds=arguments.seeds)
    drawings.keep(lines)
    print(drawings.reading_table(lines))
    print(drawings.letter_table(lines))


def command_line() -> argparse.ArgumentParser:
    """Return the parser of all commands and their arguments."""
    parser = argparse.ArgumentParser(prog="python -m assignment4")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Callable, told: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=told)
        command.set_defaults(run=run)
        return command

    notebooks = add("notebooks", store_outputs, "execute chapters and store their outputs")
    notebooks.add_argument("names", nargs="*", metavar="NAME", help="a chapter's file name stem")
    seeds = add("replicate", replicate, "repeat the report's experiments, or some, over seeds")
    several = {"nargs": "+", "metavar": "NAME"}
    seeds.add_argument("--losses", **several, help="losses of the report, or all")
    seeds.add_argument("--group", **several, help="groups of experiments, the files of results/")
    seeds.add_argument("--names", **several, help="experiments of the groups, or all")
    seeds.add_argument("--seeds", type=_positive, metavar="N", help="the seeds below N; 5")
    seeds.add_argument("--steps", type=_positive, metavar="N", help="training steps")
    seeds.add_argument("--split", choices=["as reported", "by family"], help="of the letters")
    seeds.add_argument("--workers", type=_positive, metavar="N", help="one for two cores")
    seeds.add_argument("--scheduler", metavar="tcp://HOST:PORT", help="of workers elsewhere")
    add("pdf", make_pdf, "print the whole book, from its stored outputs")
    add("offline", make_offline, "pack the built pages into one zip file")
    add("handout", make_handout, "build pages and notebooks without solutions")
    letters = add("letters", check_letters, "check letters of your own, and prepare them")
    letters.add_argument("folder", type=Path, metavar="PATH", help="a folder that holds them")
    drawings = add("drawings", measure_drawings, "read real drawings, and keep what is measured")
    drawings.add_argument("folder", type=Path, metavar="PATH", help="a folder of letters")
    drawings.add_argument("--source", required=True, help="whose drawings, and the licence")
    drawings.add_argument("--seeds", type=_positive, default=5, metavar="N", help="below N; 5")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no positive integer")
    return int(text)


def main() -> int:
    """Run the command that the arguments name and return the exit status."""
    arguments = command_line().parse_args()
    try:
        arguments.run(arguments)
    except (ValueError, RuntimeError, OSError, KeyboardInterrupt) as error:
        print(str(error) or "interrupted", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
