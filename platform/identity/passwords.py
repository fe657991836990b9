"""What a password must be: long, not common, not made of the words around it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from identity.brand import tenant_words
from identity.models import User

SHORTEST = 10
LONGEST = 256
"""Hashing time grows with length, so a limit; OWASP asks for at least 64."""
_SHORTEST_WORD = 4


class LengthValidator:
    """Ten characters at least; no rule about which."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises: ValidationError: too short or too long."""
        del user  # length does not depend on who it is
        if not SHORTEST <= len(password) <= LONGEST:
            raise ValidationError(self.get_help_text(), code="password_length")

    def get_help_text(self) -> str:
        """The rule, as a sentence."""
        return _("Use %(least)s characters or more; a short sentence is best.") % {
            "least": SHORTEST
        }


class ContextWordsValidator:
    """Not built from the broker's own name, which is what an attacker tries first."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises: ValidationError: little is left once the broker's words are taken out."""
        del user  # Django's own validator compares with the person
        rest = password.lower()
        for word in (*tenant_words(), "password", "trading", "broker"):
            if len(word) >= _SHORTEST_WORD:
                rest = rest.replace(word, "")
        if rest != password.lower() and len(rest) < SHORTEST // 2:
            raise ValidationError(self.get_help_text(), code="password_context")

    def get_help_text(self) -> str:
        """The rule, as a sentence."""
        return _("Do not build it from the name of this site.")


def check(password: str, *, email: str, full_name: str) -> None:
    """Hold a password against every rule, for a person who is not stored yet.

    Raises:
        ValidationError: Which rules it breaks, as sentences.
    """
    validate_password(password, User(email=email, full_name=full_name))
