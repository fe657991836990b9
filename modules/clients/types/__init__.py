"""What crosses the border of the clients module."""

from __future__ import annotations

from modules.clients.types.countries import COUNTRIES
from modules.clients.types.people import (
    ClientCard,
    ClientFilter,
    ClientLine,
    ClientPage,
    Contact,
    NewClient,
    Profile,
)

__all__ = [
    "COUNTRIES",
    "ClientCard",
    "ClientFilter",
    "ClientLine",
    "ClientPage",
    "Contact",
    "NewClient",
    "Profile",
]
