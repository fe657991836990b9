"""Clients over JSON, for the broker's own programs."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import Http404
from ninja import Field, Query, Router, Schema

from kernel.api import ApiRequest, Page, Paging, Strict, api_needs, keyed
from modules.clients import queries, services
from modules.clients.errors import NoSuchClient
from modules.clients.types import ClientCard, ClientLine

router = Router()


class ClientOut(Schema):
    """A client; contacts are masked as far as the key's role says."""

    id: uuid.UUID
    number: int
    name: str
    email: str
    country: str = Field(description="ISO 3166-1 alpha-2; empty when not told.")
    language: str
    state: str
    owner_id: uuid.UUID | None
    registered_at: dt.datetime
    seen_at: dt.datetime | None


class ClientDetailOut(ClientOut):
    """A client with what his profile says."""

    first_name: str
    last_name: str
    city: str
    phone: str


class StateIn(Strict):
    """A client's next state."""

    state: str = Field(description="`active`, `blocked` or `closed`.")
    reason: str = Field(min_length=1, max_length=300)


@router.get("/clients", response=Page[ClientOut])
@api_needs("clients.see_clients")
def clients(request: ApiRequest, paging: Query[Paging], q: str = "") -> dict[str, Any]:
    """Clients that the key reaches, oldest number first; `q` searches name, e-mail and phone."""
    after = paging.after()
    number = after if isinstance(after, int) else 0
    rows = queries.clients_after(number, limit=paging.limit + 1, words=q, by=request.actor)
    return keyed([_line(one) for one in rows], paging, key=lambda one: one["number"])


@router.get("/clients/{client_id}", response=ClientDetailOut)
@api_needs("clients.see_clients")
def client(request: ApiRequest, client_id: uuid.UUID) -> dict[str, Any]:
    """One client."""
    return _card(_found(request, client_id))


@router.post("/clients/{client_id}/state", response=ClientDetailOut)
@api_needs("clients.edit_clients")
def change_state(request: ApiRequest, client_id: uuid.UUID, wish: StateIn) -> dict[str, Any]:
    """Activate, block or close a client."""
    _found(request, client_id)
    services.change_state(client_id, wish.state, reason=wish.reason, by=request.actor)
    return _card(_found(request, client_id))


def _found(request: ApiRequest, client_id: uuid.UUID) -> ClientCard:
    try:
        return queries.client(client_id, by=request.actor)
    except NoSuchClient as error:
        raise Http404 from error


def _line(line: ClientLine) -> dict[str, Any]:
    return {name: getattr(line, name) for name in ClientOut.model_fields}


def _card(card: ClientCard) -> dict[str, Any]:
    told = card.profile
    return _line(card.line) | {
        "first_name": told.first_name,
        "last_name": told.last_name,
        "city": told.city,
        "phone": told.phone,
    }
