"""``python -m devstack.psp --port N --state DIR [--merchant NAME ...]``."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from devstack.psp.server import Server
from devstack.psp.store import Store
from devstack.psp.world import World

DEFAULT_KEY = "psp_local"


def main(arguments: list[str]) -> int:
    """Run the local payment services until they are stopped."""
    options = _options().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    options.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    world = World(
        store=Store(options.state / "psp.sqlite3"),
        base=options.public_url,
        key=os.environ.get("PSP_CONTROL_KEY", DEFAULT_KEY),
    )
    for name in options.merchant:
        world.merchant(name)
    server = Server(world, options.port)
    print(f"local payment services on {world.base}", flush=True)
    return server.run()


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devstack.psp", description=main.__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state", type=Path, required=True, help="folder for what must survive")
    parser.add_argument("--public-url", default="", help="how browsers reach it, if not directly")
    parser.add_argument("--merchant", action="append", default=[], help="a broker that uses it")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
