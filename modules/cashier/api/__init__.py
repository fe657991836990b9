"""The cashier over JSON: paying in, going out, the finance desk, settlements."""

from __future__ import annotations

from modules.cashier.api import finance, following, methods, outgoing, settling
from modules.cashier.api.paying import router

__all__ = ["finance", "following", "methods", "outgoing", "router", "settling"]
