"""Keys of Django's cache carry the tenant, for our code and for libraries alike."""

from __future__ import annotations

from kernel import pin


def of_tenant(key: str, key_prefix: str, version: int) -> str:
    """The key under which the cache stores ``key`` for the pinned tenant (ISO-12).

    Raises:
        NotPinned: No unit of work has begun.
    """
    return f"{key_prefix}:{pin.current()}:{version}:{key}"
