"""Small ways in which money could go wrong: shares, other amounts, what changes in between."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from dataclasses import replace
from decimal import Decimal

import pytest

from kernel import clock
from kernel.actor import Actor, ActorKind, Scope
from kernel.errors import Refused
from kernel.ids import new_id
from modules.cashier import services
from modules.cashier.errors import Forged, FourEyes, NotFree, NothingArrives, QuoteExpired
from modules.cashier.models import Claim, Deposit, MethodTerms, PayoutRule, Transfer
from modules.cashier.providers.port import ProviderFact, RawCallback, Wiring
from modules.cashier.providers.stripe_checkout import StripeCheckout
from modules.cashier.queries import splitting
from modules.cashier.services.following import follow
from modules.cashier.types.outgoing import Part, TransferWish
from modules.requests import services as requests
from modules.wallets import services as wallets
from modules.wallets.types import Terms
from tests.modules.cashier.conftest import ask, get, ledger_holds, offer, wallet
from tests.modules.cashier.going_out import (
    client_of,
    free,
    fund,
    house,
    make_provider,
    make_world,
    paid_in,
    usd,
    worker,
)
from tests.modules.conftest import make_client
from tests.support.tenants import SYSTEM


def colleague(name="Ada Winter", **more):
    codes = ("requests.see_requests", "cashier.decide_withdrawals", "clients.see_clients")
    told = {"id": new_id(), "grants": dict.fromkeys(codes, Scope.ALL), "is_staff": True}
    return Actor(kind=more.pop("kind", ActorKind.PERSON), name=name, **(told | more))


def part(cents):
    nothing = usd(0)
    return Part(account_id=uuid.uuid4(), account_name="x", gross=usd(cents), fee=nothing)


@pytest.mark.no_database
@pytest.mark.parametrize(("grosses", "fee"), [((1, 100_00), 5_00), ((1, 1, 50), 49)])
def test_a_fee_leaves_something_of_every_part_and_sums_to_the_whole_led_09(grosses, fee):
    found = splitting.with_fees([part(one) for one in grosses], usd(fee))

    assert sum(one.fee.minor for one in found) == fee
    assert all(one.net.minor > 0 for one in found)
    with pytest.raises(NothingArrives):
        splitting.with_fees([part(1), part(1)], usd(1))


# -- two pairs of eyes ----------------------------------------------------------------------------


def test_two_colleagues_approve_one_amount_and_a_key_is_nobody_else_led_13(alpha, till, theo):
    method_id = offer(alpha, "Wire", till.accounts["bank"], four_eyes_minor=1_000_00)
    deposit_id = ask(alpha, theo, method_id, "1000")
    ada, finn = colleague(), colleague("Finn Berg")
    key = colleague("A key of Ada's", kind=ActorKind.API_KEY, on_behalf_of=ada.id)

    with alpha.pin():
        services.approve_deposit(deposit_id, usd(1_000_00), by=ada)
        with pytest.raises(FourEyes):
            services.approve_deposit(deposit_id, usd(1_000_00), by=key)
        is_done = services.approve_deposit(deposit_id, usd(4_000_00), by=finn)
    assert (is_done, wallet(alpha, theo)) == (False, 0)

    with alpha.pin():
        assert services.approve_deposit(deposit_id, usd(4_000_00), by=ada)
    assert wallet(alpha, theo) == 4_000_00


def test_another_amount_is_not_credited_by_fees_that_nobody_knows(alpha, till, theo):
    deposit_id = ask(alpha, theo, till.methods["bank"], "250")

    with alpha.pin():
        MethodTerms.objects.all().delete()
        with pytest.raises(Refused, match="does not take USD"):
            services.approve_deposit(deposit_id, usd(1_00), by=colleague())

    assert (wallet(alpha, theo), get(alpha, deposit_id).state) == (0, "paying")


def test_a_form_that_made_a_deposit_makes_no_other_and_says_so(alpha, till, theo):
    key = uuid.uuid4().hex
    ask(alpha, theo, till.methods["bank"], "100", key=key)

    with pytest.raises(QuoteExpired):
        ask(alpha, theo, till.methods["bank"], "500", key=key)


def test_a_form_that_made_a_withdrawal_makes_no_other_and_says_so(alpha, theo):
    with alpha.pin():
        world, by = make_world(theo), client_of(theo)
        wish = world.wish(300_00)
        token = services.plan_withdrawal(theo.pk, wish).token
        ids = {services.ask_withdrawal(theo.pk, token, by=by) for _ in range(2)}
        other = services.plan_withdrawal(theo.pk, replace(wish, amount=usd(50_00))).token
        with pytest.raises(QuoteExpired):
            services.ask_withdrawal(theo.pk, other, by=by)

        assert (len(ids), free(world.wallet)) == (1, 700_00)


# -- what was paid is taken back ------------------------------------------------------------------


@pytest.fixture
def charged(alpha, theo):
    """An earlier card payment of 100.00 whose money is in the wallet."""
    with alpha.pin():
        provider = make_provider("redirect", "cards", {"api_url": "http://127.0.0.1:9"})
        from modules.cashier.models import Method

        method = Method.objects.create(name="Card")
        fund(theo.pk, usd(100_00))
        payment = paid_in(theo.pk, provider, method, usd(100_00))
        Deposit.objects.filter(pk=payment.deposit_id).update(entry_id=new_id())
    return payment


def test_a_chargeback_of_a_part_takes_that_part_only(alpha, theo, charged):
    fact = ProviderFact(
        reference=charged.reference, provider_reference="", state="charged_back", amount=usd(33_00)
    )
    with alpha.pin():
        follow(charged.pk, fact, is_sure=False)
        follow(charged.pk, replace(fact, amount=usd(100_00)), is_sure=False)
        charged.refresh_from_db()

        assert (charged.received, house("psp_clearing:cards")) == (usd(100_00), 33_00)
    assert wallet(alpha, theo) == 67_00
    assert ledger_holds(alpha)


def test_what_an_account_is_asked_for_is_not_taken_from_the_wallet_too(alpha, theo, charged):
    with alpha.pin():
        services.open_claim(charged.deposit_id, owed_minor=100_00)
        claim = Claim.objects.get()
        Claim.objects.update(operation_id=new_id(), operation_minor=70_00)

        assert services.take_from_wallet(claim.pk, by=SYSTEM) == usd(30_00)
        with pytest.raises(NotFree):
            services.take_from_wallet(claim.pk, by=SYSTEM)


def test_a_transfer_that_is_approved_after_a_freeze_does_not_leave(alpha, theo, charged):
    ines = make_client(alpha, "ines@example.com", "Ines", "Karam")
    from modules.clients import queries as clients

    with alpha.pin():
        PayoutRule.objects.create(is_to_others_on=True)
        wish = TransferWish(
            source="wallet:USD",
            target="",
            amount=usd(50_00),
            key=str(new_id()),
            beneficiary_number=clients.contact(ines.pk).number,
            beneficiary_name="Karam",
        )
        token = services.plan_transfer(theo.pk, wish).token
        row = Transfer.objects.get(pk=services.ask_transfer(theo.pk, token, by=client_of(theo)))
        other = services.plan_transfer(theo.pk, replace(wish, amount=usd(1_00))).token
        with pytest.raises(QuoteExpired):
            services.ask_transfer(theo.pk, other, by=client_of(theo))

        services.open_claim(charged.deposit_id, owed_minor=100_00)
        requests.approve(row.request_id, by=colleague())
        worker()
        row.refresh_from_db()

        assert (row.state, free(row.source_id)) == ("failed", 100_00)
        assert "cannot leave" in row.reason
    assert wallet(alpha, ines) == 0


@pytest.mark.no_database
def test_an_old_call_of_stripe_does_not_become_young_by_a_second_time_whk_01():
    secret, now = "whsec_secret", int(clock.now().timestamp())
    told = {"secrets": {"api_key": "sk_test_x", "webhook_secret": secret}, "settings": {}}
    stripe = StripeCheckout(Wiring(account_id=new_id(), callback_url="", **told))
    body = b'{"id": "evt_1", "object": "event", "type": "x", "livemode": false,'
    body += b' "data": {"object": {}}}'

    def read(at, header):
        mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"stripe-signature": header.format(at=at, mac=mac, now=now)}
        return stripe.read_callback(
            RawCallback(body=body, headers=headers, received_at=clock.now())
        )

    assert read(now, "t={at},v1={mac}").event_id == "evt_1"
    for header in ("t={at},v1={mac}", "t={at},v1={mac},t={now}", "t={at},v1={mac}, t={now}"):
        with pytest.raises(Forged):
            read(now - 301, header)


def test_a_transfer_is_no_way_around_the_limit_of_an_exchange(alpha, theo):
    with alpha.pin():
        wallet_id = fund(theo.pk, usd(500_00))
        wallets.set_rate("USD", "EUR", Decimal("0.8"), by=SYSTEM)
        terms = Terms(
            pay="USD", receive="EUR", is_open=True, markup_percent=Decimal(1),
            approval_from=usd(100_00),
        )  # fmt: skip
        wallets.set_terms(terms, by=SYSTEM)
        told = {"source": "wallet:USD", "target": "wallet:EUR"}
        found = []
        for cents in (99_99, 100_00):
            wish = TransferWish(amount=usd(cents), key=str(new_id()), **told)
            token = services.plan_transfer(theo.pk, wish).token
            asked = services.ask_transfer(theo.pk, token, by=client_of(theo))
            found.append(Transfer.objects.get(pk=asked))
        states = [row.state for row in found]
        requests.approve(found[1].request_id, by=colleague())
        worker()
        found[1].refresh_from_db()

        assert (states, found[1].state) == (["done", "waiting"], "done")
        assert free(wallet_id) == 500_00 - 199_99
