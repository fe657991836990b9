"""Showing a value only in part to those whose role masks its field."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.actor import Actor
from kernel.module import Text

MASKABLE: dict[str, Text] = {
    "email": _("E-mail"),
    "phone": _("Phone"),
    "address": _("Address"),
    "birth_date": _("Date of birth"),
    "document_number": _("Document number"),
    "bank_details": _("Bank details"),
}
"""Fields that a role may mask, by name."""

_DOT = "\u2022"
_TAIL = 2


def mask(actor: Actor, field: str, value: str) -> str:
    """``value`` as ``actor`` may see it: whole, or with the middle blotted out.

    Nothing, or a name that nobody masks, is returned as it is.
    """
    if not value or field not in actor.masked:
        return value
    return _masked_email(value) if "@" in value else _masked(value)


def _masked_email(value: str) -> str:
    name, _at, domain = value.partition("@")
    return f"{name[:1]}{_DOT * 3}@{domain[:1]}{_DOT * 3}"


def _masked(value: str) -> str:
    shown = value[-_TAIL:] if len(value) > _TAIL * 2 else ""
    return f"{_DOT * 4}{shown}"
