"""Alpha's simulated trading server and payment services, and time that runs short."""

from __future__ import annotations

from tests.modules.cashier.conftest import _psp, psp
from tests.modules.conftest import simulator, theo, wired
from tests.modules.trading.conftest import types

__all__ = ["_psp", "psp", "simulator", "theo", "types", "wired"]
