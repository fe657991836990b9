"""What must be true of every broker's ledger after every test, whatever the test was about."""

from __future__ import annotations

from collections.abc import Sequence

from psycopg import sql

from kernel.pin import pin
from modules.wallets.queries import check_ledger
from tenants.schemas.provisioner import admin

_MADE = "SELECT s FROM unnest(%s::text[]) s WHERE to_regclass(s || '.wallets_posting') IS NOT NULL"
_USED = sql.SQL(
    "EXISTS (SELECT FROM {0}.wallets_account UNION ALL SELECT FROM {0}.wallets_posting)"
)


def faults(schemas: Sequence[str]) -> list[str]:
    """Where the ledgers of ``schemas`` do not hold, by the product's own check.

    Two quick statements find the ledgers that have rows; only those are checked.
    """
    wrong = []
    for schema in _used(schemas):
        with pin(schema):
            wrong += [
                f"{schema}: {one.rule}: {one.subject}: {one.detail}" for one in check_ledger()
            ]
    return wrong


def judge(wrong: list[str], *, broken_on_purpose: bool) -> None:
    """Fail the test that leaves a ledger broken, and one that says so and does not."""
    if broken_on_purpose:
        assert wrong, "marked breaks_the_ledger, but every ledger holds"
    else:
        assert not wrong, "the ledger does not hold:\n" + "\n".join(wrong)


def _used(schemas: Sequence[str]) -> list[str]:
    with admin() as provisioner:
        made = [s for (s,) in provisioner.execute(_MADE, [list(schemas)]).fetchall()]
        if not made:
            return []
        looks = sql.SQL(", ").join(_USED.format(sql.Identifier(schema)) for schema in made)
        answer = provisioner.execute(sql.SQL("SELECT {}").format(looks)).fetchone()
    return [schema for schema, is_used in zip(made, answer or (), strict=True) if is_used]
