"""Withdrawals and transfers as their owners and colleagues see them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kernel.actor import Actor
from kernel.module import Text
from kernel.money import Money
from modules.cashier.errors import NoSuchPayout, NoSuchTransfer, NoSuchWithdrawal
from modules.cashier.models import PassageMove, Payout, Transfer, Withdrawal
from modules.cashier.queries.outgoing import instrument_line
from modules.cashier.queries.stories import (
    STORY,
    reason_of,
    reason_of_withdrawal,
    sentence_of_transfer,
    sentence_of_withdrawal,
    steps_of_transfer,
    steps_of_withdrawal,
)
from modules.cashier.queries.targets import TARGETS, part_title, place_title, target_title
from modules.cashier.queries.waits import is_checked, wait_of
from modules.cashier.types.deposits import StoryLine
from modules.cashier.types.outgoing import PassageLine, PassagePage, PassageView, PayoutLine
from modules.cashier.types.passages import (
    PAYOUT_TONES,
    TRANSFER_OPEN,
    TRANSFER_TONES,
    WITHDRAWAL_OPEN,
    WITHDRAWAL_TONES,
    PayoutState,
    TransferState,
    WithdrawalState,
)
from modules.clients import queries as clients

SEE = "cashier.see_finance"
PER_PAGE = 25
BY_HAND = (PayoutState.BY_HAND, PayoutState.MANUAL)
_FAILED = (
    WithdrawalState.FAILED,
    WithdrawalState.RETURNED,
    WithdrawalState.PARTLY,
    WithdrawalState.REFUSED,
)
_TRANSFER_FAILED = (TransferState.FAILED, TransferState.RETURNED, TransferState.KEPT)


def withdrawals_of(client_id: uuid.UUID, *, page: int = 1) -> PassagePage:
    """A client's withdrawals, newest first."""
    rows = _withdrawals().filter(client_id=client_id)
    return _withdrawal_page(rows, page)


def transfers_of(client_id: uuid.UUID, *, page: int = 1) -> PassagePage:
    """What a client moved, and what others sent him, newest first."""
    sent = Q(client_id=client_id)
    came = Q(beneficiary_id=client_id, state=TransferState.DONE)
    return _transfer_page(Transfer.objects.filter(sent | came), page)


def own_withdrawal(withdrawal_id: uuid.UUID, client_id: uuid.UUID) -> PassageView:
    """A client's own withdrawal.

    Raises:
        NoSuchWithdrawal: It is not his, or there is none.
    """
    row = _withdrawals().filter(pk=withdrawal_id, client_id=client_id).first()
    if row is None:
        raise NoSuchWithdrawal
    return _withdrawal_view(row)


def own_transfer(transfer_id: uuid.UUID, client_id: uuid.UUID) -> PassageView:
    """A client's own transfer.

    Raises:
        NoSuchTransfer: He did not send it, or there is none.
    """
    row = Transfer.objects.filter(pk=transfer_id, client_id=client_id).first()
    if row is None:
        raise NoSuchTransfer
    return _transfer_view(row)


def withdrawal(withdrawal_id: uuid.UUID, *, by: Actor) -> PassageView:
    """A withdrawal as a colleague sees it, with its story.

    Raises:
        NoSuchWithdrawal: There is none within reach.
    """
    row = _within(_withdrawals(), by).filter(pk=withdrawal_id).first()
    if row is None:
        raise NoSuchWithdrawal
    return _withdrawal_view(row, is_office=True)


def transfer(transfer_id: uuid.UUID, *, by: Actor) -> PassageView:
    """A transfer as a colleague sees it, with its story.

    Raises:
        NoSuchTransfer: There is none within reach.
    """
    row = _within(Transfer.objects.all(), by).filter(pk=transfer_id).first()
    if row is None:
        raise NoSuchTransfer
    return _transfer_view(row, is_office=True)


def withdrawals(tab: str, *, by: Actor, words: str = "", page: int = 1) -> PassagePage:
    """Withdrawals that ``by`` may see: ``open``, ``failed`` or all, newest first."""
    rows = _worded(_within(_withdrawals(), by), words)
    if tab == "open":
        rows = rows.filter(state__in=WITHDRAWAL_OPEN)
    elif tab == "failed":
        rows = rows.filter(state__in=_FAILED)
    return _withdrawal_page(rows, page)


def transfers(tab: str, *, by: Actor, words: str = "", page: int = 1) -> PassagePage:
    """Transfers that ``by`` may see: ``open``, ``failed`` or all, newest first."""
    rows = _worded(_within(Transfer.objects.all(), by), words)
    if tab == "open":
        rows = rows.filter(state__in=TRANSFER_OPEN)
    elif tab == "failed":
        rows = rows.filter(state__in=_TRANSFER_FAILED)
    return _transfer_page(rows, page)


def withdrawals_after(
    withdrawal_id: uuid.UUID | None, *, limit: int, by: Actor
) -> tuple[PassageLine, ...]:
    """Up to ``limit`` withdrawals that ``by`` may see behind ``withdrawal_id``, by id."""
    rows = _within(_withdrawals(), by).order_by("pk")
    if withdrawal_id is not None:
        rows = rows.filter(pk__gt=withdrawal_id)
    found = list(rows[:limit])
    names = clients.names(row.client_id for row in found)
    return tuple(_withdrawal_line(row, names) for row in found)


def transfers_after(
    transfer_id: uuid.UUID | None, *, limit: int, by: Actor
) -> tuple[PassageLine, ...]:
    """Up to ``limit`` transfers that ``by`` may see behind ``transfer_id``, by id."""
    rows = _within(Transfer.objects.all(), by).order_by("pk")
    if transfer_id is not None:
        rows = rows.filter(pk__gt=transfer_id)
    found = list(rows[:limit])
    names = clients.names(one for row in found for one in (row.client_id, row.beneficiary_id))
    return tuple(_transfer_line(row, names) for row in found)


def payout(payout_id: uuid.UUID, *, by: Actor) -> PayoutLine:
    """One payout that a colleague may see.

    Raises:
        NoSuchPayout: There is none within reach.
    """
    rows = Payout.objects.select_related("account", "withdrawal")
    row = rows.filter(pk=payout_id).first()
    if row is None or not _within(Withdrawal.objects, by).filter(pk=row.withdrawal_id).exists():
        raise NoSuchPayout
    return payout_line(row, {})


def to_pay(*, by: Actor, limit: int = 100) -> tuple[PayoutLine, ...]:
    """Payouts that wait for a colleague's hand, oldest first."""
    reach = _within(Withdrawal.objects.all(), by).values("pk")
    rows = Payout.objects.select_related("account", "withdrawal").filter(
        state__in=BY_HAND, withdrawal__in=reach
    )
    found = list(rows.order_by("withdrawal__asked_at", "pk")[:limit])
    names = clients.names(row.withdrawal.client_id for row in found)
    return tuple(payout_line(row, names) for row in found)


def payout_line(row: Payout, names: Mapping[uuid.UUID, str]) -> PayoutLine:
    """A payout as it leaves the module."""
    state = PayoutState(row.state)
    return PayoutLine(
        id=row.pk,
        provider_name=row.account.name,
        gross=row.gross,
        net=row.net,
        reference=row.reference,
        provider_reference=row.provider_reference,
        state=row.state,
        state_label=state.label,
        tone=PAYOUT_TONES[state],
        reason=reason_of(row.code, row.reason) if row.reason else "",
        is_return=row.source_id is not None,
        withdrawal_id=row.withdrawal_id,
        number=row.withdrawal.number,
        client_id=row.withdrawal.client_id,
        client_name=names.get(row.withdrawal.client_id, ""),
        asked_at=row.withdrawal.asked_at,
    )


def _withdrawals() -> QuerySet[Withdrawal]:
    rows = Withdrawal.objects.select_related("method", "instrument")
    return rows.prefetch_related(*TARGETS)


def _within(rows: Any, by: Actor) -> Any:
    if by.scope(SEE) is None:
        return rows.none()
    reached = clients.ids_within_reach(SEE, by=by)
    return rows.all() if reached is None else rows.filter(client_id__in=reached)


def _worded(rows: Any, words: str) -> Any:
    told = words.strip()
    if not told:
        return rows
    match = Q(number__iexact=told) | Q(client_id__in=clients.find_ids(told))
    return rows.filter(match)


def _paged(rows: Any, page: int) -> Page[Any]:
    return Paginator(rows.order_by("-asked_at", "-pk"), PER_PAGE).get_page(page)


def _withdrawal_page(rows: QuerySet[Withdrawal], page: int) -> PassagePage:
    found = _paged(rows, page)
    names = clients.names(row.client_id for row in found)
    lines = tuple(_withdrawal_line(row, names) for row in found)
    return PassagePage(lines=lines, page=found, total=found.paginator.count)


def _transfer_page(rows: QuerySet[Transfer], page: int) -> PassagePage:
    found = _paged(rows, page)
    names = clients.names(one for row in found for one in (row.client_id, row.beneficiary_id))
    lines = tuple(_transfer_line(row, names) for row in found)
    return PassagePage(lines=lines, page=found, total=found.paginator.count)


def _withdrawal_line(row: Withdrawal, names: Mapping[uuid.UUID, str]) -> PassageLine:
    state = WithdrawalState(row.state)
    return PassageLine(
        id=row.pk,
        number=row.number,
        client_id=row.client_id,
        client_name=names.get(row.client_id, ""),
        amount=row.amount,
        source_title=place_title(row.login, row.currency),
        target_title=target_title(row),
        icon=row.method.icon,
        state=row.state,
        state_label=state.label,
        tone=WITHDRAWAL_TONES[state],
        reason=reason_of_withdrawal(row),
        is_stuck=row.is_stuck,
        asked_at=row.asked_at,
        changed_at=row.changed_at,
    )


def _transfer_line(row: Transfer, names: Mapping[uuid.UUID, str]) -> PassageLine:
    state = TransferState(row.state)
    other = names.get(row.beneficiary_id, "") if row.beneficiary_id else ""
    return PassageLine(
        id=row.pk,
        number=row.number,
        client_id=row.client_id,
        client_name=names.get(row.client_id, ""),
        amount=row.amount,
        source_title=place_title(row.source_login, row.currency),
        target_title=other or place_title(row.target_login, row.arrives_currency),
        icon="users" if row.beneficiary_id else "arrow-left-right",
        state=row.state,
        state_label=state.label,
        tone=TRANSFER_TONES[state],
        reason=row.reason,
        is_stuck=row.is_stuck,
        asked_at=row.asked_at,
        changed_at=row.changed_at,
    )


def _withdrawal_view(row: Withdrawal, *, is_office: bool = False) -> PassageView:
    names = clients.names([row.client_id])
    payouts = row.payouts.select_related(
        "account", "source__deposit__method", "withdrawal__method", "withdrawal__instrument"
    ).order_by("place")
    return PassageView(
        line=_withdrawal_line(row, names),
        sentence=_sentence(row),
        steps=steps_of_withdrawal(row),
        is_over=row.state not in WITHDRAWAL_OPEN,
        can_cancel=row.state == WithdrawalState.WAITING,
        arrives=row.amount - row.fee,
        fee=row.fee,
        expected_at=row.expected_at,
        payouts=tuple(payout_line(one, names) if is_office else _read(one) for one in payouts),
        instrument=instrument_line(row.instrument) if row.instrument else None,
        request_id=row.request_id,
        story=_story(row.pk) if is_office else (),
        wait=wait_of(row) if is_office else None,
        returns_to=place_title(row.login, row.currency) if row.account_id else "",
    )


def _sentence(row: Withdrawal) -> str:
    if row.state == WithdrawalState.APPROVED and is_checked(row):
        return _("It is approved. We make a last check before it is paid; you need do nothing.")
    return sentence_of_withdrawal(row)


def _read(row: Payout) -> PayoutLine:
    """A payout as its client reads it: what has to wait is being checked."""
    line = replace(payout_line(row, {}), provider_name=part_title(row.withdrawal, row))
    waits = row.state == PayoutState.READY and row.code
    return replace(line, state_label=_("Being checked")) if waits else line


def _transfer_view(row: Transfer, *, is_office: bool = False) -> PassageView:
    names = clients.names([row.client_id, row.beneficiary_id])
    return PassageView(
        line=_transfer_line(row, names),
        sentence=sentence_of_transfer(row),
        steps=steps_of_transfer(row),
        is_over=row.state not in TRANSFER_OPEN,
        can_cancel=row.state == TransferState.WAITING,
        arrives=row.arrives,
        fee=Money.zero(row.currency),
        rate=row.rate,
        request_id=row.request_id,
        story=_story(row.pk) if is_office else (),
    )


def _story(about: uuid.UUID) -> tuple[StoryLine, ...]:
    rows = PassageMove.objects.filter(about=about).order_by("happened_at", "pk")
    return tuple(
        StoryLine(at=row.happened_at, what=_said(row), actor=row.actor_name, note=row.why)
        for row in rows
    )


def _said(row: PassageMove) -> Text:
    """What happened; a part and the whole of a withdrawal may say the same of themselves."""
    return STORY.get(f"{row.what}:{row.state_to}") or STORY.get(row.what, row.what)
