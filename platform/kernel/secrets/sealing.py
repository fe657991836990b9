"""Sealing and unsealing: AES-256-GCM bound to the tenant and to the place of the value."""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kernel import pin
from kernel.models.secrets import KeyPurpose
from kernel.secrets import keys, master

FORMAT = 1
"""First byte of a sealed value: format | key version (2) | nonce (12) | ciphertext and tag."""
HEADER = 3
FIELD = "field:v1"
OVERHEAD = HEADER + master.NONCE + 16
"""Bytes that sealing adds."""


class Unsealable(ValueError):
    """A sealed value was altered, moved, or belongs to another tenant."""


def seal(plain: str | bytes, *, about: str) -> bytes:
    """Seal ``plain`` for the pinned tenant.

    ``about`` names the place it is kept, ``"servers.TradingServer.api_password:<id>"``: unsealing
    asks for the same place, so a value copied to another row or column is refused.
    """
    key = keys.newest(KeyPurpose.FIELD)
    keys.count_seal(key)
    nonce = os.urandom(master.NONCE)
    words = plain.encode() if isinstance(plain, str) else plain
    header = bytes([FORMAT]) + key.version.to_bytes(2, "big")
    return header + nonce + AESGCM(key.subkey(FIELD)).encrypt(nonce, words, _bound(about))


def unseal(sealed: bytes | memoryview, *, about: str) -> bytes:
    """Read what was sealed for the pinned tenant at the place ``about``.

    Raises:
        Unsealable: It was altered, moved from another place, or sealed for another tenant.
        KeyMissing: Its key was destroyed.
    """
    sealed = bytes(sealed)
    if len(sealed) < OVERHEAD or sealed[0] != FORMAT:
        raise Unsealable(about)
    key = keys.version(KeyPurpose.FIELD, _key_version(sealed))
    nonce = sealed[HEADER : HEADER + master.NONCE]
    try:
        ciphertext = sealed[HEADER + master.NONCE :]
        return AESGCM(key.subkey(FIELD)).decrypt(nonce, ciphertext, _bound(about))
    except InvalidTag as error:
        raise Unsealable(about) from error


def reseal(sealed: bytes | memoryview, *, about: str) -> bytes:
    """The same value under the newest key; unchanged when it is sealed with that already.

    Raises:
        Unsealable: It was altered, moved from another place, or sealed for another tenant.
        KeyMissing: Its key was destroyed.
    """
    sealed = bytes(sealed)
    if _key_version(sealed) == keys.newest(KeyPurpose.FIELD).version:
        return sealed
    return seal(unseal(sealed, about=about), about=about)


def blind_index(column: str, value: str) -> bytes:
    """A keyed digest (32 bytes) to find equal values of a sealed ``column`` of this tenant.

    Normalise ``value`` first (fold an e-mail, reduce a phone number to digits). The same value
    gives another digest in another column and at another tenant.
    """
    key = keys.newest(KeyPurpose.INDEX).subkey(f"bidx:{column}:v1")
    return hmac.new(key, value.encode(), hashlib.sha256).digest()


def _key_version(sealed: bytes) -> int:
    return int.from_bytes(sealed[1:HEADER], "big")


def _bound(about: str) -> bytes:
    return master.framed("v1", pin.current(), about)
