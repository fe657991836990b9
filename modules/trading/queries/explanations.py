"""What differs, in sentences: what was found, what we know about it, what can be done."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

from kernel.module import Text
from modules.trading.models import DifferenceKind

_SENTENCES: Mapping[str, Text] = {
    DifferenceKind.DEAL_ONLY_THERE: gettext_lazy("Deal %(deal)s %(symbol)s is not here."),
    DifferenceKind.DEAL_ONLY_HERE: gettext_lazy(
        "Deal %(deal)s %(symbol)s is not on the server any more."
    ),
    DifferenceKind.DEAL_DIFFERS: gettext_lazy(
        "Deal %(deal)s %(symbol)s was changed on the server: %(fields)s"
    ),
    DifferenceKind.BALANCE_DIFFERS: gettext_lazy(
        "The server's balance is not what our deals add up to."
    ),
    DifferenceKind.CREDIT_DIFFERS: gettext_lazy(
        "The server's credit is not what our deals add up to."
    ),
    DifferenceKind.POSITION_ONLY_THERE: gettext_lazy(
        "Position %(position)s %(symbol)s is open on the server and not here."
    ),
    DifferenceKind.POSITION_ONLY_HERE: gettext_lazy(
        "Position %(position)s %(symbol)s is shown here and not open on the server."
    ),
    DifferenceKind.ACCOUNT_ONLY_THERE: gettext_lazy(
        "The account is on the server and not here. Group: %(group)s"
    ),
    DifferenceKind.ACCOUNT_ONLY_HERE: gettext_lazy(
        "The account is open here and not in a mapped group of the server. Group: %(group)s"
    ),
    DifferenceKind.DAY_DIFFERS: gettext_lazy(
        "The kept result of %(day)s %(symbol)s is not what its deals add up to."
    ),
    DifferenceKind.MONEY_UNTAGGED: gettext_lazy(
        "Money moved by deal %(deal)s, “%(comment)s”, that we did not ask for."
    ),
    DifferenceKind.OPERATION_MISSING: gettext_lazy(
        "Our operation %(tag)s counts as done, and its deal %(deal)s is nowhere."
    ),
    DifferenceKind.GROUP_GONE: gettext_lazy(
        "An account type maps the group %(group)s, which the server does not show us any more."
    ),
    DifferenceKind.GROUP_UNMAPPED: gettext_lazy(
        "%(accounts)s accounts are in the group %(group)s, which no account type maps."
    ),
}

_HINTS: Mapping[str, Text] = {
    "young": gettext_lazy("It is so young that it may not have been read yet."),
    "manual": gettext_lazy(
        "No operation of ours has its tag: a dealer may have booked it by hand. Ask who did."
    ),
    "demo": gettext_lazy("It is a demo account: no real money."),
    "refused_here": gettext_lazy("It carries the tag of an operation that counts as refused here."),
    "doubled": gettext_lazy("It carries the tag of an operation that has another deal already."),
    "server_uneven": gettext_lazy(
        "The server's own check finds it uneven too: its balance is not what its deals add up to."
        " Correct it on the server, or say why it is so."
    ),
    "moved": gettext_lazy("It was moved to a group that no account type maps."),
    "deciding": gettext_lazy("It is being opened: the operation is not decided yet."),
    "unmapped": gettext_lazy("Map the group by an account type to follow these accounts."),
    "moved_in_time": gettext_lazy("The server gives it another time than before."),
}

_REPAIRS: Mapping[str, tuple[tuple[str, Text], ...]] = {
    "deals": (("read_again", gettext_lazy("Read the account's history again")),),
    "money": (
        ("read_again", gettext_lazy("Read the account's history again")),
        ("rebuild", gettext_lazy("Rebuild its daily results")),
    ),
    "day": (("rebuild", gettext_lazy("Rebuild its daily results")),),
    "account": (("adopt", gettext_lazy("Adopt the account")),),
}
_REPAIRS_OF: Mapping[str, str] = {
    DifferenceKind.DEAL_ONLY_THERE: "deals",
    DifferenceKind.DEAL_ONLY_HERE: "deals",
    DifferenceKind.DEAL_DIFFERS: "deals",
    DifferenceKind.OPERATION_MISSING: "deals",
    DifferenceKind.BALANCE_DIFFERS: "money",
    DifferenceKind.CREDIT_DIFFERS: "money",
    DifferenceKind.DAY_DIFFERS: "day",
    DifferenceKind.ACCOUNT_ONLY_THERE: "account",
}


class _Known(dict[str, str]):
    """Facts; what is not known is a hyphen."""

    def __missing__(self, key: str) -> str:
        return "-"


def explanation(kind: str, facts: Mapping[str, str]) -> str:
    """What was found, as a sentence."""
    return str(_SENTENCES[kind]) % _Known(facts)


def hint(code: str) -> str:
    """What we know about it; empty when nothing."""
    return str(_HINTS.get(code, ""))


def repairs_of(kind: str) -> tuple[tuple[str, Text], ...]:
    """What can be done about it besides explaining: codes and labels."""
    return _REPAIRS.get(_REPAIRS_OF.get(kind, ""), ())
