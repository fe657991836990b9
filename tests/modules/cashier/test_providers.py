"""Each adapter against its service at home: the same story by Stripe, coins and a redirect PSP."""

from __future__ import annotations

import pytest

from kernel.errors import OutcomeUnknown
from kernel.money import Money
from modules.cashier.errors import FinallyDeclined, Forged, TechnicallyDeclined
from modules.cashier.providers.port import PaymentKey, PaymentOrder, PayoutOrder, RawCallback
from modules.cashier.types import PaymentState
from tests.devstack.stripe.running import pay
from tests.modules.cashier.conftest import (
    apply,
    ask,
    connect,
    get,
    ledger_holds,
    offer,
    wallet,
)


def adapter(place, account_id):
    from modules.cashier.models import ProviderAccount
    from modules.cashier.services import provider_of

    return provider_of(ProviderAccount.objects.get(pk=account_id))


def order(reference: str = "DTEST", minor: int = 100_00) -> PaymentOrder:
    return PaymentOrder(
        reference=reference,
        amount=Money(minor, "USD"),
        title="Deposit",
        payer_email="theo@example.com",
        return_url="http://localhost:9/back",
        cancel_url="http://localhost:9/back",
    )


@pytest.mark.parametrize("kind", ["redirect", "crypto"])
def test_beginning_twice_under_one_reference_is_one_payment(alpha, psp, till, kind):
    with alpha.pin():
        provider = adapter(alpha, till.accounts[kind])
        first, second = (provider.begin(order()) for _ in range(2))
        found = provider.payment(PaymentKey(reference="DTEST"))

    assert first.provider_reference == second.provider_reference
    assert found.state == PaymentState.OPEN


def test_a_wrong_key_fails_the_test_and_the_account_stays_off(alpha, psp):
    from modules.cashier import queries, services
    from tests.modules.cashier.conftest import settings_of
    from tests.support.tenants import SYSTEM

    for kind, key in (("redirect", "secret"), ("crypto", "api_key")):
        with alpha.pin():
            told = settings_of(psp, "alpha", kind) | {key: "wrong"}
            account_id = services.add_account(kind, kind, told, by=SYSTEM)
            assert not services.test_account(account_id, by=SYSTEM)
            assert queries.account(account_id).state == "broken"


def test_secrets_are_sealed_and_never_shown_sec_01(alpha, psp, till, ada):
    secret = psp.merchant("alpha")["secret"]
    from modules.cashier.models import ProviderAccount

    with alpha.pin():
        row = ProviderAccount.objects.get(pk=till.accounts["redirect"])
        assert secret.encode() not in bytes(row.sealed)
        assert secret not in str(row.settings)
    office = alpha.signed_in(ada, fresh=True)
    page = office.get(f"/office/cashier/providers/{till.accounts['redirect']}/").content.decode()
    assert secret not in page


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ("technical_decline", TechnicallyDeclined),
        ("declined", FinallyDeclined),
        ("error", OutcomeUnknown),
    ],
)
def test_refusals_are_told_apart(alpha, psp, till, wanted, error):
    psp.behave(begin=wanted)

    with alpha.pin(), pytest.raises(error):
        adapter(alpha, till.accounts["redirect"]).begin(order())


def test_a_payout_of_the_redirect_psp_is_found_again(alpha, psp, till):
    wish = PayoutOrder(reference="P1", amount=Money(5_00, "USD"), title="Withdrawal")
    with alpha.pin():
        provider = adapter(alpha, till.accounts["redirect"])
        assert provider.payout(PaymentKey(reference="P1")) is None
        psp.behave(payout="error", hold=True)
        with pytest.raises(OutcomeUnknown):
            provider.pay_out(wish)
        psp.behave(hold=True)
        found = provider.payout(PaymentKey(reference="P1"))

    assert (found.is_done, found.is_refused) == (True, False)


def test_an_address_that_is_not_public_is_not_called_egr_01(alpha, psp, till, settings_override):
    from modules.cashier.providers.outgoing import AddressNotAllowed

    with (
        alpha.pin(),
        settings_override(ALLOW_PRIVATE_TRADING_SERVERS=False),
        pytest.raises(AddressNotAllowed),
    ):
        adapter(alpha, till.accounts["redirect"]).begin(order())


@pytest.fixture
def card(alpha, psp, stripe_account):
    """A method of Alpha's own Stripe account."""
    account_id = connect(alpha, psp, "stripe")
    return account_id, offer(alpha, "Card", account_id)


def post(place, account_id, delivery, **more):
    headers = {"Stripe-Signature": more.get("signature", delivery.signature)}
    body = more.get("body", delivery.body)
    path = f"/cashier/callbacks/{account_id}/"
    return place.client().post(path, body, content_type="application/json", headers=headers)


def paid(alpha, theo, card, stripe_account, **more):
    """Pay a deposit on Stripe's page; the events that Stripe sent."""
    stripe_account.control(
        "POST webhook", url=stripe_account.ear.url
    )  # the test hands them over itself
    deposit_id = ask(alpha, theo, card[1], "100")
    with alpha.pin():
        url = get(alpha, deposit_id).payments.get().redirect_url
    assert pay(url, **more).status == 303
    return deposit_id, stripe_account.news()


def test_a_card_payment_by_the_brokers_own_stripe_is_credited_once(
    alpha, theo, card, stripe_account
):
    deposit_id, news = paid(alpha, theo, card, stripe_account)

    answers = [post(alpha, card[0], one).status_code for one in (*news, *news)]
    apply(alpha)

    assert set(answers) == {204}
    assert get(alpha, deposit_id).state == "done"
    assert wallet(alpha, theo) == 100_00
    assert ledger_holds(alpha)


def test_an_event_signed_by_another_secret_is_refused_whk_01(alpha, theo, card, stripe_account):
    deposit_id, news = paid(alpha, theo, card, stripe_account)

    altered = post(alpha, card[0], news[-1], body=news[-1].body.replace(b"10000", b"99900"))
    unsigned = post(alpha, card[0], news[-1], signature="t=1,v1=00")

    assert (altered.status_code, unsigned.status_code) == (400, 400)
    assert get(alpha, deposit_id).state == "paying"


def test_a_dispute_at_stripe_takes_the_deposit_back(alpha, theo, card, stripe_account):
    deposit_id, news = paid(alpha, theo, card, stripe_account)
    for one in news:
        post(alpha, card[0], one)
    apply(alpha)
    intent = next(o.event["data"]["object"] for o in news if o.event["type"].startswith("payment_"))

    stripe_account.control("POST dispute", payment_intent=intent["id"])
    for one in stripe_account.news():
        post(alpha, card[0], one)
    apply(alpha)

    assert get(alpha, deposit_id).state == "charged_back"
    assert wallet(alpha, theo) == 0


def test_a_card_payment_is_returned_to_its_source_and_never_more_than_it(
    alpha, theo, card, stripe_account
):
    deposit_id, _news = paid(alpha, theo, card, stripe_account)
    with alpha.pin():
        payment = get(alpha, deposit_id).payments.get()
        source = PaymentKey(
            reference=payment.reference, provider_reference=payment.provider_reference
        )
        provider = adapter(alpha, card[0])

        def back(reference: str, minor: int) -> PayoutOrder:
            return PayoutOrder(
                reference=reference, amount=Money(minor, "USD"), title="", source=source
            )

        first, again = (provider.pay_out(back("W1", 60_00)) for _ in range(2))
        with pytest.raises(FinallyDeclined):
            provider.pay_out(back("W2", 60_00))
        found = provider.payout(PaymentKey(reference="W1"))

    assert first == again == found
    assert first.is_done


def test_what_the_adapters_cannot_read_is_forged(alpha, till):
    from kernel import clock

    with alpha.pin():
        raw = RawCallback(body=b"{}", headers={}, received_at=clock.now())
        for account_id in till.accounts.values():
            with pytest.raises(Forged):
                adapter(alpha, account_id).read_callback(raw)
