"""An authenticated session with an access server: one connection, one lock, no surprises.

Reads are repeated once when the session was lost. What changes something is written at most once:
if it may have been heard and no clear answer came back, that is an ``OutcomeUnknown``.
"""

from __future__ import annotations

import hmac
import json
import logging
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from kernel.errors import OutcomeUnknown, Unavailable
from provisioning.servers.adapters.mt5_web_api.backoff import Backoff
from provisioning.servers.adapters.mt5_web_api.channel import Channel, Endpoint, Reply, dial
from provisioning.servers.adapters.mt5_web_api.failures import (
    Answer,
    Broken,
    Forbidden,
    NotSent,
    Reason,
    Stage,
)
from provisioning.servers.adapters.mt5_web_api.hashing import prove
from provisioning.servers.errors import NotPermitted
from provisioning.servers.figures import Figures

log = logging.getLogger("provisioning.mt5_web_api")

WHO = "trading server"
AGENT, CLIENT_VERSION = "Atrium", "3470"
DEADLINE_S = 10.0
BATCH_DEADLINE_S = 30.0
IDLE_S = 20.0
"""After this much silence a session is tried with a ping before anything is changed through it."""

SUCCESS = frozenset({0, 1})
"""1 is success without data."""
FORBIDDEN = frozenset({401, 403})
NOTHING_DONE = frozenset({12, 10024})
"""Too frequent: the server says it did not even begin."""
DOUBTFUL = frozenset({2, 5, 6, 7, 9, 10, 11, 15, 16, 10011, 10012})
"""Retcodes after which nobody knows; a read may simply be asked again later."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who signs in. The password never shows in ``repr`` and never leaves in a URL or a log."""

    login: int
    api_password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A call to make. Secrets belong in ``body``: what is in ``query`` ends up in servers' logs."""

    path: str
    query: Mapping[str, object] = field(default_factory=dict)
    body: Mapping[str, object] | None = field(default=None, repr=False)
    within_s: float | None = None
    """Longer than usual, for answers that are large."""
    is_change: bool = False
    not_after_s: float | None = None
    """Monotonic time after which a change must not leave any more: its asker is taken for dead."""

    @property
    def method(self) -> str:
        """POST for all that changes something or has a body: proxies repeat GETs."""
        return "POST" if self.is_change or self.body is not None else "GET"

    @property
    def target(self) -> str:
        """Path and query, every value percent-encoded."""
        if not self.query:
            return self.path
        pairs = (f"{name}={quote(str(value), safe='')}" for name, value in self.query.items())
        return f"{self.path}?{'&'.join(pairs)}"

    @property
    def content(self) -> bytes:
        """The body in JSON."""
        return json.dumps(self.body).encode() if self.body is not None else b""


class Session:
    """A session that opens itself when needed and may be shared by threads."""

    def __init__(
        self, endpoint: Endpoint, credentials: Credentials, *, deadline_s: float = DEADLINE_S
    ) -> None:
        self._deadline_s = deadline_s
        self.endpoint = endpoint
        self.credentials = credentials
        self.figures = Figures()
        self.generation = 0
        """Counts sign-ins: what hangs on a connection is gone when this has changed."""
        self.last_used = time.monotonic()
        self._lock = threading.RLock()
        self._channel: Channel | None = None
        self._is_fresh = False
        self._backoff = Backoff()

    def read(self, call: Call) -> dict[str, Any]:
        """Ask for something; asked again once if the session was lost on the way.

        Raises:
            Answer: The server says no.
            NotPermitted: 403 on a session that had just been opened.
            Unavailable: It cannot be reached, or does not answer sensibly.
        """
        with self._lock:
            try:
                return self._once(call)
            except (Broken, Forbidden):
                self._hang_up()
                self.figures.repeated()
            try:
                return self._once(call)
            except Broken as error:
                self._hang_up()
                raise Unavailable(WHO, _kind(error)) from error
            except Forbidden as error:
                raise NotPermitted from error

    def change(self, call: Call, *, operation: object) -> dict[str, Any]:
        """Change something; written at most once.

        Raises:
            Answer: The server says no for certain.
            Unavailable: It never left us.
            OutcomeUnknown: It may have been done; carries ``operation``.
        """
        with self._lock:
            self._wake()
            if call.not_after_s is not None and time.monotonic() > call.not_after_s:
                raise Unavailable(WHO, "too late to be sent")
            try:
                return self._once(replace(call, is_change=True))
            except (Broken, Forbidden) as error:
                self._hang_up()
                raise OutcomeUnknown(operation, type(error).__name__) from error
            except Answer as error:
                if error.retcode in DOUBTFUL:
                    raise OutcomeUnknown(operation, error.words) from error
                raise

    def ping(self) -> None:
        """A sign of life.

        Raises:
            Unavailable: There is none.
        """
        try:
            self.read(Call("/api/test/access"))
        except Answer as error:
            # Whatever it says no to here, nothing of ours was asked for yet.
            raise Unavailable(WHO, error.words) from error

    def open(self) -> None:
        """Open the session if it is not.

        Raises:
            NotSent: With the stage and the reason.
        """
        with self._lock:
            self._ready()

    def close(self) -> None:
        """Say goodbye and hang up."""
        with self._lock:
            if self._channel is not None and self._channel.is_open():
                try:
                    self._channel.exchange("GET", "/api/quit", b"", within_s=1.0)
                except Broken:
                    log.debug("the server hung up first")
            self._hang_up()

    def is_connected(self) -> bool:
        """Whether a connection stands; says nothing about the other side."""
        return self._channel is not None

    def _wake(self) -> None:
        """Make sure the session lives before something is changed through it.

        A server drops silent clients; writing into such a connection would leave an unknown
        outcome behind where a ping costs a millisecond.
        """
        if self._channel is not None and time.monotonic() - self.last_used > IDLE_S:
            self.ping()
        self._ready_or_unavailable()

    def _once(self, call: Call) -> dict[str, Any]:
        channel = self._ready_or_unavailable()
        is_fresh, self._is_fresh = self._is_fresh, False
        self.last_used = started = time.monotonic()
        try:
            within_s = call.within_s or self._deadline_s
            reply = channel.exchange(call.method, call.target, call.content, within_s=within_s)
            payload = _payload(reply)
        except (Broken, Forbidden) as error:
            self.figures.failed(_kind(error))
            log.info("call failed: %s %s", call.path, type(error).__name__)
            if isinstance(error, Forbidden) and is_fresh and not call.is_change:
                raise NotPermitted from error
            raise
        return self._counted(payload, time.monotonic() - started, is_change=call.is_change)

    def _counted(
        self, payload: dict[str, Any], took_s: float, *, is_change: bool
    ) -> dict[str, Any]:
        """The answer; a server without time for us is a failure, its no to a wish is none."""
        try:
            found = _checked(payload, is_change=is_change)
        except Unavailable:
            self.figures.failed("busy")
            raise
        except Answer as answer:
            if answer.retcode in DOUBTFUL:
                self.figures.failed("busy")
            else:
                self.figures.answered(took_s)
            raise
        self.figures.answered(took_s)
        return found

    def _ready_or_unavailable(self) -> Channel:
        try:
            return self._ready()
        except NotSent as error:
            self.figures.failed(error.reason.value)
            raise Unavailable(WHO, error.reason.value) from error

    def _ready(self) -> Channel:
        if self._channel is not None and self._channel.is_open():
            return self._channel
        self._hang_up()
        if not self._backoff.is_over():
            raise NotSent(Stage.HANDSHAKE, Reason.WAITING)
        try:
            channel = dial(self.endpoint)
        except NotSent:
            self._backoff.after_outage()
            raise
        try:
            self._sign_in(channel)
        except NotSent:
            channel.close()
            self._backoff.after_refusal()
            raise
        self._backoff.reset()
        self._channel, self._is_fresh = channel, True
        self.generation += 1
        self.figures.signed_in()
        return channel

    def _sign_in(self, channel: Channel) -> None:
        start = {
            "version": CLIENT_VERSION,
            "agent": AGENT,
            "login": self.credentials.login,
            "type": "manager",
        }
        greeting = _step(channel, Call("/api/auth/start", start))
        challenge = str(greeting.get("srv_rand", ""))
        back = secrets.token_hex(16)
        try:
            answer = prove(self.credentials.api_password, challenge)
        except ValueError as error:
            raise NotSent(Stage.HANDSHAKE, Reason.NOT_A_TRADING_SERVER) from error
        proof = {"srv_rand_answer": answer, "cli_rand": back}
        verdict = _step(channel, Call("/api/auth/answer", proof))
        theirs = str(verdict.get("cli_rand_answer", "")).lower()
        ours = prove(self.credentials.api_password, back)
        # A server that cannot prove it knows the password is not ours, whatever its certificate.
        if not hmac.compare_digest(theirs.encode(), ours.encode()):
            raise NotSent(Stage.HANDSHAKE, Reason.SERVER_UNPROVEN)

    def _hang_up(self) -> None:
        if self._channel is not None:
            self._channel.close()
        self._channel = None


def _kind(error: Broken | Forbidden) -> str:
    """What a failed call is counted as: a timeout, a shut door, or a connection that was lost."""
    if isinstance(error, Forbidden):
        return "forbidden"
    return "timeout" if "Timeout" in str(error) else "lost"


def _step(channel: Channel, call: Call) -> dict[str, Any]:
    """One step of the handshake; every failure in it means that nothing was asked for yet."""
    try:
        reply = channel.exchange("GET", call.target, b"", within_s=DEADLINE_S)
        payload = _payload(reply)
    except Forbidden as error:
        raise NotSent(Stage.HANDSHAKE, Reason.PASSWORD_WRONG) from error
    except Broken as error:
        raise NotSent(Stage.HANDSHAKE, Reason.NOT_A_TRADING_SERVER) from error
    code, _ = _retcode(payload)
    if code:
        raise NotSent(Stage.HANDSHAKE, Reason.SIGN_IN_REFUSED, retcode=code)
    return payload


def _payload(reply: Reply) -> dict[str, Any]:
    """The JSON object of an answer; numbers stay exact.

    Raises:
        Forbidden: 401 or 403.
        Broken: A page of a proxy, cut JSON, or anything else without a retcode.
    """
    try:
        payload = json.loads(reply.body, parse_float=Decimal)
    except ValueError as error:
        if reply.status in FORBIDDEN:
            raise Forbidden from error
        raise Broken(f"HTTP {reply.status} without an answer") from error
    if not isinstance(payload, dict) or "retcode" not in payload:
        raise Forbidden if reply.status in FORBIDDEN else Broken(f"HTTP {reply.status}")
    return payload


def _retcode(payload: Mapping[str, Any]) -> tuple[int, str]:
    text = str(payload["retcode"])
    number, _, words = text.partition(" ")
    try:
        return int(number), words
    except ValueError as error:
        raise Broken("an answer without a number") from error


def _checked(payload: dict[str, Any], *, is_change: bool) -> dict[str, Any]:
    code, words = _retcode(payload)
    if code in NOTHING_DONE:
        raise Unavailable(WHO, words)
    if code in DOUBTFUL and not is_change:
        raise Unavailable(WHO, words)
    if code not in SUCCESS:
        raise Answer(code, words)
    return payload
