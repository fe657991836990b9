"""Where the wallets module's screens are."""

from __future__ import annotations

from django.urls import path

from modules.wallets.views import checking

back_office = [
    path("ledger/check/", checking.ledger_check, name="ledger_check"),
    path("ledger/check/now/", checking.check_now, name="check_now"),
    path("ledger/check/lift/", checking.lift, name="lift_stop"),
]
