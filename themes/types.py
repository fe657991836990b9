"""What crosses the border of this package."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from themes.tokens import Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A published look: what a page needs to wear it."""

    version: str
    """Names the stylesheet; a new version is a new address."""
    tokens: Tokens
    logos: Mapping[str, str] = field(default_factory=dict)
    """Slot (``light``, ``dark``, ``square``) to the name of a file."""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoLine:
    """A logo as the studio shows it."""

    slot: str
    file: str
    width: int
    height: int
    colours: tuple[str, ...]
    """The colours that fill most of it, most first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """A version in the list of versions."""

    version: str
    published_at: dt.datetime
    published_by: str
    is_live: bool
    brand: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the tenant admin is working on."""

    tokens: Tokens
    logos: Mapping[str, LogoLine]
    version: str
    """What it would be called if it were published now."""
    saved_at: dt.datetime | None
    saved_by: str

    @property
    def files(self) -> Mapping[str, str]:
        """Slot to file name."""
        return {slot: logo.file for slot, logo in self.logos.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something the studio says about the colours, with the pair it is about."""

    label: str
    front: str
    back: str
    ratio: str
    """With one decimal place; ``4.5`` stands for 4.5:1."""
    is_mark: bool = False
