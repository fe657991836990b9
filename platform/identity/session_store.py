"""Sessions in the database that tell a lost database from a session that was ended."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import InterfaceError, OperationalError


class SessionStore(db.SessionStore):
    """Django's own, but for what it says when the database goes away while it saves.

    Django calls every failure "deleted", which is answered 400: the visitor did something wrong,
    and a program does not try again. A database that restarts is our trouble, and a 500.
    """

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's signature
        """Save the session.

        Raises:
            UpdateError: It has been ended meanwhile.
            OperationalError: The database does not answer.
        """
        try:
            super().save(must_create)
        except UpdateError as error:
            cause = error.__context__
            if isinstance(cause, OperationalError | InterfaceError):
                raise cause from None
            raise
