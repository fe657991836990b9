"""Account types as they are asked for and offered."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from decimal import Decimal

from kernel.module import Text
from kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeWish:
    """What a tenant admin says about an account type."""

    name: str
    summary: str
    environment: str
    server_id: uuid.UUID
    group: str
    leverages: tuple[int, ...]
    leverage_default: int
    deposit_min: Decimal = Decimal(0)
    """In major units of the group's currency."""
    accounts_max: int = 5
    demo_amount: Decimal = Decimal(0)
    """In major units of the group's currency."""
    is_swap_free: bool = False
    needs_approval: bool = False
    takes_open_positions: bool = False
    visibility: str = "clients"
    cent_factor: int = 1
    """How much on the server is one of the money's currency: 1, or 100 on cent accounts."""
    login_from: int | None = None
    login_to: int | None = None
    order: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeLine:
    """An account type in a list or on offer."""

    id: uuid.UUID
    name: str
    summary: str
    environment: str
    is_live: bool
    server_id: uuid.UUID
    group: str
    currency: str
    leverages: tuple[int, ...]
    leverage_default: int
    deposit_min: Money
    demo_amount: Money
    accounts_max: int
    is_swap_free: bool
    needs_approval: bool
    takes_open_positions: bool
    visibility: str
    visibility_label: Text
    cent_factor: int
    login_from: int | None
    login_to: int | None
    order: int
    accounts: int = 0
    """Accounts of it that are on the server."""

    @property
    def is_cent(self) -> bool:
        """Whether its accounts count in hundredths."""
        return self.cent_factor != 1
