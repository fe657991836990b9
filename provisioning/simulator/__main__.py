"""Run a simulated MetaTrader 5 access server: ``python -m provisioning.simulator --state DIR``."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
from pathlib import Path

from provisioning.simulator import bulk, certificate, control, rounds
from provisioning.simulator.options import Options
from provisioning.simulator.server import Server
from provisioning.simulator.world import World, matches, open_world


def main() -> None:
    """Parse the command line, serve until told to stop."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(_options()))


def _options() -> Options:
    parser = argparse.ArgumentParser(prog="provisioning.simulator", description=__doc__)
    parser.add_argument("--state", type=Path, required=True, help="folder of book and certificate")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--managers", type=int, default=1, choices=(1, 2))
    parser.add_argument("--speed", type=float, default=1.0, help="simulated seconds per second")
    parser.add_argument("--utc-offset-minutes", type=int, default=180)
    parser.add_argument("--open-weekends", action="store_true")
    parser.add_argument("--round-seconds", type=float, default=1.0, help="0: only by /step")
    parser.add_argument("--silence-seconds", type=float, default=180.0)
    parser.add_argument("--certificate-days", type=int, default=3650)
    parser.add_argument("--bulk", default="", help="accounts=50000,deals=5000000[,days=90]")
    parser.add_argument("--broker", default="Simulated Markets Ltd")
    return Options(**vars(parser.parse_args()))


async def _serve(options: Options) -> None:
    paths = certificate.ensure(options.state, host=options.host, days=options.certificate_days)
    world = open_world(options)
    _fill(world)
    server = Server(world, paths)
    port = await server.start()
    listener, control_port = await control.start(server, options.control_port)
    print(json.dumps(_card(world, paths[0], port, control_port)), flush=True)  # noqa: T201 - the contract
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    beat = asyncio.create_task(_beat(world))
    await stop.wait()
    beat.cancel()
    listener.close()
    await server.close()
    world.store.close()


def _fill(world: World) -> None:
    """Write the large book that was asked for, unless it is there from an earlier start."""
    wished = world.options.bulk
    if wished and world.store.get("bulk") != wished:
        bulk.load(world, bulk.parse(wished))
        world.store.put("bulk", wished)


async def _beat(world: World) -> None:
    pause = world.options.round_seconds
    while pause > 0:
        await asyncio.sleep(pause)
        rounds.one_round(world)


def _card(world: World, cert: Path, port: int, control_port: int) -> dict[str, object]:
    """What a user of this server must know; the first manager also on the top level."""
    managers = [
        {
            "login": str(row["login"]),
            "api_password": row["api_password"],
            "groups": [
                group.name for group in world.groups.values() if matches(group.name, row["groups"])
            ],
        }
        for row in world.store.all("select * from managers order by login")
    ]
    return {
        "url": f"https://{world.options.host}:{port}",
        **managers[0],
        "control_url": f"http://127.0.0.1:{control_port}",
        "certificate": str(cert.resolve()),
        "fingerprint": certificate.fingerprint(cert),
        "managers": managers,
        "pid": os.getpid(),
    }


if __name__ == "__main__":
    main()
