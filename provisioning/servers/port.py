"""What any trading platform must offer; the only door through which the product trades or asks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from provisioning.servers.types import (
    AccountChanges,
    AccountRecord,
    AccountState,
    BalanceCheck,
    BalanceOperation,
    Capabilities,
    Deal,
    DealCursor,
    DealPage,
    Execution,
    Group,
    MarketOrder,
    NewAccount,
    Order,
    PasswordKind,
    Position,
    ServerClock,
    Symbol,
    Tick,
)


class TradingServer(Protocol):
    """An open, authenticated session with a trading server.

    Every method talks over the network: never call one inside a database transaction.

    Every method may raise exactly three kinds of errors, anything else is a bug:

    * ``Refused`` - the server heard us and said no; nothing changed. The named refusals are in
      ``provisioning.servers.errors``.
    * ``Unavailable`` - nothing was changed because it did not hear us, or a read failed; try later.
    * ``OutcomeUnknown`` - only from methods that change something: it may have happened. Never
      call again blindly; look it up first (``find_account``, ``find_operation``, a read-back).
    """

    @property
    def capabilities(self) -> Capabilities:
        """What this platform can do beyond the least."""
        ...

    # The session

    def ping(self) -> None:
        """Ask for a sign of life, opening the session when there is none."""
        ...

    def clock(self) -> ServerClock:
        """The server's clock, freshly measured against ours."""
        ...

    def close(self) -> None:
        """Say goodbye and drop the connection; the next call opens a new one."""
        ...

    # What is traded

    def groups(self) -> tuple[Group, ...]:
        """Groups that this manager may see."""
        ...

    def symbols(self) -> tuple[Symbol, ...]:
        """All instruments of the server."""
        ...

    def symbol_for_group(self, symbol: str, *, group: str) -> Symbol:
        """An instrument with the overrides of a group: swaps and limits a client really has."""
        ...

    def ticks(self, symbols: Sequence[str]) -> tuple[Tick, ...]:
        """Last prices; a symbol without a price is left out."""
        ...

    # Accounts

    def add_account(self, new: NewAccount) -> AccountRecord:
        """Open an account.

        Raises:
            LoginTaken: The login exists already.
            GroupNotAllowed: The group is unknown or closed to our manager.
            WeakPassword: The server wants a stronger password.
            OutcomeUnknown: Look with ``find_account(new.login)``.
        """
        ...

    def account(self, login: int) -> AccountRecord:
        """The record of an account.

        Raises:
            AccountNotFound: There is none, or our manager may not see it.
        """
        ...

    def find_account(self, login: int) -> AccountRecord | None:
        """The record of an account, if it exists and is visible."""
        ...

    def accounts_in(self, groups: Sequence[str]) -> tuple[AccountRecord, ...]:
        r"""All accounts of some groups (names or masks such as ``real\*``)."""
        ...

    def logins_in(self, groups: Sequence[str]) -> tuple[int, ...]:
        """All logins of some groups."""
        ...

    def change_account(self, login: int, changes: AccountChanges) -> AccountRecord:
        """Change an account and read it back.

        Raises:
            ChangeIgnored: The server said yes but kept an old value.
        """
        ...

    def delete_account(self, login: int) -> None:
        """Delete an account for good."""
        ...

    def change_password(self, login: int, kind: PasswordKind, password: str) -> None:
        """Set a password.

        Raises:
            WeakPassword: The server wants a stronger one.
        """
        ...

    def is_password(self, login: int, kind: PasswordKind, password: str) -> bool:
        """Whether this is the account's password."""
        ...

    # Money

    def account_state(self, login: int) -> AccountState:
        """Balance, equity and margin of an account, also when it is idle."""
        ...

    def account_states(self, logins: Sequence[int]) -> tuple[AccountState, ...]:
        """States of those of the accounts that exist, in order of login."""
        ...

    def change_balance(self, operation: BalanceOperation) -> int:
        """Move money and return the number of the deal. Never repeats itself.

        Raises:
            ShortOfFunds: It would take more than the free margin, the balance or the credit.
            OutcomeUnknown: Look with ``find_operation`` until it is decided.
        """
        ...

    def find_operation(
        self, operation: BalanceOperation, *, since: dt.datetime
    ) -> tuple[Deal, ...]:
        """Deals that this operation made: none, one, or (an alarm) more.

        ``since`` is UTC; a wide margin is added on both sides.
        """
        ...

    def check_balance(self, login: int) -> BalanceCheck:
        """The server's own comparison of balance and history."""
        ...

    # What was and is traded

    def deals_after(
        self, cursor: DealCursor, *, groups: Sequence[str], span: dt.timedelta | None = None
    ) -> DealPage:
        """The next window of deals of some groups; call until ``is_caught_up``.

        The window is at most ``span`` long: history is read in portions of a bounded size.
        """
        ...

    def deals_of(self, login: int, *, since: dt.datetime, until: dt.datetime) -> tuple[Deal, ...]:
        """All deals of an account in a window of UTC, oldest first."""
        ...

    def positions_of(self, logins: Sequence[int]) -> tuple[Position, ...]:
        """Open positions of some accounts."""
        ...

    def positions_in(self, groups: Sequence[str]) -> tuple[Position, ...]:
        """Open positions of some groups."""
        ...

    def orders_of(self, logins: Sequence[int]) -> tuple[Order, ...]:
        """Waiting orders of some accounts."""
        ...

    def trade(self, order: MarketOrder) -> Execution:
        """Open or close at market as dealer and wait for the result.

        Raises:
            TradeRefused: Market closed, no money, no price, ...
            OutcomeUnknown: Look at the positions and deals of the account.
        """
        ...
