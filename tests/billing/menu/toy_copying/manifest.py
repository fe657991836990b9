"""A module of the tests: it needs signals."""

from __future__ import annotations

from kernel.module import Module
from kernel.money import Money

module = Module(
    key="toy_copying",
    title="Copying",
    summary="A module of the tests: it needs signals.",
    monthly_price=Money(49_00, "USD"),
    requires=("toy_signals", "trading"),
)
