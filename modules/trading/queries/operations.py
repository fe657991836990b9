"""Operations on trading servers: what is under way, what is stuck, and each one's story."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from decimal import Decimal

from django.core.paginator import Page, Paginator
from django.db.models import OuterRef, Q, QuerySet, Subquery

from kernel import clock
from kernel.actor import Actor
from kernel.money import Money
from modules.clients import queries as clients
from modules.trading.errors import NoSuchOperation
from modules.trading.models import (
    Intent,
    IntentKind,
    IntentMove,
    IntentState,
    MoneyFreeze,
    OperationRule,
    What,
)
from modules.trading.models.intents import OPEN_STATES, TONES
from modules.trading.types import PageOf
from modules.trading.types.operations import (
    MoveLine,
    Operation,
    OperationFilter,
    OperationLine,
    OperationState,
)
from provisioning.servers import queries as servers

SEE_OPERATIONS = "trading.see_operations"
_PER_PAGE = 25
_SHOWS: Mapping[str, tuple[str, ...]] = {
    "stuck": (IntentState.MANUAL,),
    "doubt": (IntentState.UNKNOWN, IntentState.SENT),
    "waiting": (IntentState.WAITING,),
}
_AGES: Mapping[str, dt.timedelta] = {
    "10m": dt.timedelta(minutes=10),
    "1h": dt.timedelta(hours=1),
    "1d": dt.timedelta(days=1),
}
_LOOKS: Mapping[str, tuple[str, str]] = {
    What.ASKED: ("circle-help", ""),
    What.SENT: ("send", "info"),
    What.NOT_SENT: ("ban", ""),
    What.CONFIRMED: ("circle-check", "ok"),
    What.REFUSED: ("circle-x", "bad"),
    What.REFUSED_LATER: ("circle-x", "warn"),
    What.UNANSWERED: ("triangle-alert", "warn"),
    What.WORKER_LOST: ("triangle-alert", "warn"),
    What.FOUND: ("circle-check", "ok"),
    What.DOUBLED: ("shield-alert", "bad"),
    What.MISSED: ("search", ""),
    What.LOOK_FAILED: ("search", "warn"),
    What.LEFT_TO_PERSON: ("user-check", "bad"),
    What.DECIDED: ("user-check", "ok"),
    What.LOOK_AGAIN: ("refresh-cw", ""),
    What.CALLED_OFF: ("ban", ""),
    What.DOUBTED: ("triangle-alert", "warn"),
}
_SET = ("group", "leverage", "is_enabled", "may_trade", "reason")


def operations_page(wanted: OperationFilter, *, by: Actor) -> PageOf:
    """A page of the operations that ``by`` may see: the oldest first, of all the newest first."""
    rows = _narrowed(_within_reach(by), wanted)
    order = "-asked_at" if wanted.show == "all" else "asked_at"
    page: Page[Intent] = Paginator(rows.order_by(order, "pk"), _PER_PAGE).get_page(wanted.page)
    return PageOf(lines=_lines(list(page)), page=page, total=page.paginator.count)


def operation_counts(*, by: Actor) -> Mapping[str, int]:
    """How many undecided operations ``by`` may see, by what is shown of them."""
    reach = _within_reach(by)
    return {name: reach.filter(state__in=states).count() for name, states in _SHOWS.items()}


def operation(operation_id: uuid.UUID, *, by: Actor) -> Operation:
    """One operation with its story, as a colleague sees it.

    Raises:
        NoSuchOperation: There is none, or the asker's right does not reach it.
    """
    row = _within_reach(by).filter(pk=operation_id).first()
    if row is None:
        raise NoSuchOperation
    (line,) = _lines([row])
    return Operation(
        line=line,
        moves=tuple(_move(move) for move in row.moves.order_by("happened_at", "pk")),
        wanted={
            name: row.payload[name] for name in _SET if row.payload.get(name) not in {None, ""}
        },
        is_money_frozen=row.account_id is not None and is_money_frozen(row.account_id),
        is_own=row.asked_by == f"{by.kind}:{by.id}",
    )


def operation_state(operation_id: uuid.UUID) -> OperationState:
    """How an operation stands, for the module that asked for it.

    Raises:
        NoSuchOperation: There is none.
    """
    row = Intent.objects.filter(pk=operation_id).first()
    if row is None:
        raise NoSuchOperation
    return OperationState(
        id=row.pk,
        state=row.state,
        is_done=row.state == IntentState.DONE,
        is_refused=row.state == IntentState.REFUSED,
        deal_id=row.deal_id,
        sentence=row.sentence,
    )


def is_money_frozen(account_id: uuid.UUID) -> bool:
    """Whether no money of the account moves until a person has cleared something up."""
    return MoneyFreeze.objects.filter(account_id=account_id, lifted_at__isnull=True).exists()


def resend_limit() -> Decimal:
    """Up to which amount, in major units, money may be sent again without a person."""
    row = OperationRule.objects.filter(pk=OperationRule.ONLY).first()
    return row.resend_limit if row else OperationRule.RESEND_LIMIT


def _within_reach(by: Actor) -> QuerySet[Intent]:
    if by.scope(SEE_OPERATIONS) is None:
        return Intent.objects.none()
    newest = IntentMove.objects.filter(intent=OuterRef("pk")).order_by("-happened_at", "-pk")
    rows = Intent.objects.select_related("account").annotate(
        last=Subquery(newest.values("what")[:1]), last_at=Subquery(newest.values("happened_at")[:1])
    )
    reached = clients.ids_within_reach(SEE_OPERATIONS, by=by)
    return rows if reached is None else rows.filter(client_id__in=reached)


def _narrowed(rows: QuerySet[Intent], wanted: OperationFilter) -> QuerySet[Intent]:
    if wanted.show in _SHOWS:
        rows = rows.filter(state__in=_SHOWS[wanted.show])
    if wanted.kind in IntentKind.values:
        rows = rows.filter(kind=wanted.kind)
    if wanted.age in _AGES:
        rows = rows.filter(asked_at__lte=clock.now() - _AGES[wanted.age], state__in=OPEN_STATES)
    words = wanted.words.strip()
    if not words:
        return rows
    match = Q(tag__istartswith=words) | Q(cause__istartswith=words) | Q(key__istartswith=words)
    if words.isascii() and words.isdigit() and len(words) <= 18:  # noqa: PLR2004 - bigint
        match |= Q(account__login=int(words)) | Q(deal_id=int(words))
    return rows.filter(match)


def _lines(rows: list[Intent]) -> tuple[OperationLine, ...]:
    names = clients.names(row.client_id for row in rows)
    homes = {server.id: server.name for server in servers.servers()}
    return tuple(
        _line(row, names.get(row.client_id, "") if row.client_id else "", homes) for row in rows
    )


def _line(row: Intent, client: str, homes: Mapping[uuid.UUID, str]) -> OperationLine:
    account, last = row.account, getattr(row, "last", None)
    # A state, kind or line of a newer release is shown by its own name, and left alone.
    known = row.state in IntentState.values
    return OperationLine(
        id=row.pk,
        kind=row.kind,
        kind_label=row.get_kind_display(),
        state=row.state,
        state_label=row.get_state_display(),
        tone=TONES[IntentState(row.state)] if known else "",
        tag=row.tag,
        login=account.login if account else row.payload.get("login"),
        account_id=row.account_id,
        client_id=row.client_id,
        client_name=client,
        server_name=homes.get(row.server_id, ""),
        amount=Money(row.amount_minor, row.currency) if row.amount_minor is not None else None,
        cause=row.cause,
        key=row.key,
        asked_by_name=row.asked_by_name,
        asked_at=row.asked_at,
        sent_at=row.sent_at,
        decided_at=row.decided_at,
        due_at=row.due_at,
        sends=row.sends,
        lookups=row.lookups,
        deal_id=row.deal_id,
        sentence=row.sentence,
        last=What(last).label if last in What.values else (last or ""),
        last_at=getattr(row, "last_at", None),
    )


def _move(row: IntentMove) -> MoveLine:
    icon, tone = _LOOKS.get(row.what, ("circle-help", ""))
    return MoveLine(
        happened_at=row.happened_at,
        what=row.what,
        label=row.get_what_display(),
        icon=icon,
        tone=tone,
        who=row.actor_name if not row.actor.startswith("system:") else "",
        why=row.why,
        facts=row.facts,
    )
