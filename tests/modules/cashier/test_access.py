"""Who may use a payment method, and how much: groups, verification levels, limits, logos."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from kernel.errors import Refused
from kernel.ids import new_id
from modules.cashier import queries, services
from modules.cashier.models import Deposit, Method, MethodTerms, Withdrawal
from modules.cashier.queries import outgoing
from modules.cashier.types import Access, AllowanceLine, LevelLimits
from modules.clients import queries as people
from modules.clients import services as clients
from modules.wallets import services as wallets
from tests.modules.cashier import conftest as paying
from tests.modules.cashier.going_out import free, fund, make_provider, make_world, usd
from tests.support.tenants import SYSTEM

PROBLEM = "Verify your identity to use this: it needs the level “Basic”."


@pytest.fixture
def bank(alpha, theo):
    """A bank method that Theo, who has proven nothing, can pay in with."""
    with alpha.pin():
        account = make_provider("bank", "house", {"beneficiary": "Alpha", "account": "DE1"})
    return paying.offer(alpha, "Bank transfer", account.pk)


@pytest.fixture
def vip(alpha):
    with alpha.pin():
        return clients.create_group("Gold circle", by=SYSTEM)


def let(method_id, **access):
    services.set_access(method_id, Access(**access), by=SYSTEM)


def titles(client):
    return [(one.title, one.level_needed) for one in queries.offers(people.standing(client.pk))]


def raise_to(client, level):
    clients.set_verification_level(client.pk, level, reason="Passport", by=SYSTEM)


def png(colour="navy"):
    held = io.BytesIO()
    Image.new("RGB", (40, 20), colour).save(held, "PNG")
    return held.getvalue()


def test_a_method_of_other_groups_is_hidden_and_refused_whatever_is_posted(alpha, bank, vip, theo):
    browser = alpha.signed_in(theo)
    wish = {
        "target": "wallet:USD", "method": str(bank), "amount": "100", "currency": "USD",
        "key": str(new_id()),
    }  # fmt: skip
    said = {"method_id": str(bank), "target": "wallet:USD", "amount": "100", "currency": "USD"}
    quotes = "/api/v1/cashier/my/quotes"
    with alpha.pin():
        token = browser.post(quotes, said, content_type="application/json").json()["token"]
        let(bank, groups=(vip,))
        hidden = titles(theo)
    page = browser.get("/room/cashier/pay/").content.decode()
    forged = browser.post("/room/cashier/pay/", wish)
    late = browser.post("/room/cashier/pay/confirm/", {"token": token}, follow=True)
    api = browser.post(quotes, said, content_type="application/json").json()
    with alpha.pin():
        none = Deposit.objects.count()
        clients.set_groups(theo.pk, [vip], by=SYSTEM)
        seen = titles(theo)
        let(bank, groups_not=(vip,))
        out_again = titles(theo)

    assert (hidden, out_again, none) == ([], [], 0)
    assert seen == [("Bank transfer for clients", "")]
    assert "Bank transfer for clients" not in page
    assert (forged.status_code, api["code"]) == (422, "cashier.no_such_method")
    assert "This payment method is not offered." in late.content.decode()


def test_a_method_above_his_level_is_shown_with_what_to_do_and_opens_with_the_level(
    alpha, bank, theo
):
    browser = alpha.signed_in(theo)
    with alpha.pin():
        let(bank, level_in=1)
    wish = {
        "target": "wallet:USD", "method": str(bank), "amount": "100", "currency": "USD",
        "key": str(new_id()),
    }  # fmt: skip
    said = {"method_id": str(bank), "target": "wallet:USD", "amount": "100", "currency": "USD"}
    page = browser.get("/room/cashier/pay/").content.decode()
    forged = browser.post("/room/cashier/pay/", wish)
    api = browser.post("/api/v1/cashier/my/quotes", said, content_type="application/json").json()
    (listed,) = browser.get("/api/v1/cashier/my/methods").json()
    with alpha.pin():
        raise_to(theo, 2)
    opened = browser.post("/room/cashier/pay/", wish)

    assert PROBLEM in page
    assert (forged.status_code, PROBLEM in forged.content.decode()) == (422, True)
    assert (api["code"], listed["level_needed"]) == ("cashier.level_needed", "Basic")
    assert (opened.status_code, "token" in opened.content.decode()) == (200, True)


def test_a_level_lost_between_figures_and_confirming_ends_it(alpha, theo):
    with alpha.pin():
        world = make_world(theo)
        let(world.method.pk, level_out=1)
        with pytest.raises(Refused) as early:
            world.ask(50_00)
        raise_to(theo, 1)
        plan = services.plan_withdrawal(theo.pk, world.wish(50_00))
        raise_to(theo, 0)
        with pytest.raises(Refused) as late:
            services.ask_withdrawal(theo.pk, plan.token, by=SYSTEM)

        assert (Withdrawal.objects.count(), free(world.wallet)) == (0, 1_000_00)
    assert {early.value.code, late.value.code} == {"cashier.level_needed"}


def test_a_withdrawal_above_the_level_is_refused_over_http_and_shown_with_what_to_do(alpha, theo):
    with alpha.pin():
        world = make_world(theo)
        let(world.method.pk, level_out=1)
    browser = alpha.signed_in(theo, fresh=True)
    told = {
        "source": "wallet:USD", "method": str(world.method.pk), "amount": "50",
        "instrument": str(world.instrument.pk), "key": str(new_id()),
    }  # fmt: skip
    page = browser.get("/room/cashier/withdrawals/new/").content.decode()
    forged = browser.post("/room/cashier/withdrawals/new/", told)

    assert PROBLEM in page
    assert (forged.status_code, PROBLEM in forged.content.decode()) == (422, True)
    with alpha.pin():
        assert Withdrawal.objects.count() == 0


def test_limits_of_a_level_take_the_place_of_the_others_from_it_on(alpha, bank, theo):
    with alpha.pin():
        terms_id = MethodTerms.objects.get().pk
        for level, most, day in ((1, 200_00, 300_00), (2, 9_000_00, None)):
            limits = LevelLimits(level=level, most_minor=most, day_minor=day)
            services.set_level_limits(terms_id, limits, by=SYSTEM)

        found = []
        for level in (0, 1, 2):
            raise_to(theo, level)
            terms = queries.offer(bank, people.standing(theo.pk)).terms["USD"]
            found.append((terms.most_minor, terms.day_minor))
        raise_to(theo, 1)
        with pytest.raises(Refused) as much:
            paying.ask(alpha, theo, bank, "201")
        paying.ask(alpha, theo, bank, "200")
        with pytest.raises(Refused) as daily:
            paying.ask(alpha, theo, bank, "101")
        raise_to(theo, 2)
        paying.ask(alpha, theo, bank, "5001")

    assert found == [(5_000_00, None), (200_00, 300_00), (9_000_00, None)]
    assert (much.value.code, daily.value.code) == ("cashier.above_most", "cashier.above_allowance")


def test_what_a_level_takes_out_in_all_counts_every_method_and_currency(alpha, theo):
    with alpha.pin():
        world = make_world(theo)
        wallets.set_rate("EUR", "USD", "1.25", by=SYSTEM)
        fund(theo.pk, usd(1).__class__(500_00, "EUR"))
        for level, day in ((0, 300_00), (1, None)):
            wish = AllowanceLine(level=level, currency="EUR", day_minor=day, month_minor=None)
            services.set_allowance(wish, by=SYSTEM)
        world.ask(250_00)
        with pytest.raises(Refused) as refused:
            world.ask(126_00)
        world.ask(125_00)
        raise_to(theo, 1)
        world.ask(500_00)

        assert Withdrawal.objects.count() == 3
    assert refused.value.code == "cashier.beyond_level"
    assert str(refused.value.facts["left"]) == "100.00 EUR"


def test_a_method_pays_out_only_once_nothing_is_missing(alpha, ada, bank):
    browser = alpha.signed_in(ada, fresh=True)
    page = f"/office/cashier/methods/{bank}/"
    early = browser.post(f"{page}switch-out/", follow=True).content.decode()
    with alpha.pin():
        off = Method.objects.get(pk=bank).is_withdrawal_on
        services.set_terms(bank, paying.terms(direction="out"), by=SYSTEM)
    browser.post(f"{page}switch-out/")

    with alpha.pin():
        assert (off, Method.objects.get(pk=bank).is_withdrawal_on) == (False, True)
    assert "Set limits for at least one currency." in early


def test_the_broker_sets_access_limits_and_allowances_by_the_page(alpha, ada, bank, vip):
    browser = alpha.signed_in(ada, fresh=True)
    page = f"/office/cashier/methods/{bank}/"
    with alpha.pin():
        terms_id = str(MethodTerms.objects.get().pk)
    access = {"groups": [str(vip)], "level_in": "1", "level_out": "2"}
    limit = {"terms": terms_id, "level": "1", "most": "9000", "day": "", "month": "20000"}
    right = [
        browser.post(f"{page}access/", access),
        browser.post(f"{page}levels/", limit),
        browser.post(
            "/office/cashier/finance/allowances/", {"level": "1", "currency": "USD", "day": "500"}
        ),
    ]
    wrong = [
        browser.post(f"{page}access/", access | {"groups_not": [str(vip)]}),
        browser.post(f"{page}access/", access | {"groups": [str(new_id())]}),
        browser.post(f"{page}access/", access | {"level_in": "9"}),
        browser.post(f"{page}levels/", limit | {"most": "9"}),
        browser.post(f"{page}levels/", limit | {"most": "-1"}),
        browser.post("/office/cashier/finance/allowances/", {"level": "1", "currency": "XXX"}),
    ]
    shown = browser.get(page).content.decode()

    with alpha.pin():
        line = queries.method(bank)
        (allowed,) = outgoing.allowances()
    assert [one.status_code for one in right] == [302] * 3
    assert [one.status_code for one in wrong] == [422] * 6
    assert "A group cannot be let in and kept out at once." in wrong[0].content.decode()
    assert line.access == Access(groups=(vip,), level_in=1, level_out=2)
    assert [(one.level, one.most_minor, one.day_minor, one.month_minor)
            for one in line.terms[0].levels] == [(1, 9_000_00, None, 20_000_00)]  # fmt: skip
    assert (allowed.level, allowed.day_minor, allowed.month_minor) == (1, 500_00, None)
    assert "From “Basic”" in shown
    browser.post(f"/office/cashier/terms/{terms_id}/levels/1/drop/")
    browser.post("/office/cashier/finance/allowances/1/drop/")
    with alpha.pin():
        assert queries.method(bank).terms[0].levels == outgoing.allowances() == ()


def test_a_logo_is_written_anew_and_shown_to_clients_and_colleagues(alpha, beta, ada, theo, bank):
    # CSP-03
    browser = alpha.signed_in(ada, fresh=True)
    page = f"/office/cashier/methods/{bank}/"
    evil = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    wrong = [
        browser.post(f"{page}logo/", {"logo": SimpleUploadedFile("a.svg", evil)}),
        browser.post(f"{page}logo/", {"logo": SimpleUploadedFile("a.png", b"MZ not a picture")}),
        browser.post(f"{page}logo/", {}),
    ]
    with alpha.pin():
        none = queries.method(bank).logo_url
    sent = browser.post(f"{page}logo/", {"logo": SimpleUploadedFile("a.png", png() + b"<script>")})
    with alpha.pin():
        url = queries.method(bank).logo_url
    file = browser.get(url)

    assert [one.status_code for one in wrong] == [422] * 3
    assert (none, sent.status_code, file["Content-Type"]) == ("", 302, "image/png")
    assert b"<script>" not in file.content
    assert url in alpha.signed_in(theo).get("/room/cashier/pay/").content.decode()
    assert url in browser.get("/office/cashier/methods/").content.decode()
    assert beta.client().get(url).status_code == 404
    browser.post(f"{page}logo/remove/")
    with alpha.pin():
        assert queries.method(bank).logo_url == ""


def test_beta_neither_sees_nor_changes_alphas_methods_and_limits(alpha, beta, ben, bank, vip):
    # ISO-02
    with alpha.pin():
        terms_id = MethodTerms.objects.get().pk
        wish = AllowanceLine(level=0, currency="USD", day_minor=100, month_minor=None)
        services.set_allowance(wish, by=SYSTEM)
        services.set_level_limits(terms_id, LevelLimits(level=1, most_minor=90_00), by=SYSTEM)
    browser = beta.signed_in(ben, fresh=True)
    page = f"/office/cashier/methods/{bank}/"
    answers = [
        browser.post(f"{page}access/", {"level_in": "0", "level_out": "0"}),
        browser.post(f"{page}logo/", {"logo": SimpleUploadedFile("a.png", png())}),
        browser.post(f"{page}switch-out/"),
        browser.post(f"/office/cashier/terms/{terms_id}/levels/1/drop/"),
    ]
    browser.post("/office/cashier/finance/allowances/0/drop/")

    assert [one.status_code for one in answers] == [404] * 4
    with beta.pin():
        assert outgoing.allowances() == ()
    with alpha.pin():
        assert len(outgoing.allowances()) == 1
        assert len(queries.method(bank).terms[0].levels) == 1


def test_a_method_without_a_symbol_gets_that_of_its_first_provider(alpha, bank):
    with alpha.pin():
        account_id = queries.method(bank).routes[0].account_id
        Method.objects.filter(pk=bank).update(icon="")
        services.set_routes(bank, [(account_id, ())], by=SYSTEM)

        assert queries.method(bank).icon == "landmark"


def test_the_catalogue_over_the_api_is_set_with_clear_problems(alpha, beta, ada, ben, theo, bank):
    browser = alpha.signed_in(ada, fresh=True)
    root = f"/api/v1/cashier/methods/{bank}"
    with alpha.pin():
        services.set_terms(bank, paying.terms(direction="out"), by=SYSTEM)
        services.switch_withdrawals(bank, on=True, by=SYSTEM)

    def post(path, told, by=browser):
        return by.post(path, told, content_type="application/json")

    shut = post(f"{root}/access", {"level_out": 2}).json()
    out_id = next(one["id"] for one in shut["terms"] if one["direction"] == "out")
    level = post(f"{root}/terms/{out_id}/levels", {"level": 1, "most": "20.00"}).json()
    held = post("/api/v1/cashier/allowances/1", {"currency": "USD", "day": "50"}).json()
    ways = "/api/v1/cashier/my/withdrawal-methods?currency=USD"
    (way,) = alpha.signed_in(theo, fresh=True).get(ways).json()
    codes = [
        post(f"{root}/access", {"level_in": 7}).json()["code"],
        post(f"{root}/access", {"groups": [str(new_id())]}).json()["code"],
        post(f"{root}/terms/{out_id}/levels", {"level": 1, "most": "9"}).json()["code"],
        post(f"{root}/terms/{out_id}/levels", {"level": 1, "most": "1.001"}).json()["code"],
        post("/api/v1/cashier/allowances/9", {"currency": "USD"}).json()["code"],
    ]
    others = beta.signed_in(ben, fresh=True)

    assert (shut["level_out"], way["level_needed"], way["most"]) == (2, "Full", "5000.00")
    assert [one["levels"][0]["most"] for one in level["terms"] if one["levels"]] == ["20.00"]
    assert held == [{"level": 1, "currency": "USD", "day": "50.00", "month": None}]
    assert codes == [
        "clients.no_such_level", "clients.no_such_group", "cashier.level_limit_too_low",
        "cashier.amount_unreadable", "clients.no_such_level",
    ]  # fmt: skip
    assert post(f"{root}/access", {}, by=others).status_code == 404
    assert others.get("/api/v1/cashier/methods").json() == []
    assert browser.delete("/api/v1/cashier/allowances/1").json() == []
