"""The menu of modules, and what a choice from it costs."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from billing import services as billing
from billing.types import Quote, QuoteLine
from kernel.module import Text
from kernel.money import Money
from kernel.registry import modules, with_required


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuLine:
    """A module as the public site offers it."""

    key: str
    title: Text
    summary: Text
    icon: str
    price: Money | None
    """Per month; ``None`` when every broker has it."""
    needs: tuple[Text, ...]
    """Titles of the paid modules that come with it."""
    is_chosen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What a choice costs each month, as billing will charge it."""

    quote: Quote
    included: tuple[MenuLine, ...]

    @property
    def base(self) -> QuoteLine:
        """The platform itself, which every plan begins with."""
        return self.quote.lines[0]

    @property
    def brought(self) -> tuple[str, ...]:
        """Titles that were added because a chosen module needs them."""
        return tuple(line.title for line in self.quote.lines if line.needed_by)


def menu(chosen: Collection[str] = ()) -> tuple[MenuLine, ...]:
    """Every module, those that every broker has first."""
    lines = [_line(key, chosen) for key in modules()]
    return tuple(sorted(lines, key=lambda line: line.price is not None))


def offered(keys: Collection[str]) -> tuple[str, ...]:
    """Those of ``keys`` that can be bought, once each, in the menu's order."""
    return tuple(key for key, m in modules().items() if key in keys and not m.always_on)


def total(chosen: Collection[str]) -> Total:
    """The price of ``chosen`` and all that it needs."""
    return Total(
        quote=billing.quote(offered(chosen)),
        included=tuple(line for line in menu() if line.price is None),
    )


def _line(key: str, chosen: Collection[str]) -> MenuLine:
    module = modules()[key]
    needed = with_required(module.requires)
    return MenuLine(
        key=key,
        title=module.title,
        summary=module.summary,
        icon=module.icon,
        price=module.monthly_price,
        needs=tuple(modules()[other].title for other in offered(needed)),
        is_chosen=key in chosen,
    )
