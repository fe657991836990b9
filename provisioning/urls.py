"""Addresses of provisioning: a broker's set-up and its trading servers, gathered."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

_PARTS = ("provisioning.runs.urls", "provisioning.servers.urls")


def _gathered(place: str) -> list[Any]:
    present = (import_module(part) for part in _PARTS if find_spec(part) is not None)
    return [route for part in present for route in getattr(part, place, [])]


back_office = _gathered("back_office")
console = _gathered("console")
