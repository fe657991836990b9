"""What a new broker must still set up before clients can trade."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from modules.trading.models import AccountType, Visibility
from provisioning.runs.types import CheckItem


def checklist() -> CheckItem:
    """Whether an account type is on offer."""
    return CheckItem(
        key="account_types",
        title=_("Account types on offer"),
        note=_("Map a group of your trading server to what clients choose when they open one."),
        is_done=AccountType.objects.filter(visibility=Visibility.CLIENTS).exists(),
        url_name="office:trading:types",
        order=500,
    )
