"""The proof of knowing an API password, as MetaTrader's Web API asks for it."""

from __future__ import annotations

import hashlib


def prove(password: str, challenge_hex: str) -> str:
    """The answer to a challenge: MD5 over raw digests, in lower-case hex.

    ``MD5(MD5(MD5(UTF-16LE password) + "WebAPI") + challenge)``; the challenge is bytes written in
    hex, leading zeros included. MD5 is the protocol's choice: the secrecy rests on TLS.
    """
    inner = _md5(password.encode("utf-16-le"))
    return _md5(_md5(inner + b"WebAPI") + bytes.fromhex(challenge_hex)).hex()


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()
