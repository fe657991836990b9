"""An operation as a worker took it, and what a look at the server can find."""

from __future__ import annotations

import datetime as dt
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from kernel.errors import Unavailable
from modules.trading.models import Intent, IntentKind
from modules.trading.services.amounts import to_major
from provisioning.servers.types import BalanceKind, BalanceOperation


class TooLate(Unavailable):
    """The worker was held up after it wrote down that it will send: it is taken for dead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """Everything that a worker needs to know, read before the network.

    ``attempt`` is its claim's number. ``was_sent``, ``sent_before_at`` and ``lookups`` are as they
    were before this attempt.
    """

    id: uuid.UUID
    kind: str
    tag: str
    server_id: uuid.UUID
    client_id: uuid.UUID | None
    is_look: bool
    was_sent: bool
    sent_before_at: dt.datetime | None
    attempt: int
    lookups: int
    asked_at: dt.datetime
    payload: dict[str, Any]
    amount_minor: int
    """Real money."""
    account_id: uuid.UUID | None
    login: int | None
    group: str
    leverage: int
    currency: str
    cent_factor: int
    """How much on the server is one of the real money's currency."""
    login_from: int | None
    login_to: int | None
    secret: str = field(repr=False, default="")
    taken_s: float = 0.0
    """Monotonic clock of this process just before the claim was committed."""

    @property
    def number(self) -> int:
        """The login.

        Raises:
            ValueError: It names none.
        """
        if self.login is None:
            raise ValueError(f"operation {self.tag} names no login")
        return self.login

    @property
    def not_after_s(self) -> float:
        """When it is too late to send, on the same clock."""
        return self.taken_s + float(settings.TRADING_GUARD_SECONDS)

    @property
    def operation(self) -> BalanceOperation:
        """The money that it moves, as the server counts it."""
        is_credit = self.kind == IntentKind.CREDIT
        return BalanceOperation(
            login=self.number,
            kind=BalanceKind.CREDIT if is_credit else BalanceKind.BALANCE,
            amount=to_major(self.amount_minor * self.cent_factor, self.currency),
            tag=self.tag,
            is_margin_checked=self.kind != IntentKind.FUND,
            not_after_s=self.not_after_s,
        )

    def refuse_late(self) -> None:
        """Stand in front of everything that is sent.

        Raises:
            TooLate: The worker was held up: somebody else may have this operation by now.
        """
        if time.monotonic() > self.not_after_s:
            raise TooLate("worker", "held up before sending")


@dataclass(frozen=True, slots=True)
class Booked:
    """It was done: what the server shows of it."""

    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Absent:
    """It was not done, as far as the server shows."""


@dataclass(frozen=True, slots=True)
class Doubled:
    """It was done more than once: these deals, or logins, are all its own."""

    numbers: tuple[int, ...]


Verdict = Booked | Absent | Doubled


def work_of(intent: Intent, *, is_look: bool, taken_s: float) -> Work:
    """What ``intent`` asks for; call before the attempt is written into it."""
    account = intent.account
    amount = intent.amount_minor
    if amount is None:
        amount = int(intent.payload.get("amount_minor", 0))
    return Work(
        id=intent.pk,
        kind=intent.kind,
        tag=intent.tag,
        server_id=intent.server_id,
        client_id=intent.client_id,
        is_look=is_look,
        was_sent=intent.was_sent,
        sent_before_at=intent.sent_at,
        attempt=intent.attempts + 1,
        lookups=intent.lookups,
        asked_at=intent.asked_at,
        payload=dict(intent.payload),
        amount_minor=amount,
        account_id=account.pk if account else None,
        login=account.login if account else intent.payload.get("login"),
        group=account.type.group if account else "",
        leverage=account.leverage if account else 0,
        currency=intent.currency or (account.currency if account else ""),
        cent_factor=account.cent_factor if account else 1,
        login_from=account.type.login_from if account else None,
        login_to=account.type.login_to if account else None,
        secret=intent.secret(),
        taken_s=taken_s,
    )
