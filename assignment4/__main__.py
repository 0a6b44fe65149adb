"""The command line: `python -m assignment4 COMMAND`."""

import argparse
import sys

from assignment4.notebooks import chapter_paths, execute, store


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
    from assignment4 import replication

    for number, part in enumerate(replication.PLAN, start=1):
        print(f"part {number} of {len(replication.PLAN)}: {part}", flush=True)
        replication.replicate(**part)


def main() -> int:
    """Run the command that the arguments name and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m assignment4")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    notebooks = commands.add_parser("notebooks", help="execute chapters and store their outputs")
    notebooks.add_argument("names", nargs="*", metavar="NAME", help="a chapter's file name stem")
    notebooks.set_defaults(run=store_outputs)

    seeds = commands.add_parser("replicate", help="repeat the experiments over seeds")
    seeds.set_defaults(run=replicate)

    arguments = parser.parse_args()
    try:
        arguments.run(arguments)
    except (ValueError, RuntimeError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
