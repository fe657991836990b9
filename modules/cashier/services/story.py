"""The story of a deposit, told as it happens."""

from __future__ import annotations

from kernel import audit, clock
from kernel.actor import Actor
from modules.cashier.models import Deposit, DepositMove
from modules.cashier.types.states import DepositState


def tell(
    deposit: Deposit,
    what: str,
    *,
    by: Actor,
    to: DepositState | None = None,
    note: str = "",
) -> None:
    """Move a locked deposit (when ``to`` is given), save it, and keep a line of its story.

    Raises:
        NoSuchMove: The table of moves has none.
    """
    before = deposit.state
    if to is not None and to != before:
        deposit.move_to(to)
    deposit.save()
    DepositMove.objects.create(
        deposit=deposit,
        at=clock.now(),
        what=what,
        state_from=before,
        state_to=deposit.state,
        note=note[:500],
        actor_kind=str(by.kind),
        actor_id=by.id,
        actor_name=by.name[:200],
    )
    changes = {"number": deposit.number, "state": [before, deposit.state]}
    audit.note(f"cashier.deposit_{what}", about=deposit, by=by, changes=changes, reason=note)
