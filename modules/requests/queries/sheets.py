"""One request with its evidence, its story, and who decides next."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from kernel.actor import Actor
from kernel.errors import Refused
from kernel.money import Money
from kernel.registry import request_kinds
from modules.clients import queries as clients
from modules.requests.errors import NoSuchRequest
from modules.requests.models import Decision, DecisionKind, Paper, Remark, Request, State
from modules.requests.queries.deciders import refuse_decider, who, within_reach
from modules.requests.queries.lines import line
from modules.requests.queries.rules import shown
from modules.requests.types import (
    FactLine,
    FileLine,
    Happening,
    LevelLine,
    RequestLine,
    RequestSheet,
)

_URLS = "config.urls.tenant"
_LOOKS: Mapping[str, tuple[str, str]] = {
    DecisionKind.APPROVE: ("check", "ok"),
    DecisionKind.REFUSE: ("x", "bad"),
    DecisionKind.ASK_FOR_MORE: ("message-circle", "info"),
    DecisionKind.ANSWER: ("send", ""),
    DecisionKind.CANCEL: ("undo-2", ""),
}


def sheet(request_id: uuid.UUID, *, by: Actor) -> RequestSheet:
    """A request as a colleague sees it.

    Raises:
        NoSuchRequest: There is none, or the asker's right does not reach it.
    """
    row = within_reach(by).filter(pk=request_id).first()
    if row is None:
        raise NoSuchRequest
    return _sheet(row, is_office=True, why_not=_why_not(row, by))


def own_sheet(request_id: uuid.UUID, client_id: uuid.UUID) -> RequestSheet:
    """A request as the client sees it: without what colleagues say among themselves.

    Raises:
        NoSuchRequest: He did not ask for it, or there is none.
    """
    own = Request.objects.filter(pk=request_id, client_id=client_id, is_asked_by_client=True)
    row = own.first()
    if row is None:
        raise NoSuchRequest
    return _sheet(row, is_office=False, why_not="")


def find_line(kind: str, key: str) -> RequestLine | None:
    """The request that was asked under a key, if it was."""
    row = Request.objects.filter(kind=kind, key=key).first()
    return line(row) if row else None


def payload(request_id: uuid.UUID) -> Mapping[str, Any]:
    """What the asking module kept to act on.

    Raises:
        NoSuchRequest: There is none.
    """
    row = Request.objects.filter(pk=request_id).only("payload").first()
    if row is None:
        raise NoSuchRequest
    kept: Mapping[str, Any] = row.payload
    return kept


def paper(paper_id: uuid.UUID, *, by: Actor) -> str:
    """Name in the storage of a file that a colleague may read.

    Raises:
        NoSuchRequest: There is none, or the asker's right does not reach its request.
    """
    row = Paper.objects.filter(pk=paper_id, request__in=within_reach(by)).first()
    if row is None:
        raise NoSuchRequest
    return row.file


def own_paper(paper_id: uuid.UUID, client_id: uuid.UUID) -> str:
    """Name in the storage of a file that a client may read.

    Raises:
        NoSuchRequest: It is not of his requests, or only colleagues read it.
    """
    rows = Paper.objects.filter(
        pk=paper_id, request__client_id=client_id, request__is_asked_by_client=True
    )
    row = rows.exclude(remark__is_inner=True).first()
    if row is None:
        raise NoSuchRequest
    return row.file


def _why_not(row: Request, by: Actor) -> str:
    try:
        refuse_decider(row, by=by, approves=True)
    except Refused as refusal:
        return str(refusal)
    return ""


def _sheet(row: Request, *, is_office: bool, why_not: str) -> RequestSheet:
    names = clients.names([row.client_id])
    decisions = list(row.decisions.order_by("decided_at", "pk"))
    return RequestSheet(
        line=line(row),
        asked_by_id=row.asked_by_id,
        client_name=names.get(row.client_id, "") if row.client_id else "",
        subject_url=_subject_url(row, is_office=is_office),
        facts=_facts(row),
        levels=_levels(row, decisions) if is_office else (),
        story=_story(row, decisions, is_office=is_office),
        score=row.score,
        score_needed=row.score_needed,
        verdicts=shown(row.verdicts) if is_office else (),
        why_not=why_not,
    )


def _subject_url(row: Request, *, is_office: bool) -> str:
    kind = request_kinds().get(row.kind)
    name = "" if kind is None else kind.office_url if is_office else kind.room_url
    _owner, _colon, number = row.subject.partition(":")
    if not name or not number:
        return ""
    try:
        return reverse(name, args=[number], urlconf=_URLS)
    except NoReverseMatch:
        return ""


def _facts(row: Request) -> tuple[FactLine, ...]:
    kind = request_kinds().get(row.kind)
    labels = kind.facts if kind else {}
    named = [name for name in labels if name in row.facts]
    return tuple(_fact(labels[name], row.facts[name]) for name in named)


def _fact(label: Any, value: Any) -> FactLine:
    match value:
        case {"minor": int(minor), "currency": str(currency)}:
            return FactLine(label=label, kind="money", value=Money(minor, currency))
        case {"at": str(text)}:
            return FactLine(label=label, kind="instant", value=dt.datetime.fromisoformat(text))
        case bool():
            return FactLine(label=label, kind="yes", value=value)
        case _:
            return FactLine(label=label, kind="text", value=value)


def _levels(row: Request, decisions: list[Decision]) -> tuple[LevelLine, ...]:
    approved = {one.level: one for one in decisions if one.decision == DecisionKind.APPROVE}
    return tuple(
        _level(row, number, told, approved.get(number))
        for number, told in enumerate(row.levels, start=1)
    )


def _level(row: Request, number: int, told: Any, done: Decision | None) -> LevelLine:
    state = "waiting"
    if done is not None:
        state = "done"
    elif number == row.level and row.state in {State.WAITING, State.NEEDS_INFORMATION}:
        state = "now"
    elif number == row.level and row.state == State.REFUSED:
        state = "failed"
    return LevelLine(
        number=number,
        name=told.get("name") or _("Level %(number)s") % {"number": number},
        who=who(told),
        state=state,
        decided_by=done.actor_name if done else "",
        decided_at=done.decided_at if done else None,
    )


def _story(row: Request, decisions: list[Decision], *, is_office: bool) -> tuple[Happening, ...]:
    """Everything that happened, oldest first; a client reads no names of colleagues."""
    papers: dict[uuid.UUID | None, list[FileLine]] = {}
    for paper_row in row.papers.order_by("added_at", "pk"):
        papers.setdefault(paper_row.remark_id, []).append(_file(paper_row))
    asked = Happening(
        icon="inbox",
        title=_("Asked by %(name)s") % {"name": row.asked_by_name} if is_office else _("Asked"),
        note="",
        at=row.asked_at,
        files=tuple(papers.get(None, ())),
    )
    remarks = row.remarks.order_by("said_at", "pk")
    said = [
        _said(one, tuple(papers.get(one.pk, ())), is_office=is_office)
        for one in remarks
        if is_office or not one.is_inner
    ]
    told = decisions if is_office else [one for one in decisions if _is_final(row, one)]
    decided = [_decided(row, one, is_office=is_office) for one in told]
    return (asked, *sorted((*said, *decided), key=lambda one: one.at))


def _file(row: Paper) -> FileLine:
    return FileLine(id=row.pk, name=row.name, size=row.size, by=row.actor_name, at=row.added_at)


def _said(row: Remark, files: tuple[FileLine, ...], *, is_office: bool) -> Happening:
    by_client = row.actor_id == row.request.client_id
    name = row.actor_name if is_office or by_client else _("Your broker")
    return Happening(
        icon="paperclip" if files and not row.text else "message-circle",
        title=name,
        note=row.text,
        at=row.said_at,
        files=files,
        is_inner=row.is_inner,
    )


def _is_final(row: Request, one: Decision) -> bool:
    """Whether a client hears of it: a level on the way to a decision is none yet."""
    is_last = row.state == State.APPROVED and one.level in {0, row.level}
    return one.decision != DecisionKind.APPROVE or is_last


def _decided(row: Request, one: Decision, *, is_office: bool) -> Happening:
    icon, tone = _LOOKS[one.decision]
    label = str(DecisionKind(one.decision).label)
    words = _("%(what)s by %(name)s, level %(level)s of %(levels)s")
    facts = {
        "what": label,
        "name": one.actor_name,
        "level": one.level,
        "levels": len(row.levels),
    }
    if not one.level:
        title = _("%(what)s by the rules") % facts if not one.actor_id else label
    elif one.decision != DecisionKind.APPROVE or len(row.levels) == 1:
        title = _("%(what)s by %(name)s") % facts
    else:
        title = words % facts
    return Happening(
        icon=icon,
        title=title if is_office else label,
        note=one.reason,
        at=one.decided_at,
        tone=tone,
    )
