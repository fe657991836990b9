"""Inside the product: makes the brokers and their clients, and lets it prove itself afterwards.

``python -m tests.chaos.money.stage set WIRING`` prints what the clients need as JSON, ``decide``
is a colleague who looks into what waits for him, ``prove`` prints what the product says of itself;
all in the environment of its services.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import time
import uuid
from collections import Counter
from typing import Any

import django

django.setup()

from django.test.utils import setup_test_environment  # noqa: E402 - settings first

from kernel import clock  # noqa: E402
from kernel.actor import Actor  # noqa: E402
from kernel.errors import Refused  # noqa: E402
from kernel.pin import PUBLIC, pin  # noqa: E402
from modules.cashier import services as cashier  # noqa: E402
from modules.cashier.models import Method, MethodTerms, Payout, PayoutRule  # noqa: E402
from modules.cashier.types import MethodWish  # noqa: E402
from modules.requests.models import ApprovalPolicy  # noqa: E402
from modules.trading import services as trading  # noqa: E402
from modules.trading.models import AccountType, Intent, Reconciliation, TradingAccount  # noqa: E402
from modules.trading.services.judging import MOST_SENDS  # noqa: E402
from modules.wallets.queries import check_ledger  # noqa: E402
from provisioning.servers import services as servers  # noqa: E402
from provisioning.servers.queries import group_lines  # noqa: E402
from provisioning.servers.records import Wiring  # noqa: E402
from provisioning.servers.services import trading_server  # noqa: E402
from tenants import directory  # noqa: E402
from tenants import services as tenants  # noqa: E402
from tests.modules.cashier.conftest import terms  # noqa: E402
from tests.modules.conftest import make_client  # noqa: E402
from tests.modules.trading.conftest import make_types  # noqa: E402
from tests.support.sessions import sign_in  # noqa: E402
from tests.support.tenants import SYSTEM, Place, make_tenant  # noqa: E402

PATIENCE = 120.0
COLLEAGUE = Actor.system("finance")


def main() -> None:
    """Do what the command line says."""
    setup_test_environment()
    acts = {"set": set_stage, "decide": decide, "prove": prove}
    print(json.dumps(acts[sys.argv[1]](*map(json.loads, sys.argv[2:])), default=str))


def set_stage(wiring: dict[str, Any]) -> dict[str, Any]:
    """Alpha with a trading server, a way to pay and ``clients`` with accounts; Beta beside it."""
    make_tenant("beta", name="Beta Capital")
    alpha = make_tenant("alpha", name="Alpha Markets")
    with pin(PUBLIC):
        tenants.set_entitlements(alpha.info.id, frozenset({"cashier"}), by=SYSTEM)
        tenants.want_modules(alpha.info.id, frozenset({"cashier"}), by=SYSTEM)
    directory.tell_changed()
    server_id = _wire(alpha, wiring["server"])
    types = make_types(alpha, server_id)
    with alpha.pin():
        provider = cashier.add_account("redirect", "Cards", wiring["psp"], by=SYSTEM)
        assert cashier.test_account(provider, by=SYSTEM)
        method = _offer(provider)
        ApprovalPolicy.objects.create(
            kind="cashier.withdrawal", is_decided=False, changed_at=clock.now(), changed_by="x"
        )
    people = [
        make_client(alpha, f"c{one}@example.com", f"Client{one}", "Adler")
        for one in range(wiring["clients"])
    ]
    accounts = _open_accounts(alpha, people, types["live"])
    _compare(alpha, server_id)
    return {
        "schema": alpha.schema,
        "host": alpha.host,
        "provider": provider,
        "method": method,
        "server": server_id,
        "people": [
            {
                "id": person.pk,
                "account": accounts[person.pk],
                "session": sign_in(alpha, person, fresh=True).cookies["session"].value,
            }
            for person in people
        ],
    }


def decide(at_service: list[str]) -> dict[str, int]:
    """A colleague says of each payout and operation that waits for him whether it was done.

    ``at_service`` names the payouts that the payment service has.
    """
    with _alpha().pin():
        payouts = list(Payout.objects.filter(state__in=["manual", "by_hand"]))
        operations = list(Intent.objects.filter(state="manual").select_related("account"))
        for one in payouts:
            _decide_payout(one, is_paid=one.reference in at_service)
        for one in operations:
            _decide_operation(one)
    return dict(Counter(f"{type(one).__name__} {one.state}" for one in (*payouts, *operations)))


def _decide_payout(payout: Payout, *, is_paid: bool) -> None:
    assert payout.state == "by_hand" or payout.looks > 1, payout
    if is_paid:
        cashier.record_paid_by_hand(payout.pk, reference=payout.reference, by=COLLEAGUE)
    else:
        cashier.record_not_paid(payout.pk, reason="The service does not have it.", by=COLLEAGUE)


def _decide_operation(row: Intent) -> None:
    """Only what was sent thrice into misfortunes and never found is left to him."""
    assert row.sends == MOST_SENDS, row
    day = dt.timedelta(days=1)
    with trading_server(row.server_id) as server:
        found = server.deals_of(
            row.account.login, since=row.asked_at - day, until=row.asked_at + day
        )
    booked = sum(deal.comment.split(" ")[0] == row.tag for deal in found)
    assert booked <= 1, row
    evidence = f"{booked} deals with its tag"
    trading.decide_operation(
        row.pk, booked=booked == 1, evidence=evidence, by=COLLEAGUE, reason="Seen on the server."
    )


def prove() -> dict[str, Any]:
    """Compare with the server, check the ledger: what differs, and what is wrong."""
    place = _alpha()
    with place.pin():
        (server_id,) = set(AccountType.objects.values_list("server_id", flat=True))
    run = _compare(place, server_id)
    with place.pin():
        return {"run": run, "ledger": [str(one) for one in check_ledger()]}


def _alpha() -> Place:
    alpha = directory.find_by_host("alpha.localhost")
    assert alpha is not None
    return Place(alpha)


def _wire(place: Place, server: dict[str, Any]) -> uuid.UUID:
    password = server.pop("password")
    wish = Wiring(name="Alpha-Server", environment="both", host="127.0.0.1", **server)
    with place.pin():
        server_id = servers.draft_server(wish, password, by=SYSTEM)
        servers.probe(server_id, by=SYSTEM)
        names = [line.name for line in group_lines(server_id)]
        servers.choose_groups(server_id, names, by=SYSTEM)
    return server_id


def _offer(provider: uuid.UUID) -> uuid.UUID:
    wish = MethodWish(
        name="Cards", titles={"en": "Card"}, notes={}, icon="credit-card", countries=(),
        countries_not=(), place=1, is_deposit_on=False, is_withdrawal_on=False,
    )  # fmt: skip
    method = cashier.create_method(wish, by=SYSTEM)
    cashier.set_routes(method, [(provider, ())], by=SYSTEM)
    cashier.set_terms(method, terms(), by=SYSTEM)
    cashier.switch_deposits(method, on=True, by=SYSTEM)
    Method.objects.filter(pk=method).update(is_withdrawal_on=True)
    MethodTerms.objects.create(
        method_id=method, direction="out", currency="USD", least_minor=1_00, most_minor=10_000_00
    )
    PayoutRule.objects.create(most_a_day=100)
    return method


def _open_accounts(place: Place, people: list[Any], type_id: uuid.UUID) -> dict[Any, uuid.UUID]:
    """One account each; the product's own worker opens them."""
    with place.pin():
        made = {
            person.pk: trading.open_account(
                person.pk, type_id, leverage=100, by=Actor.system("chaos")
            )
            for person in people
        }
        end = time.monotonic() + PATIENCE
        while left := TradingAccount.objects.exclude(state="open").count():
            assert time.monotonic() < end, f"{left} accounts are not open"
            time.sleep(0.2)
    return made


def _compare(place: Place, server_id: uuid.UUID) -> dict[str, Any]:
    """Compare with the server until the comparison is over; the run's own figures."""
    with place.pin():
        end = time.monotonic() + PATIENCE
        run_id = None
        while run_id is None:
            assert time.monotonic() < end, "it is not read"
            trading.pull(server_id)
            try:
                run_id = trading.start_reconciliation(server_id, by=SYSTEM)
            except Refused:  # it is being read, or compared, by the product's own worker
                time.sleep(0.5)
        while Reconciliation.objects.filter(pk=run_id, state="running").exists():
            assert time.monotonic() < end, "the comparison does not end"
            if not trading.reconcile(run_id):
                time.sleep(0.2)
        return Reconciliation.objects.filter(pk=run_id).values().get()


if __name__ == "__main__":
    main()
