from __future__ import annotations

import io
from decimal import Decimal

import pytest

from kernel.ids import new_id
from kernel.money import Money
from modules.wallets import queries, services
from modules.wallets.models import Correction, Quote
from tests.modules.wallets.conftest import fund, usd
from tests.support.people import make_staff
from tests.support.tenants import SYSTEM


@pytest.fixture
def money(alpha, theo):
    """Theo's wallet with 250.00 USD, of which 50.00 are held."""
    with alpha.pin():
        wallet = services.open_wallet(theo.pk, "USD")
        fund(wallet, usd(250_00))
        services.hold(wallet, usd(50_00), "h", cause="test:1", by=SYSTEM)
        services.set_rate("USD", "EUR", Decimal("0.80"), by=SYSTEM)
    return wallet


@pytest.fixture
def room(alpha, theo, money):
    return alpha.signed_in(theo)


@pytest.fixture
def office(alpha, ada, money):
    return alpha.signed_in(ada, fresh=True)


def text(answer):
    return answer.content.decode()


def test_a_client_sees_his_wallets(room):
    page = text(room.get("/room/wallets/"))

    for figure in ("$250.00", "$200.00", "$50.00"):
        assert figure in page


def test_a_client_without_money_is_told_how_it_begins(alpha, theo):
    assert "No money here yet" in text(alpha.signed_in(theo).get("/room/wallets/"))


def test_a_statement_is_a_page_a_spreadsheet_and_a_paper(room, money):
    page = text(room.get(f"/room/wallets/{money}/"))
    sheet = text(room.get(f"/room/wallets/{money}/statement.csv"))
    paper = room.get(f"/room/wallets/{money}/statement.pdf")

    assert "Deposit" in page
    assert "+$250.00" in page
    assert sheet.splitlines()[1].split(",")[1:6] == ["Deposit", "", "250.00", "USD", "250.00"]
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")


def test_a_statement_narrows_to_a_kind_and_to_days(room, money):
    kinds = text(room.get(f"/room/wallets/{money}/?kind=exchange"))
    days = text(room.get(f"/room/wallets/{money}/?to_on=2020-01-01"))
    nonsense = text(room.get(f"/room/wallets/{money}/?kind=x&from_on=x&page=x"))
    last = text(room.get(f"/room/wallets/{money}/statement.csv?to_on=9999-12-31"))
    first = room.get(f"/room/wallets/{money}/statement.pdf?from_on=0001-01-01&to_on=0001-01-05")

    assert "Nothing in this time" in kinds
    assert "Nothing in this time" in days
    assert "+$250.00" in nonsense
    assert "250.00" in last
    assert first["Content-Type"] == "application/pdf"


def test_what_a_client_wrote_is_no_formula_in_a_spreadsheet(room, alpha, theo, money):
    from modules.wallets.types import Cause, EntryKind, Leg

    with alpha.pin():
        services.post(
            EntryKind.CORRECTION,
            "c",
            [Leg(money, usd(1)), Leg("corrections", usd(-1))],
            by=SYSTEM,
            cause=Cause("test:1", note="=HYPERLINK(1)"),
        )

    assert ",'=HYPERLINK(1)," in text(room.get(f"/room/wallets/{money}/statement.csv"))


def test_exchanging_from_asking_to_having(room, alpha, theo, money):
    asked = room.post(
        "/room/wallets/exchange/",
        {"pay_currency": "USD", "receive_currency": "EUR", "side": "pay", "amount": "100"},
    )
    offer = text(room.get(asked["Location"]))
    counted = text(room.get(f"{asked['Location']}countdown/"))
    done = room.post(f"{asked['Location']}accept/", follow=True)

    assert "€79.20" in offer
    assert "European" not in offer
    assert "Valid for" in counted
    assert "Exchanged" in text(done)
    with alpha.pin():
        assert queries.balance(services.open_wallet(theo.pk, "EUR")) == Money(79_20, "EUR")


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("-5", "greater than or equal"),
        ("0", "greater than or equal"),
        ("1.001", "at most 2 decimal places"),
        ("x", "Enter a number"),
        ("1e30", "digits"),
        ("", "required"),
    ],
)
def test_an_amount_that_is_none_is_refused_with_a_sentence(room, alpha, amount, said):
    answer = room.post(
        "/room/wallets/exchange/",
        {"pay_currency": "USD", "receive_currency": "EUR", "side": "pay", "amount": amount},
    )

    assert answer.status_code == 422
    assert said in text(answer)
    with alpha.pin():
        assert not Quote.objects.exists()


def test_a_currency_nobody_knows_is_refused(room):
    answer = room.post(
        "/room/wallets/exchange/",
        {"pay_currency": "USD", "receive_currency": "XXX", "side": "pay", "amount": "1"},
    )

    assert answer.status_code == 422


def test_a_wallet_and_an_offer_are_nobody_elses(alpha, beta, ben, money, theo):
    from tests.modules.conftest import make_client

    ines = alpha.signed_in(make_client(alpha, "ines@example.com", "Ines", "Moreau"))
    with alpha.pin():
        from modules.wallets.types import ExchangeWish

        wish = ExchangeWish(pay_currency="USD", receive_currency="EUR", amount=usd(1_00))
        offer = services.quote(theo.pk, wish).id

    for path in ("", "statement.csv", "statement.pdf"):
        assert ines.get(f"/room/wallets/{money}/{path}").status_code == 404
    assert ines.get(f"/room/wallets/exchange/{offer}/").status_code == 404
    assert ines.post(f"/room/wallets/exchange/{offer}/accept/").status_code == 404
    bens = beta.signed_in(ben)
    assert bens.get(f"/office/wallets/{money}/").status_code == 404
    assert "250.00" not in text(bens.get("/office/wallets/"))


def test_a_colleague_sees_wallets_and_their_clients(office, money):
    listed = text(office.get("/office/wallets/?q=theo"))
    shown = text(office.get(f"/office/wallets/{money}/"))

    assert "Theo Adler" in listed
    assert "$250.00" in listed
    assert "Held for" in shown
    assert "No wallet matches" in text(office.get("/office/wallets/?q=nobody"))
    assert office.get(f"/office/wallets/{new_id()}/").status_code == 404


def test_the_clients_page_has_his_wallets(office, theo):
    assert "$250.00" in text(office.get(f"/office/clients/{theo.pk}/"))


def test_the_ledger_is_shown_to_those_who_may_see_it(office, alpha, money):
    house = text(office.get("/office/wallets/ledger/"))
    journal = text(office.get("/office/wallets/ledger/journal/"))
    with alpha.pin():
        account = services.house_account("psp_clearing:test", "USD")
        entry = queries.statement_page(money, queries_filter()).lines[0].entry_id

    assert "psp_clearing:test" in house
    assert "client_wallet:" in journal
    assert "psp_clearing:test" in text(office.get(f"/office/wallets/ledger/accounts/{account}/"))
    assert "Sides" in text(office.get(f"/office/wallets/ledger/journal/{entry}/"))
    assert office.get(f"/office/wallets/ledger/accounts/{money}/").status_code == 404


def queries_filter():
    from modules.wallets.types import StatementFilter

    return StatementFilter()


def test_the_ledger_check_is_green_and_then_red(office, alpha, money):
    from tests.modules.wallets.test_tampering import DAMAGE, damage

    assert "Not checked yet" in text(office.get("/office/wallets/ledger/check/"))
    assert "the ledger holds" in text(office.post("/office/wallets/ledger/check/now/", follow=True))
    damage(alpha.schema, DAMAGE["balance"])

    red = text(office.post("/office/wallets/ledger/check/now/", follow=True))
    still = text(
        office.post("/office/wallets/ledger/check/lift/", {"reason": "Looked"}, follow=True)
    )
    damage(alpha.schema, "UPDATE wallets_balance SET posted_minor = posted_minor - 1")
    lifted = text(
        office.post("/office/wallets/ledger/check/lift/", {"reason": "Looked"}, follow=True)
    )

    assert "Payouts are stopped" in red
    assert "Payouts stay stopped" in still
    assert "Payouts go on" in lifted
    with alpha.pin():
        assert queries.payouts_allowed()


def test_a_correction_waits_for_other_eyes(office, alpha, money):
    answer = office.post(
        f"/office/wallets/{money}/correct/",
        {"direction": "take", "amount": "10.00", "reason": "Paid twice"},
        follow=True,
    )

    assert "once a colleague has approved it" in text(answer)
    with alpha.pin():
        assert queries.balance(money) == usd(250_00)
        assert Correction.objects.get().amount_minor == -10_00


def test_an_approved_correction_is_posted_and_never_by_the_one_who_asked(alpha, ada, money):
    from identity.queries import actor_for
    from modules.requests import queries as requests
    from modules.requests import services as deciding
    from modules.requests.events import RequestApproved
    from modules.wallets.handlers import carry_out_request

    nadia = make_staff(alpha, "nadia@alpha.example")
    with alpha.pin():
        asker = actor_for(ada.pk)
        asked = services.ask_correction(money, usd(-10_00), reason="Paid twice", by=asker)
        subject = f"wallets.Correction:{asked}"
        line = requests.of_subject(subject)[0]
        with pytest.raises(Exception, match=r"."):
            deciding.approve(line.id, by=asker)
        deciding.approve(line.id, by=actor_for(nadia.pk))
        told = RequestApproved(
            request_id=line.id, kind=line.kind, client_id=line.client_id, subject=subject
        )
        carry_out_request(told)
        carry_out_request(told)

        assert queries.balance(money) == usd(240_00)
        assert queries.corrections_of(money)[0].state == "done"


def test_a_correction_that_the_wallet_refuses_moves_nothing(alpha, ada, money):
    from identity.queries import actor_for

    with alpha.pin():
        asked = services.ask_correction(money, usd(-500_00), reason="Wrong", by=actor_for(ada.pk))
        services.carry_out_correction(asked, new_id(), by=SYSTEM)

        assert queries.balance(money) == usd(250_00)
        assert queries.corrections_of(money)[0].state == "refused"


def test_rates_and_terms_are_set_and_wrong_ones_are_refused(office, alpha):
    page = "/office/wallets/rates/"
    rate = {"form": "rate", "base": "BTC", "quote": "USD", "rate": "50000"}
    terms = {"form": "terms", "pay": "USD", "receive": "EUR", "is_open": "on"}

    assert "Saved" in text(office.post(page, rate, follow=True))
    saved = office.post(
        page, terms | {"markup_percent": "0.5", "approval_from": "1000"}, follow=True
    )
    assert "Saved" in text(saved)
    for wrong in (
        rate | {"quote": "BTC"},
        rate | {"rate": "-1"},
        terms | {"markup_percent": "60"},
        terms | {"markup_percent": "1", "receive": "*"},
        terms | {"markup_percent": "1", "approval_from": "1.001"},
    ):
        assert office.post(page, wrong).status_code == 422
    with alpha.pin():
        assert queries.terms("USD", "EUR").approval_from == usd(1_000_00)


def test_without_the_right_nothing_of_it_is_there(alpha, theo, money):
    client = alpha.signed_in(theo)

    for path in ("", f"{money}/", "ledger/", "ledger/journal/", "ledger/check/", "rates/"):
        assert client.get(f"/office/wallets/{path}").status_code in {302, 403, 404}


@pytest.mark.parametrize("language", ["en", "ar", "ru"])
def test_a_paper_is_written_in_every_script(alpha, money, language):
    from django.utils import translation

    from kernel import clock
    from modules.wallets.services.papers import statement_paper

    with alpha.pin(), translation.override(language):
        today = clock.now().date()
        found = queries.statement(money, client_name="ثيو Адлер Θίο", from_on=today, to_on=today)
        paper = statement_paper(found)

    assert io.BytesIO(paper).read(5) == b"%PDF-"
    assert len(paper) < 400_000
