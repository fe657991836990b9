"""What a person with every key would look at afterwards: the databases, Stripe, the mail."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from psycopg import sql

from devstack.stack import Stack
from devstack.story.visitor import Visitor

SCHEMA = re.compile(r"t_[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class House:
    """The state of a whole product, read past its own code."""

    stack: Stack

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database answers to an administrator."""
        with psycopg.connect(self.stack.env["DATABASE_ADMIN_URL"]) as connection:
            return connection.execute(sql.SQL(query), values).fetchall()

    def column(self, query: str, *values: object) -> list[Any]:
        """The first column of :meth:`rows`."""
        return [row[0] for row in self.rows(query, *values)]

    def visitor(self, slug: str) -> Visitor:
        """Somebody who calls a broker's own host."""
        return Visitor(f"http://{slug}.localhost:{self.stack.env['PUBLIC_PORT']}")

    @property
    def tenant_schemas(self) -> list[str]:
        return self.column("SELECT schema_name FROM tenants_tenant ORDER BY 1")

    @property
    def known_schemas(self) -> list[str]:
        """Those of tenants and those in reserve: what may exist."""
        return sorted(
            self.tenant_schemas + self.column("SELECT schema_name FROM tenants_readyschema")
        )

    @property
    def existing_schemas(self) -> list[str]:
        return sorted(self.column(r"SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\_%%'"))

    @property
    def existing_roles(self) -> list[str]:
        return sorted(self.column(r"SELECT rolname FROM pg_roles WHERE rolname LIKE 't\_%%'"))

    def everywhere(self, count: str) -> dict[str, int]:
        """``SELECT count(*) FROM <schema>.<count>`` where it is not nought."""
        found = {}
        for schema in ("public", *self.tenant_schemas):
            (number,) = self.column(f"SELECT count(*) FROM {schema}.{count}")
            if number:
                found[schema] = number
        return found

    def waiting(self) -> dict[str, Any]:
        """Work that is promised and not done yet; empty when the house is quiet."""
        found = {
            "runs": self.column(
                "SELECT s.slug || ' ' || r.state || ' ' || r.done FROM runs_run r"
                " JOIN runs_signup s ON s.id = r.sign_up_id WHERE r.state <> 'done'"
            ),
            "events of Stripe": self.column(
                "SELECT kind || ' ' || last_error FROM billing_stripeevent"
                " WHERE state IN ('waiting', 'failed')"
            ),
            "outbox": self.everywhere("kernel_outboxevent WHERE told_at IS NULL"),
            "letters": self.everywhere("kernel_letter WHERE state <> 'sent'"),
        }
        return {name: what for name, what in found.items() if what}

    def at_stripe(self, kind: str, **filters: str) -> list[dict[str, Any]]:
        """Every object of a kind that the local Stripe lists."""
        found: list[dict[str, Any]] = []
        more = True
        while more:
            after = {"starting_after": found[-1]["id"]} if found else {}
            answer = httpx.get(
                f"{self.stack.env['STRIPE_API_BASE']}/v1/{kind}",
                params={"limit": "100", **filters, **after},
                auth=(self.stack.env["STRIPE_SECRET_KEY"], ""),
                timeout=60,
            ).raise_for_status()
            page = answer.json()
            found += page["data"]
            more = page["has_more"]
        return found

    def invitation_links(self, email: str) -> Counter[str]:
        """The links of the invitations that came to ``email``, and how often each did."""
        answer = httpx.get(
            f"{self.stack.env['MAIL_URL']}/api", params={"to": email}, timeout=30
        ).raise_for_status()
        texts = [letter["text"] for letter in answer.json()]
        links = [re.findall(r"https?://\S+/accounts/invitation/\S+", text) for text in texts]
        return Counter(link for some in links for link in some[:1])
