"""ISO-13: with Beta's sessions, keys and cookies, nothing of Alpha's opens or changes.

Walks the URLconf of a broker's host, so that a new view is tried as soon as it exists. An
address whose parameters name something that nobody planted fails here.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from tests.conftest import forget_everything
from tests.isolation.addresses import Address, addresses
from tests.isolation.digests import Digests, changed
from tests.isolation.planting import CANARY, issue_key, plant
from tests.modules.conftest import make_client, switch_on
from tests.support.people import make_person, make_staff

MODULES = ("analytics", "announcements", "clients", "notes", "traders_room", "trading")
SIGN_IN = ("/accounts/login/", "/accounts/second-factor/", "/accounts/again/")
CLOSED = {401, 403, 404, 405, 410}
"""405: the address takes no such call, whoever makes it."""

SPEAKS = {
    "theme_icon": "the version only says how long to keep it: every broker answers its own",
    "account_reset_password_from_key": "says that the link is spent; see test_tokens.py",
}
"""Addresses that name a thing of Alpha's and answer all the same, and why."""

_SAID = {"reason": "none"}
_LEVERAGE, _TYPE = {"leverage": 100}, {"type_id": "0190d7f4-0000-7000-8000-000000000001"}
BODIES = {
    "api:clients_change_state": {"state": "blocked", "reason": "none"},
    "api:clients_rename_group": {"name": "none"},
    "api:clients_set_level": {"level": 1, "reason": "none"},
    "api:clients_set_groups": {"groups": []},
    "api:cashier_set_access": {"level_in": 1},
    "api:cashier_set_level_limits": {"level": 1, "most": "100"},
    "api:requests_approve": _SAID,
    "api:requests_refuse": _SAID,
    "api:requests_ask_for_more": _SAID,
    "api:requests_answer": {"text": "none"},
    "api:trading_change_leverage": _LEVERAGE,
    "api:trading_change_own_leverage": _LEVERAGE,
    "api:trading_change_type": _TYPE,
    "api:trading_change_own_type": _TYPE,
    "api:trading_archive": _SAID,
    "api:trading_archive_own": _SAID,
    "api:trading_set_rights": {"is_enabled": True, "may_trade": True},
    "api:trading_set_switches": {
        "may_deposit": True,
        "may_withdraw": True,
        "may_transfer": True,
        "pays_partner": True,
    },
    "api:trading_move_credit": {"amount": "1.00", "comment": "none"},
    "api:wallets_correct": {"amount": "1.00", "reason": "none"},
    "api:cashier_paid": {"reference": "none"},
    "api:cashier_not_paid": _SAID,
    "api:cashier_came_back": _SAID,
    "api:cashier_approve_deposit": {"received": "1.00"},
    "api:cashier_reject_deposit": _SAID,
    "api:cashier_correct_deposit": _SAID,
    "api:cashier_close_follow_up": {"outcome": "contacted", "reason": "none"},
    "api:cashier_send_back": {"received": "1.00", "reason": "none"},
    "api:cashier_sent_back": {"reference": "none"},
    "api:cashier_hand_in_proof": {"name": "none", "content": ""},
    "api:cashier_write_off": _SAID,
    "api:cashier_resolve_line": _SAID,
}
"""What an operation wants to read before it looks for the object."""


@dataclass(frozen=True)
class Scene:
    """Two brokers, everything planted at Alpha, and the people of both."""

    alpha: Any
    beta: Any
    ada: Any
    ben: Any
    bela: Any
    planted: dict[str, str]
    beta_key: str


@pytest.fixture
def scene(alpha, beta) -> Scene:
    for place in (alpha, beta):
        switch_on(place, *MODULES)
    ada = make_staff(alpha, "ada@alpha.example")
    theo = make_client(alpha, "theo@alpha.example", "Theo", f"Adler {CANARY}")
    planted = plant(alpha, admin=ada, client=theo)
    with beta.pin():
        _, key = issue_key("of Beta")
    return Scene(
        alpha=alpha,
        beta=beta,
        ada=ada,
        ben=make_staff(beta, "ben@beta.example"),
        bela=make_person(beta, "bela@beta.example"),
        planted=planted,
        beta_key=key,
    )


Visit = Callable[[], Client]


def thief_of(cookies: Any, place: Any) -> Visit:
    """Somebody who calls ``place`` with cookies of another host."""

    def visit() -> Client:
        client = place.client()
        for name, morsel in cookies.items():
            client.cookies[name] = morsel.value
        return client

    return visit


def with_key(text: str, place: Any) -> Visit:
    return lambda: Client(headers={"host": place.host, "authorization": f"Bearer {text}"})


@dataclass
class Walk:
    """One kind of intruder, going to every address."""

    scene: Scene
    visit: Visit
    is_closed: Callable[[Address], bool]
    """Whether the address must not open at all; else it must only tell and change nothing."""

    def __post_init__(self) -> None:
        self.digests = Digests(self.scene.alpha)
        self.last = self.digests.take()
        self.wrong: list[str] = []
        self.tried = 0

    def go(self, found: list[Address]) -> list[str]:
        """Call every address; what was wrong, in words."""
        for address in found:
            client = self.visit()
            for method in ("GET", "POST", *(("PUT", "PATCH", "DELETE") * _is_api(address))):
                self._call(client, method, address)
            before, self.last = self.last, self.digests.take()
            if tables := changed(before, self.last):
                self.wrong.append(f"{address.name} changed {tables}")
            forget_everything()  # so that limits do not answer in the others' place
        return self.wrong

    def _call(self, client: Client, method: str, address: Address) -> None:
        path = address.path(self.scene.planted)
        answer = getattr(client, method.lower())(path, **self._body(method, address))
        self.tried += 1
        said = f"{method} {path} ({address.name}) answered {answer.status_code}"
        if answer.status_code >= 500:
            self.wrong.append(said)
        if CANARY in _text_of(answer):
            self.wrong.append(f"{said} and told of Alpha's things")
        if self.is_closed(address) and not _closed(answer):
            self.wrong.append(said)

    def _body(self, method: str, address: Address) -> dict[str, Any]:
        if method == "GET":
            return {}
        if _is_api(address):
            body = BODIES.get(address.name, self.scene.planted)
            headers = {"idempotency-key": str(uuid.uuid4())}
            return {
                "data": json.dumps(body),
                "content_type": "application/json",
                "headers": headers,
            }
        return {"data": self.scene.planted} if method == "POST" else {}


def _is_api(address: Address) -> bool:
    return address.route.startswith("api/v1/")


def names_an_object(address: Address) -> bool:
    return address.names_an_object and address.name not in SPEAKS


def _is_open(address: Address) -> bool:
    return address.access.startswith("open:")


def _closed(answer: Any) -> bool:
    if answer.status_code in (301, 302, 303):
        return answer.headers["Location"].startswith(SIGN_IN)
    return answer.status_code in CLOSED


def _text_of(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode(errors="replace")


def test_every_address_has_something_planted_for_what_it_names(scene):
    found = addresses()

    assert len({address.path(scene.planted) for address in found}) > 100
    assert [a.name for a in found if not a.access and not a.name.startswith("api:")] == []


def test_a_new_address_without_a_planted_object_fails():
    unknown = Address(name="x", route="x/<uuid:parrot_id>/", access="", parameters=("parrot_id",))

    with pytest.raises(LookupError, match="plant something for 'parrot_id'"):
        unknown.path({})


@pytest.mark.slow
@pytest.mark.parametrize("who", ["ben", "bela"])
def test_ids_of_alpha_lead_nowhere_at_beta_iso_13(scene, who):
    # Ben is Beta's administrator with a fresh second factor; Bela is a client of Beta's.
    walk = Walk(
        scene,
        visit=lambda: scene.beta.signed_in(getattr(scene, who), fresh=True),
        is_closed=names_an_object,
    )

    assert "\n".join(walk.go(addresses())) == ""


@pytest.mark.slow
def test_alphas_cookies_open_nothing_at_beta_iso_13_dom_04(scene):
    cookies = scene.alpha.signed_in(scene.ada, fresh=True).cookies
    walk = Walk(
        scene,
        visit=thief_of(cookies, scene.beta),
        is_closed=lambda address: names_an_object(address) or not _is_open(address),
    )

    assert "\n".join(walk.go(addresses())) == ""


@pytest.mark.slow
@pytest.mark.parametrize("who", ["nobody", "ben", "bela"])
def test_betas_cookies_open_nothing_at_alpha_iso_13_dom_04(scene, who):
    cookies = {} if who == "nobody" else scene.beta.signed_in(getattr(scene, who)).cookies
    walk = Walk(
        scene, visit=thief_of(cookies, scene.alpha), is_closed=lambda address: not _is_open(address)
    )
    # An address that is open and names an object is itself the permission, at its own broker.
    found = [a for a in addresses() if not (_is_open(a) and a.names_an_object)]

    assert walk.go(found) == []


@pytest.mark.slow
@pytest.mark.parametrize("whose", ["alpha", "beta"])
def test_a_key_of_one_broker_opens_nothing_at_the_other_iso_13_api_01(scene, whose):
    text = scene.beta_key if whose == "beta" else scene.planted["api key"]
    place = scene.alpha if whose == "beta" else scene.beta
    walk = Walk(scene, visit=with_key(text, place), is_closed=lambda _: True)

    assert walk.go([address for address in addresses() if _is_api(address)]) == []
