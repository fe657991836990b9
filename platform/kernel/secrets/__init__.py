"""Values sealed so that only their own tenant, at their own place, can read them."""

from __future__ import annotations

from kernel.secrets.keys import KeyMissing, TooSoon, destroy_old_keys, rewrap, rotate
from kernel.secrets.sealing import Unsealable, blind_index, reseal, seal, unseal

__all__ = [
    "KeyMissing",
    "TooSoon",
    "Unsealable",
    "blind_index",
    "destroy_old_keys",
    "reseal",
    "rewrap",
    "rotate",
    "seal",
    "unseal",
]
