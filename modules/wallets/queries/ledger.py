"""What is on the accounts of the ledger, now and at any instant before."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping

from django.db import connection

from kernel.money import Money
from modules.wallets.errors import NoSuchAccount, NoSuchHold
from modules.wallets.models import HOUSE, Account, Balance, Hold, Posting
from modules.wallets.types import Funds, HoldLine, HouseLine

_HOUSE = """
    SELECT a.id, a.code, a.currency, coalesce(s.balance_minor, 0) + coalesce(p.total, 0)
    FROM wallets_account a
    LEFT JOIN LATERAL (
        SELECT until_at, balance_minor FROM wallets_snapshot
        WHERE account_id = a.id AND until_at <= %(at)s ORDER BY until_at DESC LIMIT 1) s ON true
    LEFT JOIN LATERAL (
        SELECT sum(amount_minor)::bigint AS total FROM wallets_posting
        WHERE account_id = a.id AND posted_at <= %(at)s
          AND posted_at > coalesce(s.until_at, '-infinity')) p ON true
    WHERE NOT a.keeps_balance AND (%(only)s::uuid IS NULL OR a.id = %(only)s::uuid)
      AND starts_with(a.code, %(prefix)s)
    ORDER BY a.code, a.currency
"""


def funds(wallet_id: uuid.UUID) -> Funds:
    """What is in a wallet and how much of it is held.

    Raises:
        NoSuchAccount: There is no such wallet.
    """
    found = funds_of([wallet_id]).get(wallet_id)
    if found is None:
        raise NoSuchAccount
    return found


def funds_of(wallet_ids: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, Funds]:
    """What is in several wallets, in one query."""
    rows = Balance.objects.filter(pk__in=set(wallet_ids)).values_list(
        "pk", "posted_minor", "held_minor", "account__currency"
    )
    return {
        pk: Funds(balance=Money(posted, currency), held=Money(held, currency))
        for pk, posted, held, currency in rows
    }


def balance(account_id: uuid.UUID) -> Money:
    """What is on any account, a wallet or one of the house; negative is owed to the house.

    Raises:
        NoSuchAccount: There is none.
    """
    known = funds_of([account_id]).get(account_id)
    if known is not None:
        return known.balance
    return house_line(account_id).balance


def balance_at(account_id: uuid.UUID, at: dt.datetime) -> Money:
    """What was on an account at the end of instant ``at``.

    An entry counts from its ``posted_at``; one that is being committed at ``at`` may appear a
    moment later.

    Raises:
        NoSuchAccount: There is none.
    """
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise NoSuchAccount
    if not account.keeps_balance:
        return _house(only=account_id, at=at)[0].balance
    rows = Posting.objects.filter(account_id=account_id, posted_at__lte=at)
    last = rows.order_by("-posted_at", "-seq").values_list("balance_after_minor", flat=True).first()
    return Money(last or 0, account.currency)


def house_balances(at: dt.datetime | None = None, *, prefix: str = "") -> tuple[HouseLine, ...]:
    """Every account of the house with what is on it, now or at instant ``at``.

    ``prefix`` narrows them to codes that begin so.
    """
    return _house(at=at, prefix=prefix)


def house_line(account_id: uuid.UUID) -> HouseLine:
    """One account of the house with what is on it now.

    Raises:
        NoSuchAccount: There is none.
    """
    lines = _house(only=account_id)
    if not lines:
        raise NoSuchAccount
    return lines[0]


def get_hold(hold_id: uuid.UUID) -> HoldLine:
    """One hold.

    Raises:
        NoSuchHold: There is none.
    """
    row = Hold.objects.select_related("account").filter(pk=hold_id).first()
    if row is None:
        raise NoSuchHold
    return _hold_line(row)


def open_holds(wallet_id: uuid.UUID) -> tuple[HoldLine, ...]:
    """What is set aside of a wallet now, oldest first."""
    rows = Hold.objects.select_related("account").filter(account_id=wallet_id, state="open")
    return tuple(_hold_line(row) for row in rows.order_by("made_at", "pk"))


def _house(
    *, only: uuid.UUID | None = None, at: dt.datetime | None = None, prefix: str = ""
) -> tuple[HouseLine, ...]:
    moment = at or "infinity"
    with connection.cursor() as cursor:
        cursor.execute(_HOUSE, {"at": moment, "only": only, "prefix": prefix})
        rows = cursor.fetchall()
    return tuple(
        HouseLine(
            id=pk,
            code=code,
            title=HOUSE[code.partition(":")[0]][0],
            balance=Money(minor, currency),
        )
        for pk, code, currency, minor in rows
    )


def _hold_line(row: Hold) -> HoldLine:
    return HoldLine(
        id=row.pk,
        wallet_id=row.account_id,
        amount=Money(row.amount_minor, row.account.currency),
        state=row.state,
        cause=row.cause,
        made_at=row.made_at,
    )
