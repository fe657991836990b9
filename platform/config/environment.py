"""Reading settings from the environment; a value that cannot be right fails at once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_POSTGRES = frozenset({"postgres", "postgresql"})
_MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}


def text(name: str, default: str | None = None) -> str:
    """The variable ``name``, or the content of the file that ``NAME_FILE`` names.

    Raises:
        ImproperlyConfigured: Neither is set and there is no default.
    """
    file = os.environ.get(f"{name}_FILE")
    value = Path(file).read_text(encoding="utf-8").strip() if file else os.environ.get(name)
    if value is None or value == "":
        if default is None:
            raise ImproperlyConfigured(f"set {name} (or {name}_FILE)")
        return default
    return value


def switch(name: str, *, default: bool = False) -> bool:
    """The variable ``name`` as yes or no.

    Raises:
        ImproperlyConfigured: It is neither.
    """
    value = text(name, "1" if default else "0").lower()
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}: say 1 or 0")


def number(name: str, default: int) -> int:
    """The variable ``name`` as a whole number.

    Raises:
        ImproperlyConfigured: It is not one.
    """
    value = text(name, str(default))
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}: a whole number is needed") from None


def words(name: str, default: str) -> list[str]:
    """The variable ``name`` as a list, split at commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(url: str, **more: Any) -> dict[str, Any]:
    """A ``DATABASES`` entry from ``postgresql://user:password@host:port/name?option=value``.

    Raises:
        ImproperlyConfigured: The URL is not one of PostgreSQL.
    """
    parts = urlsplit(url)
    if parts.scheme not in _POSTGRES or not parts.path.strip("/"):
        raise ImproperlyConfigured("a database URL reads postgresql://user:password@host:port/name")
    return {
        "ENGINE": "tenants.backend",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or 5432),
        "CONN_MAX_AGE": 300,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,  # a pooler in transaction mode cannot keep them
        "OPTIONS": dict(parse_qsl(parts.query)),
        **more,
    }


def mail(url: str) -> dict[str, Any]:
    """Django's mail settings from ``smtp://user:password@host:port`` (``smtp+tls``, ``smtp+ssl``).

    Raises:
        ImproperlyConfigured: The URL is of another kind.
    """
    parts = urlsplit(url)
    if parts.scheme not in _MAIL_PORTS:
        raise ImproperlyConfigured("EMAIL_URL reads smtp://user:password@host:port")
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": parts.port or _MAIL_PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtp+ssl",
        "EMAIL_TIMEOUT": 10,
    }
