"""What the vendor's console asks billing."""

from __future__ import annotations

from billing import queries, services
from billing.models import (
    CatalogueEntry,
    Invoice,
    PlanChange,
    SignUpCheckout,
    StripeEvent,
    Subscription,
    SubscriptionItem,
    SweepMark,
    Watched,
)
from kernel.ids import new_id
from kernel.money import Money
from kernel.pin import PUBLIC, pin


def test_revenue_is_added_up_by_module_and_by_broker(shop, alpha, beta):
    first, second = shop.buy("toy_reports"), shop.buy("toy_reports", "toy_signals")
    with pin(PUBLIC):
        services.bind_tenant(first.sign_up_id, alpha.info.id)
        services.bind_tenant(second.sign_up_id, beta.info.id)
        revenue = queries.revenue()

    assert revenue.monthly == Money(318_99 + 417_99, "USD")
    assert revenue.at_risk == Money(0, "USD")
    assert [(one.key, one.brokers, one.monthly.minor) for one in revenue.by_module] == [
        ("platform", 2, 598_00),
        ("toy_signals", 1, 99_00),
        ("toy_reports", 2, 39_98),
    ]
    assert {(one.tenant_id, one.monthly.minor) for one in revenue.by_broker} == {
        (alpha.info.id, 318_99),
        (beta.info.id, 417_99),
    }


def test_nothing_sold_is_no_revenue(shop, in_public):
    shop.page("toy_reports")

    revenue = queries.revenue()

    assert (revenue.monthly, revenue.by_module, revenue.by_broker) == (Money(0, "USD"), (), ())
    assert (queries.subscriptions(), queries.invoices()) == ((), ())


def test_invoices_are_listed_for_one_and_for_all(shop, alpha, beta):
    first, second = shop.buy("toy_reports"), shop.buy("toy_signals")
    with pin(PUBLIC):
        services.bind_tenant(first.sign_up_id, alpha.info.id)
        services.bind_tenant(second.sign_up_id, beta.info.id)
        own, every = queries.invoices(tenant_id=alpha.info.id), queries.invoices()

    assert [(one.total.minor, one.tenant_id) for one in own] == [(318_99, alpha.info.id)]
    assert [one.total.minor for one in every] == [398_00, 318_99]


def test_a_list_of_subscriptions_costs_the_same_for_one_and_for_three(shop, request):
    exactly = request.getfixturevalue("queries")
    shop.buy("toy_reports")

    with pin(PUBLIC), exactly(2):
        assert len(queries.subscriptions()) == 1
    for _ in range(2):
        shop.buy("toy_reports")
    with pin(PUBLIC), exactly(2):
        assert len(queries.subscriptions()) == 3


def test_the_page_of_a_broker_lists_the_whole_menu(shop, alpha):
    row = shop.buy("toy_copying")
    with pin(PUBLIC):
        services.bind_tenant(row.sign_up_id, alpha.info.id)
        page = queries.plan_page(alpha.info.id)

    marks = {one.key: (one.is_paid, one.is_wanted, one.is_active) for one in page.menu}
    assert {key: marks[key] for key in ("toy_copying", "toy_reports", "toy_signals")} == {
        "toy_copying": (True, True, True),
        "toy_reports": (False, False, False),
        "toy_signals": (True, True, True),
    }
    assert "trading" not in marks
    assert page.base_price == Money(299_00, "USD")
    assert page.subscription.can_change is True


def test_rows_say_what_they_are():
    sign_up = new_id()
    page = SignUpCheckout(sign_up_id=sign_up)

    assert [
        str(row)
        for row in (
            CatalogueEntry(lookup_key="atrium_ib_monthly"),
            page,
            Subscription(email="a@x.example"),
            SubscriptionItem(key="ib"),
            Invoice(number="A-1", state="open"),
            StripeEvent(kind="invoice.paid", stripe_id="evt_1"),
            Watched(stripe_id="sub_1", asked=2, told=1),
            PlanChange(added=["ib"]),
        )
    ] == [
        "atrium_ib_monthly",
        f"{sign_up} open",
        "a@x.example waiting",
        "1 ib",
        "A-1 open",
        "invoice.paid evt_1 waiting",
        "sub_1 1/2",
        "+['ib'] -[] open",
    ]


def test_a_sweep_mark_says_when(shop):
    shop.sweep()

    with pin(PUBLIC):
        mark = SweepMark.objects.get()
    assert str(mark) == f"{mark.read_until_at:%Y-%m-%d %H:%M}"
