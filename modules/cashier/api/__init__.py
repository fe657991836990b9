"""The cashier over JSON."""

from __future__ import annotations

from modules.cashier.api.outgoing import router

__all__ = ["router"]
