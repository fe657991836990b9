"""A simulated trading server, wired by Alpha, and the cast of these tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.people import make_person, make_staff
from tests.support.simulator import Simulator, running
from tests.support.tenants import SYSTEM


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """One server process for the session: its market and clock move only when told to."""
    with running(tmp_path_factory.mktemp("trading-server"), "--seed", "7") as server:
        yield server


@pytest.fixture
def ada(alpha):
    """Administrator of Alpha."""
    return make_staff(alpha, "ada@alpha.example")


@pytest.fixture
def ben(beta):
    """Administrator of Beta."""
    return make_staff(beta, "ben@beta.example")


@pytest.fixture
def theo(alpha):
    """A client of Alpha, with a whole profile."""
    return make_client(alpha, "theo@example.com", "Theo", "Adler")


def make_client(place: Any, email: str, first: str, last: str, country: str = "DE") -> Any:
    """A person who registered, and the client he became."""
    from modules.clients import services
    from modules.clients.types import Profile

    person = make_person(place, email)
    with place.pin():
        services.ensure_client(person.pk)
        profile = Profile(first_name=first, last_name=last, country=country, phone="+49 30 901820")
        services.update_profile(person.pk, profile, by=SYSTEM)
    return person


@pytest.fixture
def wired(alpha, simulator):
    """The id of Alpha's proven trading server, on which nobody has an account yet."""
    from provisioning.servers import services
    from provisioning.servers.queries import group_lines
    from provisioning.servers.records import Wiring

    wish = Wiring(
        name="Alpha-Server",
        environment="both",
        host="127.0.0.1",
        port=simulator.port,
        login=simulator.login,
        authority_pem=simulator.authority_pem,
    )
    simulator.control("/wipe")
    with alpha.pin():
        server_id = services.draft_server(wish, simulator.password, by=SYSTEM)
        services.probe(server_id, by=SYSTEM)
        names = [line.name for line in group_lines(server_id)]
        services.choose_groups(server_id, names, by=SYSTEM)
    yield server_id
    services.close_sessions()


@pytest.fixture
def queries_of():
    """How many statements a call sends to the default database."""
    from django.db import connection

    def count(call: Any) -> int:
        call()  # what is loaded once per process has been loaded
        connection.force_debug_cursor = True
        connection.queries_log.clear()
        try:
            call()
            return len(connection.queries_log)
        finally:
            connection.force_debug_cursor = False

    return count


def switch_on(place: Any, *keys: str) -> None:
    """Let a broker have modules, as paying and choosing them does."""
    from kernel.pin import PUBLIC, pin
    from tenants import directory, services

    with pin(PUBLIC):
        services.set_entitlements(place.info.id, frozenset(keys), by=SYSTEM)
        services.want_modules(place.info.id, frozenset(keys), by=SYSTEM)
    directory.forget()
