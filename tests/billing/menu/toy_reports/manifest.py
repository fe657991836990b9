"""A module of the tests: it stands alone, too."""

from __future__ import annotations

from kernel.module import Module
from kernel.money import Money

module = Module(
    key="toy_reports",
    title="Reports",
    summary="A module of the tests: it stands alone, too.",
    monthly_price=Money(19_99, "USD"),
    requires=(),
)
