"""The people who ask and decide; the kinds are those of trading."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import transaction

from identity import queries as identity
from identity.models import Role, RoleMembership
from kernel.actor import Actor
from kernel.money import Money
from modules.requests import services
from modules.requests.models import Request
from modules.requests.types import Level, PolicyWish, Upload, Wish
from tests.support.people import make_staff
from tests.support.tenants import SYSTEM

LEVERAGE, CREDIT = "trading.leverage", "trading.credit"


@pytest.fixture
def finn(alpha):
    """A second administrator of Alpha."""
    return make_staff(alpha, "finn@alpha.example")


def actor(place: Any, person: Any) -> Actor:
    """The person as a doer."""
    with place.pin():
        return identity.actor_for(person.pk)


def ask(place: Any, client: Any, *, by: Actor | None = None, **wish: Any) -> uuid.UUID:
    """A request of ``client``; return its id."""
    key = wish.pop("key", str(uuid.uuid4()))
    files = wish.pop("files", ())
    wish.setdefault("kind", LEVERAGE)
    wish.setdefault("words", {"login": "700001", "now": 100, "wanted": 200, "amount": "1.00 USD"})
    with place.pin(), transaction.atomic():
        who = by or identity.actor_for(client.pk)
        wanted = Wish(client_id=client.pk, label="700001", **wish)
        return services.ask(wanted, key=key, by=who, files=files).id


def set_policy(place: Any, kind: str = LEVERAGE, **wish: Any) -> None:
    """What Alpha says of a kind; two levels of anyone unless told."""
    told = {
        "is_decided": True,
        "is_for_staff": True,
        "levels": (Level(name="First"), Level(name="Second")),
        "rules": (),
        "score_needed": 0,
        "expected_hours": 24,
    }
    with place.pin():
        services.set_policy(kind, PolicyWish(**(told | wish)), by=SYSTEM)


def state_of(place: Any, request_id: uuid.UUID) -> str:
    """Where a request stands."""
    with place.pin():
        return Request.objects.get(pk=request_id).state


def give_role(place: Any, person: Any, name: str, grants: dict[str, str]) -> uuid.UUID:
    """A role of its own for somebody; return its id."""
    with place.pin():
        role = Role.objects.create(name=name, grants=grants)
        RoleMembership.objects.create(person=person, role=role)
        return role.pk


def pdf(name: str = "passport.pdf", content: bytes = b"%PDF-1.7 kingfisher") -> Upload:
    """A file as somebody uploads it."""
    import io

    return Upload(name=name, content=io.BytesIO(content), size=len(content))


def usd(minor: int) -> Money:
    """US dollars."""
    return Money(minor, "USD")
