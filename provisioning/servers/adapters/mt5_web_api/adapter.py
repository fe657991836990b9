"""The MetaTrader 5 Web API as a :class:`TradingServer`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from provisioning.servers.adapters.mt5_web_api import accounts, dealing, history, money, translate
from provisioning.servers.adapters.mt5_web_api.answers import in_our_words
from provisioning.servers.adapters.mt5_web_api.context import Context
from provisioning.servers.adapters.mt5_web_api.session import BATCH_DEADLINE_S, Call, Session
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

CAPABILITIES = Capabilities(
    can_choose_login=True,
    can_find_operation=True,
    can_check_balance=True,
    can_trade=True,
    can_disable_trading=True,
    max_comment_length=money.COMMENT_LENGTH,
)


class Mt5WebApi:
    """A MetaTrader 5 server reached over its Web API. See the port for what each verb promises."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._context = Context(session)

    @property
    def capabilities(self) -> Capabilities:
        """All that the port knows of."""
        return CAPABILITIES

    def ping(self) -> None:
        """``test/access``."""
        self.session.ping()

    def clock(self) -> ServerClock:
        """``time/server``."""
        return self._context.read_clock()

    def declared_offset(self) -> dt.timedelta:
        """``time/get``: the offset to UTC that the server is configured with, daylight included."""
        with in_our_words():
            answer = self.session.read(Call("/api/time/get")).get("answer") or {}
        minutes = translate.whole(answer, "TimeZone")
        if translate.whole(answer, "DaylightState"):
            minutes += 60
        return dt.timedelta(minutes=minutes)

    def close(self) -> None:
        """``quit``."""
        self.session.close()

    def groups(self) -> tuple[Group, ...]:
        """``group/get`` by mask."""
        return self._context.groups()

    def symbols(self) -> tuple[Symbol, ...]:
        """``symbol/get`` by mask."""
        call = Call("/api/symbol/get", {"mask": "*"}, within_s=BATCH_DEADLINE_S)
        with in_our_words():
            return tuple(map(translate.symbol, self._context.rows(call)))

    def symbol_for_group(self, symbol: str, *, group: str) -> Symbol:
        """``symbol/get_group``."""
        call = Call("/api/symbol/get_group", {"symbol": symbol, "group": group})
        with in_our_words():
            return translate.symbol(self.session.read(call)["answer"])

    def ticks(self, symbols: Sequence[str]) -> tuple[Tick, ...]:
        """``tick/last``."""
        offset = self._context.offset()
        call = Call("/api/tick/last", {"symbol": ",".join(symbols), "trans_id": 0})
        with in_our_words():
            return tuple(translate.tick(row, offset) for row in self._context.rows(call))

    def add_account(self, new: NewAccount) -> AccountRecord:
        """``user/add``."""
        return accounts.add(self._context, new)

    def account(self, login: int) -> AccountRecord:
        """``user/get``."""
        return accounts.get(self._context, login)

    def find_account(self, login: int) -> AccountRecord | None:
        """``user/get``."""
        return accounts.find(self._context, login)

    def accounts_in(self, groups: Sequence[str]) -> tuple[AccountRecord, ...]:
        """``user/get_batch``."""
        return accounts.in_groups(self._context, groups)

    def logins_in(self, groups: Sequence[str]) -> tuple[int, ...]:
        """``user/logins``."""
        return accounts.logins(self._context, groups)

    def change_account(self, login: int, changes: AccountChanges) -> AccountRecord:
        """``user/update``, read back."""
        return accounts.change(self._context, login, changes)

    def delete_account(self, login: int) -> None:
        """``user/delete``."""
        accounts.delete(self._context, login)

    def change_password(self, login: int, kind: PasswordKind, password: str) -> None:
        """``user/change_password``."""
        accounts.change_password(self._context, login, kind, password)

    def is_password(self, login: int, kind: PasswordKind, password: str) -> bool:
        """``user/check_password``."""
        return accounts.is_password(self._context, login, kind, password)

    def account_state(self, login: int) -> AccountState:
        """``user/account/get_batch`` or the record of an idle account."""
        return accounts.state(self._context, login)

    def account_states(self, logins: Sequence[int]) -> tuple[AccountState, ...]:
        """The same for many."""
        return accounts.states(self._context, logins)

    def change_balance(self, operation: BalanceOperation) -> int:
        """``trade/balance``, once."""
        return money.change(self._context, operation)

    def find_operation(
        self, operation: BalanceOperation, *, since: dt.datetime
    ) -> tuple[Deal, ...]:
        """``deal/get_page``, by tag."""
        return money.find(self._context, operation, since=since)

    def check_balance(self, login: int) -> BalanceCheck:
        """``user/check_balance``."""
        return money.check(self._context, login)

    def deals_after(
        self, cursor: DealCursor, *, groups: Sequence[str], span: dt.timedelta | None = None
    ) -> DealPage:
        """``deal/get_batch`` by groups."""
        return history.deals_after(self._context, cursor, groups, span=span)

    def deals_of(self, login: int, *, since: dt.datetime, until: dt.datetime) -> tuple[Deal, ...]:
        """``deal/get_page``."""
        return history.deals_of(self._context, login, since=since, until=until)

    def positions_of(self, logins: Sequence[int]) -> tuple[Position, ...]:
        """``position/get_batch`` by logins."""
        return history.positions_of(self._context, logins)

    def positions_in(self, groups: Sequence[str]) -> tuple[Position, ...]:
        """``position/get_batch`` by groups."""
        return history.positions_in(self._context, groups)

    def orders_of(self, logins: Sequence[int]) -> tuple[Order, ...]:
        """``order/get_batch`` by logins."""
        return history.orders_of(self._context, logins)

    def trade(self, order: MarketOrder) -> Execution:
        """``dealer/send_request``."""
        return dealing.trade(self._context, order)
