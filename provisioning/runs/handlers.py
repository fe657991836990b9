"""What provisioning reacts to."""

from __future__ import annotations

from billing.events import SubscriptionStarted
from provisioning.runs import services


def start_run(event: SubscriptionStarted) -> None:
    """Set up the broker that has just paid; hearing it twice makes one run."""
    services.start_run(event.sign_up_id)
