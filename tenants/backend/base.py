"""A PostgreSQL backend whose connections follow the tenant pin.

Every tenant has a LOGIN role of its own, member of nothing, whose ``search_path`` is its
schema. So the database itself refuses to read across tenants, nothing has to be SET on a
connection, and a pooler in transaction mode (pools per database and user) is safe.

Connections are kept per thread and tenant, the least recently used one is closed first.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.backends.postgresql import base as postgresql
from django_tenants.postgresql_backend.base import DatabaseWrapper as TenantsWrapper
from django_tenants.postgresql_backend.base import FakeTenant

from kernel import pin
from tenants.backend.credentials import role_of, role_password

IDLE_BEFORE_CHECK = 5.0
"""Seconds after which a kept connection is tried before it is used again."""


@dataclass(slots=True)
class _Kept:
    """A connection put aside while the thread works for another tenant."""

    connection: Any
    close_at: float | None
    put_aside_at: float


class DatabaseWrapper(TenantsWrapper):
    """One thread's connections, one of them in use.

    ``FOLLOW_PIN = False`` in the settings of an alias makes it the provisioner's connection:
    it goes where :meth:`enter` sends it, by SET ROLE to the schema's owner.
    """

    connection: Any

    def __init__(self, settings_dict: dict[str, Any], alias: str = "default") -> None:
        self._here: str | None = None
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self.follows_pin: bool = settings_dict.get("FOLLOW_PIN", True)
        self._entered = pin.PUBLIC
        self._stays = False
        self._late: list[tuple[frozenset[str], Callable[[], None]]] = []
        super().__init__(settings_dict, alias)

    # -- what django-tenants asks of a backend -------------------------------------------

    @property
    def schema_name(self) -> str:
        """The schema that the next statement will run in."""
        return (pin.peek() or pin.PUBLIC) if self.follows_pin else self._entered

    @schema_name.setter
    def schema_name(self, _value: str | None) -> None:
        """Ignored: only the pin, or :meth:`enter`, says where a connection goes."""

    @property
    def tenant(self) -> FakeTenant:
        """The schema, in the form that django-tenants' router and storage ask for."""
        return FakeTenant(self.schema_name)

    @tenant.setter
    def tenant(self, _value: object) -> None:
        """Ignored, as for :attr:`schema_name`."""

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:  # noqa: ARG002, FBT001, FBT002 - django-tenants' signature
        """Refuse to go elsewhere than the pin says.

        Raises:
            pin.TenantPinned: ``tenant`` is not the pinned one.
        """
        if self.follows_pin and tenant.schema_name not in (pin.PUBLIC, pin.peek()):
            raise pin.TenantPinned("connections follow the pin")

    def _handle_search_path(self, cursor: object = None) -> None:
        """Nothing to send: the role carries its search_path."""

    # -- following the pin -----------------------------------------------------------------

    def ensure_connection(self) -> None:
        """Have a connection of the pinned tenant.

        Raises:
            pin.NotPinned: No unit of work has begun.
            pin.TenantPinned: The pin changed inside a transaction.
        """
        if self._stays:
            super().ensure_connection()
            return
        wanted = pin.current() if self.follows_pin else self._here or pin.PUBLIC
        if wanted != self._here:
            self._go(wanted)
        super().ensure_connection()

    def _go(self, wanted: str) -> None:
        if self.in_atomic_block:
            raise pin.TenantPinned("the tenant cannot change inside a transaction")
        if self._here is not None and self.connection is not None:
            self._put_aside(self._here)
        self._here = wanted
        kept = self._kept.pop(wanted, None)
        if kept is None:
            return
        self.connection = kept.connection
        self.close_at = kept.close_at
        self.errors_occurred = False
        # Only such are kept; the tenant before may have lost its connection in a transaction.
        self.autocommit = True
        if time.monotonic() - kept.put_aside_at > IDLE_BEFORE_CHECK and not self.is_usable():
            self.close()

    def _put_aside(self, schema: str) -> None:
        broken = self.errors_occurred or self.closed_in_transaction or not self.autocommit
        expired = self.close_at is not None and time.monotonic() >= self.close_at
        if broken or expired:
            postgresql.DatabaseWrapper.close(self)
        else:
            self._kept[schema] = _Kept(self.connection, self.close_at, time.monotonic())
        self.connection = None
        while len(self._kept) > settings.TENANT_CONNECTIONS_PER_THREAD:
            _, oldest = self._kept.popitem(last=False)
            _close_quietly(oldest.connection)

    def close_if_unusable_or_obsolete(self) -> None:
        """Look after the connection in use, wherever it is: a request's end has no pin."""
        if self.connection is None:
            return
        self._stays = True
        try:
            super().close_if_unusable_or_obsolete()
        finally:
            self._stays = False

    def forget_connections(self) -> None:
        """Close every connection that is kept for later."""
        while self._kept:
            _, kept = self._kept.popitem()
            _close_quietly(kept.connection)

    def close(self) -> None:
        """Close the connection in use; those kept for other tenants stay."""
        postgresql.DatabaseWrapper.close(self)

    def get_connection_params(self) -> dict[str, Any]:
        """Connection parameters with the role of the tenant in question."""
        params: dict[str, Any] = super().get_connection_params()
        schema = self._here or pin.PUBLIC
        if self.follows_pin and schema != pin.PUBLIC:
            params["user"] = role_of(schema)
            params["password"] = role_password(params["user"])
        return params

    # -- what a transaction does last ------------------------------------------------------

    def before_commit(self, do: Callable[[], None]) -> None:
        """Keep ``do`` for the end of the open transaction; see :mod:`kernel.late`."""
        self._late.append((frozenset(self.savepoint_ids), do))

    def do_late_work(self) -> None:
        """Do what was kept, and what that keeps in turn."""
        while self._late:
            _savepoints, do = self._late.pop(0)
            do()

    def set_autocommit(self, autocommit: bool, *args: Any, **kwargs: Any) -> None:  # noqa: FBT001 - Django's signature
        """Begin or end a transaction; a new one has nothing of one that was lost."""
        self._late.clear()
        super().set_autocommit(autocommit, *args, **kwargs)

    def savepoint_rollback(self, sid: str) -> None:
        """Undo to a savepoint, and forget what was kept since."""
        self._late = [kept for kept in self._late if sid not in kept[0]]
        super().savepoint_rollback(sid)

    def commit(self) -> None:
        """Do what was kept for last, then commit; nothing is committed when that fails."""
        if self._late:
            self.in_atomic_block = True  # as for everything else in this transaction
            try:
                self.do_late_work()
            except BaseException:
                self.in_atomic_block = self.needs_rollback = False
                self.rollback()
                raise
            self.in_atomic_block = False
        super().commit()

    # -- the provisioner's connection ------------------------------------------------------

    def enter(self, schema: str) -> None:
        """Work as the owner of ``schema`` from now on (provisioner only).

        Raises:
            RuntimeError: This is a connection that follows the pin.
        """
        if self.follows_pin:
            raise RuntimeError("only the provisioner chooses where it works")
        self._entered = schema
        owner = "NONE" if schema == pin.PUBLIC else f'"{schema}_owner"'
        with self.cursor() as cursor:
            cursor.execute(f'SET ROLE {owner}; SET search_path = "{schema}"')


def _close_quietly(connection: Any) -> None:
    with suppress(Exception):  # a connection that is being thrown away may be broken already
        connection.close()
