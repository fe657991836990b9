"""People who sign up while the house burns: they reload, go back and try again, as people do."""

from __future__ import annotations

import random
import re
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from devstack.story.broker import CARD
from devstack.story.visitor import StoryError, Visitor

LETTER_PATIENCE = 12.0
"""Seconds without a letter after which a person asks for another."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to have in the end."""

    number: int
    seed: int

    @property
    def slug(self) -> str:
        return f"broker-{self.number:03}"

    @property
    def email(self) -> str:
        return f"ada.{self.number:03}@broker-{self.number:03}.example"


@dataclass(slots=True)
class Person:
    """One visitor of the public site, at an address of the loopback network of their own."""

    wish: Wish
    url: str
    mail_url: str
    stop: threading.Event
    troubles: list[str] = field(default_factory=list)
    status: str = ""
    """The page of the sign-up."""
    tried: set[str] = field(default_factory=set)
    asked_at: float = 0.0
    dice: random.Random = field(init=False)
    browser: Visitor = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.wish.seed)
        self.browser = Visitor(self.url)
        # Limits are per address; everybody comes from an address of their own.
        home = f"127.0.{1 + self.wish.number // 250}.{1 + self.wish.number % 250}"
        wire = httpx.HTTPTransport(local_address=home)
        self.browser.http._transport.wire.close()
        self.browser.http._transport.wire = wire
        self.browser.http.timeout = httpx.Timeout(20)

    def sign_up(self) -> bool:
        """Go on until the broker is live; whether it came to that before the end."""
        with self.browser.http:
            return self._go_on()

    def _go_on(self) -> bool:
        while not self.stop.is_set():
            try:
                if self._next():
                    return True
            except (StoryError, httpx.HTTPError, ValueError) as trouble:
                self.troubles.append(f"{type(trouble).__name__}: {str(trouble)[:200]}")
                time.sleep(self.dice.uniform(0.3, 1.2))
        return False

    def _next(self) -> bool:
        """Do what the page in front asks for; whether there is nothing more to do."""
        if not self.status:
            self._begin()
            return False
        page = self.browser.go(self.status)
        if self.browser.status == httpx.codes.NOT_FOUND:
            raise StoryError("the site has forgotten this browser")
        if "mailed the invitation" in page.text:
            return True
        if any(form.has("code") for form in page.forms):
            self._confirm()
        elif any("/pay/" in address for address, _ in page.links):
            self._pay()
        else:
            time.sleep(0.5)
        return False

    def _begin(self) -> None:
        self.browser.go("/start/")
        offered = [key for key, _ in self.browser.form("slug").choices.get("modules", [])]
        wanted = {
            "company": f"Broker {self.wish.number}",
            "slug": self.wish.slug,
            "email": self.wish.email,
            "modules": self.dice.sample(offered, k=min(2, len(offered))),
        }
        self.browser.send("slug", values=wanted)
        if not re.search(r"/start/[0-9a-f-]{36}/", self.browser.url):
            raise StoryError(f"the plan was not taken: {self.browser.page.text[:300]}")
        self.status = self.browser.url
        self.asked_at = time.monotonic()

    def _confirm(self) -> None:
        code = self._code()
        if code:
            self.tried.add(code)
            self.browser.send("code", values={"code": code})
        elif time.monotonic() - self.asked_at > LETTER_PATIENCE:
            self.asked_at = time.monotonic()
            self.browser.send(to="/code/")
        else:
            time.sleep(0.8)

    def _code(self) -> str:
        answer = httpx.get(f"{self.mail_url}/api", params={"to": self.wish.email}, timeout=10)
        letters: list[dict[str, Any]] = answer.json()
        codes = [re.search(r"\b(\d{6})\b", letter["text"]) for letter in letters]
        fresh = [found.group(1) for found in codes if found and found.group(1) not in self.tried]
        return fresh[0] if fresh else ""  # the newest first

    def _pay(self) -> None:
        self.browser.go(self.browser.link("/pay/"))
        if not any(form.has("cardNumber") for form in self.browser.page.forms):
            time.sleep(0.5)  # paid already, and the news is on its way
            return
        if self.dice.random() < 0.3:  # somebody presses reload, or comes back by another tab
            self.browser.go(self.status)
            self.browser.go(self.browser.link("/pay/"))
        self.browser.send("cardNumber", values={**CARD, "billingName": "Ada Marsh"})
