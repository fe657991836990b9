"""Passwords of accounts: set by the client, or made for him and shown to nobody else."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable

from django.db import transaction
from django.urls import reverse

from identity import queries as identity
from identity.brand import absolute
from kernel import audit, clock, mail, secrets
from kernel.actor import Actor
from kernel.ids import new_id
from modules.trading.errors import NothingToShow
from modules.trading.models import (
    Intent,
    IntentKind,
    IntentState,
    PasswordHandover,
    TradingAccount,
)
from modules.trading.models.handovers import handover_place
from modules.trading.models.intents import place
from modules.trading.services.changing import reached
from modules.trading.services.intending import forget_secret, intend, new_password
from modules.trading.types import Credentials, NewPassword, Started
from provisioning.servers import queries as servers

_URLS = "config.urls.tenant"
CREDENTIALS_KEPT = dt.timedelta(days=3)
"""How long a password that nobody looked at is kept."""


@transaction.atomic
def change_password(
    account_id: uuid.UUID, *, client_id: uuid.UUID, password: str, is_investor: bool, by: Actor
) -> uuid.UUID:
    """Ask for a new main or investor password; return the operation's id. Opens a transaction.

    Raises:
        NoSuchAccount: It is not the client's.
        NotOpen: It is not on the server.
        StillBusy: An earlier change has not ended.
    """
    account = reached(account_id, client_id)
    kind = _kind(is_investor=is_investor)
    intent = intend(kind, account=account, by=by, secret=password)
    audit.note("trading.password_asked", about=account, by=by, changes={"kind": kind})
    return intent.pk


@transaction.atomic
def reset_password(account_id: uuid.UUID, *, is_investor: bool, by: Actor) -> Started:
    """Set a new password that only the client will see, and write to him where.

    Opens a transaction. Nobody of the house reads the password: it waits sealed
    for the client, for :data:`CREDENTIALS_KEPT`.

    Raises:
        NoSuchAccount: There is none, or no client has it.
        NotOpen: It is not on the server.
        StillBusy: An earlier change has not ended.
    """
    account = reached(account_id, None)
    if account.client_id is None:
        raise NothingToShow
    kind = _kind(is_investor=is_investor)
    password = new_password()
    intent = intend(kind, account=account, by=by, secret=password, cause="trading.reset")
    account.handovers.filter(is_investor=is_investor).update(sealed=None)
    row = PasswordHandover(
        id=new_id(),
        account=account,
        operation_id=intent.pk,
        is_investor=is_investor,
        made_at=clock.now(),
    )
    row.sealed = secrets.seal(password, about=handover_place(row.pk))
    row.save(force_insert=True)
    _write(account, account.client_id)
    audit.note("trading.password_reset", about=account, by=by, changes={"kind": kind})
    return Started(operation_id=intent.pk)


@transaction.atomic
def show_new_password(
    account_id: uuid.UUID, *, client_id: uuid.UUID, by: Actor
) -> tuple[NewPassword, ...]:
    """The passwords that a colleague had set, for this one time. Opens a transaction.

    Raises:
        NoSuchAccount: It is not the client's.
        NothingToShow: There are none, they were shown before, or they are still being set.
    """
    account = reached(account_id, client_id)
    rows = account.handovers.exclude(sealed=None).select_for_update(of=("self",))
    done = set(account.intents.filter(state=IntentState.DONE).values_list("pk", flat=True))
    ready = [row for row in rows.order_by("is_investor") if row.operation_id in done]
    if not ready or account.login is None:
        raise NothingToShow
    shown = tuple(
        NewPassword(login=account.login, is_investor=row.is_investor, password=row.secret())
        for row in ready
    )
    PasswordHandover.objects.filter(pk__in=[row.pk for row in ready]).update(sealed=None)
    audit.note("trading.new_password_shown", about=account, by=by)
    return shown


@transaction.atomic
def show_credentials(account_id: uuid.UUID, *, client_id: uuid.UUID, by: Actor) -> Credentials:
    """The passwords of a newly opened account, for this one time. Opens a transaction.

    Raises:
        NoSuchAccount: It is not the client's.
        NothingToShow: They were shown before, or forgotten.
    """
    account = reached(account_id, client_id)
    opened = account.intents.filter(kind=IntentKind.OPEN, state=IntentState.DONE)
    intent = opened.select_for_update(of=("self",)).exclude(sealed=None).first()
    if intent is None or account.login is None:
        raise NothingToShow
    words = json.loads(intent.secret())
    forget_secret(intent)
    audit.note("trading.credentials_shown", about=account, by=by)
    return Credentials(
        login=account.login,
        server_name=servers.server(account.server_id).name,
        password=words["main"],
        password_investor=words["investor"],
    )


def forget_credentials() -> int:
    """Wipe passwords that nobody looked at in :data:`CREDENTIALS_KEPT`; return how many."""
    before = clock.now() - CREDENTIALS_KEPT
    old = Intent.objects.filter(decided_at__lt=before).exclude(sealed=None)
    handed = PasswordHandover.objects.filter(made_at__lt=before).exclude(sealed=None)
    return old.update(sealed=None) + handed.update(sealed=None)


def reseal_own(reseal: Callable[..., bytes]) -> int:
    """Seal kept passwords anew; return how many. Safe to repeat and to interrupt."""
    count = 0
    for pk in list(Intent.objects.exclude(sealed=None).values_list("pk", flat=True)):
        with transaction.atomic():
            rows = Intent.objects.select_for_update(of=("self",))
            intent = rows.filter(pk=pk).exclude(sealed=None).first()
            if intent is not None and intent.sealed is not None:
                intent.sealed = reseal(bytes(intent.sealed), about=place(pk))
                intent.save(update_fields=["sealed"])
                count += 1
    for pk in list(PasswordHandover.objects.exclude(sealed=None).values_list("pk", flat=True)):
        with transaction.atomic():
            row = PasswordHandover.objects.select_for_update().filter(pk=pk).first()
            if row is not None and row.sealed is not None:
                row.sealed = reseal(bytes(row.sealed), about=handover_place(pk))
                row.save(update_fields=["sealed"])
                count += 1
    return count


def _kind(*, is_investor: bool) -> IntentKind:
    return IntentKind.INVESTOR if is_investor else IntentKind.PASSWORD


def _write(account: TradingAccount, client_id: uuid.UUID) -> None:
    """Tell the client that a new password waits for him; the letter does not hold it."""
    person = identity.find_person(client_id)
    if person is None or not person.is_active:
        return
    link = absolute(reverse("room:trading:new_password", args=[account.pk], urlconf=_URLS))
    context = {"login": str(account.login), "link": link}
    mail.send(
        "trading/new_password", to=person.email, context=context, language=person.language or None
    )
