"""What happens to clients: they register, tell who they are, are looked after, blocked, closed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Callable

from django.db import transaction
from django.db.models import F

from identity import queries as identity
from kernel import audit, clock, pin, secrets
from kernel.actor import Actor
from kernel.events import publish
from modules.clients.errors import NoSuchClient, NotInThisState
from modules.clients.events import ClientChanged, ClientRegistered
from modules.clients.models import SEALED, Client, ClientCounter, State, place
from modules.clients.types import NewClient, Profile

SEEN_STEP = dt.timedelta(minutes=1)
"""How exactly we keep when a client was last here."""


@transaction.atomic
def register(new: NewClient, *, by: Actor) -> bool:
    """Keep a new client once; return whether he was new. Opens a transaction."""
    if Client.objects.filter(pk=new.id).exists():
        return False
    row = Client(
        id=new.id,
        number=_next_number(),
        email=new.email.lower(),
        first_name=new.first_name,
        last_name=new.last_name,
        country=new.country,
        language=new.language,
        registered_at=clock.now(),
    )
    _put_phone(row, new.phone)
    row.save(force_insert=True)
    publish(ClientRegistered(client_id=row.pk, registered_at=row.registered_at))
    audit.note("clients.registered", about=row, by=by)
    return True


def ensure_client(person_id: uuid.UUID) -> None:
    """Make a client of a person who signs in before his registration was told to us.

    Raises:
        NoSuchClient: The person is unknown, or no client but one of the house.
    """
    if Client.objects.filter(pk=person_id).exists():
        return
    person = identity.find_person(person_id)
    if person is None or person.kind != "client":
        raise NoSuchClient
    first, _space, last = person.full_name.strip().partition(" ")
    new = NewClient(
        id=person.id,
        email=person.email,
        first_name=first,
        last_name=last.strip(),
        language=person.language,
    )
    register(new, by=Actor.system("registration"))


@transaction.atomic
def update_profile(client_id: uuid.UUID, profile: Profile, *, by: Actor) -> tuple[str, ...]:
    """Keep what a client's profile says now; return the names of the fields that changed.

    Opens a transaction. The audit keeps the names of the fields, not their values: it cannot
    forget, and a person may ask to be forgotten.

    Raises:
        NoSuchClient: There is none.
    """
    row = locked(client_id)
    changed = _apply(row, profile)
    if changed:
        row.save()
        publish(ClientChanged(client_id=row.pk, fields=changed))
        audit.note("clients.profile_changed", about=row, by=by, changes={"fields": list(changed)})
    return changed


@transaction.atomic
def change_state(client_id: uuid.UUID, state: str, *, reason: str, by: Actor) -> None:
    """Move a client to another state. Opens a transaction.

    Raises:
        NoSuchClient: There is none.
        NotInThisState: His state does not allow the move, or there is no such state.
    """
    row = locked(client_id)
    before = row.state
    if state not in State.values:
        raise NotInThisState(state=row.get_state_display())
    row.move_to(State(state), reason=reason)
    publish(ClientChanged(client_id=row.pk, fields=("state",)))
    audit.note(
        "clients.state_changed",
        about=row,
        by=by,
        changes={"state": [before, row.state]},
        reason=reason,
    )


@transaction.atomic
def activate(client_id: uuid.UUID, *, by: Actor) -> None:
    """Make a registered client active; a client in another state stays as he is."""
    row = locked(client_id)
    if row.state == State.REGISTERED:
        row.move_to(State.ACTIVE, reason="")
        publish(ClientChanged(client_id=row.pk, fields=("state",)))
        audit.note("clients.activated", about=row, by=by)


@transaction.atomic
def assign(
    client_id: uuid.UUID, *, owner_id: uuid.UUID | None, team_id: uuid.UUID | None, by: Actor
) -> None:
    """Give a client to a colleague and a team, or to nobody. Opens a transaction.

    Raises:
        NoSuchClient: There is none.
    """
    row = locked(client_id)
    before = (row.owner_id, row.team_id)
    if before == (owner_id, team_id):
        return
    row.owner_id, row.team_id = owner_id, team_id
    row.save(update_fields=["owner_id", "team_id"])
    publish(ClientChanged(client_id=row.pk, fields=("owner", "team")))
    changes = {"owner": [before[0], owner_id], "team": [before[1], team_id]}
    audit.note("clients.assigned", about=row, by=by, changes=changes)


def record_language(client_id: uuid.UUID, language: str) -> None:
    """Keep the language that a client chose, for lists and for colleagues who write to him."""
    Client.objects.filter(pk=client_id).update(language=language)


def record_seen(client_id: uuid.UUID) -> None:
    """Keep that the client is here now, at most once a minute."""
    moment = clock.now()
    stale = Client.objects.filter(pk=client_id).exclude(seen_at__gt=moment - SEEN_STEP)
    stale.update(seen_at=moment)


def locked(client_id: uuid.UUID) -> Client:
    """A client, locked; needs a transaction.

    Raises:
        NoSuchClient: There is none.
    """
    row = Client.objects.select_for_update().filter(pk=client_id).first()
    if row is None:
        raise NoSuchClient
    return row


def _next_number() -> int:
    """The next client number; holds the counter until the transaction ends."""
    ClientCounter.objects.get_or_create(pk=ClientCounter.ONLY)
    ClientCounter.objects.filter(pk=ClientCounter.ONLY).update(last_number=F("last_number") + 1)
    return ClientCounter.objects.get(pk=ClientCounter.ONLY).last_number


def _apply(row: Client, profile: Profile) -> tuple[str, ...]:
    changed = []
    for field in dataclasses.fields(profile):
        value = getattr(profile, field.name)
        if field.name in SEALED:
            text = value.isoformat() if field.name == "born_on" and value else str(value or "")
            if text != row.sealed(field.name):
                row.put_sealed(field.name, text)
                changed.append(field.name)
        elif value != getattr(row, field.name):
            setattr(row, field.name, value)
            changed.append(field.name)
    if "phone" in changed:
        _put_phone(row, profile.phone)
    return tuple(changed)


def _put_phone(row: Client, phone: str) -> None:
    row.put_sealed("phone", phone)
    digits = "".join(c for c in phone if c.isdigit())
    row.phone_index = secrets.blind_index("clients.Client.phone", digits) if digits else None


def reseal_own(reseal: Callable[..., bytes]) -> int:
    """Seal clients' personal fields anew after a rotation of the data key; return how many."""
    if pin.current() == pin.PUBLIC:
        return 0  # the vendor has no clients, not even their table
    ids = list(Client.objects.values_list("pk", flat=True))
    return sum(_reseal(client_id, reseal) for client_id in ids)


@transaction.atomic
def _reseal(client_id: uuid.UUID, reseal: Callable[..., bytes]) -> int:
    row = Client.objects.select_for_update().get(pk=client_id)
    held = [field for field in SEALED if getattr(row, f"{field}_sealed")]
    for field in held:
        box = bytes(getattr(row, f"{field}_sealed"))
        setattr(row, f"{field}_sealed", reseal(box, about=place(field, client_id)))
    if held:
        row.save(update_fields=[f"{field}_sealed" for field in held])
    return len(held)
