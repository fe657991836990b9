from __future__ import annotations

import itertools
import time

import pytest

from provisioning.servers.adapters.mt5_web_api.adapter import Mt5WebApi
from provisioning.servers.adapters.mt5_web_api.channel import Endpoint
from provisioning.servers.adapters.mt5_web_api.session import Credentials, Session
from provisioning.servers.types import NewAccount
from tests.support.people import make_staff
from tests.support.simulator import running
from tests.support.tenants import SYSTEM

PASSWORD = "Abcdef1!"
RIGHTS = (
    "manager,accountant,read_accounts,personal_data,modify_accounts,delete_accounts,read_orders,"
    "edit_orders,dealer"
)
_logins = itertools.count(int(time.time()) % 1_000_000 * 1000 + 1_000_000)


@pytest.fixture(scope="session")
def simulator(tmp_path_factory):
    with running(tmp_path_factory.mktemp("server"), "--managers", "2") as server:
        yield server


@pytest.fixture(autouse=True)
def _calm(request):
    """Misfortunes, accounts, clocks and rights of one test do not reach the next."""
    yield
    if "simulator" in request.fixturenames:
        simulator = request.getfixturevalue("simulator")
        simulator.order("/faults/clear")
        simulator.order("/wipe")
        simulator.order("/clock", skew_seconds=0)
        simulator.order(
            "/managers",
            login=simulator.login,
            api_password=simulator.password,
            permissions=RIGHTS,
            groups="real\\*,demo\\*",
            is_enabled=1,
            must_change=0,
        )


@pytest.fixture
def endpoint(simulator):
    return Endpoint(
        host="127.0.0.1",
        port=simulator.port,
        authority_pem=simulator.authority_pem,
        is_private_allowed=True,
    )


@pytest.fixture
def session(simulator, endpoint):
    made = Session(endpoint, Credentials(simulator.login, simulator.password))
    yield made
    made.close()


@pytest.fixture
def server(session):
    return Mt5WebApi(session)


@pytest.fixture
def new_account():
    """A wish for an account with a login that nobody has."""

    def make(**more):
        usual = {
            "group": "real\\standard-usd",
            "first_name": "Theo",
            "last_name": "Adler",
            "leverage": 100,
            "password_main": PASSWORD,
            "password_investor": PASSWORD,
            "login": next(_logins),
            "email": "theo@example.com",
        }
        return NewAccount(**{**usual, **more})

    return make


@pytest.fixture
def login(server, new_account):
    return server.add_account(new_account()).login


@pytest.fixture
def ada(alpha):
    """Administrator of Alpha."""
    return make_staff(alpha, "ada@alpha.example")


@pytest.fixture
def ben(beta):
    """Administrator of Beta."""
    return make_staff(beta, "ben@beta.example")


@pytest.fixture
def wiring(simulator):
    """What Ada fills in."""
    from provisioning.servers.records import Wiring

    return Wiring(
        name="Alpha-Server",
        environment="both",
        host="127.0.0.1",
        port=simulator.port,
        login=simulator.login,
        authority_pem=simulator.authority_pem,
    )


@pytest.fixture
def draft_id(alpha, wiring, simulator):
    """The id of a draft of Alpha's."""
    from provisioning.servers import services

    with alpha.pin():
        server_id = services.draft_server(wiring, simulator.password, by=SYSTEM)
    yield server_id
    services.close_sessions()


@pytest.fixture
def wired_id(alpha, draft_id):
    """The id of a proven server of Alpha's."""
    from provisioning.servers import queries, services

    with alpha.pin():
        services.probe(draft_id, by=SYSTEM)
        names = [line.name for line in queries.group_lines(draft_id)]
        services.choose_groups(draft_id, names, by=SYSTEM)
    return draft_id


@pytest.fixture
def draft(draft_id, in_alpha):
    """A draft of Alpha's; the test is a unit of work in Alpha."""
    return draft_id


@pytest.fixture
def wired(wired_id, in_alpha):
    """A proven server of Alpha's; the test is a unit of work in Alpha."""
    return wired_id
