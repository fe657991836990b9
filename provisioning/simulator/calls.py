"""One call of the Web API: who makes it, with which parameters, and what it may see."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from sqlite3 import Row
from typing import Any, TypeAlias

from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.world import World, matches

PAGE = 100
"""Most rows of one page."""
MOST_PLACES = 32
ONE_USER = "select * from users where login = ?"


@dataclass(frozen=True, slots=True)
class Manager:
    """A manager's rights."""

    login: int
    permissions: frozenset[str]
    groups: str


@dataclass
class Session:
    """What belongs to one connection and dies with it."""

    manager: int | None = None
    challenge: tuple[int, str, float] | None = None
    """Login, random bytes in hex and when it was given (monotonic seconds)."""
    results: dict[int, tuple[float, list[Any]]] = field(default_factory=dict)
    """Dealer requests: when they were sent (monotonic seconds) and their results."""
    places: dict[tuple[Any, ...], tuple[int, tuple[int, ...]]] = field(default_factory=dict)
    """By window of a paged list: the offset after its last page, and where that page ended."""
    is_leaving: bool = False

    def keep_place(self, window: tuple[Any, ...], offset: int, place: tuple[int, ...]) -> None:
        """Remember where a page ended, for the next one; only the latest windows."""
        self.places.pop(window, None)
        self.places[window] = (offset, place)
        while len(self.places) > MOST_PLACES:
            del self.places[next(iter(self.places))]


@dataclass(frozen=True, slots=True)
class Call:
    """A call on an authenticated session."""

    world: World
    session: Session
    manager: Manager
    values: Mapping[str, Any]

    def text(self, *names: str) -> str:
        """A parameter under any of its names, as text; missing is empty."""
        for name in names:
            if name in self.values:
                return _as_text(self.values[name])
        return ""

    def whole(self, *names: str, otherwise: int | None = None) -> int:
        """A whole number.

        Raises:
            Retcode: 3, it is missing or no number.
        """
        text = self.text(*names)
        if not text and otherwise is not None:
            return otherwise
        try:
            return int(text)
        except ValueError as error:
            raise Retcode(3) from error

    def exact(self, *names: str) -> Decimal:
        """An exact number.

        Raises:
            Retcode: 3, it is missing, no number, or not finite.
        """
        try:
            number = Decimal(self.text(*names))
        except InvalidOperation as error:
            raise Retcode(3) from error
        if not number.is_finite():
            raise Retcode(3)
        return number

    def texts(self, *names: str) -> list[str]:
        """A list: comma-separated text or a JSON array."""
        for name in names:
            value = self.values.get(name)
            if isinstance(value, list):
                return [_as_text(item) for item in value]
            if value not in {None, ""}:
                return [part.strip() for part in _as_text(value).split(",") if part.strip()]
        return []

    def wholes(self, *names: str) -> list[int]:
        """A list of whole numbers.

        Raises:
            Retcode: 3, something in it is no number.
        """
        try:
            return [int(text) for text in self.texts(*names)]
        except ValueError as error:
            raise Retcode(3) from error

    def may(self, permission: str) -> bool:
        """Whether the manager has a right."""
        return permission in self.manager.permissions

    def sees(self, group: str) -> bool:
        """Whether a group is inside the manager's masks."""
        return matches(group, self.manager.groups)

    def visible(self, login: int) -> Row:
        """The row of an account that the manager may see.

        Raises:
            Retcode: 13, there is none for this manager.
        """
        row = self.world.user(login)
        if not self.sees(row["grp"]):
            raise Retcode(13)
        return row

    def find(self, login: int) -> Row | None:
        """The row of an account, if there is one for this manager."""
        row = self.world.store.one(ONE_USER, login)
        return row if row is not None and self.sees(row["grp"]) else None

    def groups_like(self, masks: str) -> list[str]:
        """Names of visible groups that fit the masks."""
        return [
            group.name
            for group in self.world.groups.values()
            if self.sees(group.name) and matches(group.name, masks)
        ]

    def logins(self) -> list[int]:
        """The visible accounts that ``login=`` or ``group=`` asks for.

        Raises:
            Retcode: 3, both or neither are given.
        """
        by_login, masks = self.wholes("login"), ",".join(self.texts("group"))
        if bool(by_login) == bool(masks):
            raise Retcode(3)
        if by_login:
            return [login for login in by_login if self.find(login) is not None]
        return [int(row["login"]) for row in self._of_groups("login", masks)]

    def users(self) -> list[Row]:
        """The rows of the visible accounts that ``login=`` or ``group=`` asks for.

        Raises:
            Retcode: 3, both or neither are given.
        """
        masks = ",".join(self.texts("group"))
        if bool(masks) == bool(self.texts("login")):
            raise Retcode(3)
        if masks:
            return self._of_groups("*", masks)
        found = (self.find(login) for login in self.wholes("login"))
        return [row for row in found if row is not None]

    def page(self) -> tuple[int, int]:
        """Offset and number of rows, at most 100."""
        offset = self.whole("offset", otherwise=0)
        total = self.whole("total", otherwise=PAGE)
        return max(0, offset), max(0, min(PAGE, total))

    def _of_groups(self, columns: str, masks: str) -> list[Row]:
        names = self.groups_like(masks)
        marks = ",".join("?" * len(names))
        return self.world.store.all(
            f"select {columns} from users where grp in ({marks}) order by login",  # noqa: S608 - own
            *names,
        )


Handler: TypeAlias = Callable[[Call], Mapping[str, Any]]
"""From a call to the nodes of its answer beside ``retcode``."""


@dataclass(frozen=True, slots=True)
class Route:
    """A handler and the right that it needs."""

    handler: Handler
    permission: str = "manager"
    is_change: bool = False


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)
