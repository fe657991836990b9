"""After a chargeback: freeze, list what is owed, take it back from wallet or account."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from kernel import audit, clock
from kernel.actor import Actor
from kernel.events import publish
from kernel.money import Money
from modules.cashier.errors import NoSuchClaim, NoSuchMove, NotFree, NotYourMoney, ReasonNeeded
from modules.cashier.events import ClientFrozen
from modules.cashier.models import Claim, ClaimState, ClientFreeze, Deposit
from modules.cashier.services.passing import US, note
from modules.cashier.types.outgoing import mirror
from modules.trading import queries as trading_queries
from modules.trading import services as trading
from modules.trading.errors import NoSuchAccount
from modules.wallets import queries as wallet_queries
from modules.wallets import services as wallets
from modules.wallets.types import EntryKind, Leg


@transaction.atomic
def open_claim(deposit_id: uuid.UUID, *, owed_minor: int) -> None:
    """A deposit was taken back: freeze the client, and list what he owes. Opens a transaction.

    Harmless to repeat.
    """
    deposit = Deposit.objects.filter(pk=deposit_id).first()
    if deposit is None:
        return
    state = ClaimState.OPEN if owed_minor else ClaimState.SETTLED
    row, is_new = Claim.objects.get_or_create(
        deposit=deposit,
        defaults={
            "client_id": deposit.client_id,
            "amount_minor": deposit.arrives_minor,
            "owed_minor": owed_minor,
            "currency": deposit.arrives_currency,
            "state": state,
            "opened_at": clock.now(),
            "ended_at": None if owed_minor else clock.now(),
        },
    )
    if not is_new:
        return
    note(row, "opened", state=str(row.state), by=US, facts={"owed": str(row.owed)})
    why = _("Deposit %(number)s was taken back.") % {"number": deposit.number}
    _freeze(deposit.client_id, why)


@transaction.atomic
def take_from_wallet(claim_id: uuid.UUID, *, by: Actor) -> Money:
    """Take what is free in the client's wallet, up to what he owes. Opens a transaction.

    Raises:
        NoSuchClaim: There is none.
        NoSuchMove: Nothing is owed any more.
        NotFree: The wallet has nothing free.
    """
    row = _open(claim_id)
    wallet_id = wallets.open_wallet(row.client_id, row.currency)
    free = wallet_queries.funds(wallet_id).available
    # What is being taken from an account is not asked of the wallet as well.
    taken = min(free, row.owed - Money(row.operation_minor, row.currency))
    if taken.minor <= 0:
        raise NotFree(free=free)
    wallets.post(
        EntryKind.CHARGEBACK,
        f"claim:{row.pk}:{row.owed_minor}",
        [Leg(wallet_id, -taken), Leg("chargeback", taken)],
        by=by,
        cause=_about(row),
    )
    _take(row, taken, by=by, what="from_wallet")
    return taken


@transaction.atomic
def take_from_account(claim_id: uuid.UUID, account_id: uuid.UUID, *, by: Actor) -> Money:
    """Ask the trading server for what is free there, up to what is owed. Opens a transaction.

    Raises:
        NoSuchClaim: There is none.
        NoSuchMove: Nothing is owed any more, or something is being taken already.
        NotYourMoney: The account is another client's, or in another currency.
        NotFree: Nothing is free there.
    """
    row = _open(claim_id)
    if row.operation_id is not None:
        raise NoSuchMove(state=_("being taken"))
    try:
        account = trading_queries.own_account(account_id, row.client_id)
    except NoSuchAccount as error:
        raise NotYourMoney from error
    if account.currency != row.currency or account.login is None:
        raise NotYourMoney
    free = account.real(account.free_margin - account.credit)
    wanted = min(free, row.owed)
    if wanted.minor <= 0:
        raise NotFree(free=free)
    number = account.login
    row.operation_minor = wanted.minor
    key = f"claim:{row.pk}:{row.owed_minor}"
    row.operation_id = trading.ask_balance(account_id, -wanted, by=by, cause=_about(row), key=key)
    row.operation_place = mirror(account.server_id, number)
    row.save(update_fields=["operation_id", "operation_minor", "operation_place"])
    note(row, "asked", state=row.state, by=by, facts={"login": number, "amount": str(wanted)})
    audit.note("cashier.claim_asked", about=row, by=by, changes={"login": number})
    return wanted


@transaction.atomic
def record_taken(claim_id: uuid.UUID, *, is_done: bool) -> None:
    """The trading server gave what was asked of it, or refused. Opens a transaction."""
    row = Claim.objects.select_for_update().filter(pk=claim_id).first()
    if row is None or row.operation_id is None:
        return
    taken = Money(row.operation_minor, row.currency)
    operation_id, row.operation_id, row.operation_minor = row.operation_id, None, 0
    if not is_done:
        row.save(update_fields=["operation_id", "operation_minor"])
        note(row, "refused", state=row.state, by=US)
        return
    wallets.post(
        EntryKind.CHARGEBACK,
        f"claim:{row.pk}:{operation_id}",
        [Leg(row.operation_place, -taken), Leg("chargeback", taken)],
        by=US,
        cause=_about(row),
    )
    _take(row, taken, by=US, what="from_account")


@transaction.atomic
def write_off(claim_id: uuid.UUID, *, reason: str, by: Actor) -> None:
    """Give up what is owed; the loss is in the ledger already. Opens a transaction.

    Raises:
        NoSuchClaim: There is none.
        ReasonNeeded: Why?
        NoSuchMove: Nothing is owed any more, or something is being taken.
    """
    row = _open(claim_id)
    if not reason.strip():
        raise ReasonNeeded
    if row.operation_id is not None:
        raise NoSuchMove(state=_("being taken"))
    row.move_to(ClaimState.WRITTEN_OFF)
    row.reason, row.ended_at = reason.strip()[:500], clock.now()
    row.save(update_fields=["state", "reason", "ended_at"])
    note(row, "written_off", state=row.state, by=by, why=reason)
    audit.note("cashier.claim_written_off", about=row, by=by, reason=reason)


@transaction.atomic
def lift_client(client_id: uuid.UUID, *, reason: str, by: Actor) -> None:
    """Let a client's money leave again. Opens a transaction.

    Raises:
        ReasonNeeded: Why?
        NoSuchMove: It is not frozen.
    """
    if not reason.strip():
        raise ReasonNeeded
    rows = ClientFreeze.objects.select_for_update()
    row = rows.filter(client_id=client_id, lifted_at=None).first()
    if row is None:
        raise NoSuchMove(state=_("not frozen"))
    row.lifted_at, row.lifted_by = clock.now(), by.name[:200]
    row.lifted_why = reason.strip()[:500]
    row.save(update_fields=["lifted_at", "lifted_by", "lifted_why"])
    audit.note("cashier.client_lifted", about=row, by=by, reason=reason)


def _freeze(client_id: uuid.UUID, why: str) -> None:
    row, is_new = ClientFreeze.objects.get_or_create(
        client_id=client_id, lifted_at=None, defaults={"why": why[:300], "frozen_at": clock.now()}
    )
    if is_new:
        audit.note("cashier.client_frozen", about=row, by=US, reason=why)
        publish(ClientFrozen(client_id=client_id, why=why[:300]))


def _open(claim_id: uuid.UUID) -> Claim:
    row = Claim.objects.select_for_update().filter(pk=claim_id).first()
    if row is None:
        raise NoSuchClaim
    if row.state != ClaimState.OPEN:
        raise NoSuchMove(state=ClaimState(row.state).label)
    return row


def _take(row: Claim, taken: Money, *, by: Actor, what: str) -> None:
    row.owed_minor = max(row.owed_minor - taken.minor, 0)
    if not row.owed_minor and row.state == ClaimState.OPEN:
        row.move_to(ClaimState.SETTLED)
        row.ended_at = clock.now()
    row.save()
    facts = {"taken": str(taken), "owed": str(row.owed)}
    note(row, what, state=row.state, by=by, facts=facts)
    audit.note(f"cashier.claim_{what}", about=row, by=by, changes=facts)


def _about(row: Claim) -> str:
    return f"cashier.Claim:{row.pk}"
