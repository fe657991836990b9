"""Saying each step as it happens: what, how long it took, what to open."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def chapter(title: str) -> Iterator[None]:
    """A part of the story under a heading of its own."""
    print(f"\n{title}", flush=True)
    yield


@contextmanager
def step(sentence: str, look: str = "") -> Iterator[None]:
    """One step; its line is complete once it has held."""
    began = time.monotonic()
    if sys.stdout.isatty():
        print(f"  …  {sentence}", end="\r", flush=True)
    try:
        yield
    except Exception:
        print(f"  ✗  {sentence}", flush=True)
        raise
    took = time.monotonic() - began
    print(
        f"  ✓  {sentence}  ({took:.1f} s)" + (f"\n       open {look}" if look else ""), flush=True
    )
