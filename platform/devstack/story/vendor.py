"""What the vendor sees: brokers, modules, revenue, runs, health, and no client."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

from devstack.story import totp
from devstack.story.broker import enrolled_seed
from devstack.story.cast import BROKERS, VENDOR_EMAIL, VENDOR_NAME
from devstack.story.telling import step
from devstack.story.visitor import StoryError, Visitor

ROOT = Path(__file__).resolve().parents[3]
PAGES = ("", "brokers/", "runs/", "pool/", "outbox/", "catalogue/", "revenue/", "audit/")


def hire(url: str) -> dict[str, str]:
    """Make the vendor's first administrator and give him a second factor."""
    password = f"harbour-{secrets.token_hex(6)}"
    with step(f"{VENDOR_NAME} becomes the vendor's first administrator", f"{url}/console/"):
        subprocess.run(
            [sys.executable, str(ROOT / "platform" / "manage.py"), "seed_vendor"],
            check=True,
            stdout=subprocess.DEVNULL,
            env={
                **os.environ,
                "VENDOR_ADMIN_EMAIL": VENDOR_EMAIL,
                "VENDOR_ADMIN_NAME": VENDOR_NAME,
                "VENDOR_ADMIN_PASSWORD": password,
            },
        )
    with step("signs in and sets up an authenticator app"):
        omar = Visitor(url)
        omar.go("/accounts/login/")
        omar.send("login", "password", values={"login": VENDOR_EMAIL, "password": password})
        omar.go(omar.link("security/app"))
        seed = enrolled_seed(omar)
        omar.send("code", values={"code": totp.code(seed)})
    return {"url": url, "email": VENDOR_EMAIL, "password": password, "totp_secret": seed}


def sign_in(vendor: dict[str, str]) -> Visitor:
    """Sign the vendor's administrator in with both factors."""
    omar = Visitor(vendor["url"])
    return with_factor(omar, vendor["email"], vendor["password"], vendor["totp_secret"])


def with_factor(person: Visitor, email: str, password: str, seed: str) -> Visitor:
    """Sign somebody in with password and code; waits for a code that was not used yet."""
    person.go("/accounts/login/")
    person.send("login", "password", values={"login": email, "password": password})
    totp.wait_for_new(seed)
    person.send("code", values={"code": totp.code(seed)})
    if "/accounts/" in person.url and "factor" in person.url:
        raise StoryError(f"{email} could not sign in: {person.page.text[:300]}")
    return person


def look(omar: Visitor, brokers: list[dict[str, Any]]) -> None:
    """Walk the console: every broker is there, and nobody's client."""
    with step(
        "the console shows both brokers, modules, revenue, runs and health", omar.base + "console/"
    ):
        omar.go("/console/brokers/")
        omar.expect(*(broker["name"].replace("&", "&amp;") for broker in brokers))
        omar.go("/console/revenue/")
    with step("and no client on any page"):
        names = [w for b in BROKERS for w in (b.client.email, b.client.name)]
        brokers_pages = _broker_pages(omar)
        for page in (*(f"/console/{p}" for p in PAGES), *brokers_pages):
            omar.go(page)
            seen = [name for name in names if name in omar.text]
            if seen:
                raise StoryError(f"{page} shows {seen}")


def _broker_pages(omar: Visitor) -> list[str]:
    omar.go("/console/brokers/")
    found = {a for a, _ in omar.page.links if re.fullmatch(r"/console/brokers/[0-9a-f-]{36}/", a)}
    if len(found) < len(BROKERS):
        raise StoryError(f"the console lists {len(found)} brokers")
    return sorted(found)
