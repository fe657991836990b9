"""The finance desk: settlements compared and posted once, chargebacks, pages, exports."""

from __future__ import annotations

from decimal import Decimal

import pytest

from kernel import clock
from kernel.actor import Actor, ActorKind, Scope
from kernel.ids import new_id
from kernel.money import Money
from modules.cashier import services
from modules.cashier.errors import (
    ColumnMissing,
    FileKnown,
    FileUnreadable,
    MoneyStays,
    NoSuchMove,
    NotFree,
    ReasonNeeded,
)
from modules.cashier.models import Claim, Payout, SettlementFile, SettlementLine
from modules.cashier.queries import finance as queries
from modules.requests import services as requests
from modules.wallets.models import OwnRate
from tests.modules.cashier.going_out import (
    decide,
    free,
    fund,
    house,
    ledger_holds,
    make_method,
    make_provider,
    make_world,
    paid_in,
    usd,
    worker,
)
from tests.modules.conftest import make_client
from tests.support.tenants import SYSTEM

COLUMNS = {"reference": "Ref", "amount": "Gross", "currency": "Cur", "fee": "Fee", "kind": "Type"}


@pytest.fixture
def finance():
    codes = (
        "requests.see_requests",
        "cashier.decide_withdrawals",
        "cashier.see_finance",
        "clients.see_clients",
    )
    grants = dict.fromkeys(codes, Scope.ALL)
    return Actor(
        kind=ActorKind.PERSON, id=new_id(), name="Ada Winter", grants=grants, is_staff=True
    )


@pytest.fixture
def world(alpha, theo):
    with alpha.pin():
        made = make_world(theo)
        yield made
        assert ledger_holds()


@pytest.fixture
def card(world):
    provider = make_provider("redirect", "cards", {"api_url": "http://127.0.0.1:9"})
    return provider, make_method("Card", provider)


def csv_of(*rows: str) -> bytes:
    return "\n".join(["Ref,Gross,Cur,Fee,Type", *rows]).encode()


def upload(provider, *rows, name="june.csv"):
    return services.upload_settlement(provider.pk, name, csv_of(*rows), COLUMNS, by=SYSTEM)


def states(file_id):
    rows = SettlementLine.objects.filter(file=file_id).order_by("number")
    return [row.state for row in rows]


def test_a_file_is_compared_line_by_line_and_nothing_is_posted_before_it_is_taken_over(world, card):
    provider, method = card
    known = paid_in(world.theo.pk, provider, method, usd(100_00))
    other = paid_in(world.theo.pk, provider, method, usd(50_00))
    file_id = upload(
        provider,
        f"{known.provider_reference},100.00,USD,2.50,payment",
        f"{other.reference},49.00,USD,1.00,payment",
        "stranger,10.00,USD,0.10,payment",
        f"{known.reference},100.00,USD,2.50,payment",
    )
    before = house("bank")
    posted = services.take_settlement(file_id, by=SYSTEM)

    assert states(file_id) == ["matched", "amount", "unknown", "twice"]
    assert (before, posted) == (0, 1)
    assert (house("bank"), house("psp_fees:cards")) == (-97_50, -2_50)
    assert len(queries.mismatches()) == 3


def test_taking_over_twice_posts_nothing_twice(world, card):
    provider, method = card
    known = paid_in(world.theo.pk, provider, method, usd(100_00))
    row = f"{known.reference},100.00,USD,0,payment"
    first = upload(provider, row)
    services.take_settlement(first, by=SYSTEM)
    services.take_settlement(first, by=SYSTEM)
    again = upload(provider, row, f"{known.reference},100.00,USD,0,payment", name="july.csv")
    services.take_settlement(again, by=SYSTEM)

    assert house("bank") == -100_00
    assert states(again) == ["twice", "twice"]


def test_the_same_file_is_refused_unless_it_was_dropped(world, card):
    provider, _method = card
    file_id = upload(provider, "x,1.00,USD,0,payment")
    with pytest.raises(FileKnown):
        upload(provider, "x,1.00,USD,0,payment", name="other-name.csv")
    services.drop_settlement(file_id, by=SYSTEM)
    upload(provider, "x,1.00,USD,0,payment")


def test_payouts_are_settled_too(world, card, finance):
    row = world.ask(100_00)
    decide(row, finance)
    payout = Payout.objects.get(withdrawal=row)
    services.record_paid_by_hand(payout.pk, reference="BANK-1", by=finance)
    file_id = services.upload_settlement(
        world.bank.pk, "b.csv", csv_of("BANK-1,-100.00,USD,1.00,"), COLUMNS, by=SYSTEM
    )
    services.take_settlement(file_id, by=SYSTEM)

    assert states(file_id) == ["matched"]
    assert (house("psp_clearing:house-bank"), house("bank")) == (0, 101_00)


def test_a_difference_is_explained_with_a_reason_once(world, card):
    provider, _method = card
    file_id = upload(provider, "stranger,10.00,USD,0,payment")
    services.take_settlement(file_id, by=SYSTEM)
    line = SettlementLine.objects.get(file=file_id)
    with pytest.raises(ReasonNeeded):
        services.resolve_line(line.pk, reason="  ", by=SYSTEM)
    services.resolve_line(line.pk, reason="A test payment of theirs.", by=SYSTEM)
    with pytest.raises(NoSuchMove):
        services.resolve_line(line.pk, reason="Again.", by=SYSTEM)
    assert queries.mismatches() == ()


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"\xff\xfe\x00", FileUnreadable),
        (b"a,b\n1,2\n", ColumnMissing),
        (csv_of("x,1.001,USD,0,"), FileUnreadable),
        (csv_of("x,nan,USD,0,"), FileUnreadable),
        (csv_of("x,1.00,XXX,0,"), FileUnreadable),
        (csv_of(",1.00,USD,0,"), FileUnreadable),
        (csv_of("x,0,USD,0,"), FileUnreadable),
        (csv_of("x,1e30,USD,0,"), FileUnreadable),
        (csv_of("x,1e999999,USD,0,"), FileUnreadable),
        (csv_of("x\0,1.00,USD,0,"), FileUnreadable),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(world, card, content, refusal):
    with pytest.raises(refusal):
        services.upload_settlement(card[0].pk, "f.csv", content, COLUMNS, by=SYSTEM)
    assert SettlementFile.objects.count() == 0


# -- chargebacks ----------------------------------------------------------------------------------


def test_a_chargeback_freezes_the_client_lists_what_is_owed_and_is_taken_back(world, card, finance):
    provider, method = card
    payment = paid_in(world.theo.pk, provider, method, usd(1_500_00))
    services.open_claim(payment.deposit_id, owed_minor=1_500_00)
    services.open_claim(payment.deposit_id, owed_minor=1_500_00)
    claim = Claim.objects.get()
    with pytest.raises(MoneyStays):
        world.ask(10_00)
    taken = services.take_from_wallet(claim.pk, by=finance)
    with pytest.raises(NotFree):
        services.take_from_wallet(claim.pk, by=finance)
    owed = queries.claims(by=finance)[0].owed
    services.write_off(claim.pk, reason="He is gone.", by=finance)
    with pytest.raises(NoSuchMove):
        services.write_off(claim.pk, reason="Twice.", by=finance)
    services.lift_client(world.theo.pk, reason="Cleared.", by=finance)

    assert (taken, owed, free(world.wallet)) == (usd(1_000_00), usd(500_00), 0)
    assert queries.freezes(by=finance) == ()


def test_other_clients_are_not_frozen(world, card, alpha):
    provider, method = card
    ines = make_client(alpha, "ines@example.com", "Ines", "Karam")
    payment = paid_in(ines.pk, provider, method, usd(10_00))
    services.open_claim(payment.deposit_id, owed_minor=0)
    world.ask(10_00)

    assert Claim.objects.get().state == "settled"


# -- pages ----------------------------------------------------------------------------------------


def test_every_page_of_finance_opens_and_a_payout_is_recorded(alpha, world, ada, finance, card):
    row = world.ask(100_00)
    decide(row, finance)
    payment = paid_in(world.theo.pk, *card, usd(30_00))
    services.open_claim(payment.deposit_id, owed_minor=30_00)
    services.lift_client(world.theo.pk, reason="x", by=finance)
    file_id = upload(card[0], "stranger,10.00,USD,0,payment")
    payout = Payout.objects.get(withdrawal=row)
    browser = alpha.signed_in(ada, fresh=True)
    base = "/office/cashier"
    pages = (
        "finance/", "finance/rules/", "withdrawals/", "withdrawals/?tab=all&q=Theo",
        f"withdrawals/{row.pk}/", "transfers/", "settlements/", f"settlements/{file_id}/",
        "claims/", "claims/?tab=all",
    )  # fmt: skip
    answers = {page: browser.get(f"{base}/{page}").status_code for page in pages}
    empty = browser.post(f"{base}/payouts/{payout.pk}/paid/", {"reference": ""})
    paid = browser.post(f"{base}/payouts/{payout.pk}/paid/", {"reference": "SEPA-1"})
    payout.refresh_from_db()

    assert answers == dict.fromkeys(pages, 200)
    assert (empty.status_code, paid.status_code, payout.state) == (422, 302, "done")


def test_an_export_is_no_formula(alpha, world, ada, finance):
    row = world.ask(100_00)
    requests.refuse(row.request_id, reason="=cmd()", by=finance)
    worker()
    browser = alpha.signed_in(ada, fresh=True)
    answer = browser.get("/office/cashier/withdrawals/export/")
    text = b"".join(answer.streaming_content).decode()

    assert row.number in text
    assert "'=cmd()" in text


def test_a_client_walks_from_the_form_to_the_tracker(alpha, world, theo):
    browser = alpha.signed_in(theo, fresh=True)
    base = "/room/cashier"
    form = {
        "key": str(new_id()), "source": "wallet:USD", "method": str(world.method.pk),
        "instrument": str(world.instrument.pk), "amount": "100.00",
    }  # fmt: skip
    opened = browser.get(f"{base}/withdrawals/new/")
    wrong = browser.post(f"{base}/withdrawals/new/", form | {"amount": "100.001"})
    plan = browser.post(f"{base}/withdrawals/new/", form)
    token = plan.context["plan"].token
    asked = browser.post(f"{base}/withdrawals/confirm/", {"token": token})
    again = browser.post(f"{base}/withdrawals/confirm/", {"token": token})
    tracker = browser.get(asked["Location"])
    cancelled = browser.post(f"{asked['Location']}cancel/")

    assert (opened.status_code, wrong.status_code, plan.status_code) == (200, 422, 200)
    assert asked["Location"] == again["Location"]
    assert (tracker.status_code, cancelled.status_code) == (200, 302)
    assert free(world.wallet) == 1_000_00


def test_taking_out_asks_for_a_fresh_second_factor(alpha, world, theo):
    stale = alpha.signed_in(theo)
    answer = stale.get("/room/cashier/withdrawals/new/")

    assert answer.status_code == 302
    assert "withdrawals" not in answer["Location"].split("?")[0]


def test_a_client_moves_money_on_the_page(alpha, world, theo):
    OwnRate.objects.create(
        base="USD", quote="EUR", rate=Decimal("0.9"), set_by="Ada", set_at=clock.now()
    )
    fund(theo.pk, Money(1_00, "EUR"))
    browser = alpha.signed_in(theo)
    form = {
        "key": str(new_id()), "source": "wallet:USD", "target": "wallet:EUR", "amount": "50",
    }  # fmt: skip
    opened = browser.get("/room/cashier/transfers/new/")
    plan = browser.post("/room/cashier/transfers/new/", form)
    asked = browser.post("/room/cashier/transfers/confirm/", {"token": plan.context["plan"].token})
    pages = [
        browser.get(asked["Location"]).status_code,
        browser.get("/room/cashier/transfers/").status_code,
        browser.get("/room/cashier/withdrawals/").status_code,
        browser.get("/room/cashier/transfers/send/").status_code,
    ]

    assert (opened.status_code, plan.status_code) == (200, 200)
    assert pages == [200] * 4
    assert free(world.wallet) == 950_00


def test_anothers_withdrawal_is_not_found(alpha, world):
    row = world.ask(100_00)
    ines = make_client(alpha, "ines@example.com", "Ines", "Karam")
    hers = alpha.signed_in(ines).get(f"/room/cashier/withdrawals/{row.pk}/")

    assert hers.status_code == 404
