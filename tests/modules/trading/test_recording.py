"""Pages of deals: the same rows, results and events by either way, once, by one reader only."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from decimal import Decimal

import pytest

from kernel.events import _load
from kernel.models import OutboxEvent
from modules.trading.models import DailyResult, Deal, ServerSync, TradingAccount
from modules.trading.services import recording
from modules.trading.services.recording import Mark, Outrun, record_deals
from provisioning.servers.types import DealAction, DealEntry
from tests.bench import deal_ingest

COLUMNS = (
    "deal_id",
    "comment",
    "price",
    "done_at",
    "server_id",
    "lots_closed",
    "profit_minor",
    "commission_minor",
    "symbol",
    "done_server_ms",
)
DAY = ("account_id", "day_on", "symbol", "deals", "closed", "won", "profit_minor", "deposits_minor")


@pytest.fixture
def book(in_alpha, monkeypatch):
    """A few followed accounts of clients, and a page of their deals of every kind."""
    monkeypatch.setattr(deal_ingest, "ACCOUNTS", 5)
    monkeypatch.setattr(deal_ingest, "PAGE", 60)
    accounts = deal_ingest.open_accounts(None)
    for account in accounts.values():
        account.followed_from_at = deal_ingest.BEGAN
    TradingAccount.objects.update(followed_from_at=deal_ingest.BEGAN)
    deals = deal_ingest.page(accounts, 0)
    deals[0] = replace(deals[0], entry=DealEntry.INOUT, lots_closed=Decimal("0.01"))
    deals[1] = replace(
        deals[1], action=DealAction.BALANCE, entry=DealEntry.IN, symbol="", comment='A"\\\t\r\n\\N'
    )
    return accounts, deals


def everything():
    """What stands after a page was recorded, without the ids that differ."""
    told = [_load(row) for row in OutboxEvent.objects.order_by("occurred_at", "id")]
    events = sorted(told, key=lambda one: (one.deal_id, one.name))
    accounts = TradingAccount.objects.order_by("login")
    return (
        list(Deal.objects.order_by("deal_id").values_list(*COLUMNS)),
        sorted(map(repr, DailyResult.objects.values_list(*DAY))),
        list(accounts.values_list("login", "deals_balance_minor", "deals_credit_minor")),
        events,
    )


def server_of(accounts):
    return next(iter(accounts.values())).server_id


def forget():
    for model in (OutboxEvent, DailyResult, Deal):
        model.objects.all().delete()
    TradingAccount.objects.update(deals_balance_minor=0, deals_credit_minor=0)


def test_many_deals_leave_what_few_would(book, monkeypatch):
    accounts, deals = book
    assert record_deals(server_of(accounts), deals, accounts=accounts) == 60
    slowly = everything()
    forget()
    monkeypatch.setattr(recording, "MANY", 10)

    assert record_deals(server_of(accounts), deals, accounts=accounts) == 60

    assert everything() == slowly
    assert len(slowly[3]) == 61  # the deal that turned a position closed one and opened one


def test_a_page_that_is_known_in_part_adds_the_rest_only(book, monkeypatch):
    accounts, deals = book
    monkeypatch.setattr(recording, "MANY", 10)
    record_deals(server_of(accounts), deals[:30], accounts=accounts)

    assert record_deals(server_of(accounts), deals, accounts=accounts) == 30
    assert record_deals(server_of(accounts), deals, accounts=accounts) == 0

    assert Deal.objects.count() == 60
    assert OutboxEvent.objects.count() == 61


def test_history_is_no_news(book, monkeypatch):
    accounts, deals = book
    monkeypatch.setattr(recording, "MANY", 10)
    TradingAccount.objects.update(followed_from_at="2030-01-01T00:00:00Z")

    record_deals(server_of(accounts), deals, accounts=accounts)

    assert Deal.objects.count() == 60
    assert not OutboxEvent.objects.exists()


def test_a_reader_that_was_replaced_writes_nothing(book):
    accounts, deals = book
    server_id = server_of(accounts)
    ServerSync.objects.create(server_id=server_id, fence=5)

    with pytest.raises(Outrun):
        record_deals(server_id, deals, accounts=accounts, mark=Mark(cursor_server_s=9, fence=4))

    assert not Deal.objects.exists()
    assert not OutboxEvent.objects.exists()
    assert ServerSync.objects.get().cursor_server_s == 0


def test_payloads_are_what_publish_would_write(book, monkeypatch):
    accounts, deals = book
    record_deals(server_of(accounts), deals, accounts=accounts)
    slowly = {row.payload["deal_id"]: set(row.payload) for row in OutboxEvent.objects.all()}
    forget()
    monkeypatch.setattr(recording, "MANY", 10)
    record_deals(server_of(accounts), deals, accounts=accounts)

    for row in OutboxEvent.objects.all():
        assert isinstance(row.id, uuid.UUID)
        assert row.name in {"trading.PositionOpened", "trading.DealClosed", "trading.MoneyMoved"}
        if row.payload["deal_id"] != deals[0].deal_id:
            assert set(row.payload) == slowly[row.payload["deal_id"]]
        assert json.dumps(row.payload)
