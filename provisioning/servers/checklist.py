"""What setting up a trading server adds to the broker's checklist."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from provisioning.runs.types import CheckItem
from provisioning.servers.models import Server


def items() -> tuple[CheckItem, ...]:
    """Whether a trading server is connected."""
    is_done = Server.objects.usable().exists()
    return (
        CheckItem(
            key="trading_server",
            title=_("Trading server connected"),
            note=_("Address, manager and groups of your MetaTrader 5. It takes five minutes."),
            is_done=is_done,
            url_name="office:provisioning:servers"
            if is_done
            else "office:provisioning:connect_server",
            order=300,
        ),
    )
