"""Requests in lists: the queue, a client's, those about one subject."""

from __future__ import annotations

import datetime as dt
import uuid

from django.core.paginator import Page, Paginator
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kernel import clock
from kernel.actor import Actor
from kernel.registry import request_kinds
from modules.clients import queries as clients
from modules.requests.models import OPEN, TONES, RefusalCode, Request, State
from modules.requests.queries.deciders import decidable, within_reach
from modules.requests.types import RequestFilter, RequestLine, RequestPage

PER_PAGE = 25
FEW = 50
_ISOLATED = "\u2068%s\u2069"
"""Between marks that keep a word from turning its neighbours in right-to-left text."""


def queue(wanted: RequestFilter, *, by: Actor) -> RequestPage:
    """A page of the requests that ``by`` may see: open ones oldest first, ended ones newest."""
    rows = _narrowed(within_reach(by), wanted, by=by)
    is_ended = wanted.state in State.values and wanted.state not in OPEN
    order = ("-asked_at", "-pk") if is_ended else ("asked_at", "pk")
    page: Page[Request] = Paginator(rows.order_by(*order), PER_PAGE).get_page(wanted.page)
    names = clients.names(row.client_id for row in page)
    return RequestPage(
        rows=tuple(
            (line(row), names.get(row.client_id, "") if row.client_id else "") for row in page
        ),
        page=page,
        total=page.paginator.count,
        titles={key: kind.title for key, kind in request_kinds().items()},
    )


def counts(*, by: Actor) -> dict[str, int]:
    """How many requests are open, and how many of them ``by`` may decide now."""
    rows = within_reach(by).filter(state__in=OPEN)
    return {"open": rows.count(), "mine": decidable(rows, by=by).count()}


def of_client(client_id: uuid.UUID, *, limit: int = FEW) -> tuple[RequestLine, ...]:
    """A client's newest requests, open ones first."""
    return _newest(Request.objects.filter(client_id=client_id), limit)


def asked_by_client(client_id: uuid.UUID, *, limit: int = FEW) -> tuple[RequestLine, ...]:
    """What a client himself asked for, open ones first, then newest."""
    return _newest(Request.objects.filter(client_id=client_id, is_asked_by_client=True), limit)


def of_subject(subject: str, *, limit: int = FEW) -> tuple[RequestLine, ...]:
    """Requests about one thing, ``owner.Thing:id``, open ones first, then newest."""
    return _newest(Request.objects.filter(subject=subject), limit)


def open_kinds(subject: str) -> frozenset[str]:
    """The kinds of open requests about one thing."""
    rows = Request.objects.filter(subject=subject, state__in=OPEN)
    return frozenset(rows.values_list("kind", flat=True))


def requests_after(
    request_id: uuid.UUID | None, *, state: str = "", limit: int, by: Actor
) -> tuple[RequestLine, ...]:
    """Up to ``limit`` requests that ``by`` may see behind ``request_id``, in order of ids."""
    rows = within_reach(by).order_by("pk")
    if state:
        rows = rows.filter(state=state)
    if request_id is not None:
        rows = rows.filter(pk__gt=request_id)
    return tuple(line(row) for row in rows[:limit])


def line(row: Request) -> RequestLine:
    """A row as it leaves the module."""
    state = State(row.state)
    kind = request_kinds().get(row.kind)
    now = row.levels[row.level - 1] if row.level <= len(row.levels) else {}
    return RequestLine(
        id=row.pk,
        kind=row.kind,
        kind_title=kind.title if kind else row.kind,
        icon=kind.icon if kind else "inbox",
        title=title(row),
        client_id=row.client_id,
        subject=row.subject,
        label=row.label,
        amount=row.amount,
        state=row.state,
        state_label=state.label,
        tone=TONES[state],
        reason=reason_of(row.reason_code, row.reason),
        asked_by=row.asked_by_name,
        asked_at=row.asked_at,
        expected_at=row.expected_at,
        ended_at=row.ended_at,
        is_late=state in OPEN and row.expected_at < clock.now(),
        level=min(row.level, len(row.levels)),
        levels=len(row.levels),
        level_name=now.get("name") or _("Level %(number)s") % {"number": row.level},
        outcome=row.outcome,
        outcome_sentence=row.outcome_sentence,
    )


def reason_of(code: str, told: str) -> str:
    """Why something was turned down, in the reader's language, and what was said beside it."""
    usual = str(RefusalCode(code).label) if code in RefusalCode.values else ""
    return " ".join(text for text in (usual, told) if text)


def title(row: Request) -> str:
    """What a request asks for, in the reader's language."""
    kind = request_kinds().get(row.kind)
    if kind is None:
        return row.kind
    words = {name: _ISOLATED % value for name, value in row.words.items()}
    return str(kind.sentence) % words


def _newest(rows: QuerySet[Request], limit: int) -> tuple[RequestLine, ...]:
    found = list(rows.order_by("-asked_at", "-pk")[:limit])
    return tuple(line(row) for row in sorted(found, key=lambda one: one.state not in OPEN))


def _narrowed(rows: QuerySet[Request], wanted: RequestFilter, *, by: Actor) -> QuerySet[Request]:
    if wanted.is_mine:
        rows = decidable(rows, by=by)
    elif wanted.state in State.values:
        rows = rows.filter(state=wanted.state)
    else:
        rows = rows.filter(state__in=OPEN)
    if wanted.kind in request_kinds():
        rows = rows.filter(kind=wanted.kind)
    if wanted.age == "late":
        rows = rows.filter(expected_at__lt=clock.now())
    elif wanted.age in {"1", "3"}:
        rows = rows.filter(asked_at__lt=clock.now() - dt.timedelta(days=int(wanted.age)))
    words = wanted.words.strip()
    if words:
        rows = rows.filter(Q(client_id__in=clients.find_ids(words)) | Q(label__icontains=words))
    return rows
