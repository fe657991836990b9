"""The command line: `python -m devstack exec|run|demo|reset`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from devstack import control, foreground, reset
from devstack.layout import REPOSITORY, Busy, Layout
from devstack.plan import Wishes
from devstack.process import end_with_parent
from devstack.supervisor import StartFailed


def main(argv: list[str]) -> int:
    """Do what the command line says and return the exit status."""
    given = _parser().parse_args(argv)
    if given.tied:
        end_with_parent()
    commands: dict[str, Callable[[argparse.Namespace], int]] = {
        "exec": lambda given: foreground.execute(given.root, given.profile, given.argv),
        "run": lambda given: foreground.serve(given.root, given.profile, tells_story=False),
        "demo": lambda given: foreground.serve(given.root, given.profile, tells_story=True),
        "reset": lambda given: reset.wipe(Layout(given.root, given.profile)),
        "serve": _serve,
        "trading-server": _trading_server,
    }
    try:
        return commands[given.command](given)
    except (Busy, StartFailed) as error:
        print(error, file=sys.stderr)
        return 1


def _serve(given: argparse.Namespace) -> int:
    only = tuple(name for name in given.only.split(",") if name)
    wishes = Wishes(database=given.database, durable=not given.volatile)
    return control.serve(Layout(given.root, given.profile), wishes, only)


def _trading_server(given: argparse.Namespace) -> int:
    layout = Layout(given.root, given.profile)
    return foreground.trading_server(layout, given.port, given.seed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="devstack", description=__doc__)
    parser.add_argument(
        "--tied", action="store_true", help="end when the caller ends, however it does"
    )
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
    served.add_argument("--volatile", action="store_true", help="nobody needs it after a power cut")
    simulator = commands.add_parser("trading-server", parents=[shared], help="simulate one more")
    simulator.add_argument("--port", type=int, required=True)
    simulator.add_argument("--seed", type=int, required=True)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
