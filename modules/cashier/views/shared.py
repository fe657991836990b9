"""What the cashier's screens have in common."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest

from kernel import views
from modules.cashier.errors import (
    NoSuchAccount,
    NoSuchDeposit,
    NoSuchInstrument,
    NoSuchMethod,
    NoSuchTransfer,
    NoSuchWithdrawal,
)

missing_as_404 = partial(
    views.missing_as_404,
    NoSuchAccount,
    NoSuchDeposit,
    NoSuchInstrument,
    NoSuchMethod,
    NoSuchTransfer,
    NoSuchWithdrawal,
)
"""Answers 404 for what is not there, or not the asker's."""


def page_of(request: HttpRequest) -> int:
    """Which page of a list is asked for."""
    words = request.GET.get("page", "1")
    return int(words) if words.isdecimal() else 1
