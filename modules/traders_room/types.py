"""What the room's screens are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kernel.module import Text
from modules.trading.types import AccountLine, CurrencyTotal, Curve, MoneyLine, PositionLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Hero:
    """The summed accounts of one kind and currency, and their curve over a range."""

    total: CurrencyTotal
    curve: Curve | None
    """``None`` where only the present figures are shown."""
    range: str
    key: str
    """``live-USD``: which of the totals it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStep:
    """One thing to do for someone who is new here."""

    title: Text
    note: Text
    url: str
    action: Text
    is_done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """All that the dashboard shows."""

    first_name: str
    accounts: tuple[AccountLine, ...]
    totals: tuple[CurrencyTotal, ...]
    hero: Hero | None
    positions: tuple[PositionLine, ...]
    activity: tuple[MoneyLine, ...]
    steps: Sequence[FirstStep]
    has_pending: bool

    @property
    def open_accounts(self) -> tuple[AccountLine, ...]:
        """Accounts that are on the server."""
        return tuple(one for one in self.accounts if one.is_open)

    @property
    def next_step(self) -> FirstStep | None:
        """What to do first."""
        return next((step for step in self.steps if not step.is_done), None)
