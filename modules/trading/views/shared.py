"""What the trading module's screens have in common."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from django.http import HttpRequest

from kernel import views
from modules.trading.errors import NoSuchAccount, NoSuchType
from modules.trading.types import Curve

RANGES = ("1w", "1m", "3m", "ytd", "all")
missing_as_404 = partial(views.missing_as_404, NoSuchAccount, NoSuchType)
"""Answers 404 for what is not there, or not the asker's."""


def reference(account_id: uuid.UUID) -> str:
    """How requests name an account."""
    return f"trading.TradingAccount:{account_id}"


def range_of(request: HttpRequest) -> str:
    """The range of the chart that is asked for; three months unless told."""
    wanted = request.GET.get("range", "3m")
    return wanted if wanted in RANGES else "3m"


def chart(found: Curve, labels: tuple[str, str]) -> dict[str, Any]:
    """A curve as the chart component reads it."""
    return {
        "t": found.at,
        "a": found.equity,
        "b": found.balance,
        "labels": labels,
        "currency": found.currency,
    }
