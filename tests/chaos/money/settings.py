"""Settings of the product that the chaos of money runs: those of the demo, in more of a hurry."""

from __future__ import annotations

import datetime as dt

from config.settings.local import *  # noqa: F403 - every setting of the demo

CALL, GUARD, LEASE, SETTLE = 3, 3, 9, 12
"""Of both outside worlds, in seconds: a call, a sending, a worker's silence, a late booking.

What is late here (``rage.LATENESS``) is later than a call and earlier than the settling time.
"""
TRADING_CALL_SECONDS, TRADING_GUARD_SECONDS = CALL, GUARD
TRADING_LEASE_SECONDS, TRADING_SETTLE_SECONDS = LEASE, SETTLE
CASHIER_LEASE_SECONDS, CASHIER_SETTLE_SECONDS = LEASE, SETTLE
CASHIER_LOOK_SECONDS, CASHIER_LATER_SECONDS = 2, 2
IDENTITY_FRESH_FOR = dt.timedelta(hours=1)
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
"""Nobody signs in with a password here."""
