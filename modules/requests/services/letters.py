"""What a client is written about what he asked for."""

from __future__ import annotations

from django.urls import reverse
from django.utils import translation

from identity import queries as identity
from identity.brand import absolute
from identity.types import Person
from kernel import mail
from kernel.registry import request_kinds
from modules.requests.models import Request
from modules.requests.queries.lines import reason_of, title

_URLS = "config.urls.tenant"
"""Where the rooms are mounted: a task has no request to say so."""


def tell(row: Request, what: str) -> None:
    """Write to the client who asked: ``approved``, ``refused`` or ``question``.

    Needs the transaction of the decision. Nobody is written to about what a colleague asked, nor
    about a decision where the owner of the kind writes himself what comes of it.
    """
    if not row.is_asked_by_client or row.client_id is None:
        return
    kind = request_kinds().get(row.kind)
    if what != "question" and kind is not None and kind.has_own_letters:
        return
    person = identity.find_person(row.client_id)
    if person is None or not person.is_active:
        return
    language = _language_of(person)
    with translation.override(language):
        context = {
            "title": title(row),
            "reason": reason_of(row.reason_code, row.reason),
            "link": absolute(reverse("room:requests:request", args=[row.pk], urlconf=_URLS)),
        }
    mail.send(f"requests/{what}", to=person.email, context=context, language=language)


def reason_for_client(row: Request) -> str:
    """Why it was turned down, in the language of the client whom it is about."""
    person = identity.find_person(row.client_id) if row.client_id else None
    with translation.override(_language_of(person)):
        return reason_of(row.reason_code, row.reason)


def _language_of(person: Person | None) -> str:
    return (person.language if person else "") or translation.get_language()
