"""The cashier over JSON: paying in, and going out."""

from __future__ import annotations

from modules.cashier.api import outgoing
from modules.cashier.api.paying import router

__all__ = ["outgoing", "router"]
