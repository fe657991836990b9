"""What the kernel's tests need beside the two brokers."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from django.test import override_settings

from tenants.schemas.provisioner import admin


@pytest.fixture
def raw_sql(_cast):
    """A superuser's connection, which no trigger and no role holds back."""
    with admin() as connection:
        yield connection


@pytest.fixture
def no_entries(alpha, beta, raw_sql):
    """The audit chains of both brokers begin with this test."""
    raw_sql.execute("SET session_replication_role = replica")
    for schema in (alpha.schema, beta.schema):
        for table in ("kernel_auditentry", "kernel_audithead"):
            raw_sql.execute(f'DELETE FROM "{schema}".{table}')
    raw_sql.execute("SET session_replication_role = DEFAULT")


@pytest.fixture
def change_settings():
    """``change_settings(NAME=value)`` until the test ends."""
    with ExitStack() as stack:
        yield lambda **values: stack.enter_context(override_settings(**values))
