"""Clients who pay in, take out and move money over the JSON API; they try again, as programs do."""

from __future__ import annotations

import http.client
import itertools
import json
import random
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

API = "/api/v1/cashier/my"
CSRF = "c" * 32
SECONDS_TO_ANSWER = 30
UNPAID = frozenset({"asked", "paying"})
AHEAD = 3
OVER = frozenset({"declined", "cancelled", "expired", "rejected"})
"""States of deposits that nobody pays any more."""


class Trouble(Exception):
    """No answer, or one that says to try again."""


class Told(Exception):
    """A refusal with its code."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that a client wants; ``minor`` in cents."""

    kind: str
    minor: int


@dataclass(slots=True)
class Client:
    """One client with one session, one trading account, and a list of wishes."""

    told: dict[str, str]
    wishes: list[Wish]
    url: str
    host: str
    method: str
    stop: threading.Event
    dice: random.Random
    made: list[tuple[str, str]] = field(default_factory=list)
    """Kind and id of everything that was accepted."""
    tries: Counter[str] = field(default_factory=Counter)
    last: str = ""
    _wire: http.client.HTTPConnection | None = None

    def live(self) -> bool:
        """Have every wish come true, one after another; whether that came to pass in time."""
        try:
            return all(self._get(wish) for wish in self.wishes)
        finally:
            self._hang_up()

    def _get(self, wish: Wish) -> bool:
        acts = {"deposit": self._pay_in, "withdraw": self._take_out, "transfer": self._move}
        while not self.stop.is_set():
            try:
                if acts[wish.kind](wish):
                    return True
            except Told as refusal:
                self.tries[f"{wish.kind}: {refusal}"] += 1
                self.last = f"{wish}: {refusal}"
                time.sleep(self.dice.uniform(0.5, 1.5))
        return False

    def _pay_in(self, wish: Wish) -> bool:
        target = self._place()
        quote = {"method_id": self.method, "target": target, **_amount(wish)}
        token = self._sure("POST", "/quotes", quote)["token"]
        made = self._once("/deposits", {"token": token})
        self.made.append(("deposit", made["id"]))
        while not made["redirect_url"] and made["state"] not in OVER:
            time.sleep(self.dice.uniform(0.5, 1.5))
            made = self._sure("GET", f"/deposits/{made['id']}")
        if made["state"] not in OVER:
            self._pay(made)
        for tries in itertools.count(1):
            if made["state"] not in UNPAID:
                break
            time.sleep(self.dice.uniform(0.5, 1.0) * min(tries, 5))
            made = self._sure("GET", f"/deposits/{made['id']}")
        return made["state"] not in OVER

    def _pay(self, made: dict[str, Any]) -> None:
        """Press the button of the payment page until it answers."""
        where = urlsplit(made["redirect_url"])
        while not self.stop.is_set():
            page = http.client.HTTPConnection(where.netloc, timeout=SECONDS_TO_ANSWER)
            try:
                form = urlencode({"action": "pay"})
                page.request("POST", where.path, form)
                answer = page.getresponse()
                if answer.status < http.client.BAD_REQUEST:
                    return
            except (OSError, http.client.HTTPException):
                self.tries["payment page"] += 1
            finally:
                page.close()
            time.sleep(self.dice.uniform(0.2, 0.6))

    def _take_out(self, wish: Wish) -> bool:
        plan = {"method_id": self.method, "source": self._place(), **_amount(wish)}
        token = self._sure("POST", "/withdrawals/plan", plan)["token"]
        made = self._once("/withdrawals", {"token": token})
        self.made.append(("withdraw", made["id"]))
        return True

    def _move(self, wish: Wish) -> bool:
        places = [f"account:{self.told['account']}", "wallet:USD"]
        self.dice.shuffle(places)
        plan = {"source": places[0], "target": places[1], **_amount(wish)}
        token = self._sure("POST", "/transfers/plan", plan)["token"]
        made = self._once("/transfers", {"token": token})
        self.made.append(("transfer", made["id"]))
        return True

    def _place(self) -> str:
        account = f"account:{self.told['account']}"
        return account if self.dice.random() < 0.4 else "wallet:USD"

    def _once(self, path: str, told: dict[str, str]) -> dict[str, Any]:
        """Ask under a key, now and then once more under the same: it is one and the same."""
        key = uuid.UUID(int=self.dice.getrandbits(128)).hex
        made = self._sure("POST", path, told, key=key)
        if self.dice.random() < 0.1:
            again = self._sure("POST", path, told, key=key)
            assert again["id"] == made["id"], (made, again)
        return made

    def _sure(
        self, verb: str, path: str, told: dict[str, str] | None = None, *, key: str = ""
    ) -> dict[str, Any]:
        """Ask until somebody answers, with the same words and the same key."""
        self.tries[verb] += 1
        while not self.stop.is_set():
            try:
                return self._ask(verb, path, told, key)
            except Trouble as trouble:
                self.tries[str(trouble)] += 1
                self.last = f"{path}: {trouble}"
                time.sleep(self.dice.uniform(0.2, 0.8))
        raise Told("the end")

    def _ask(self, verb: str, path: str, told: dict[str, str] | None, key: str) -> dict[str, Any]:
        headers = {
            "Host": self.host,
            "Cookie": f"session={self.told['session']}; csrf={CSRF}",
            "X-CSRFToken": CSRF,
            "Content-Type": "application/json",
        }
        if key:
            headers["Idempotency-Key"] = key
        try:
            wire = self._wire or http.client.HTTPConnection(
                urlsplit(self.url).netloc, timeout=SECONDS_TO_ANSWER
            )
            self._wire = wire
            wire.request(verb, f"{API}{path}", json.dumps(told) if told else None, headers)
            answer = wire.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            self._hang_up()
            raise Trouble(type(error).__name__) from error
        if answer.status >= http.client.INTERNAL_SERVER_ERROR:
            raise Trouble(f"HTTP {answer.status}")
        assert "json" in answer.headers["Content-Type"], (answer.status, body)
        said: dict[str, Any] = json.loads(body)
        if answer.status >= http.client.BAD_REQUEST:
            raise Told(said.get("code", answer.status))
        return said

    def _hang_up(self) -> None:
        if self._wire is not None:
            self._wire.close()
        self._wire = None


def _amount(wish: Wish) -> dict[str, str]:
    return {"amount": f"{wish.minor // 100}.{wish.minor % 100:02}", "currency": "USD"}


def plan(
    dice: random.Random, *, clients: int, deposits: int, withdrawals: int, transfers: int
) -> list[list[Wish]]:
    """What each client wants, in this order: he always has enough, wherever it may be."""
    lives = []
    for place in range(clients):
        ins, outs = (
            [kind for kind, number in kinds for _ in range(_share(number, clients, place))]
            for kinds in (
                [("deposit", deposits)],
                [("withdraw", withdrawals), ("transfer", transfers)],
            )
        )
        dice.shuffle(outs)
        lives.append(_life(dice, ins, outs))
    return lives


def _share(number: int, clients: int, place: int) -> int:
    return (number * (place + 1)) // clients - (number * place) // clients


def _life(dice: random.Random, ins: list[str], outs: list[str]) -> list[Wish]:
    """Two deposits ahead at every moment: one place or the other then has what goes out."""
    life: list[Wish] = []
    ahead = 0
    while ins or outs:
        comes_in = bool(ins) and (
            ahead < AHEAD or not outs or dice.random() < len(ins) / len(outs) / 3
        )
        kind = (ins if comes_in else outs).pop()
        ahead += 1 if comes_in else -1
        life.append(
            Wish(kind, dice.randrange(40_00, 90_00) if comes_in else dice.randrange(5_00, 20_00))
        )
    return life
