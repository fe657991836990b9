"""The four kinds of failure: refused, unavailable, unknown outcome, and bugs (all others)."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """The domain says no. Shown to people, never reported as a fault.

    A subclass names the case by ``code`` and says it in ``sentence``; keyword arguments fill
    the sentence's named placeholders and are kept in ``facts``.
    """

    code: ClassVar[str] = "refused"
    sentence: ClassVar[str | Promise] = _("That is not possible.")
    field: str | None = None
    """The form field that the sentence belongs to, if one does."""

    def __init__(self, *, field: str | None = None, **facts: object) -> None:
        super().__init__(self.code)
        self.facts = facts
        if field is not None:
            self.field = field

    def __str__(self) -> str:
        return str(self.sentence) % self.facts if self.facts else str(self.sentence)


class Unavailable(Exception):
    """Something outside did not hear us, so nothing happened there; trying again is safe."""

    def __init__(self, who: str, why: str = "") -> None:
        super().__init__(who, why)
        self.who = who
        self.why = why

    def __str__(self) -> str:
        return f"{self.who}: {self.why}" if self.why else self.who


class OutcomeUnknown(Exception):
    """Something outside may have heard us. Never repeated: looked up until it is decided."""

    def __init__(self, operation: object, why: str = "") -> None:
        super().__init__(operation, why)
        self.operation = operation
        self.why = why


class FreshFactorNeeded(Exception):
    """The person must prove the second factor again before this."""
