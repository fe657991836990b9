"""What the pages of trading servers share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy

from kernel import views
from kernel.actor import Actor
from kernel.errors import Refused
from provisioning.servers.errors import NoSuchServer

STEPS = (
    gettext_lazy("Address and sign-in"),
    gettext_lazy("Connection test"),
    gettext_lazy("Groups"),
    gettext_lazy("Certification"),
    gettext_lazy("Done"),
)
missing_as_404 = partial(views.missing_as_404, NoSuchServer)
"""Answers 404 for a server that the broker does not have."""


def steps() -> list[str]:
    """The names of the wizard's steps."""
    return [str(step) for step in STEPS]


def posted(request: HttpRequest) -> QueryDict | None:
    """What was posted, even if nothing: an empty answer is an answer."""
    return request.POST if request.method == "POST" else None


def actor_of(request: HttpRequest) -> Actor:
    """Who asks.

    Raises:
        PermissionDenied: Nobody we know.
    """
    actor = getattr(request, "actor", None)
    if not isinstance(actor, Actor):
        raise PermissionDenied
    return actor


@contextmanager
def refusals_in(form: forms.Form) -> Iterator[None]:
    """Show a refusal at the field that it belongs to."""
    try:
        yield
    except Refused as refusal:
        views.show_refusal(form, refusal)
