"""A broker's way through billing, in a few words: buy, pay, be billed."""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import dataclass, field

from django.test import Client

from billing import services
from billing.models import StripeEvent, Subscription
from billing.services import inbox
from kernel.ids import new_id
from kernel.models import OutboxEvent
from kernel.pin import PUBLIC, pin
from tests.devstack.stripe.running import Delivery, LocalStripe, Seen, pay

REAL_KEY = os.environ.get("STRIPE_SECRET_KEY", "")
AGAINST_STRIPE = (
    REAL_KEY.startswith("sk_test_")
    and "local" not in REAL_KEY
    and not os.environ.get("STRIPE_API_BASE")
)
"""Whether the suite was asked to run against Stripe's own test mode."""


@dataclass
class Shop:
    stripe: LocalStripe
    client: Client
    applied: list[uuid.UUID] = field(default_factory=list)

    def page(self, *modules: str, sign_up_id: uuid.UUID | None = None, **more: str) -> str:
        """The address of a payment page."""
        wanted = {
            "email": "ada@alpha.example",
            "company": "Alpha Markets",
            "success_url": "http://localhost/start/done/",
            "cancel_url": "http://localhost/start/back/",
        }
        with pin(PUBLIC):
            return services.start_checkout(
                sign_up_id=sign_up_id or new_id(), modules=modules, **(wanted | more)
            )

    def post(self, delivery: Delivery) -> int:
        """Bring one webhook to our door; return the status it is answered with."""
        answer = self.client.post(
            "/stripe/",
            delivery.body,
            content_type="application/json",
            headers={"Stripe-Signature": delivery.signature},
        )
        return answer.status_code

    def news(self) -> list[Delivery]:
        """The webhooks that Stripe has sent by now."""
        return self.stripe.news()

    def hear(self) -> None:
        """Take in all news that mean something to us, and apply them."""
        for delivery in self.news():
            if delivery.event["type"] in inbox.APPLY:
                assert self.post(delivery) == 204
        self.apply()

    def apply(self) -> int:
        with pin(PUBLIC):
            return services.apply_waiting()

    def sweep(self) -> int:
        with pin(PUBLIC):
            missed = services.sweep()
            services.apply_waiting()
        return missed

    def buy(self, *modules: str, sign_up_id: uuid.UUID | None = None) -> Subscription:
        """Sign up, pay and be heard of."""
        sign_up_id = sign_up_id or new_id()
        self.pay(self.page(*modules, sign_up_id=sign_up_id))
        self.hear()
        return self.row(sign_up_id)

    def pay(self, url: str, number: str = "4242424242424242") -> Seen:
        return pay(url, number)

    def row(self, sign_up_id: uuid.UUID) -> Subscription:
        with pin(PUBLIC):
            return Subscription.objects.get(sign_up_id=sign_up_id)

    def again(self, row: Subscription) -> Subscription:
        with pin(PUBLIC):
            return Subscription.objects.get(pk=row.pk)

    def keys(self, row: Subscription) -> list[str]:
        with pin(PUBLIC):
            return sorted(row.items.values_list("key", flat=True))

    def told(self, name: str) -> list[dict]:
        """The payloads of the events called ``name`` that were published."""
        with pin(PUBLIC):
            rows = OutboxEvent.objects.filter(name=name).order_by("occurred_at", "pk")
            return [row.payload for row in rows]

    def events(self, **having: object) -> list[StripeEvent]:
        with pin(PUBLIC):
            return list(StripeEvent.objects.filter(**having).order_by("occurred_at", "pk"))

    def use_card(self, row: Subscription, card: str) -> None:
        """Change the card that pays."""
        api = self.stripe.api
        method = api.payment_methods.attach(card, {"customer": row.customer_id})
        api.subscriptions.update(row.stripe_id, {"default_payment_method": method.id})

    def pass_days(self, days: int) -> None:
        """Let Stripe renew what is due in that many days."""
        self.stripe.control("POST advance", seconds=days * 86_400)


def forged(delivery: Delivery, **changes: object) -> Delivery:
    """The same webhook with other words under the old signature."""
    words = json.loads(delivery.body) | changes
    return Delivery(json.dumps(words).encode(), delivery.signature)
