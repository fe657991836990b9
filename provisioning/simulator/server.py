"""The TLS listener: a connection is a session, requests strictly one after the other."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from pathlib import Path

from provisioning.simulator import desk
from provisioning.simulator.calls import Session
from provisioning.simulator.faults import Fault, FaultKind, Faults
from provisioning.simulator.http import (
    FORBIDDEN,
    LONGEST_HEAD,
    Garbled,
    Request,
    Response,
    read_request,
)
from provisioning.simulator.world import World

REMEMBERED = 2_000
PROXY_PAGE = Response(b"<html><body><h1>502 Bad Gateway</h1></body></html>", 502, "text/html")


class Server:
    """The access server of one world."""

    def __init__(self, world: World, certificate: tuple[Path, Path]) -> None:
        self.world = world
        self.faults = Faults()
        self.seen: list[str] = []
        """Paths of the last calls, for tests; never parameters."""
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*certificate)
        self._open: set[asyncio.StreamWriter] = set()
        self._listener: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen; returns the port."""
        options = self.world.options
        self._listener = await asyncio.start_server(
            self._connected, options.host, options.port, ssl=self._context, limit=LONGEST_HEAD
        )
        return int(self._listener.sockets[0].getsockname()[1])

    def drop_all(self) -> None:
        """Cut every connection."""
        for writer in tuple(self._open):
            _abort(writer)

    def restart(self) -> None:
        """What a restart does: sessions, dealer requests and idle states vanish."""
        self.drop_all()
        self.world.awake.clear()
        self.world.requests = 0

    async def close(self) -> None:
        """Stop listening and hang up."""
        if self._listener:
            self._listener.close()
        self.drop_all()
        await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await self._converse(reader, writer)
        except (OSError, TimeoutError, Garbled, asyncio.IncompleteReadError):
            _abort(writer)
        finally:
            self._open.discard(writer)
            writer.close()
            with contextlib.suppress(OSError, ssl.SSLError):
                await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = Session()
        silence = self.world.options.silence_seconds
        while not session.is_leaving:
            request = await asyncio.wait_for(read_request(reader), silence)
            if request is None:
                return
            self.seen = [*self.seen[-REMEMBERED:], request.path]
            response = await self._answer(session, request, writer)
            if response is None:
                return
            writer.write(response.encoded(close=session.is_leaving))
            await writer.drain()

    async def _answer(
        self, session: Session, request: Request, writer: asyncio.StreamWriter
    ) -> Response | None:
        fault = None if desk.is_handshake(request.path) else self.faults.strike(request.path)
        if fault is None:
            return desk.serve(self.world, session, request)
        return await self._misfortune(fault, session, request, writer)

    async def _misfortune(
        self, fault: Fault, session: Session, request: Request, writer: asyncio.StreamWriter
    ) -> Response | None:
        if fault.kind is FaultKind.LATE_BOOKING:
            await asyncio.sleep(fault.seconds)
        response = desk.serve(self.world, session, request) if fault.books else FORBIDDEN
        if fault.kind in {FaultKind.LOST, FaultKind.RESET}:
            _abort(writer)
            return None
        if fault.kind is FaultKind.LATE:
            await asyncio.sleep(fault.seconds)
        return _spoiled(fault, session, response)


def _spoiled(fault: Fault, session: Session, response: Response) -> Response:
    if fault.kind is FaultKind.FORBIDDEN:
        session.manager = None
        return FORBIDDEN
    if fault.kind is FaultKind.RETCODE:
        return desk.refusal(fault.retcode)
    if fault.kind is FaultKind.TRUNCATED:
        return Response(response.body[: len(response.body) // 2])
    return PROXY_PAGE if fault.kind is FaultKind.HTML else response


def _abort(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
