"""Deposits as their clients and finance see them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from kernel.actor import Actor
from kernel.money import Money
from kernel.storage import private_url
from modules.cashier.errors import NoSuchDeposit
from modules.cashier.models import Deposit, Payment
from modules.cashier.providers import ADAPTERS
from modules.cashier.queries.catalogue import title_of
from modules.cashier.queries.progress import is_in_doubt, sentence_of, steps_of
from modules.cashier.queries.targets import wallet_title
from modules.cashier.types.deposits import (
    DepositLine,
    DepositPage,
    DepositView,
    Figures,
    ProofLine,
)
from modules.cashier.types.states import TONES, DepositState, PaymentState
from modules.clients import queries as clients

PER_PAGE = 25
SEE = "cashier.see_deposits"
FAILED = (DepositState.DECLINED, DepositState.EXPIRED, DepositState.KEPT)
CANCELLABLE = frozenset({DepositState.ASKED, DepositState.PAYING, DepositState.CORRECTION})
PROOF_STATES = frozenset({DepositState.PAYING, DepositState.CORRECTION, DepositState.REVIEW})
TAKEN_BACK = (DepositState.CHARGED_BACK, DepositState.REVERSED)
_TABS: Mapping[str, tuple[str, ...]] = {
    "review": (DepositState.REVIEW,),
    "open": (
        DepositState.ASKED,
        DepositState.PAYING,
        DepositState.CORRECTION,
        DepositState.MOVING,
    ),
    "failed": (*FAILED, *TAKEN_BACK),
    "all": tuple(DepositState),
}


def deposits_of(client_id: uuid.UUID, *, page: int = 1) -> DepositPage:
    """A client's own deposits, newest first."""
    return _paged(_rows().filter(client_id=client_id), page)


def recent_deposits(client_id: uuid.UUID, *, most: int = 200) -> tuple[DepositLine, ...]:
    """A client's newest deposits."""
    return lines_of(_rows().filter(client_id=client_id)[:most])


def own_deposit(deposit_id: uuid.UUID, client_id: uuid.UUID) -> DepositView:
    """A client's own deposit with all that its page shows.

    Raises:
        NoSuchDeposit: There is none, or it is another's.
    """
    row = _rows().filter(pk=deposit_id, client_id=client_id).first()
    if row is None:
        raise NoSuchDeposit
    return view_of(row)


def deposits(tab: str, *, by: Actor, words: str = "", page: int = 1) -> DepositPage:
    """Deposits within the asker's reach: to decide, open, failed or all."""
    rows = within_reach(by).filter(state__in=_TABS.get(tab, _TABS["review"]))
    if words.strip():
        found = clients.find_ids(words)
        rows = rows.filter(Q(number__icontains=words.strip()) | Q(client_id__in=found))
    return _paged(rows, page)


def deposits_after(
    deposit_id: uuid.UUID | None, *, limit: int, by: Actor
) -> tuple[DepositLine, ...]:
    """Up to ``limit`` deposits within the asker's reach behind ``deposit_id``, by id."""
    rows = within_reach(by).order_by("pk")
    if deposit_id is not None:
        rows = rows.filter(pk__gt=deposit_id)
    return lines_of(rows[:limit])


def counts(*, by: Actor) -> Mapping[str, int]:
    """How many deposits within the asker's reach wait for a decision or have failed."""
    rows = within_reach(by).order_by().values_list("state").annotate(count=Count("pk"))
    by_state = dict(rows)
    return {
        tab: sum(by_state.get(str(state), 0) for state in states) for tab, states in _TABS.items()
    }


def within_reach(by: Actor) -> QuerySet[Deposit]:
    """Deposits of clients whom the asker's right reaches."""
    reached = clients.ids_within_reach(SEE, by=by)
    rows = _rows()
    return rows if reached is None else rows.filter(client_id__in=reached)


def view_of(row: Deposit) -> DepositView:
    """A fetched deposit as its page shows it."""
    payment = newest_payment(row)
    state = DepositState(row.state)
    by_hand = payment is not None and ADAPTERS[payment.account.kind].capabilities.takes_proofs
    is_paying = state == DepositState.PAYING and payment is not None
    shows_how = by_hand and state in PROOF_STATES
    name = clients.names([row.client_id]).get(row.client_id, "")
    return DepositView(
        line=_line(row, name),
        figures=figures_of(row),
        steps=steps_of(row, by_hand=by_hand),
        sentence=sentence_of(row, payment),
        is_over=state not in _TABS["open"] and state != DepositState.REVIEW,
        is_failed=state in {DepositState.DECLINED, DepositState.CANCELLED, DepositState.EXPIRED},
        can_cancel=state in CANCELLABLE,
        takes_proof=shows_how,
        redirect_url=_link(payment) if is_paying and payment else "",
        instructions=_instructions(payment) if shows_how and payment else (),
        invoice=payment.invoice if is_paying and payment else {},
        expires_at=(payment.expires_at if payment else None) or row.expires_at,
        proofs=_proofs(row) if by_hand else (),
        account_id=row.account_id,
        is_in_doubt=is_in_doubt(row),
    )


def newest_payment(row: Deposit) -> Payment | None:
    """The payment that is under way, or was last."""
    every = sorted(row.payments.all(), key=lambda one: one.place)
    return every[-1] if every else None


def figures_of(row: Deposit) -> Figures:
    """What the client was shown."""
    currency = row.pay_currency
    return Figures(
        pay=row.pay,
        broker_fee=Money(row.broker_fee_minor, currency),
        psp_fee=Money(row.psp_fee_minor, currency),
        client_psp_fee=Money(row.client_psp_fee_minor, currency),
        arrives=row.arrives,
        rate=row.rate,
        rate_at=row.rate_at,
        rate_source=row.rate_source,
    )


def _link(payment: Payment) -> str:
    return payment.redirect_url if payment.state == PaymentState.OPEN else ""


def _instructions(payment: Payment) -> tuple[tuple[str, str], ...]:
    return tuple((title, text) for title, text in payment.instructions)


def _proofs(row: Deposit) -> tuple[ProofLine, ...]:
    return tuple(
        ProofLine(
            id=one.pk,
            name=one.name,
            kind=one.kind,
            size=one.size,
            handed_in_at=one.handed_in_at,
            url=private_url(one.file, 600),
        )
        for one in row.proofs.order_by("handed_in_at", "pk")
    )


def _rows() -> QuerySet[Deposit]:
    rows = Deposit.objects.select_related("method").prefetch_related("payments__account")
    return rows.order_by("-asked_at", "-pk")


def _paged(rows: QuerySet[Deposit], number: int) -> DepositPage:
    page: Page[Deposit] = Paginator(rows, PER_PAGE).get_page(number)
    return DepositPage(lines=lines_of(page), page=page, total=page.paginator.count)


def lines_of(rows: Iterable[Deposit]) -> tuple[DepositLine, ...]:
    """Fetched deposits as lists show them."""
    found = list(rows)
    names = clients.names(row.client_id for row in found)
    return tuple(_line(row, names.get(row.client_id, "")) for row in found)


def _line(row: Deposit, name: str) -> DepositLine:
    state = DepositState(row.state)
    target = wallet_title(row.arrives_currency)
    if row.account_id is not None:
        target = _("Account %(login)s") % {"login": row.login}
    return DepositLine(
        id=row.pk,
        number=row.number,
        client_id=row.client_id,
        client_name=name,
        method_title=title_of(row.method),
        icon=row.method.icon,
        pay=row.pay,
        arrives=row.arrives,
        target_title=target,
        state=row.state,
        state_label=state.label,
        tone=TONES[state],
        reason=row.reason,
        asked_at=row.asked_at,
        changed_at=row.changed_at,
    )
