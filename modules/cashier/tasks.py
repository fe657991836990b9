"""What the cashier does later, or again and again."""

from __future__ import annotations

import datetime as dt
import uuid

from kernel.tasks import task
from modules.cashier import services


@task(every=dt.timedelta(seconds=5), time_limit=120)
def begin_due() -> int:
    """Make payments known that no provider knows yet; the client's page does it first."""
    return sum(services.begin_payment(deposit_id) for deposit_id in services.due_beginnings())


@task(time_limit=60)
def begin(deposit_id: str) -> bool:
    """Make one deposit known to a provider now."""
    return services.begin_payment(uuid.UUID(deposit_id))


@task(time_limit=60)
def apply(callback_id: str) -> bool:
    """Apply one callback now."""
    return services.apply_news(uuid.UUID(callback_id))


@task(every=dt.timedelta(seconds=10), time_limit=120)
def apply_waiting() -> int:
    """Prove callbacks that were only kept; apply what is due, lost tasks and put-off ones."""
    services.prove_left()
    return services.apply_waiting()


@task(every=dt.timedelta(minutes=5), time_limit=300)
def forget_refused() -> int:
    """Take away what came to our door, proved nothing, and is old or too much."""
    return services.forget_refused()


@task(every=dt.timedelta(minutes=1), time_limit=300)
def sweep() -> int:
    """Ask providers for what they have not told, and end what nobody paid."""
    return services.sweep() + services.expire_deposits()


@task(every=dt.timedelta(seconds=5), time_limit=300)
def pay_due() -> int:
    """Send the payouts whose time has come, and look up those in doubt."""
    return sum(services.pay(payout_id) for payout_id in services.due_payouts())
