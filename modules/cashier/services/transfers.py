"""What becomes of a transfer: taken, given, or given back; each step once.

    WAITING -> TAKING (operation out of the source) -> GIVING (operation into the target) -> DONE
    a refusal of TAKING                             -> FAILED, nothing has moved
    a refusal of GIVING   -> RETURNING (operation back into the source) -> RETURNED
    a refusal of RETURNING                          -> KEPT, in the client's wallet

A wallet needs no operation: its step is an entry of the ledger. The ledger follows what the
servers said: money is on the way (``mt_in_transit``) from when it left one place until it is on
another. Every function locks the transfer first and may be called again.
"""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _

from kernel.actor import Actor
from kernel.errors import Refused
from kernel.events import publish
from kernel.money import Money
from modules.cashier.errors import MoneyStays, NoSuchTransfer
from modules.cashier.events import TransferEnded
from modules.cashier.models import Transfer
from modules.cashier.queries import outgoing
from modules.cashier.services.passing import US, about, tell
from modules.cashier.types.outgoing import in_transit, mirror
from modules.cashier.types.passages import TRANSFER_OPEN, TransferState, Where
from modules.clients import queries as clients
from modules.requests import queries as requested
from modules.requests import services as requests
from modules.requests.types import Wish
from modules.trading import services as trading
from modules.wallets import services as wallets
from modules.wallets.errors import HoldIsOver
from modules.wallets.types import EntryKind, Leg

OWN, TO_OTHER = "cashier.transfer", "cashier.transfer_to_client"
TAKE, GIVE, RETURN = "take", "give", "return"


def begin(row: Transfer, *, by: Actor) -> None:
    """Hold the money, and ask for approval where the broker wants it; needs a transaction.

    What would wait as an exchange between wallets waits here too.

    Raises:
        NotEnough: The wallet has less free.
    """
    if row.source == Where.WALLET:
        row.hold_id = wallets.hold(
            row.source_id, row.amount, f"transfer:{row.pk}", cause=about(row), by=by
        )
        row.save(update_fields=["hold_id"])
    kind = TO_OTHER if row.beneficiary_id else OWN
    if requested.is_wanted(kind, by=by) or _is_large_exchange(row):
        row.request_id = requests.ask(_wish(row, kind), key=str(row.pk), by=by).id
        row.save(update_fields=["request_id"])
    else:
        go(row.pk, by=US)


@transaction.atomic
def go(transfer_id: uuid.UUID, *, by: Actor) -> None:
    """Move what was approved: the first step; not when the client's money was frozen meanwhile.

    Opens a transaction.
    """
    row = locked(transfer_id)
    if row.state != TransferState.WAITING:
        return
    if outgoing.is_frozen(row.client_id):
        _release(row, by=by)
        _fail(row, str(MoneyStays.sentence), by=by)
        return
    if row.source == Where.WALLET:
        _leave_wallet(row, by=by)
        return
    try:
        with transaction.atomic():
            row.taking_id = _operation(row, TAKE, row.source_id, -row.amount, by=by)
    except Refused as refusal:
        row.taking_id = None
        _fail(row, str(refusal), by=by)
        return
    tell(row, "taking", to=TransferState.TAKING, by=by)


@transaction.atomic
def record_done(transfer_id: uuid.UUID, step: str, *, by: Actor = US) -> None:
    """The trading server did a step. Opens a transaction."""
    row = locked(transfer_id)
    row.is_stuck = False
    if step == TAKE and row.state == TransferState.TAKING:
        _taken(row, by=by)
    elif step == GIVE and row.state == TransferState.GIVING:
        _post(
            row,
            EntryKind.SETTLE,
            GIVE,
            [Leg(_way_in(row), -row.arrives), Leg(_target_place(row), row.arrives)],
            by=by,
        )
        _finish(row, TransferState.DONE, by=by)
    elif step == RETURN and row.state == TransferState.RETURNING:
        _post(
            row,
            EntryKind.SETTLE,
            RETURN,
            [Leg(_way_back(row), -row.amount), Leg(_source_place(row), row.amount)],
            by=by,
        )
        _finish(row, TransferState.RETURNED, by=by)


@transaction.atomic
def record_refused(transfer_id: uuid.UUID, step: str, why: str, *, by: Actor = US) -> None:
    """The trading server refused a step: nothing of it was done. Opens a transaction."""
    row = locked(transfer_id)
    row.is_stuck = False
    if step == TAKE and row.state == TransferState.TAKING:
        _fail(row, why, by=by)
    elif step == GIVE and row.state == TransferState.GIVING:
        row.reason_code, row.reason = "target_refused", why[:500]
        _give_back(row, why, by=by)
    elif step == RETURN and row.state == TransferState.RETURNING:
        _keep_in_wallet(row, why, by=by)


@transaction.atomic
def record_stuck(transfer_id: uuid.UUID, why: str) -> None:
    """Nobody knows whether a step was done: a person decides. Opens a transaction."""
    row = locked(transfer_id)
    if row.state in TRANSFER_OPEN and not row.is_stuck:
        row.is_stuck = True
        tell(row, "stuck", by=US, why=why)


@transaction.atomic
def refuse_transfer(transfer_id: uuid.UUID, *, reason: str, by: Actor) -> None:
    """Turn it down while it waits. Opens a transaction; harmless to repeat."""
    row = locked(transfer_id)
    if row.state != TransferState.WAITING:
        return
    _release(row, by=by)
    row.reason_code, row.reason = "refused", reason[:500]
    _finish(row, TransferState.REFUSED, by=by, why=reason)


@transaction.atomic
def cancel_transfer(
    transfer_id: uuid.UUID, *, by: Actor, client_id: uuid.UUID | None = None
) -> None:
    """Take it back while it waits for approval. Opens a transaction.

    Raises:
        NoSuchTransfer: It is not the client's.
        NoSuchMove: It is too late.
    """
    row = locked(transfer_id)
    if client_id is not None and row.client_id != client_id:
        raise NoSuchTransfer
    if row.state == TransferState.CANCELLED:
        return
    was_waiting = row.state == TransferState.WAITING
    _finish(row, TransferState.CANCELLED, by=by)
    if was_waiting:
        _release(row, by=by)
    kind = TO_OTHER if row.beneficiary_id else OWN
    words = _("The transfer was cancelled.")
    requests.withdraw(about(row), kind=kind, reason=words, by=by)


def locked(transfer_id: uuid.UUID) -> Transfer:
    """A transfer, locked; needs a transaction.

    Raises:
        NoSuchTransfer: There is none.
    """
    row = Transfer.objects.select_for_update().filter(pk=transfer_id).first()
    if row is None:
        raise NoSuchTransfer
    return row


def _is_large_exchange(row: Transfer) -> bool:
    if row.currency == row.arrives_currency:
        return False
    return wallets.needs_approval(row.amount, row.arrives_currency)


def _leave_wallet(row: Transfer, *, by: Actor) -> None:
    """Off the wallet: onto another at once, or on the way to an account."""
    if row.hold_id is None:
        raise NoSuchTransfer
    is_wallet = row.target == Where.WALLET
    onto = _target_place(row) if is_wallet else _way_in(row)
    legs = [Leg(row.source_id, -row.amount), *_exchange(row), Leg(onto, row.arrives)]
    kind = EntryKind.TRANSFER if is_wallet else EntryKind.TO_ACCOUNT
    try:
        with transaction.atomic():
            wallets.capture(row.hold_id, kind, f"transfer:{row.pk}", legs, by=by, cause=about(row))
            if not is_wallet:
                row.giving_id = _operation(row, GIVE, row.target_id, row.arrives, by=by)
    except Refused as refusal:
        row.giving_id = None
        _release(row, by=by)
        _fail(row, str(refusal), by=by)
        return
    if is_wallet:
        _finish(row, TransferState.DONE, by=by)
    else:
        tell(row, "giving", to=TransferState.GIVING, by=by)


def _taken(row: Transfer, *, by: Actor) -> None:
    """The source's server gave it: onto the wallet, or on the way to the other account."""
    is_wallet = row.target == Where.WALLET
    onto = _target_place(row) if is_wallet else _way_in(row)
    legs = [Leg(_source_place(row), -row.amount), *_exchange(row), Leg(onto, row.arrives)]
    _post(row, EntryKind.FROM_ACCOUNT, TAKE, legs, by=by)
    if is_wallet:
        _finish(row, TransferState.DONE, by=by)
        return
    try:
        with transaction.atomic():
            row.giving_id = _operation(row, GIVE, row.target_id, row.arrives, by=by)
    except Refused as refusal:
        row.giving_id = None
        row.reason_code, row.reason = "target_refused", str(refusal)[:500]
        tell(row, "giving", to=TransferState.GIVING, by=by)
        _give_back(row, str(refusal), by=by)
        return
    tell(row, "giving", to=TransferState.GIVING, by=by)


def _give_back(row: Transfer, why: str, *, by: Actor) -> None:
    """Compensate: what was taken goes back where it came from, at the same rate."""
    is_wallet = row.source == Where.WALLET
    onto = row.source_id if is_wallet else _way_back(row)
    legs = [Leg(_way_in(row), -row.arrives), *_exchange_back(row), Leg(onto, row.amount)]
    if is_wallet:
        _post(row, EntryKind.REFUND, GIVE, legs, by=by)
        _finish(row, TransferState.RETURNED, by=by, why=why)
        return
    # The same place: an account of the same server is on the way there already.
    if row.source_server_id != row.target_server_id or row.rate is not None:
        _post(row, EntryKind.REFUND, GIVE, legs, by=by)
    try:
        with transaction.atomic():
            row.returning_id = _operation(row, RETURN, row.source_id, row.amount, by=by)
    except Refused as refusal:
        row.returning_id = None
        tell(row, "returning", to=TransferState.RETURNING, by=by, why=why)
        _keep_in_wallet(row, str(refusal), by=by)
        return
    tell(row, "returning", to=TransferState.RETURNING, by=by, why=why)


def _keep_in_wallet(row: Transfer, why: str, *, by: Actor) -> None:
    wallet_id = wallets.open_wallet(row.client_id, row.currency)
    legs = [Leg(_way_back(row), -row.amount), Leg(wallet_id, row.amount)]
    _post(row, EntryKind.REFUND, RETURN, legs, by=by)
    _finish(row, TransferState.KEPT, by=by, why=why)


def _fail(row: Transfer, why: str, *, by: Actor) -> None:
    row.reason_code, row.reason = "source_refused", why[:500]
    _finish(row, TransferState.FAILED, by=by, why=why)


def _finish(row: Transfer, to: TransferState, *, by: Actor, why: str = "") -> None:
    tell(row, str(to), to=to, by=by, why=why)
    publish(
        TransferEnded(
            transfer_id=row.pk,
            client_id=row.client_id,
            beneficiary_id=row.beneficiary_id,
            number=row.number,
            state=str(to),
            amount_minor=row.amount_minor,
            currency=row.currency,
            arrives_minor=row.arrives_minor,
            arrives_currency=row.arrives_currency,
        )
    )
    if row.request_id is not None and to not in {TransferState.CANCELLED, TransferState.REFUSED}:
        is_done = to == TransferState.DONE
        requests.record_outcome(row.request_id, is_done=is_done, sentence=row.reason[:300])


def _release(row: Transfer, *, by: Actor) -> None:
    if row.hold_id is not None:
        try:
            wallets.release(row.hold_id, by=by)
        except HoldIsOver:
            return


def _operation(
    row: Transfer, step: str, account_id: uuid.UUID, amount: Money, *, by: Actor
) -> uuid.UUID:
    key = f"transfer:{row.pk}:{step}"
    return trading.ask_balance(account_id, amount, by=by, cause=about(row), key=key)


def _post(row: Transfer, kind: EntryKind, step: str, legs: list[Leg], *, by: Actor) -> None:
    wallets.post(kind, f"transfer:{row.pk}:{step}", legs, by=by, cause=about(row))


def _exchange(row: Transfer) -> list[Leg]:
    """Through the exchange account; what the house keeps of the middle rate is its result."""
    if row.currency == row.arrives_currency:
        return []
    spread = Money(int(row.rate_facts.get("spread_minor", 0)), row.arrives_currency)
    legs = [Leg("fx", row.amount), Leg("fx", -(row.arrives + spread))]
    return [*legs, Leg("fx_result", spread)] if spread else legs


def _exchange_back(row: Transfer) -> list[Leg]:
    return [Leg(leg.account, -leg.amount) for leg in _exchange(row)]


def _source_place(row: Transfer) -> uuid.UUID | str:
    return _place(row.source_server_id, row.source_login) or row.source_id


def _target_place(row: Transfer) -> uuid.UUID | str:
    return _place(row.target_server_id, row.target_login) or row.target_id


def _place(server_id: uuid.UUID | None, login: int | None) -> str:
    return "" if server_id is None or login is None else mirror(server_id, login)


def _way_in(row: Transfer) -> str:
    if row.target_server_id is None:
        raise ValueError(f"transfer {row.number} goes to no server")
    return in_transit(row.target_server_id)


def _way_back(row: Transfer) -> str:
    if row.source_server_id is None:
        raise ValueError(f"transfer {row.number} comes from no server")
    return in_transit(row.source_server_id)


def _wish(row: Transfer, kind: str) -> Wish:
    words: dict[str, str | int] = {"amount": str(row.amount), "arrives": str(row.arrives)}
    facts: dict[str, str | int | bool | Money] = {}
    if row.beneficiary_id is not None:
        contact = clients.contact(row.beneficiary_id)
        words["beneficiary"] = f"{contact.name} (C-{contact.number})"
        earlier = Transfer.objects.filter(
            client_id=row.client_id, beneficiary_id=row.beneficiary_id, state=TransferState.DONE
        )
        facts |= {"beneficiary": words["beneficiary"], "aml": True, "earlier": earlier.count()}
    return Wish(
        kind=kind,
        client_id=row.client_id,
        subject=about(row),
        label=row.number,
        words=words,
        facts=facts,
        amount=row.amount,
    )
