"""The ledger against a plain model of it in memory, by random walks."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from kernel.ids import new_id
from kernel.money import Money
from modules.wallets import queries, services
from modules.wallets.errors import AlreadyReversed, HoldIsOver, KeyReused, NotEnough
from modules.wallets.types import EntryKind, Leg
from tests.support.tenants import SYSTEM

CURRENCIES = ("USD", "JPY", "BTC", "KWD")
AMOUNTS = st.integers(1, 500)
PLACES = st.integers(0, 7)


@dataclass
class Plain:
    """What a ledger is, without a database."""

    balance: dict = field(default_factory=dict)
    held: dict = field(default_factory=dict)
    orders: dict = field(default_factory=dict)
    reversed: dict = field(default_factory=dict)
    holds: dict = field(default_factory=dict)

    def post(self, key, legs, *, hold=None):
        """What should happen: an error, or whether it is new."""
        if key in self.orders:
            return True if self.orders[key] == (legs, hold) else KeyReused
        if hold is not None and hold not in self.holds:
            return HoldIsOver
        wanted = Counter()
        for account, minor in legs:
            wanted[account] += minor
        if any(self.free(account, hold) + minor < 0 for account, minor in wanted.items()):
            return NotEnough
        for account, minor in wanted.items():
            self.balance[account] = self.balance.get(account, 0) + minor
        if hold is not None:
            self.end(hold)
        self.orders[key] = (legs, hold)
        return False

    def free(self, account, hold):
        """What may be taken; the house may always go lower."""
        if account not in self.held:
            return 10**12
        if hold is not None and self.holds[hold][0] == account:
            return self.holds[hold][1]
        return self.balance[account] - self.held[account]

    def end(self, hold):
        account, minor = self.holds.pop(hold)
        self.held[account] -= minor


class Ledger(RuleBasedStateMachine):
    """Eight wallets in four currencies, and the bank."""

    @initialize()
    def begin(self):
        self.plain = Plain()
        self.run = str(new_id())
        self.wallets = []
        for place in range(8):
            currency = CURRENCIES[place % 4]
            wallet = services.open_wallet(new_id(), currency)
            self.wallets.append((wallet, currency))
            self.plain.balance[wallet] = self.plain.held[wallet] = 0
        self.holds, self.entries = [], []

    def post(self, key, legs, currency, kind=EntryKind.TRANSFER, hold=None):
        key = f"{self.run}:{key}"
        said = [Leg(account, Money(minor, currency)) for account, minor in legs]
        expected = self.plain.post((kind, key), legs, hold=hold)
        if isinstance(expected, bool):
            if hold is None:
                posted = services.post(kind, key, said, by=SYSTEM, cause="model:1")
            else:
                posted = services.capture(hold, kind, key, said, by=SYSTEM, cause="model:1")
            assert posted.is_new != expected
            if posted.is_new and hold is None:
                self.entries.append((posted.entry_id, legs))
        else:
            with pytest.raises(expected):
                if hold is None:
                    services.post(kind, key, said, by=SYSTEM, cause="model:1")
                else:
                    services.capture(hold, kind, key, said, by=SYSTEM, cause="model:1")

    @rule(place=PLACES, minor=AMOUNTS, key=st.integers(0, 40))
    def deposit(self, place, minor, key):
        wallet, currency = self.wallets[place]
        self.post(key, [(wallet, minor), ("bank", -minor)], currency, EntryKind.DEPOSIT)

    @rule(place=PLACES, minor=AMOUNTS, key=st.integers(0, 40))
    def withdraw(self, place, minor, key):
        wallet, currency = self.wallets[place]
        fee = minor // 10
        legs = [(wallet, -minor), ("bank", minor - fee)] + ([("fees", fee)] if fee else [])
        self.post(key, legs, currency, EntryKind.WITHDRAWAL)

    @rule(place=PLACES, minor=AMOUNTS, key=st.integers(0, 40))
    def transfer(self, place, minor, key):
        (source, currency), (target, _) = self.wallets[place], self.wallets[(place + 4) % 8]
        self.post(key, [(source, -minor), (target, minor)], currency)

    @rule(place=PLACES, minor=AMOUNTS)
    def hold(self, place, minor):
        wallet, currency = self.wallets[place]
        amount, key = Money(minor, currency), str(new_id())
        if self.plain.balance[wallet] - self.plain.held[wallet] < minor:
            with pytest.raises(NotEnough):
                services.hold(wallet, amount, key, cause="model:1", by=SYSTEM)
            return
        held = services.hold(wallet, amount, key, cause="model:1", by=SYSTEM)
        self.plain.holds[held] = (wallet, minor)
        self.plain.held[wallet] += minor
        self.holds.append((held, wallet, currency))

    @rule(which=st.integers(0, 30))
    def release(self, which):
        if not self.holds:
            return
        held, _, _ = self.holds[which % len(self.holds)]
        if held in self.plain.holds:
            services.release(held, by=SYSTEM)
            self.plain.end(held)
        else:
            with pytest.raises(HoldIsOver):
                services.release(held, by=SYSTEM)

    @rule(which=st.integers(0, 30), minor=AMOUNTS, key=st.integers(0, 40))
    def capture(self, which, minor, key):
        if self.holds:
            held, wallet, currency = self.holds[which % len(self.holds)]
            legs = [(wallet, -minor), ("payout_pending", minor)]
            self.post(key, legs, currency, EntryKind.PAYOUT, hold=held)

    @rule(which=st.integers(0, 30))
    def reverse(self, which):
        if not self.entries:
            return
        entry, legs = self.entries[which % len(self.entries)]
        if entry in self.plain.reversed:
            with pytest.raises(AlreadyReversed):
                services.reverse(entry, str(new_id()), by=SYSTEM, cause="model:1")
            return
        mirror = [(account, -minor) for account, minor in legs]
        key = str(new_id())
        expected = self.plain.post((EntryKind.REVERSAL, key), mirror)
        with pytest.raises(NotEnough) if expected is NotEnough else contextlib.nullcontext():
            services.reverse(entry, key, by=SYSTEM, cause="model:1")
            self.plain.reversed[entry] = key

    @invariant()
    def agrees(self):
        found = queries.funds_of(wallet for wallet, _ in self.wallets)
        for wallet, _ in self.wallets:
            assert found[wallet].balance.minor == self.plain.balance[wallet]
            assert found[wallet].held.minor == self.plain.held[wallet]

    def teardown(self):
        assert queries.check_ledger() == ()


def test_the_ledger_does_what_a_plain_model_of_it_does(in_alpha):
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=25,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
