"""What can go wrong on the wire, before it is said in the words of the port."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """How far a connection came."""

    ADDRESS = "address"
    NAME = "name"
    TCP = "tcp"
    TLS = "tls"
    CERTIFICATE = "certificate"
    HANDSHAKE = "handshake"


class Reason(StrEnum):
    """Why no session could be opened."""

    HOST_NOT_ALLOWED = "host_not_allowed"
    NAME_NOT_FOUND = "name_not_found"
    PORT_CLOSED = "port_closed"
    NO_REPLY = "no_reply"
    NOT_TLS = "not_tls"
    TLS_FAILED = "tls_failed"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_UNKNOWN = "certificate_unknown"
    CERTIFICATE_OTHER_NAME = "certificate_other_name"
    CERTIFICATE_CHANGED = "certificate_changed"
    NOT_A_TRADING_SERVER = "not_a_trading_server"
    SIGN_IN_REFUSED = "sign_in_refused"
    PASSWORD_WRONG = "password_wrong"  # noqa: S105 - the name of a reason
    SERVER_UNPROVEN = "server_unproven"
    WAITING = "waiting"


class NotSent(Exception):
    """No session: the call never left us, so nothing happened."""

    def __init__(self, stage: Stage, reason: Reason, *, retcode: int | None = None) -> None:
        super().__init__(stage, reason, retcode)
        self.stage = stage
        self.reason = reason
        self.retcode = retcode


class Broken(Exception):
    """The connection failed after something was written: it may have been heard."""


class Answer(Exception):
    """The server answered a retcode other than success."""

    def __init__(self, retcode: int, words: str) -> None:
        super().__init__(retcode, words)
        self.retcode = retcode
        self.words = words


class Forbidden(Exception):
    """HTTP 401 or 403: the session is gone, or a right is missing."""
