"""What must never be written down: secrets, and in logs and error reports people too."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

BLOT = "[redacted]"

_SECRET = re.compile(
    r"pass(word|phrase|wd|code)?$|passw|secret|token|api[_-]?key|private[_-]?key|authori[sz]ation"
    r"|cookie|session[_-]?(id|key)|csrf|signature|credential|recovery|totp|otp$|seed$|\bpin\b"
    r"|cvc|cvv|card[_-]?number|iban|dsn$|master[_-]?key",
    re.IGNORECASE,
)
_PERSONAL = re.compile(
    r"e[_-]?mail|phone|mobile|first[_-]?name|last[_-]?name|full[_-]?name|^name$|birth|address"
    r"|passport|document|^to$|recipient|^ip$|remote[_-]?addr",
    re.IGNORECASE,
)
_SECRET_OR_PERSONAL = re.compile(f"{_SECRET.pattern}|{_PERSONAL.pattern}", re.IGNORECASE)
_PLAIN = (int, float, Decimal, uuid.UUID, dt.date, dt.time, dt.timedelta, type(None))
_SPEAKS_OF_CODE = frozenset(
    {
        "AttributeError", "ImportError", "ModuleNotFoundError", "NameError", "NotImplementedError",
        "ImproperlyConfigured", "NotPinned", "TenantPinned", "Unavailable", "OutcomeUnknown",
        "TemplateDoesNotExist", "TemplateSyntaxError", "NoReverseMatch", "FieldError",
        "ConnectionRefusedError", "TimeoutError",
    }
)  # fmt: skip
"""Exceptions whose words name code and machines; any other may quote what a person typed."""
_IN_TEXT = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"  # an e-mail address
    r"|\bak_[a-z0-9]+_[A-Za-z0-9_-]{8,}"  # our own API keys
    r"|\b[srp]k_(?:live|test)_\w+|\bwhsec_\w+"  # the card company's keys
    r"|(?<=://)[^/@\s:]+:[^/@\s]+(?=@)",  # user and password in a URL
)


def redacted(value: Any) -> Any:
    """``value`` with everything under a key that smells of a secret blotted out."""
    return _walk(value, _SECRET, _unchanged)


def impersonal(value: Any) -> Any:
    """``value`` without secrets and personal data by key or by shape.

    Of an object that is not plain data only its type is told: a request's ``repr`` holds the
    query, a model's may hold a name.
    """
    return _walk(value, _SECRET_OR_PERSONAL, _safe)


def scrubbed(text: str) -> str:
    """``text`` with e-mail addresses, keys and passwords in URLs blotted out."""
    return _IN_TEXT.sub(BLOT, text)


def error_words(kind: str, words: str) -> str:
    """What may be told of an exception's message: that of ``kind`` when it speaks of code."""
    return scrubbed(words)[:300] if kind.rpartition(".")[2] in _SPEAKS_OF_CODE else BLOT


def _walk(value: Any, blotted: re.Pattern[str], leaf: Callable[[Any], Any]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: BLOT if _is_blotted(key, item, blotted) else _walk(item, blotted, leaf)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_walk(item, blotted, leaf) for item in value]
    return leaf(value)


def _is_blotted(key: object, item: Any, blotted: re.Pattern[str]) -> bool:
    # Whether a secret is set may be told.
    told = item is None or isinstance(item, bool) or item == ""
    return isinstance(key, str) and not told and blotted.search(key) is not None


def _unchanged(value: Any) -> Any:
    return value


def _safe(value: Any) -> Any:
    if isinstance(value, str):
        return scrubbed(value)
    return value if isinstance(value, _PLAIN) else f"<{type(value).__name__}>"
