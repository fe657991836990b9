"""``python -m devstack.stripe --port N --state DIR --webhook-url URL``."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from pathlib import Path

from devstack.stripe import payments
from devstack.stripe.server import Server
from devstack.stripe.store import Store
from devstack.stripe.webhooks import Endpoint
from devstack.stripe.world import API_VERSION, World

DEFAULT_KEY = "sk_test_local"
DEFAULT_SECRET = "whsec_local"  # noqa: S105 - opens a pretend Stripe on loopback, nothing else


def main(arguments: list[str]) -> int:
    """Run a local Stripe until it is stopped."""
    options = _options().parse_args(arguments)
    key = os.environ.get("STRIPE_SECRET_KEY", DEFAULT_KEY)
    if not key.startswith(("sk_test_", "rk_test_")):
        print("The local Stripe takes test keys only: sk_test_...", file=sys.stderr)
        return 2
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    options.state.mkdir(parents=True, exist_ok=True, mode=0o700)
    world = World(
        store=Store(options.state / "stripe.sqlite3"),
        base=options.public_url,
        secret_key=key,
        endpoint=Endpoint(
            url=options.webhook_url,
            secret=os.environ.get("STRIPE_WEBHOOK_SECRET", DEFAULT_SECRET),
        ),
    )
    payments.remember_endpoint(world)
    server = Server(world, options.port)
    print(
        f"local Stripe {API_VERSION} on {world.base}, events to {options.webhook_url}", flush=True
    )
    return server.run()


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m devstack.stripe", description=main.__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state", type=Path, required=True, help="folder for what must survive")
    parser.add_argument("--webhook-url", required=True, help="where events are posted")
    parser.add_argument("--public-url", default="", help="how browsers reach it, if not directly")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
