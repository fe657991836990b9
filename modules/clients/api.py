"""Clients over JSON, for the broker's own programs."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any

from django.http import Http404
from ninja import Field, Query, Router, Schema, Status

from kernel.api import ApiRequest, Page, Paging, Strict, api_needs, keyed
from modules.clients import queries, services
from modules.clients.errors import NoSuchClient, NoSuchGroup
from modules.clients.types import ClientCard, ClientFilter, ClientLine, GroupLine, LevelLine

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
    level: int = Field(description="Rank of the verification level; 0 is nothing proven.")
    registered_at: dt.datetime
    seen_at: dt.datetime | None


class ClientDetailOut(ClientOut):
    """A client with what his profile says."""

    first_name: str
    last_name: str
    city: str
    phone: str
    groups: list[uuid.UUID] = Field(description="Groups that he is in.")
    level_reason: str
    level_at: dt.datetime | None


class LevelOut(Schema):
    """A verification level; a higher rank has proven more."""

    rank: int
    name: str


class GroupOut(Schema):
    """A group of clients."""

    id: uuid.UUID
    name: str
    clients: int = Field(description="How many are in it.")
    is_archived: bool


class LevelIn(Strict):
    """How far a client is verified, and why."""

    level: int = Field(ge=0, le=32767, description="Rank, as `/clients/levels` lists them.")
    reason: str = Field(min_length=1, max_length=300)


class GroupsIn(Strict):
    """All the groups that a client is in."""

    groups: list[uuid.UUID] = Field(max_length=100)


class GroupIn(Strict):
    """What a group is called."""

    name: str = Field(min_length=1, max_length=60)


class StateIn(Strict):
    """A client's next state."""

    state: str = Field(description="`active`, `blocked` or `closed`.")
    reason: str = Field(min_length=1, max_length=300)


@router.get("/clients", response=Page[ClientOut])
@api_needs("clients.see_clients")
def clients(
    request: ApiRequest,
    paging: Query[Paging],
    q: str = "",
    level: Annotated[int | None, Field(ge=0, le=32767)] = None,
    group: uuid.UUID | None = None,
) -> dict[str, Any]:
    """Clients that the key reaches, oldest number first; `q` searches name, e-mail and phone."""
    after = paging.after()
    number = after if isinstance(after, int) else 0
    wanted = ClientFilter(words=q, level=level, group=group)
    rows = queries.clients_after(number, limit=paging.limit + 1, wanted=wanted, by=request.actor)
    return keyed([_line(one) for one in rows], paging, key=lambda one: one["number"])


@router.get("/levels", response=list[LevelOut])
@api_needs("clients.see_clients")
def levels(request: ApiRequest) -> list[LevelLine]:
    """Verification levels, from nothing proven upwards."""
    del request
    return list(queries.levels())


@router.get("/groups", response=list[GroupOut])
@api_needs("clients.see_clients")
def groups(request: ApiRequest) -> list[GroupLine]:
    """Groups of clients, archived ones included."""
    del request
    return list(queries.groups(with_archived=True))


@router.post("/groups", response={201: GroupOut})
@api_needs("clients.manage_groups")
def create_group(request: ApiRequest, wish: GroupIn) -> Status[GroupLine]:
    """Make a group of clients."""
    made = services.create_group(wish.name, by=request.actor)
    return Status(201, queries.group(made))


@router.post("/groups/{group_id}", response=GroupOut)
@api_needs("clients.manage_groups")
def rename_group(request: ApiRequest, group_id: uuid.UUID, wish: GroupIn) -> GroupLine:
    """Call a group something else."""
    _group(group_id)
    services.rename_group(group_id, wish.name, by=request.actor)
    return _group(group_id)


@router.post("/groups/{group_id}/archive", response=GroupOut)
@api_needs("clients.manage_groups")
def archive_group(request: ApiRequest, group_id: uuid.UUID) -> GroupLine:
    """Put nobody new into a group; who is in it stays, and so do rules that name it."""
    _group(group_id)
    services.archive_group(group_id, by=request.actor)
    return _group(group_id)


@router.post("/groups/{group_id}/restore", response=GroupOut)
@api_needs("clients.manage_groups")
def restore_group(request: ApiRequest, group_id: uuid.UUID) -> GroupLine:
    """Use an archived group again."""
    _group(group_id)
    services.restore_group(group_id, by=request.actor)
    return _group(group_id)


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


@router.post("/clients/{client_id}/level", response=ClientDetailOut)
@api_needs("clients.set_level")
def set_level(request: ApiRequest, client_id: uuid.UUID, wish: LevelIn) -> dict[str, Any]:
    """Set how far a client is verified."""
    _found(request, client_id)
    services.set_verification_level(client_id, wish.level, reason=wish.reason, by=request.actor)
    return _card(_found(request, client_id))


@router.post("/clients/{client_id}/groups", response=ClientDetailOut)
@api_needs("clients.set_groups")
def set_groups(request: ApiRequest, client_id: uuid.UUID, wish: GroupsIn) -> dict[str, Any]:
    """Put a client into exactly these groups."""
    _found(request, client_id)
    services.set_groups(client_id, wish.groups, by=request.actor)
    return _card(_found(request, client_id))


def _group(group_id: uuid.UUID) -> GroupLine:
    try:
        return queries.group(group_id)
    except NoSuchGroup as error:
        raise Http404 from error


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
        "groups": [one.id for one in card.groups],
        "level_reason": card.level_reason,
        "level_at": card.level_at,
    }
