"""Finance decides what came by hand; two colleagues above the limit."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from kernel.money import Money
from tests.modules.cashier.conftest import ask, get, house, ledger_holds, offer, wallet
from tests.modules.cashier.test_bad_input import PDF
from tests.support.people import make_staff


def decide(place, person, deposit_id, what, **told):
    return place.signed_in(person, fresh=True).post(
        f"/office/cashier/deposits/{deposit_id}/{what}/", told
    )


def test_finance_approves_what_came_and_it_is_in_the_wallet(alpha, till, theo, ada):
    deposit_id = ask(alpha, theo, till.methods["bank"], "250")

    answer = decide(alpha, ada, deposit_id, "approve", received="250.00")

    assert answer.status_code == 302
    assert get(alpha, deposit_id).state == "done"
    assert wallet(alpha, theo) == 250_00
    assert ledger_holds(alpha)


def test_approving_twice_credits_once(alpha, till, theo, ada):
    deposit_id = ask(alpha, theo, till.methods["bank"], "250")

    for _ in range(2):
        decide(alpha, ada, deposit_id, "approve", received="250.00")

    assert wallet(alpha, theo) == 250_00


def test_less_than_asked_for_is_credited_as_it_came(alpha, till, theo, ada):
    deposit_id = ask(alpha, theo, till.methods["bank"], "250")

    decide(alpha, ada, deposit_id, "approve", received="240")

    assert wallet(alpha, theo) == 240_00
    assert get(alpha, deposit_id).arrives == Money(240_00, "USD")


def test_above_the_limit_two_colleagues_approve_csh_08(alpha, till, theo, ada):
    nadia = make_staff(alpha, "nadia@alpha.example")
    method_id = offer(alpha, "Wire", till.accounts["bank"], four_eyes_minor=1_000_00)
    deposit_id = ask(alpha, theo, method_id, "1000")

    decide(alpha, ada, deposit_id, "approve", received="1000")
    decide(alpha, ada, deposit_id, "approve", received="1000")
    assert (wallet(alpha, theo), get(alpha, deposit_id).first_approved_by_id) == (0, ada.pk)

    decide(alpha, nadia, deposit_id, "approve", received="1000")
    assert wallet(alpha, theo) == 1_000_00
    assert ledger_holds(alpha)


@pytest.mark.parametrize("received", ["", "-1", "0", "1.234", "x"])
def test_an_amount_that_cannot_have_come_is_refused(alpha, till, theo, ada, received):
    deposit_id = ask(alpha, theo, till.methods["bank"], "250")

    answer = decide(alpha, ada, deposit_id, "approve", received=received)

    assert answer.status_code == 422
    assert (wallet(alpha, theo), house(alpha)) == (0, {})


def test_sent_back_the_client_reads_why_and_hands_in_another_proof(alpha, till, theo, ada):
    deposit_id = ask(alpha, theo, till.methods["bank"], "250")
    browser = alpha.signed_in(theo)
    proof = f"/room/cashier/{deposit_id}/proof/"
    browser.post(proof, {"proof": SimpleUploadedFile("a.pdf", PDF)})
    decide(alpha, ada, deposit_id, "correct", reason="The receipt shows another name.")
    page = browser.get(f"/room/cashier/{deposit_id}/").content.decode()
    assert "The receipt shows another name." in page
    assert get(alpha, deposit_id).state == "correction"

    browser.post(proof, {"proof": SimpleUploadedFile("b.pdf", PDF)})

    assert get(alpha, deposit_id).state == "review"


def test_rejected_with_a_reason_and_never_without(alpha, till, theo, ada):
    deposit_id = ask(alpha, theo, till.methods["bank"], "250")

    decide(alpha, ada, deposit_id, "reject", reason="  ")
    assert get(alpha, deposit_id).state == "paying"

    decide(alpha, ada, deposit_id, "reject", reason="Not our account.")
    row = get(alpha, deposit_id)
    assert (row.state, row.reason) == ("declined", "Not our account.")
    assert wallet(alpha, theo) == 0


def test_the_pages_of_finance_and_of_the_client_are_there(alpha, till, theo, ada):
    for kind in ("bank", "crypto", "redirect"):
        deposit_id = ask(alpha, theo, till.methods[kind], "250")
        room, office = alpha.signed_in(theo), alpha.signed_in(ada, fresh=True)
        pages = [
            room.get("/room/cashier/"),
            room.get("/room/cashier/pay/"),
            room.get(f"/room/cashier/{deposit_id}/"),
            office.get("/office/cashier/deposits/?tab=all"),
            office.get(f"/office/cashier/deposits/{deposit_id}/"),
            office.get("/office/cashier/methods/"),
            office.get(f"/office/cashier/methods/{till.methods[kind]}/"),
            office.get(f"/office/cashier/providers/{till.accounts[kind]}/"),
            office.get(f"/office/cashier/providers/new/?kind={kind}"),
            office.get("/office/cashier/methods/new/"),
        ]
        assert [page.status_code for page in pages] == [200] * len(pages)


def test_the_client_pays_by_the_form_and_follows_to_the_payment_page(alpha, psp, till, theo):
    browser = alpha.signed_in(theo)
    form = {
        "target": "wallet:USD",
        "method": str(till.methods["redirect"]),
        "amount": "120",
        "currency": "USD",
        "key": "6f1b3f0e-7f1c-4f64-9a55-6f6b0b7f3f11",
    }
    shown = browser.post("/room/cashier/pay/", form)
    token = shown.context["quote"].token

    first = browser.post("/room/cashier/pay/confirm/", {"token": token})
    second = browser.post("/room/cashier/pay/confirm/", {"token": token})
    page = browser.get(first["Location"]).content.decode()

    assert first["Location"] == second["Location"]
    assert f"{psp.base}/pay/" in page
    bad = browser.post("/room/cashier/pay/", form | {"amount": "-1"})
    assert bad.status_code == 422


def test_a_deposit_over_the_api_needs_no_page(alpha, psp, till, theo):
    browser = alpha.signed_in(theo)
    browser.get("/room/cashier/")
    wish = {
        "method_id": str(till.methods["bank"]),
        "target": "wallet:USD",
        "amount": "75",
        "currency": "USD",
    }
    root = "/api/v1/cashier/my"
    token = browser.post(f"{root}/quotes", wish, content_type="application/json").json()["token"]
    key = {"Idempotency-Key": "once"}
    told = {"token": token}

    asked = browser.post(f"{root}/deposits", told, content_type="application/json", headers=key)
    again = browser.post(f"{root}/deposits", told, content_type="application/json", headers=key)
    with alpha.pin():
        from modules.cashier import services

        for deposit_id in services.due_beginnings():
            services.begin_payment(deposit_id)
    found = browser.get(f"{root}/deposits/{asked.json()['id']}").json()

    assert (asked.status_code, again.json()) == (202, asked.json())
    assert (found["state"], found["pay"]) == ("paying", "75.00")
    assert len(browser.get(f"{root}/deposits").json()["items"]) == 1


def test_what_a_method_lacks_is_listed_and_it_cannot_be_switched_on_ten_09(alpha, ada):
    from modules.cashier import queries, services
    from modules.cashier.errors import StillIncomplete
    from modules.cashier.types import MethodWish
    from modules.clients.types import Standing
    from tests.modules.cashier.conftest import terms

    wish = MethodWish(
        name="Card", titles={}, notes={}, icon="credit-card", countries=(), countries_not=(),
        place=1, is_deposit_on=False, is_withdrawal_on=False,
    )  # fmt: skip
    from tests.support.tenants import SYSTEM

    with alpha.pin():
        method_id = services.create_method(wish, by=SYSTEM)
        assert queries.method(method_id).missing == (
            "Choose at least one payment provider.",
            "Set limits for at least one currency.",
        )
        account_id = services.add_account("bank", "Bank", {}, by=SYSTEM)
        services.set_routes(method_id, [(account_id, ())], by=SYSTEM)
        services.set_terms(method_id, terms(), by=SYSTEM)
        assert queries.method(method_id).missing == (
            "Bank: “Beneficiary” is empty.",
            "Bank: “IBAN or account number” is empty.",
            "Bank: test the connection.",
        )
        with pytest.raises(StillIncomplete):
            services.switch_deposits(method_id, on=True, by=SYSTEM)
        assert queries.offers(Standing(country="DE", level=0, groups=frozenset())) == ()
