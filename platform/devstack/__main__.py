"""The command line: `python -m devstack exec|run|demo|reset`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from devstack import control, foreground, reset
from devstack.layout import REPOSITORY, Busy, Layout
from devstack.supervisor import StartFailed


def main(argv: list[str]) -> int:
    """Do what the command line says and return the exit status."""
    given = _parser().parse_args(argv)
    root: Path = given.root
    try:
        if given.command == "exec":
            return foreground.execute(root, given.profile, given.argv)
        if given.command == "serve":
            only = tuple(name for name in given.only.split(",") if name)
            return control.serve(Layout(root, given.profile), given.database, only)
        if given.command == "reset":
            return reset.wipe(Layout(root, given.profile))
        return foreground.serve(root, given.profile, tells_story=given.command == "demo")
    except (Busy, StartFailed) as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="devstack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--profile", default="dev", help="which set of data and ports")
    shared.add_argument("--root", type=Path, default=REPOSITORY / "var", help=argparse.SUPPRESS)
    run_one = commands.add_parser("exec", parents=[shared], help="run a command among the services")
    run_one.add_argument("argv", nargs="+", metavar="CMD")
    commands.add_parser("run", parents=[shared], help="run everything until Ctrl-C")
    commands.add_parser("demo", parents=[shared], help="run everything and play the story")
    commands.add_parser("reset", parents=[shared], help="remove the data of a profile")
    served = commands.add_parser("serve", parents=[shared], help="be driven by a program")
    served.add_argument("--database", default="atrium")
    served.add_argument("--only", default="")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
