"""What crosses the border of the clients module."""

from __future__ import annotations

from modules.clients.types.people import (
    ClientCard,
    ClientFilter,
    ClientLine,
    ClientPage,
    Contact,
    NewClient,
    Profile,
)
from modules.clients.types.segments import GroupLine, LevelLine, Standing

__all__ = [
    "ClientCard",
    "ClientFilter",
    "ClientLine",
    "ClientPage",
    "Contact",
    "GroupLine",
    "LevelLine",
    "NewClient",
    "Profile",
    "Standing",
]
