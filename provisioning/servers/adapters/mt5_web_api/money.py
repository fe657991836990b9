"""Balance operations over the Web API: sent once, found again by their tag."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from provisioning.servers.adapters.mt5_web_api import history, translate
from provisioning.servers.adapters.mt5_web_api.answers import in_our_words, in_our_words_of_change
from provisioning.servers.adapters.mt5_web_api.context import Context
from provisioning.servers.adapters.mt5_web_api.session import Call
from provisioning.servers.errors import AccountNotFound, InvalidRequest, NotFound
from provisioning.servers.types import BalanceCheck, BalanceOperation, Deal

COMMENT_LENGTH = 31
TAG_LENGTH = 20
LOOK_AROUND = dt.timedelta(days=1)
"""Server clocks are off, and shift: an operation is looked for a day around."""


def change(context: Context, operation: BalanceOperation) -> int:
    """``trade/balance`` with the parameters in the query, as documented; never repeated.

    Raises:
        InvalidRequest: The tag would not survive the comment field.
    """
    query = {
        "login": operation.login,
        "type": operation.kind.value,
        "balance": f"{operation.amount:f}",
        "comment": comment(operation),
        "check_margin": int(operation.is_margin_checked),
    }
    try:
        with in_our_words_of_change(operation.tag):
            call = Call("/api/trade/balance", query, not_after_s=operation.not_after_s)
            payload = context.session.change(call, operation=operation.tag)
            return _ticket(payload)
    except NotFound as error:
        raise AccountNotFound(login=operation.login) from error


def comment(operation: BalanceOperation) -> str:
    """The comment: the tag, then as much of the note as fits; the server cuts the rest silently.

    Raises:
        InvalidRequest: The tag is empty, too long, not ASCII or has a space in it.
    """
    tag = operation.tag
    if not tag or len(tag) > TAG_LENGTH or not tag.isascii() or " " in tag:
        raise InvalidRequest
    note = operation.note.encode("ascii", "replace").decode()
    return f"{tag} {note}"[:COMMENT_LENGTH].strip()


def find(context: Context, operation: BalanceOperation, *, since: dt.datetime) -> tuple[Deal, ...]:
    """Deals with the tag, kind and amount of an operation; time only bounds the search widely."""
    until = context.read_clock().now_at + LOOK_AROUND
    deals = history.deals_of(context, operation.login, since=since - LOOK_AROUND, until=until)
    return tuple(
        deal
        for deal in deals
        if deal.comment.split(" ", 1)[0] == operation.tag
        and deal.action.value == operation.kind.value
        and deal.profit == operation.amount
    )


def check(context: Context, login: int) -> BalanceCheck:
    """``user/check_balance``; looks only, repairs nothing."""
    call = Call("/api/user/check_balance", {"login": login, "fixflag": 0})
    try:
        with in_our_words():
            answer = context.session.read(call)["answer"]
    except NotFound as error:
        raise AccountNotFound(login=login) from error
    balance, credit = answer["Balance"], answer["Credit"]
    return BalanceCheck(
        login=login,
        balance=translate.exact(balance, "User"),
        balance_of_deals=translate.exact(balance, "History"),
        credit=translate.exact(credit, "User"),
        credit_of_deals=translate.exact(credit, "History"),
    )


def _ticket(payload: Mapping[str, Any]) -> int:
    ticket = translate.whole(payload.get("answer") or {}, "Ticket")
    if not ticket:
        raise translate.Unreadable("Ticket")
    return ticket
