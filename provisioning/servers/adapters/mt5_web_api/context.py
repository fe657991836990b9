"""What calls of one server share: the session, its clock, and currencies of groups and accounts."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Sequence
from typing import Any

from kernel import clock
from provisioning.servers.adapters.mt5_web_api import translate
from provisioning.servers.adapters.mt5_web_api.answers import NOT_FOUND, in_our_words
from provisioning.servers.adapters.mt5_web_api.failures import Answer
from provisioning.servers.adapters.mt5_web_api.session import Call, Session
from provisioning.servers.errors import NotFound
from provisioning.servers.types import Group, ServerClock

QUARTER_S = 15 * 60
CLOCK_LASTS_S = 3600.0
"""The offset is read again after an hour: servers change to summer time on their own dates."""


class Context:
    """A session with what has been learnt through it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._clock: ServerClock | None = None
        self._clock_read = 0.0
        self._group_currencies: dict[str, str] = {}
        self._login_currencies: dict[int, str] = {}

    def rows(self, call: Call) -> list[Any]:
        """A list that a call answers. Nothing, no answer and 13 all mean that it is empty."""
        try:
            answer = self.session.read(call).get("answer")
        except Answer as refused:
            if refused.retcode == NOT_FOUND:
                return []
            raise
        if isinstance(answer, dict):
            return [answer]
        return list(answer or ())

    def offset(self) -> dt.timedelta:
        """Server time less UTC, measured within the last hour."""
        if self._clock is None or time.monotonic() - self._clock_read > CLOCK_LASTS_S:
            return self.read_clock().offset
        return self._clock.offset

    def read_clock(self) -> ServerClock:
        """``time/server`` against our own clock."""
        with in_our_words():
            payload = self.session.read(Call("/api/time/server"))
        now = clock.now()
        answer = payload.get("answer", payload)
        server_s = int(str(answer["Time"]).split(" ", 1)[0])
        ahead_s = server_s - now.timestamp()
        offset_s = round(ahead_s / QUARTER_S) * QUARTER_S
        self._clock = ServerClock(
            now_at=now,
            now_server_s=server_s,
            offset=dt.timedelta(seconds=offset_s),
            drift=dt.timedelta(seconds=round(ahead_s - offset_s)),
        )
        self._clock_read = time.monotonic()
        return self._clock

    def groups(self) -> tuple[Group, ...]:
        """All groups that we may see; their currencies are remembered."""
        with in_our_words():
            found = tuple(map(translate.group, self.rows(Call("/api/group/get", {"mask": "*"}))))
        for group in found:
            self._group_currencies[group.name.lower()] = group.currency
        return found

    def currency_of_group(self, name: str) -> str:
        """The currency of a group.

        Raises:
            NotFound: There is no such group for us.
        """
        key = name.lower()
        if key not in self._group_currencies:
            self.groups()
        if key not in self._group_currencies:
            raise NotFound
        return self._group_currencies[key]

    def remember_currency(self, login: int, currency: str) -> None:
        """Keep what an account's currency is: it never changes."""
        self._login_currencies[login] = currency

    def currencies_of(self, logins: Sequence[int]) -> dict[int, str]:
        """Currencies of accounts; those not yet known are asked for in one call."""
        unknown = [login for login in logins if login not in self._login_currencies]
        if unknown:
            self._learn(unknown)
        return {login: self._login_currencies[login] for login in logins}

    def _learn(self, logins: Iterable[int]) -> None:
        call = Call("/api/user/get_batch", {"login": ",".join(map(str, logins))})
        with in_our_words():
            for row in self.rows(call):
                currency = self.currency_of_group(translate.text(row, "Group"))
                self.remember_currency(translate.whole(row, "Login"), currency)
