"""What clients, strangers and files must not do: a clear refusal, and nothing has changed."""

from __future__ import annotations

import datetime as dt
import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from kernel import clock
from tests.modules.cashier.conftest import (
    ask,
    connect,
    get,
    house,
    knock,
    ledger_holds,
    number,
    offer,
    wallet,
)
from tests.modules.conftest import make_client
from tests.support.tenants import SYSTEM

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"

NOBODYS = "01a1fde3-0000-7000-8000-000000000000"
"""An id that nothing has."""


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        ("-5", "USD", "cashier.amount_unreadable"),
        ("0", "USD", "cashier.amount_unreadable"),
        ("1.001", "USD", "cashier.amount_unreadable"),
        ("1.5", "JPY", "cashier.amount_unreadable"),
        ("NaN", "USD", "cashier.amount_unreadable"),
        ("Infinity", "USD", "cashier.amount_unreadable"),
        ("1e30", "USD", "cashier.amount_unreadable"),
        ("ten", "USD", "cashier.amount_unreadable"),
        ("100", "XXX", "cashier.currency_not_taken"),
        ("100", "EUR", "cashier.currency_not_taken"),
        ("9.99", "USD", "cashier.below_least"),
        ("5000.01", "USD", "cashier.above_most"),
    ],
)
def test_an_amount_that_is_none_is_refused_with_its_reason(
    alpha, till, theo, amount, currency, code
):
    from kernel.errors import Refused

    with pytest.raises(Refused) as refused:
        ask(alpha, theo, till.methods["redirect"], amount, currency=currency)

    assert refused.value.code == code
    assert _deposits(alpha) == 0


def test_above_the_allowance_of_a_day_is_refused_and_says_what_is_left(alpha, psp, till, theo):
    from modules.cashier.errors import AboveAllowance

    method_id = offer(alpha, "Daily", till.accounts["redirect"], day_minor=150_00)
    ask(alpha, theo, method_id, "100")

    with pytest.raises(AboveAllowance) as refused:
        ask(alpha, theo, method_id, "60")

    assert str(refused.value.facts["left"]) == "50.00 USD"
    assert _deposits(alpha) == 1


@pytest.mark.parametrize("target", [f"account:{NOBODYS}", "wallet:GBP", "bank", "account:x"])
def test_a_target_that_is_not_his_own_is_refused(alpha, till, theo, target):
    from modules.cashier.errors import NotYourAccount

    with pytest.raises(NotYourAccount):
        ask(alpha, theo, till.methods["redirect"], target=target)
    assert _deposits(alpha) == 0


def test_the_same_form_twice_is_one_deposit(alpha, till, theo):
    key = uuid.uuid4().hex

    first = ask(alpha, theo, till.methods["bank"], key=key)
    second = ask(alpha, theo, till.methods["bank"], key=key)

    assert first == second
    assert _deposits(alpha) == 1


def test_a_quote_holds_for_five_minutes_and_for_its_client_only(alpha, till, theo):
    from modules.cashier import services
    from modules.cashier.errors import QuoteExpired
    from modules.cashier.types import DepositWish

    eve = make_client(alpha, "eve@example.com", "Eve", "Weiss")
    with alpha.pin():
        wish = DepositWish(
            method_id=till.methods["bank"],
            target="wallet:USD",
            amount=services.amount_of("50", "USD"),
            key="k",
        )
        token = services.quote(theo.pk, wish).token
        with pytest.raises(QuoteExpired):
            services.ask_deposit(eve.pk, token, by=SYSTEM)
        with (
            clock.frozen(clock.now() + dt.timedelta(minutes=6)),
            pytest.raises(QuoteExpired),
        ):
            services.ask_deposit(theo.pk, token, by=SYSTEM)
        with pytest.raises(QuoteExpired):
            services.ask_deposit(theo.pk, token[:-2] + "xx", by=SYSTEM)
    assert _deposits(alpha) == 0


def test_a_callback_of_another_broker_cannot_credit_here_whk_03(alpha, beta, psp, till, theo):
    deposit_id = ask(alpha, theo, till.methods["redirect"])
    betas = connect(beta, psp, "redirect", merchant="beta")
    psp.control("POST move", reference=number(alpha, deposit_id), state="approved")
    event = psp.deliveries()[-1]["event"]
    forged = event | {"merchant_id": psp.merchant("beta")["merchant_id"]}
    alphas = till.accounts["redirect"]

    # Beta's secret at Alpha's door; Alpha's at Beta's; a genuine one of Beta's that names Alpha's.
    cross = knock(alpha.client(), psp, alphas, forged, merchant="beta")
    other = knock(beta.client(), psp, betas, event, merchant="alpha")
    named = knock(beta.client(), psp, betas, forged, merchant="beta")
    with beta.pin():
        from modules.cashier import services

        services.apply_waiting()

    assert [one.status_code for one in (cross, other, named)] == [400, 400, 204]
    assert get(alpha, deposit_id).state == "paying"
    assert wallet(alpha, theo) == 0
    assert (house(alpha), house(beta)) == ({}, {})


def test_another_account_of_the_same_broker_cannot_speak_for_it_whk_03(alpha, psp, till, theo):
    deposit_id = ask(alpha, theo, till.methods["redirect"])
    second = connect(alpha, psp, "redirect", merchant="alpha-2")
    psp.control("POST move", reference=number(alpha, deposit_id), state="approved")
    event = psp.deliveries()[-1]["event"]
    forged = event | {"merchant_id": psp.merchant("alpha-2")["merchant_id"]}

    answer = knock(alpha.client(), psp, second, forged, merchant="alpha-2")
    with alpha.pin():
        from modules.cashier import services

        services.apply_waiting()

    assert answer.status_code == 204
    assert get(alpha, deposit_id).state == "paying"
    assert wallet(alpha, theo) == 0


def picture(kind: str = "PNG") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(written, kind)
    return written.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        ("receipt.pdf", PDF, 302),
        ("receipt.png", picture(), 302),
        ("receipt.exe", picture("JPEG"), 302),
        ("receipt.pdf", b"MZ\x90\x00 this is no PDF", 422),
        ("receipt.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 422),
        ("receipt.html", b"<script>alert(1)</script>", 422),
        ("receipt.png", picture()[:60], 422),
        ("receipt.pdf", PDF[:20], 422),
        ("receipt.pdf", b"%PDF-1.7" + b" " * (5 * 1024 * 1024) + b"%%EOF", 422),
    ],
    ids=["pdf", "png", "jpeg", "program", "svg", "html", "half a png", "half a pdf", "too large"],
)
def test_a_proof_is_what_it_holds_not_what_it_is_called(alpha, till, theo, name, data, status):
    deposit_id = ask(alpha, theo, till.methods["bank"])
    browser = alpha.signed_in(theo)

    answer = browser.post(
        f"/room/cashier/{deposit_id}/proof/", {"proof": SimpleUploadedFile(name, data)}
    )

    assert answer.status_code == status
    assert get(alpha, deposit_id).state == ("review" if status == 302 else "paying")


def test_a_deposit_of_another_is_not_there(alpha, beta, till, theo, ben):
    deposit_id = ask(alpha, theo, till.methods["bank"])
    eve = make_client(alpha, "eve@example.com", "Eve", "Weiss")

    for browser in (alpha.signed_in(eve), beta.signed_in(ben)):
        answers = [
            browser.get(f"/room/cashier/{deposit_id}/"),
            browser.post(f"/room/cashier/{deposit_id}/cancel/"),
            browser.get(f"/api/v1/cashier/my/deposits/{deposit_id}"),
        ]
        assert {one.status_code for one in answers} <= {403, 404}
    assert get(alpha, deposit_id).state == "paying"
    assert ledger_holds(alpha)


def _deposits(place) -> int:
    from modules.cashier.models import Deposit

    with place.pin():
        return Deposit.objects.count()
