"""The master keys that wrap every data key; in production they come from the key vault."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE = 12
KEY = 32


class MasterKeyMissing(RuntimeError):
    """A data key was wrapped by a master key that is not configured."""


def current_id() -> str:
    """The id of the master key that wraps from now on: the first that is configured."""
    return next(iter(_keys()))


def wrap(key: bytes, *, context: bytes) -> tuple[str, bytes]:
    """Seal a data key under the current master key: its id, and nonce with ciphertext."""
    nonce = os.urandom(NONCE)
    name = current_id()
    return name, nonce + AESGCM(_keys()[name]).encrypt(nonce, key, context)


def unwrap(wrapped: bytes, *, master_key_id: str, context: bytes) -> bytes:
    """Open a wrapped data key.

    Raises:
        MasterKeyMissing: ``master_key_id`` is not configured, or is another key than it was.
    """
    key = _keys().get(master_key_id)
    if key is None:
        raise MasterKeyMissing(f"master key {master_key_id!r} is not configured")
    try:
        return AESGCM(key).decrypt(wrapped[:NONCE], wrapped[NONCE:], context)
    except InvalidTag as error:
        raise MasterKeyMissing(f"master key {master_key_id!r} does not open its own") from error


def framed(*parts: str) -> bytes:
    """Join ``parts``, each behind its length, so that no two lists give the same bytes."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def _keys() -> Mapping[str, bytes]:
    return _parsed(settings.ATRIUM_MASTER_KEYS)


@lru_cache(maxsize=8)
def _parsed(written: str) -> Mapping[str, bytes]:
    keys: dict[str, bytes] = {}
    for item in filter(None, (part.strip() for part in written.split(","))):
        name, _, encoded = item.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ImproperlyConfigured(f"master key {name!r} is not base64") from error
        if len(key) != KEY or not name:
            raise ImproperlyConfigured(f"master key {name!r} must be {KEY} bytes with a name")
        keys[name] = key
    if not keys:
        raise ImproperlyConfigured("ATRIUM_MASTER_KEYS is empty")
    return keys
