"""A letter about money: once, in the reader's language and time zone, with figures as on pages."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from identity import queries as identity
from identity.brand import absolute
from kernel import clock, mail
from modules.cashier.models import Told

TEMPLATE = "cashier/news"
_URLS = "config.urls.tenant"
"""Where the rooms are mounted: a task has no request to say so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a letter says, in the language that is active when it is made."""

    title: str
    sentences: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    """Label and value; a value may be marked up as pages mark it."""
    url_name: str
    about: uuid.UUID | None
    """What the page of ``url_name`` is of; ``None`` for a list."""
    button: str
    warning: str = ""


def write(person_id: uuid.UUID, key: str, words: Callable[[], Words]) -> bool:
    """Write to a person, unless it was written before under ``key``; whether it was written now.

    Joins the caller's transaction, or is one of its own. Nobody without an address, or who may not
    sign in any more, is written to.
    """
    person = identity.find_person(person_id)
    if person is None or not person.is_active or not person.email:
        return False
    with transaction.atomic():
        _row, is_new = Told.objects.get_or_create(
            key=f"{key}:{person_id}", defaults={"told_at": clock.now()}
        )
        if not is_new:
            return False
        language = person.language or translation.get_language()
        with translation.override(language), timezone.override(_zone(person.time_zone)):
            said = words()
            of = [said.about] if said.about else []
            link = absolute(reverse(said.url_name, args=of, urlconf=_URLS))
            context = {"said": said, "link": link}
            mail.send(TEMPLATE, to=person.email, context=context, language=language)
    return True


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None
