"""Rules that may approve without people, explained."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from kernel import clock
from kernel.money import Money
from modules.clients import queries as clients
from modules.requests.models import Request, RuleKind, State
from modules.requests.types import Rule, RuleVerdict, Wish


def verdicts(rules: Iterable[Rule], wish: Wish) -> list[dict[str, Any]]:
    """What each rule finds of ``wish``, as it is kept with the request."""
    return [_verdict(rule, wish) for rule in rules]


def score(found: Iterable[Mapping[str, Any]]) -> int:
    """Points of the rules that held."""
    return sum(one["points"] for one in found if one["holds"])


def shown(found: Iterable[Mapping[str, Any]]) -> tuple[RuleVerdict, ...]:
    """Kept verdicts as people read them."""
    return tuple(
        RuleVerdict(
            sentence=sentence(one["kind"], one["value"], one["currency"]),
            found=_found(one),
            points=one["points"],
            holds=one["holds"],
        )
        for one in found
    )


def sentence(kind: str, value: int, currency: str) -> str:
    """A rule as people read it."""
    match kind:
        case RuleKind.AMOUNT_BELOW:
            return _("The amount is below %(amount)s") % {"amount": Money(value, currency)}
        case RuleKind.CLIENT_DAYS:
            return _("Client for at least %(days)s days") % {"days": value}
        case RuleKind.KYC_LEVEL:
            return _("Verified at least to level %(level)s") % {"level": _named(value)}
        case _:
            words = _("Approved before at least %(times)s times, and never refused")
            return words % {"times": value}


def _verdict(rule: Rule, wish: Wish) -> dict[str, Any]:
    holds, found = _judged(rule, wish)
    return {
        "kind": rule.kind,
        "value": rule.value,
        "currency": rule.currency,
        "points": rule.points,
        "holds": holds,
        "found": found,
    }


def _judged(rule: Rule, wish: Wish) -> tuple[bool, int | None]:
    """Whether the rule holds, and the number that was found; what is not known never holds."""
    found = _NUMBERS[RuleKind(rule.kind)](rule, wish)
    if found is None:
        return False, None
    if rule.kind == RuleKind.AMOUNT_BELOW:
        return found < rule.value, found
    return found >= rule.value, found


def _amount(rule: Rule, wish: Wish) -> int | None:
    amount = wish.amount
    return amount.minor if amount and amount.currency == rule.currency else None


def _days(_rule: Rule, wish: Wish) -> int | None:
    if wish.client_id is None:
        return None
    return (clock.now() - clients.registered_at(wish.client_id)).days


def _level(_rule: Rule, wish: Wish) -> int | None:
    return None if wish.client_id is None else clients.standing(wish.client_id).level


def _approvals(_rule: Rule, wish: Wish) -> int | None:
    """How often the same was approved for the client; ``None`` once it was refused."""
    if wish.client_id is None:
        return None
    earlier = Request.objects.filter(kind=wish.kind, client_id=wish.client_id)
    if earlier.filter(state=State.REFUSED).exists():
        return None
    return earlier.filter(state=State.APPROVED).count()


_NUMBERS: Mapping[RuleKind, Callable[[Rule, Wish], int | None]] = {
    RuleKind.AMOUNT_BELOW: _amount,
    RuleKind.CLIENT_DAYS: _days,
    RuleKind.KYC_LEVEL: _level,
    RuleKind.APPROVED_BEFORE: _approvals,
}


def _named(level: int) -> str:
    """A verification level as the broker calls it, with its rank."""
    names = {one.rank: one.name for one in clients.levels()}
    return f"{level} ({names[level]})" if level in names else str(level)


def _found(one: Mapping[str, Any]) -> str:
    if one["found"] is None:
        return _("not known")
    if one["kind"] == RuleKind.AMOUNT_BELOW:
        return str(Money(one["found"], one["currency"]))
    return str(one["found"])
