from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from devstack.layout import REPOSITORY
from devstack.ports import Ports, is_free

CHOOSE = """
import pathlib, sys
from devstack.ports import Ports
print(Ports(pathlib.Path(sys.argv[1])).port("web", int(sys.argv[2])), flush=True)
sys.stdin.read()
"""


def test_a_port_is_the_same_next_time(tmp_path: Path) -> None:
    assert Ports(tmp_path).port("mail") == Ports(tmp_path).port("mail")


def test_a_busy_port_is_left_alone(tmp_path: Path) -> None:
    port = Ports(tmp_path).port("web")

    with socket.create_server(("127.0.0.1", port)):
        assert not is_free(port)
        other = Ports(tmp_path).port("web")

    assert other != port
    assert Ports(tmp_path).port("web") == other


def test_the_next_port_above_a_busy_first_choice_is_taken(tmp_path: Path) -> None:
    first = Ports(tmp_path).port("anything")
    (tmp_path / "ports.json").unlink()

    with socket.create_server(("127.0.0.1", first)):
        chosen = Ports(tmp_path).port("web", first)

    assert first < chosen < first + 50


def test_no_two_services_share_a_port(tmp_path: Path) -> None:
    ports = Ports(tmp_path)

    given = [ports.port(name) for name in ("postgres", "valkey", "smtp", "mail", "stripe")]

    assert len(set(given)) == 5


def test_two_stacks_that_start_at_once_get_ports_of_their_own(tmp_path: Path) -> None:
    first = Ports(tmp_path).port("anything") + 1
    other = subprocess.Popen(
        [sys.executable, "-c", CHOOSE, str(tmp_path), str(first)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "platform")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with other:
        theirs = int(other.stdout.readline())  # nobody listens there yet
        ours, more = (Ports(made(tmp_path / name)).port("web", theirs) for name in ("a", "b"))
        other.stdin.close()

    assert len({theirs, ours, more}) == 3
    assert Ports(made(tmp_path / "c")).port("web", theirs) == theirs  # it has ended


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder
