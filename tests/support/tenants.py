"""The two brokers that exist in every test, and the vendor's own host."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from django.test import Client

from identity.services import seed_roles
from kernel.actor import Actor
from kernel.pin import PUBLIC, pin
from tenants import directory, services
from tenants.types import TenantInfo

SYSTEM = Actor.system("tests")


@dataclass(frozen=True, slots=True)
class Place:
    """A host and the schema behind it."""

    info: TenantInfo

    @property
    def schema(self) -> str:
        return self.info.schema

    @property
    def host(self) -> str:
        return self.info.primary_host

    def pin(self) -> AbstractContextManager[str]:
        """Begin a unit of work here."""
        return pin(self.schema)

    def client(self, **more: str) -> Client:
        """An HTTP client that calls this host and is nobody yet."""
        return Client(headers={"host": self.host}, **more)

    def signed_in(self, user: object, *, fresh: bool = False) -> Client:
        """An HTTP client in which ``user`` has signed in, with a second factor if ``fresh``."""
        from tests.support.sessions import sign_in

        return sign_in(self, user, fresh=fresh)


def vendor() -> Place:
    return Place(directory.vendor())


def make_tenant(slug: str, *, name: str, live: bool = True, **details: object) -> Place:
    """A broker made as provisioning makes one, without paying."""
    with pin(PUBLIC):
        info = services.create_tenant(slug, name=name, by=SYSTEM, **details)
        if live:
            services.open_doors(info.id, by=SYSTEM)
    with pin(info.schema):
        seed_roles(by=SYSTEM)
    directory.forget()
    found = directory.find_by_schema(info.schema)
    assert found is not None
    return Place(found)
