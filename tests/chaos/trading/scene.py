"""A broker's accounts on a trading server, what is asked of them, and what became of it."""

from __future__ import annotations

import datetime as dt
import os
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction

from kernel.actor import Actor
from kernel.errors import Refused, Unavailable
from kernel.money import Money
from modules.trading import services
from modules.trading.models import AccountType, Intent, TradingAccount
from modules.trading.models.intents import OPEN_STATES
from modules.trading.services.intending import new_password
from provisioning.servers.services import trading_server
from provisioning.servers.types import BalanceKind, BalanceOperation, NewAccount

ADA = Actor.system("ada")
PERSON = Actor.system("finance")
START = Decimal(1000)
"""What is on every account before."""
PACE = min(max((os.getloadavg()[0] / (os.cpu_count() or 1)) / 1.5, 1.0), 4.0)
"""Everything waits longer on a machine that has much else to do."""
LATENESS = 0.7 * PACE
"""How late a late server books, in seconds; longer than a call may take."""
SHORT: dict[str, float] = {
    "TRADING_CALL_SECONDS": 0.4 * PACE,
    "TRADING_GUARD_SECONDS": 0.5 * PACE,
    "TRADING_LEASE_SECONDS": 1.5 * PACE,
    "TRADING_SETTLE_SECONDS": 2.0 * PACE,
}
"""The windows of these tests: late bookings come within the time in which we wait for them."""
PATIENCE = 60.0 * PACE


@dataclass(slots=True)
class Scene:
    """Everything that happens, and the two sides that have to agree afterwards."""

    place: Any
    client: Any
    server_id: uuid.UUID
    types: dict[str, uuid.UUID]
    simulator: Any
    other_type: uuid.UUID = field(init=False)

    def __post_init__(self) -> None:
        with self.place.pin():
            AccountType.objects.update(accounts_max=1000)
            first = AccountType.objects.get(pk=self.types["live"])
            with trading_server(self.server_id) as server:
                groups = [one for one in server.groups() if one.currency == first.currency]
            other = next(one.name for one in groups if one.name != first.group and not one.is_demo)
            self.other_type = AccountType.objects.create(
                name="Other live", environment="live", server_id=self.server_id, group=other,
                currency="USD", leverages=[100], leverage_default=100, created_at=first.created_at,
            ).pk  # fmt: skip

    def accounts(self, number: int) -> list[uuid.UUID]:
        """So many accounts on the server, with money on them, found there as ours are."""
        with self.place.pin():
            group = AccountType.objects.get(pk=self.types["live"]).group
            with trading_server(self.server_id) as server:
                made = [server.add_account(_new(group, one)) for one in range(number)]
                for record in made:
                    server.change_balance(_start(record.login))
            services.record_accounts(self.server_id, made)
            logins = [record.login for record in made]
            rows = dict(TradingAccount.objects.filter(login__in=logins).values_list("login", "pk"))
        return [rows[login] for login in logins]

    def ask_balance(self, account_id: uuid.UUID, minor: int, key: str) -> uuid.UUID:
        with self.place.pin(), transaction.atomic():
            amount = Money(minor, "USD")
            return services.ask_balance(account_id, amount, by=ADA, cause="chaos", key=key)

    def ask_credit(self, account_id: uuid.UUID, minor: int, key: str) -> uuid.UUID:
        with self.place.pin(), transaction.atomic():
            amount = Money(minor, "USD")
            return services.ask_credit(account_id, amount, by=ADA, cause="chaos", key=key)

    def ask_group(self, account_id: uuid.UUID, key: str) -> uuid.UUID:
        with self.place.pin(), transaction.atomic():
            return services.ask_group(account_id, self.other_type, by=ADA, cause="chaos", key=key)

    def ask_opening(self) -> uuid.UUID:
        with self.place.pin():
            account_id = services.open_account(
                self.client.pk, self.types["live"], leverage=100, by=ADA
            )
            return Intent.objects.get(account_id=account_id).pk

    def attempt(self, operation_id: uuid.UUID) -> None:
        """One step of a worker."""
        with self.place.pin():
            services.carry_out(operation_id)

    def work(self) -> None:
        """Be the worker until everything is decided."""
        end = time.monotonic() + PATIENCE
        while self.undecided():
            assert time.monotonic() < end, self.undecided()
            with self.place.pin():
                for operation_id in services.due_intents():
                    services.carry_out(operation_id)
            time.sleep(0.02)

    def undecided(self) -> list[tuple[str, str]]:
        """What is not decided."""
        with self.place.pin():
            rows = Intent.objects.filter(state__in=OPEN_STATES)
            return list(rows.values_list("kind", "state"))

    def states(self, operation_ids: list[uuid.UUID]) -> list[str]:
        with self.place.pin():
            found = dict(Intent.objects.filter(pk__in=operation_ids).values_list("pk", "state"))
        return [found[one] for one in operation_ids]

    def bookings(self, operation_ids: list[uuid.UUID]) -> Counter[uuid.UUID]:
        """How often each operation with money is on the server, by its tag.

        A look meets misfortunes like any other: it is repeated until it works.
        """
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return self._bookings(operation_ids)
            except (Unavailable, Refused):
                if time.monotonic() > end:
                    raise
                time.sleep(0.3)

    def _bookings(self, operation_ids: list[uuid.UUID]) -> Counter[uuid.UUID]:
        booked: Counter[uuid.UUID] = Counter()
        with self.place.pin(), trading_server(self.server_id) as server:
            for row in Intent.objects.filter(pk__in=operation_ids).select_related("account"):
                since, login = row.asked_at, row.account.login
                deals = server.deals_of(login, since=_days(since, -1), until=_days(since, 1))
                mine = [deal for deal in deals if deal.comment.split(" ")[0] == row.tag]
                booked[row.pk] = len(mine)
        return booked

    def records(self, account_ids: list[uuid.UUID]) -> list[Any]:
        """The accounts as the server keeps them."""
        with self.place.pin(), trading_server(self.server_id) as server:
            found = dict(
                TradingAccount.objects.filter(pk__in=account_ids).values_list("pk", "login")
            )
            return [server.account(found[one]) for one in account_ids]

    def sends(self, operation_id: uuid.UUID) -> int:
        """How many attempts left us, or may have."""
        with self.place.pin():
            return Intent.objects.get(pk=operation_id).sends

    def stories(self, operation_id: uuid.UUID) -> list[str]:
        """What happened to an operation, in order."""
        with self.place.pin():
            moves = Intent.objects.get(pk=operation_id).moves.order_by("happened_at", "pk")
            return list(moves.values_list("what", flat=True))


def _new(group: str, number: int) -> NewAccount:
    return NewAccount(
        group=group,
        first_name="Chaos",
        last_name=str(number),
        leverage=100,
        password_main=new_password(),
        password_investor=new_password(),
    )


def _start(login: int) -> BalanceOperation:
    return BalanceOperation(
        login=login, kind=BalanceKind.BALANCE, amount=START, tag=f"START{login}"
    )


def _days(moment: dt.datetime, days: int) -> dt.datetime:
    return moment + dt.timedelta(days=days)
