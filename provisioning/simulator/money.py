"""Balance operations of a simulated server: nothing is de-duplicated, like on the original."""

from __future__ import annotations

from decimal import Decimal

from provisioning.simulator.margin import account_state, to_minor
from provisioning.simulator.retcodes import Retcode
from provisioning.simulator.world import World

BALANCE, CREDIT, CHARGE, CORRECTION, BONUS = 2, 3, 4, 5, 6
KINDS = frozenset({BALANCE, CREDIT, CHARGE, CORRECTION, BONUS})
CREDIT_KINDS = frozenset({CREDIT, BONUS})
CREDIT_DEALS = frozenset({CREDIT, BONUS, 20})
"""Actions of deals that move the credit; 20 makes up for a credit below zero."""
MOST = Decimal(1_000_000_000)
COMMENT_LENGTH = 31
REASON_DEALER = 2


def change_balance(  # noqa: PLR0913 - the parameters of trade/balance
    world: World,
    *,
    login: int,
    kind: int,
    amount: Decimal,
    comment: str,
    dealer: int,
    is_margin_checked: bool = True,
) -> int:
    """Move money and return the ticket of the deal.

    Raises:
        Retcode: 3 for nonsense, 13 for an unknown login, 4005 and 10019 for amounts.
    """
    if kind not in KINDS or amount == 0:
        raise Retcode(3)
    if abs(amount) > MOST:
        raise Retcode(4005)
    minor = to_minor(amount, world.group_of(login).digits)
    if minor < 0:
        _refuse_too_much(world, login, kind, -minor, is_margin_checked=is_margin_checked)
    column = "credit" if kind in CREDIT_KINDS else "balance"
    world.store.run(
        f"update users set {column} = {column} + ? where login = ?",  # noqa: S608 - one of two names
        minor,
        login,
    )
    world.awake.add(login)
    return book_money(world, login=login, kind=kind, minor=minor, comment=comment, dealer=dealer)


def book_money(  # noqa: PLR0913 - the columns that a movement of money fills
    world: World,
    *,
    login: int,
    kind: int,
    minor: int,
    comment: str,
    dealer: int,
    at_ms: int | None = None,
) -> int:
    """Write the deal of a movement of money; the account's own figure is the caller's."""
    return world.store.insert(
        "deals",
        {
            "login": login,
            "dealer": dealer,
            "action": kind,
            "currency_digits": world.group_of(login).digits,
            "time_ms": world.clock.now_ms() if at_ms is None else at_ms,
            "profit": minor,
            "comment": comment[:COMMENT_LENGTH],
            "reason": REASON_DEALER,
        },
    )


def figures_of_deals(world: World, login: int) -> tuple[int, int]:
    """Balance and credit as the deals of an account add up, in minor units."""
    row = world.store.one(
        "select coalesce(sum(case when action in (3, 6, 20) then 0"
        " else profit + storage + commission end), 0),"
        " coalesce(sum(case when action in (3, 6, 20) then profit else 0 end), 0)"
        " from deals where login = ?",
        login,
    )
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _refuse_too_much(
    world: World, login: int, kind: int, wanted: int, *, is_margin_checked: bool
) -> None:
    state = account_state(world, login)
    held = state.credit if kind in CREDIT_KINDS else state.balance
    if wanted > held:
        raise Retcode(10019)
    if is_margin_checked and kind != CORRECTION and wanted > state.free:
        raise Retcode(10019)
