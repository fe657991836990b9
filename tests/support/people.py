"""The cast, and the letters that reach them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress

from identity.models import Kind, Role, RoleMembership, User
from kernel import secrets
from kernel.models.mail import Letter

PASSWORD = "correct horse battery staple"


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter as its reader sees it."""

    template: str
    to: str
    subject: str
    text: str
    html: str


def make_person(
    place: Any, email: str, *, kind: Kind = Kind.CLIENT, role: str = "", full_name: str = ""
) -> User:
    """Someone at ``place`` with a confirmed e-mail, the usual password, and a role by its key."""
    with place.pin():
        user = User(email=email, full_name=full_name or email.partition("@")[0].title(), kind=kind)
        user.set_password(PASSWORD)
        user.save(force_insert=True)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
        if role:
            RoleMembership.objects.create(person=user, role=Role.objects.get(key=role))
    return user


def make_staff(place: Any, email: str, *, role: str = "admin") -> User:
    """Someone who works at the broker, or at the vendor when ``place`` is the vendor's."""
    kind = Kind.VENDOR if place.info.is_vendor else Kind.STAFF
    return make_person(place, email, kind=kind, role=role)


def letters(place: Any) -> list[Sent]:
    """What was written at ``place`` and not sent yet, oldest first."""
    with place.pin():
        rows = [
            (row.template, json.loads(secrets.unseal(row.sealed, about=_place_of(row))))
            for row in Letter.objects.order_by("created_at", "pk")
        ]
    return [
        Sent(template, words["to"], words["subject"], words["text"], words["html"])
        for template, words in rows
    ]


def _place_of(row: Letter) -> str:
    return f"kernel.Letter.sealed:{row.pk}"
