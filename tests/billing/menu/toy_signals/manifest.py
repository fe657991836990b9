"""A module of the tests: it stands alone."""

from __future__ import annotations

from kernel.module import Module
from kernel.money import Money

module = Module(
    key="toy_signals",
    title="Signals",
    summary="A module of the tests: it stands alone.",
    monthly_price=Money(99_00, "USD"),
    requires=(),
)
