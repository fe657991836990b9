"""What wakes at once, what looks for the rest, and a queue that is down."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager

from kombu import pools

from billing import services, tasks
from billing.models import SubscriptionState
from billing.services import inbox
from kernel import clock
from kernel.ids import new_id
from kernel.pin import PUBLIC, pin
from kernel.tasks import HEADER, NOWHERE, SIGNATURE, sign


def run(task, *args):
    """Run a task as a worker does."""
    task.push_request(
        id="t-1",
        **{HEADER: NOWHERE, SIGNATURE: sign("t-1", task.name, NOWHERE), "headers": None},
    )
    try:
        task(*args)
    finally:
        task.pop_request()


def test_an_event_is_applied_as_soon_as_the_worker_wakes(shop):
    sign_up = new_id()
    shop.pay(shop.page("toy_reports", sign_up_id=sign_up))
    for delivery in shop.news():
        shop.post(delivery)
    event = shop.events(kind="checkout.session.completed")[0]

    run(tasks.apply, str(event.pk))

    assert shop.row(sign_up).state == SubscriptionState.ACTIVE


def test_the_sweep_finds_and_applies(shop):
    shop.stripe.control("POST behaviour", drop="*")
    sign_up = new_id()
    shop.pay(shop.page("toy_reports", sign_up_id=sign_up))

    run(tasks.sweep)

    assert shop.row(sign_up).state == SubscriptionState.ACTIVE


def test_days_of_grace_end(shop, alpha):
    row = shop.buy("toy_reports")
    with pin(PUBLIC):
        services.bind_tenant(row.sign_up_id, alpha.info.id)
    shop.use_card(row, "pm_card_chargeCustomerFail")
    shop.pass_days(32)
    shop.hear()

    with clock.frozen(clock.now() + dt.timedelta(days=15)):
        run(tasks.end_grace)

    assert shop.again(row).state == SubscriptionState.SUSPENDED


@contextmanager
def queue_down(app):
    """Point the publisher at a port where nobody listens."""
    before = dict(app.conf.maps[0])
    dead = "redis://127.0.0.1:1/0"
    app.conf.update(broker_url=dead, broker_write_url=dead)
    _forget_connections(app)
    try:
        yield
    finally:
        app.conf.maps[0].clear()
        app.conf.maps[0].update(before)
        _forget_connections(app)


def _forget_connections(app):
    pools.reset()
    app._pool = None
    app.amqp._producer_pool = None


def test_news_are_kept_though_the_queue_is_down(shop):
    shop.pay(shop.page("toy_reports"))
    news = [one for one in shop.news() if one.event["type"] in inbox.APPLY]

    with queue_down(tasks.apply.app):
        assert {shop.post(one) for one in news} == {204}

    assert shop.apply() > 0
