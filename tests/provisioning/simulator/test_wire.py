from __future__ import annotations

import http.client
import json
import ssl
from urllib.parse import quote

import pytest

from provisioning.servers.adapters.mt5_web_api.hashing import prove
from tests.support.simulator import running

pytestmark = pytest.mark.no_database

ACCOUNT = {
    "PassMain": "Abcdef1!",
    "PassInvestor": "Abcdef1!",
    "Name": "Theo Adler",
    "Leverage": 100,
    "Group": "real\\standard-usd",
    "Email": "theo@example.com",
}
MINE = "ffeeddccbbaa99887766554433221100"


@pytest.fixture(scope="module")
def simulator(tmp_path_factory):
    with running(tmp_path_factory.mktemp("wire"), "--managers", "2") as server:
        yield server


class Client:
    """A bare client, as written by somebody else."""

    def __init__(self, simulator):
        context = ssl.create_default_context(cafile=simulator.card["certificate"])
        self.simulator = simulator
        self.http = http.client.HTTPSConnection("127.0.0.1", simulator.port, context=context)

    def get(self, path, **query):
        target = path
        if query:
            target += "?" + "&".join(f"{k}={quote(str(v), safe='')}" for k, v in query.items())
        return self.send("GET", target)

    def send(self, method, target, body=None, headers=None):
        self.http.request(method, target, body, headers or {})
        answer = self.http.getresponse()
        raw = answer.read()
        if answer.headers["Content-Type"] == "application/json":
            return json.loads(raw)
        return answer.status, raw

    def sign_in(self, number=0, password=None):
        manager = self.simulator.card["managers"][number]
        start = self.get(
            "/api/auth/start", version=3470, agent="X", login=manager["login"], type="manager"
        )
        secret = password or manager["api_password"]
        proof = prove(secret, start["srv_rand"]).upper()
        return self.get("/api/auth/answer", srv_rand_answer=proof, cli_rand=MINE)


@pytest.fixture
def client(simulator):
    made = Client(simulator)
    yield made
    made.http.close()


@pytest.fixture
def signed(client):
    client.sign_in()
    return client


@pytest.fixture
def login(signed):
    added = signed.send("POST", "/api/user/add", json.dumps(ACCOUNT))
    return added["answer"]["Login"]


def test_nothing_is_answered_before_the_handshake(client):
    assert client.get("/api/user/get", login=1) == (403, b"403 Forbidden")


def test_the_server_proves_itself_too(client, simulator):
    answer = client.sign_in()

    assert answer["retcode"] == "0 Done"
    assert answer["cli_rand_answer"] == prove(simulator.password, MINE)


def test_a_wrong_password_is_a_403_and_a_challenge_lasts_once(client):
    assert client.sign_in(password="Wrong1!pass") == (403, b"403 Forbidden")
    assert client.get("/api/auth/answer", srv_rand_answer="00", cli_rand="00")[0] == 403


def test_a_session_is_the_connection(signed, simulator):
    other = Client(simulator)

    assert signed.get("/api/test/access") == {"retcode": "0 Done"}
    assert other.get("/api/test/access")[0] == 403
    other.http.close()


@pytest.mark.parametrize(
    ("query", "retcode"),
    [
        ({"type": "dealer"}, "1000 Invalid client type"),
        ({"login": 4711}, "1001 Invalid account"),
        ({"version": 100}, "1010 Old client version"),
    ],
)
def test_the_greeting_refuses_nonsense(client, simulator, query, retcode):
    usual = {"version": 3470, "agent": "X", "login": simulator.login, "type": "manager"}

    assert client.get("/api/auth/start", **{**usual, **query})["retcode"] == retcode


def test_every_scalar_is_a_string_and_the_retcode_comes_first(signed, login):
    signed.send("GET", f"/api/user/get?login={login}")
    record = signed.get("/api/user/get", login=login)

    assert next(iter(record)) == "retcode"
    assert {type(value) for value in record["answer"].values()} == {str}
    assert record["answer"]["Balance"] == "0.00"


def test_a_body_wins_over_the_query_whatever_its_type_says(signed, login):
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    record = signed.send("GET", "/api/user/get?login=1", json.dumps({"login": login}), form)

    assert record["answer"]["Login"] == login


def test_an_idle_account_has_no_state(signed, login):
    assert signed.get("/api/user/account/get", login=login) == {"retcode": "13 Not found"}

    signed.get("/api/trade/balance", login=login, type=2, balance="10", comment="x")
    state = signed.get("/api/user/account/get", login=login)["answer"]

    assert (state["Balance"], state["Equity"], state["MarginFree"]) == ("10.00",) * 3


def test_managers_see_their_own_groups_only(signed, login, simulator):
    other = Client(simulator)
    other.sign_in(1)

    assert other.get("/api/user/get", login=login) == {"retcode": "13 Not found"}
    assert other.get("/api/user/logins", group="*")["answer"] == []
    seen = other.get("/api/group/list")["answer"]
    assert seen == sorted(seen)
    assert {name.split("\\")[0] for name in seen} == {"real-two", "demo-two"}
    refused = {**ACCOUNT, "Group": "real\\standard-usd"}
    assert other.send("POST", "/api/user/add", json.dumps(refused))["retcode"].startswith("8 ")
    other.http.close()


def test_missing_rights_are_refused_or_blank_names(signed, login, simulator):
    every = "manager,read_accounts,modify_accounts,read_orders"
    simulator.order("/managers", login=1000, permissions=every)

    record = signed.get("/api/user/get", login=login)["answer"]
    balance = signed.get("/api/trade/balance", login=login, type=2, balance="1", comment="x")

    assert (record["Name"], record["Email"]) == ("", "")
    assert balance["retcode"] == "8 Not enough permissions"
    simulator.order(
        "/managers",
        login=1000,
        permissions=f"{every},accountant,personal_data,delete_accounts,edit_orders,dealer",
    )


def test_pages_of_deals_follow_each_other(signed, login):
    for number in range(7):
        signed.get("/api/trade/balance", login=login, type=2, balance=f"{number + 1}", comment="x")
    window = {"login": login, "from": 0, "to": 9_999_999_999}

    pages = [
        signed.get("/api/deal/get_page", **window, offset=start, total=3)["answer"]
        for start in (0, 3, 6, 9)
    ]

    assert signed.get("/api/deal/get_total", **window)["answer"] == {"Total": "7"}
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert [deal["Profit"] for page in pages for deal in page] == [f"{n}.00" for n in range(1, 8)]


def test_a_dealer_request_belongs_to_its_connection(signed, login, simulator):
    signed.get("/api/trade/balance", login=login, type=2, balance="5000", comment="x")
    order = {"Action": "200", "Login": login, "Symbol": "EURUSD", "Volume": "100", "Type": "0"}

    number = signed.send("POST", "/api/dealer/send_request", json.dumps(order))["answer"]["ID"]
    other = Client(simulator)
    other.sign_in()

    assert other.get("/api/dealer/get_request_result", id=number) == {"retcode": "0 Done"}
    result = signed.get("/api/dealer/get_request_result", id=number)[number]
    assert result[1]["answer"]["ResultRetcode"] == "10009"
    held = signed.get("/api/position/get_page", login=login, offset=0, total=10)["answer"]
    assert [(one["Volume"], one["VolumeExt"]) for one in held] == [("100", "1000000")]
    other.http.close()


def test_an_unknown_command_says_so(signed):
    assert signed.get("/api/user/fly")["retcode"] == "12002 Command is not supported"


def test_quit_ends_the_connection(signed):
    assert signed.get("/api/quit") == {"retcode": "0 Done"}


def test_the_book_survives_a_restart_of_the_process(tmp_path):
    with running(tmp_path) as first:
        client = Client(first)
        client.sign_in()
        login = client.send("POST", "/api/user/add", json.dumps(ACCOUNT))["answer"]["Login"]
        client.get("/api/trade/balance", login=login, type=2, balance="12.34", comment="x")
        client.http.close()
    with running(tmp_path) as second:
        client = Client(second)
        client.sign_in()
        record = client.get("/api/user/get", login=login)["answer"]
        client.http.close()

    assert second.password == first.password
    assert second.fingerprint == first.fingerprint
    assert record["Balance"] == "12.34"


def test_silence_ends_a_session(tmp_path):
    with running(tmp_path, "--silence-seconds", "0.3") as simulator:
        client = Client(simulator)
        client.sign_in()
        assert client.http.sock.recv(1) == b""
        client.http.close()
