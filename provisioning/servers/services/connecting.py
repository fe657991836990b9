"""Sessions with trading servers: one per server and process, opened when needed, kept alive."""

from __future__ import annotations

import logging
import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from kernel import pin
from kernel.errors import Refused, Unavailable
from provisioning.servers import meter
from provisioning.servers.adapters.mt5_web_api.adapter import Mt5WebApi
from provisioning.servers.adapters.mt5_web_api.channel import Endpoint
from provisioning.servers.adapters.mt5_web_api.session import Credentials, Session
from provisioning.servers.errors import NoSuchServer, NotProven
from provisioning.servers.models import Server, ServerState
from provisioning.servers.port import TradingServer

log = logging.getLogger("provisioning.servers")

PING_AFTER_S = 20.0
"""The server drops clients after 180 s of silence and wishes a ping about every 20 s."""
DROP_AFTER_S = 300.0
"""A session that nobody has used for so long is closed: servers count sessions."""
LOOK_EVERY_S = 5.0


@dataclass(slots=True)
class _Held:
    wiring: int
    server: Mt5WebApi
    asked_at: float


class _Pool:
    """Open sessions of this process by schema and server, so that no tenant meets another's."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, uuid.UUID], _Held] = {}
        self._guard = threading.Lock()
        self._keeper: threading.Thread | None = None

    def get(self, row: Server) -> Mt5WebApi:
        """The session of a server as it is wired now; an older one is closed."""
        key = (pin.current(), row.pk)
        with self._guard:
            held = self._held.get(key)
            outdated = held if held is not None and held.wiring != row.wiring else None
            if held is None or outdated is not None:
                session = Session(
                    endpoint_of(row), credentials_of(row), deadline_s=settings.TRADING_CALL_SECONDS
                )
                made = Mt5WebApi(session)
                held = self._held[key] = _Held(row.wiring, made, time.monotonic())
            held.asked_at = time.monotonic()
            self._keep()
        if outdated is not None:
            outdated.server.close()
            _tell(key, outdated)
        return held.server

    def forget(self) -> None:
        """Close everything."""
        with self._guard:
            held = list(self._held.items())
            self._held.clear()
        for key, one in held:
            one.server.close()
            _tell(key, one)

    def tell(self) -> None:
        """Pass on what was counted since the last time."""
        for key, held in list(self._held.items()):
            _tell(key, held)

    def forget_after_fork(self) -> None:
        """A child shares no connection with its parent."""
        self._held = {}
        self._guard = threading.Lock()
        self._keeper = None

    def _keep(self) -> None:
        if self._keeper is None or not self._keeper.is_alive():
            self._keeper = threading.Thread(
                target=self._keep_alive, name="trading-servers", daemon=True
            )
            self._keeper.start()

    def _keep_alive(self) -> None:
        while True:
            time.sleep(LOOK_EVERY_S)
            for key, held in list(self._held.items()):
                try:
                    self._look_after(key, held)
                except Exception:
                    # The others' sessions would die of silence with this thread.
                    log.exception("a trading server could not be looked after")

    def _look_after(self, key: tuple[str, uuid.UUID], held: _Held) -> None:
        now = time.monotonic()
        _tell(key, held)
        if now - held.asked_at > DROP_AFTER_S:
            with self._guard:
                if self._held.get(key) is held:
                    del self._held[key]
            held.server.close()
            _tell(key, held)
        elif held.server.session.is_connected() and now - held.server.session.last_used > (
            PING_AFTER_S
        ):
            try:
                held.server.ping()
            except (Unavailable, Refused):
                log.info("a trading server missed a ping")


def _tell(key: tuple[str, uuid.UUID], held: _Held) -> None:
    figures = held.server.session.figures
    counts = figures.take()
    if not meter.tell(*key, counts):
        figures.give_back(counts)


_pool = _Pool()
os.register_at_fork(after_in_child=_pool.forget_after_fork)


def tell_figures() -> None:
    """Pass on what the sessions of this process have counted."""
    _pool.tell()


@contextmanager
def trading_server(server_id: uuid.UUID) -> Iterator[TradingServer]:
    """The session with a server of the pinned tenant.

    Reads one row; the network is used by what is called on the result, which must not happen
    inside a transaction. The session stays open for the next one who asks.

    Raises:
        NoSuchServer: The pinned tenant has none with this id.
        NotProven: Its connection test has not passed yet.
        RuntimeError: A transaction is open.
    """
    yield adapter_of(server_id)


def adapter_of(server_id: uuid.UUID) -> Mt5WebApi:
    """The same session with what only this platform has.

    Raises:
        NoSuchServer: The pinned tenant has none with this id.
        NotProven: Its connection test has not passed yet.
        RuntimeError: A transaction is open.
    """
    refuse_in_transaction()
    row = Server.objects.filter(pk=server_id).first()
    if row is None or row.state == ServerState.REMOVED:
        raise NoSuchServer
    if row.state == ServerState.DRAFT:
        raise NotProven
    return _pool.get(row)


def endpoint_of(row: Server) -> Endpoint:
    """Where a server is and how it proves who it is."""
    return Endpoint(
        host=row.host,
        port=row.port,
        authority_pem=row.authority_pem,
        fingerprint=row.fingerprint,
        is_private_allowed=settings.ALLOW_PRIVATE_TRADING_SERVERS,
    )


def credentials_of(row: Server) -> Credentials:
    """Who signs in; unseals the password."""
    return Credentials(row.login, row.password())


def close_sessions() -> None:
    """Hang up on every server; the next call opens anew."""
    _pool.forget()


def refuse_in_transaction() -> None:
    """Make sure that no transaction waits for a network.

    Raises:
        RuntimeError: One is open.
    """
    if connection.in_atomic_block:
        raise RuntimeError("a trading server is never called inside a transaction")
