"""Tests that share something dear run in one worker, in one go.

The marks of ``--dist loadgroup`` are not read: xdist 3.8 writes them into an attribute of items
that pytest 9.2 does not have any more.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

TOGETHER = (
    "tests/journeys/",
    "tests/devstack/test_product.py",
    "tests/devstack/test_stack.py",
    "tests/provisioning/simulator/third_party/",
    "tests/kernel/test_mail.py",
)
"""Beginnings of names of tests: one whole product each, one set of servers, one client of another
house, one inbox."""


class Together(LoadScopeScheduling):
    """Gives every test to whoever is free, except those that belong together."""

    def _split_scope(self, nodeid: str) -> str:
        return next((start for start in TOGETHER if nodeid.startswith(start)), nodeid)
