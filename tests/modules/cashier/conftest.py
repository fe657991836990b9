"""Payment services at home, and a cashier that is wired to them."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from tests.devstack.psp.running import LocalPsp, local_psp
from tests.devstack.stripe.running import KEY, Ear, local_stripe
from tests.support.tenants import SYSTEM


@pytest.fixture(scope="session")
def _psp(tmp_path_factory):
    with local_psp(tmp_path_factory.mktemp("psp")) as running:
        yield running


@pytest.fixture
def psp(_psp) -> LocalPsp:
    """A redirect PSP and a crypto server; callbacks wait until they are released."""
    _psp.begin_anew()
    _psp.behave(hold=True)
    return _psp


@pytest.fixture(scope="session")
def _stripe(tmp_path_factory):
    ear = Ear()
    with local_stripe(tmp_path_factory.mktemp("stripe"), ear) as running:
        yield running
    ear.close()


@pytest.fixture
def stripe_account(_stripe, settings_override):
    """A Stripe account of a broker's own."""
    _stripe.begin_anew()
    with settings_override(CASHIER_STRIPE_API_BASE=_stripe.base):
        yield _stripe


@dataclass(frozen=True)
class Till:
    """The cashier of one broker: its provider accounts and methods by kind."""

    place: Any
    accounts: dict[str, uuid.UUID]
    methods: dict[str, uuid.UUID]


def settings_of(psp: LocalPsp, name: str, kind: str) -> dict[str, str]:
    """What a broker fills in for a provider of ``kind``."""
    merchant = psp.merchant(name)
    return {
        "redirect": {
            "api_url": f"{psp.base}/psp",
            "merchant_id": merchant["merchant_id"],
            "secret": merchant["secret"],
        },
        "crypto": {
            "api_url": psp.base,
            "store_id": merchant["store_id"],
            "coin": "BTC",
            "api_key": merchant["api_key"],
        },
        "bank": {"beneficiary": "Alpha Markets Ltd", "account": "DE02 1203 0000 0000 2020 51"},
        "stripe": {"api_key": KEY},
    }[kind]


def connect(place: Any, psp: LocalPsp, kind: str, *, merchant: str = "alpha") -> uuid.UUID:
    """A tested provider account."""
    from modules.cashier import services

    with place.pin():
        told = settings_of(psp, merchant, kind)
        account_id = services.add_account(kind, f"{kind} {merchant}", told, by=SYSTEM)
        assert services.test_account(account_id, by=SYSTEM)
    return account_id


def terms(currency: str = "USD", **more: Any):
    """From 10 to 5,000 with no fee, unless told otherwise; minor units."""
    from modules.cashier.types import Fee, Terms

    told = {
        "currency": currency,
        "direction": "in",
        "least_minor": 10_00,
        "most_minor": 5_000_00,
        "day_minor": None,
        "month_minor": None,
        "broker_fee": Fee(),
        "psp_fee": Fee(percent=Decimal("2.5")),
        "psp_fee_payer": "broker",
        "four_eyes_minor": None,
    }
    return Terms(**(told | more))


def offer(place: Any, name: str, *account_ids: uuid.UUID, **more: Any) -> uuid.UUID:
    """A method that clients can use, tried at ``account_ids`` in order."""
    from modules.cashier import services
    from modules.cashier.types import MethodWish

    wish = MethodWish(
        name=name,
        titles={"en": f"{name} for clients"},
        notes={},
        icon="credit-card",
        countries=more.pop("countries", ()),
        countries_not=more.pop("countries_not", ()),
        place=more.pop("place", 100),
        is_deposit_on=False,
        is_withdrawal_on=False,
    )
    with place.pin():
        method_id = services.create_method(wish, by=SYSTEM)
        services.set_routes(method_id, [(one, ()) for one in account_ids], by=SYSTEM)
        services.set_terms(method_id, terms(**more), by=SYSTEM)
        services.switch_deposits(method_id, on=True, by=SYSTEM)
    return method_id


@pytest.fixture
def till(alpha, psp) -> Till:
    """Alpha's cashier: a redirect PSP, a crypto server and a bank account."""
    accounts = {kind: connect(alpha, psp, kind) for kind in ("redirect", "crypto", "bank")}
    methods = {kind: offer(alpha, kind, account) for kind, account in accounts.items()}
    return Till(alpha, accounts, methods)


def ask(
    place: Any,
    client: Any,
    method_id: uuid.UUID,
    amount: str = "100",
    *,
    currency: str = "USD",
    target: str = "",
    key: str = "",
) -> uuid.UUID:
    """Quote, confirm, and make it known to the provider."""
    from modules.cashier import services
    from modules.cashier.types import DepositWish

    with place.pin():
        wish = DepositWish(
            method_id=method_id,
            target=target or f"wallet:{currency}",
            amount=services.amount_of(amount, currency),
            key=key or uuid.uuid4().hex,
        )
        token = services.quote(client.pk, wish).token
        deposit_id = services.ask_deposit(client.pk, token, by=SYSTEM)
        services.begin_payment(deposit_id)
    return deposit_id


def get(place: Any, deposit_id: uuid.UUID):
    """The deposit's row."""
    from modules.cashier.models import Deposit

    with place.pin():
        return Deposit.objects.get(pk=deposit_id)


def number(place: Any, deposit_id: uuid.UUID) -> str:
    return get(place, deposit_id).number


def wallet(place: Any, client: Any, currency: str = "USD") -> int:
    """What is in a client's wallet, in minor units."""
    from modules.wallets import queries, services

    with place.pin():
        return queries.funds(services.open_wallet(client.pk, currency)).balance.minor


def house(place: Any) -> dict[str, int]:
    """What is on the accounts of the house that are not empty, in minor units."""
    from modules.wallets import queries

    with place.pin():
        lines = queries.house_balances()
    return {one.code: one.balance.minor for one in lines if one.balance.minor}


def ledger_holds(place: Any) -> bool:
    """Whether every invariant of the ledger holds."""
    from modules.wallets import queries

    with place.pin():
        return list(queries.check_ledger()) == []


def hear(place: Any, psp: LocalPsp, account_id: uuid.UUID, *, order: str = "created") -> list[int]:
    """Hand the callbacks that wait at the PSP to the broker's door; their answers."""
    browser = place.client()
    events = [one["event"] for one in psp.deliveries() if one["state"] == "held"]
    if order == "reversed":
        events.reverse()
    answers = [knock(browser, psp, account_id, event).status_code for event in events]
    apply(place)
    return answers


def knock(browser: Any, psp: LocalPsp, account_id: uuid.UUID, event: Any, **more: Any) -> Any:
    """One callback of the redirect PSP or the crypto server, signed as it signs."""
    merchant = psp.merchant(more.get("merchant", "alpha"))
    path = more.get("path", f"/cashier/callbacks/{account_id}/")
    seconds = str(int(time.time()) - more.get("age", 0))
    body = json.dumps(event).encode()
    secret = more.get("secret", merchant["secret"])
    signed = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return browser.post(
        path,
        more.get("body", body),
        content_type="application/json",
        headers={"X-Timestamp": seconds, "X-Signature": signed},
    )


def apply(place: Any) -> int:
    """What the worker does with callbacks that wait."""
    from modules.cashier import services

    with place.pin():
        return services.apply_waiting()
