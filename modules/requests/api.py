"""Requests over JSON.

Colleagues, and keys of those who made them, decide what they could decide on the page: behind a
key stands the person who made it, so four eyes hold here too. A client with a session reaches
his own requests.
"""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any, Literal

from django.http import Http404, HttpRequest
from ninja import Field, Query, Router, Schema

from kernel.api import ApiRequest, Page, Paging, Strict, api_needs, keyed, sliced
from kernel.errors import FreshFactorNeeded
from modules.requests import queries, services
from modules.requests.errors import NoSuchRequest
from modules.requests.types import RequestLine, RequestSheet

router = Router()


class RequestOut(Schema):
    """A request; `amount` in major units of `currency`."""

    id: uuid.UUID
    kind: str = Field(description="`owner.what`, such as `trading.leverage`.")
    title: str
    client_id: uuid.UUID | None
    subject: str = Field(description="What it is about: `owner.Thing:id`.")
    amount: Decimal | None
    currency: str
    state: str = Field(
        description="`waiting`, `needs_information`, `approved`, `refused` or `cancelled`."
    )
    reason: str
    level: int
    levels: int
    asked_at: dt.datetime
    expected_at: dt.datetime
    ended_at: dt.datetime | None
    outcome: str = Field(description="`done`, `failed`, or empty while it is not known.")


class RequestDetailOut(RequestOut):
    """A request and why the asker may not decide it now."""

    why_not: str = Field(description="Empty when the asker may approve the present level.")


class NoteIn(Strict):
    """Words that go with an approval."""

    reason: str = Field("", max_length=500)


class ReasonIn(Strict):
    """Why, as the client reads it."""

    reason: str = Field(min_length=1, max_length=500)


class RefusalIn(Strict):
    """Why: a usual reason, which the client reads in his language, other words, or both."""

    code: Literal[
        "", "documents", "other_name", "source", "positions", "bonus", "terms", "checks"
    ] = ""
    reason: str = Field("", max_length=500)


class AnswerIn(Strict):
    """What was missing."""

    text: str = Field(min_length=1, max_length=2000)


@router.get("/requests", response=Page[RequestOut])
@api_needs("requests.see_requests")
def requests(request: ApiRequest, paging: Query[Paging], state: str = "") -> dict[str, Any]:
    """Requests within reach, in the order of their ids; `state` narrows them."""
    after = _id(paging.after())
    rows = queries.requests_after(after, state=state, limit=paging.limit + 1, by=request.actor)
    return keyed([_line(one) for one in rows], paging, key=lambda one: str(one["id"]))


@router.get("/requests/{request_id}", response=RequestDetailOut)
@api_needs("requests.see_requests")
def request_detail(request: ApiRequest, request_id: uuid.UUID) -> dict[str, Any]:
    """One request."""
    return _sheet(_found(request, request_id))


@router.post("/requests/{request_id}/approve", response=RequestDetailOut)
@api_needs("requests.see_requests")
def approve(request: ApiRequest, request_id: uuid.UUID, note: NoteIn) -> dict[str, Any]:
    """Approve the level that decides now."""
    _refuse_stale(request, _found(request, request_id).line.kind)
    services.approve(request_id, by=request.actor, reason=note.reason)
    return _sheet(_found(request, request_id))


@router.post("/requests/{request_id}/refuse", response=RequestDetailOut)
@api_needs("requests.see_requests")
def refuse(request: ApiRequest, request_id: uuid.UUID, why: RefusalIn) -> dict[str, Any]:
    """Turn a request down."""
    _refuse_stale(request, _found(request, request_id).line.kind)
    services.refuse(request_id, by=request.actor, reason=why.reason, code=why.code)
    return _sheet(_found(request, request_id))


@router.post("/requests/{request_id}/ask-for-more", response=RequestDetailOut)
@api_needs("requests.see_requests")
def ask_for_more(request: ApiRequest, request_id: uuid.UUID, why: ReasonIn) -> dict[str, Any]:
    """Ask the client for what is missing."""
    _found(request, request_id)
    services.ask_for_more(request_id, by=request.actor, reason=why.reason)
    return _sheet(_found(request, request_id))


@router.get("/my/requests", response=Page[RequestOut])
@api_needs("requests.own_requests")
def my_requests(request: ApiRequest, paging: Query[Paging]) -> dict[str, Any]:
    """What the client who asks has asked for, open ones first."""
    mine = queries.asked_by_client(_own_id(request))
    return sliced([_line(one) for one in mine], paging)


@router.get("/my/requests/{request_id}", response=RequestOut)
@api_needs("requests.own_requests")
def my_request(request: ApiRequest, request_id: uuid.UUID) -> dict[str, Any]:
    """One request of the client who asks."""
    return _line(_own(request, request_id).line)


@router.post("/my/requests/{request_id}/answer", response=RequestOut)
@api_needs("requests.own_requests")
def answer(request: ApiRequest, request_id: uuid.UUID, told: AnswerIn) -> dict[str, Any]:
    """Say what was missing."""
    _own(request, request_id)
    services.answer(request_id, by=request.actor, text=told.text)
    return _line(_own(request, request_id).line)


@router.post("/my/requests/{request_id}/cancel", response=RequestOut)
@api_needs("requests.own_requests")
def cancel(request: ApiRequest, request_id: uuid.UUID) -> dict[str, Any]:
    """Take a request back."""
    _own(request, request_id)
    services.cancel(request_id, by=request.actor)
    return _line(_own(request, request_id).line)


def _own_id(request: ApiRequest) -> uuid.UUID:
    if request.actor.id is None:
        raise Http404
    return request.actor.id


def _own(request: ApiRequest, request_id: uuid.UUID) -> RequestSheet:
    try:
        return queries.own_sheet(request_id, _own_id(request))
    except NoSuchRequest as error:
        raise Http404 from error


def _found(request: ApiRequest, request_id: uuid.UUID) -> RequestSheet:
    try:
        return queries.sheet(request_id, by=request.actor)
    except NoSuchRequest as error:
        raise Http404 from error


def _refuse_stale(request: HttpRequest, kind: str) -> None:
    code = queries.sensitive_right(kind)
    if code and not getattr(request, "fresh_factor", False):
        raise FreshFactorNeeded(code)


def _id(after: Any) -> uuid.UUID | None:
    """The id that a cursor names; anything else is none of ours."""
    try:
        return uuid.UUID(after) if isinstance(after, str) else None
    except ValueError:
        return None


def _line(one: RequestLine) -> dict[str, Any]:
    plain = {name: getattr(one, name, None) for name in RequestOut.model_fields}
    money = one.amount
    return plain | {
        "amount": money.amount if money else None,
        "currency": money.currency if money else "",
    }


def _sheet(one: RequestSheet) -> dict[str, Any]:
    return _line(one.line) | {"why_not": one.why_not}
