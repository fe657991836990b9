"""What a page costs on a simulated trading server of 5 million deals against one of 50 thousand.

Both servers are processes of their own, asked in turn over TLS; accounts have the same number of
deals in both books, so the pages are alike and only the size of the book differs.
"""

from __future__ import annotations

import http.client
import json
import random
import ssl
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from provisioning.servers.adapters.mt5_web_api.hashing import prove
from tests.bench.rows import Row, slower
from tests.support.simulator import Simulator, running

LARGE, SMALL = (50_000, 5_000_000), (500, 50_000)
DAYS = 90
FIRST_LOGIN = 500_001
PAGE = 50
ROUNDS = 120
GROUPS = "real\\*,demo\\*"
WINDOW_ROWS = range(60, 111)
AIM = 1.5


class Book:
    """A signed-in connection to a server, and how large its book is."""

    def __init__(self, server: Simulator, accounts: int, deals: int) -> None:
        context = ssl.create_default_context(cafile=server.card["certificate"])
        self.http = http.client.HTTPSConnection("127.0.0.1", server.port, context=context)
        self.accounts, self.deals = accounts, deals
        start = self.ask("auth/start", version=3470, agent="B", login=server.login, type="manager")
        proof = prove(server.password, start["srv_rand"])
        self.ask("auth/answer", srv_rand_answer=proof, cli_rand="00" * 16)
        self.now_s = int(self.ask("time/server")["answer"]["Time"].split()[0])
        self.dice = random.Random(7)

    def ask(self, path: str, **query: object) -> Any:
        self.http.request("GET", f"/api/{path}?{urlencode(query, quote_via=quote)}")
        return json.loads(self.http.getresponse().read())

    def logins(self, number: int) -> list[int]:
        """Accounts that have traded a lot: those with the lowest numbers, in both books alike."""
        return [FIRST_LOGIN + self.dice.randrange(self.accounts // 5) for _ in range(number)]

    def page_of_an_account(self) -> int:
        query = {"login": self.logins(1)[0], "from": 0, "to": self.now_s}
        return len(self.ask("deal/get_page", **query, offset=0, total=PAGE)["answer"])

    def page_of_orders(self) -> int:
        query = {"login": self.logins(1)[0], "from": 0, "to": self.now_s}
        return len(self.ask("history/get_page", **query, offset=PAGE, total=PAGE)["answer"])

    def window_of_groups(self) -> int:
        """Deals of all groups in a stretch of time that holds about 85 of them."""
        since = self.now_s - self.dice.randrange(86_400, (DAYS - 1) * 86_400)
        width = DAYS * 86_400 * 85 // self.deals
        query = {"group": GROUPS, "from": since, "to": since + width}
        return len(self.ask("deal/get_batch", **query)["answer"])

    def records(self) -> int:
        listed = ",".join(map(str, self.logins(PAGE)))
        return len(self.ask("user/get_batch", login=listed)["answer"])


def simulator_paging() -> list[Row]:
    """Seconds per page of 50 rows, at 5 million deals and at 50 thousand."""
    with tempfile.TemporaryDirectory() as folder, _books(Path(folder)) as books:
        return [
            _measured("simulator_paging", books, Book.page_of_an_account, range(PAGE, PAGE + 1)),
            _measured("simulator_orders", books, Book.page_of_orders, range(PAGE, PAGE + 1)),
            _measured("simulator_window", books, Book.window_of_groups, WINDOW_ROWS),
            _measured("simulator_accounts", books, Book.records, range(PAGE, PAGE + 1)),
        ]


@contextmanager
def _books(folder: Path) -> Iterator[tuple[Book, Book]]:
    options = [f"accounts={a},deals={d},days={DAYS}" for a, d in (LARGE, SMALL)]
    began = time.perf_counter()
    with running(folder / "large", "--bulk", options[0]) as large:
        print(f"{LARGE[1]:,} deals written in {time.perf_counter() - began:.0f} s", flush=True)
        with running(folder / "small", "--bulk", options[1]) as small:
            books = Book(large, *LARGE), Book(small, *SMALL)
            yield books
            for book in books:
                book.http.close()


def _measured(name: str, books: tuple[Book, Book], page: Callable[[Book], int], rows: range) -> Row:
    """Pages of as many ``rows``, taken in turn; a page of another size does not count."""
    costs: tuple[list[float], list[float]] = ([], [])
    while min(map(len, costs)) < ROUNDS:
        for book, cost in zip(books, costs, strict=True):
            began = time.perf_counter()
            found = page(book)
            if found in rows:
                cost.append((time.perf_counter() - began) * PAGE / found)
    return slower(name, statistics.median(costs[0]), statistics.median(costs[1]), aim=AIM)
