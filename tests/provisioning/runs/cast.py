"""Sign-ups at every stage, made through the verbs that people use."""

from __future__ import annotations

import re
import uuid

from billing.models import (
    CheckoutState,
    SignUpCheckout,
    Subscription,
    SubscriptionItem,
    SubscriptionState,
)
from kernel import clock
from kernel.pin import PUBLIC, pin
from provisioning.runs import services, signups
from provisioning.runs.types import Plan
from tests.support.people import letters

ADA = "ada@gamma.example"


def a_plan(slug: str = "gamma", **words: object) -> Plan:
    return Plan(**{"company": "Gamma FX", "slug": slug, "email": ADA, "modules": (), **words})


def mailed_code(vendor: object) -> str:
    """The six digits in the newest letter."""
    return re.search(r"\b\d{6}\b", letters(vendor)[-1].text).group()


def mailed_token(vendor: object) -> str:
    """The token in the newest letter's link."""
    return re.search(r"/start/c/([^/\s]+)/", letters(vendor)[-1].text).group(1)


def confirmed(vendor: object, plan: Plan | None = None) -> uuid.UUID:
    """A sign-up whose e-mail is proven."""
    with pin(PUBLIC):
        sign_up_id = signups.start(plan or a_plan())
    code = mailed_code(vendor)
    with pin(PUBLIC):
        signups.confirm(sign_up_id, code)
    return sign_up_id


def paid(vendor: object, plan: Plan | None = None) -> uuid.UUID:
    """A sign-up that Stripe says is paid for; its run waits."""
    plan = plan or a_plan()
    sign_up_id = confirmed(vendor, plan)
    with pin(PUBLIC):
        record_subscription(sign_up_id, plan)
        services.start_run(sign_up_id)
    return sign_up_id


def record_subscription(sign_up_id: uuid.UUID, plan: Plan) -> None:
    """What billing stores once a sign-up is paid."""
    page = SignUpCheckout.objects.create(
        sign_up_id=sign_up_id,
        email=plan.email,
        success_url="http://localhost/",
        cancel_url="http://localhost/",
        state=CheckoutState.PAID,
        session_id=f"cs_{sign_up_id}",
    )
    row = Subscription.objects.create(
        stripe_id=f"sub_{sign_up_id}",
        customer_id=f"cus_{sign_up_id}",
        checkout=page,
        sign_up_id=sign_up_id,
        company=plan.company,
        email=plan.email,
        state=SubscriptionState.ACTIVE,
        started_at=clock.now(),
    )
    SubscriptionItem.objects.create(
        subscription=row,
        stripe_id=f"si_{sign_up_id}",
        key="platform",
        price_minor=299_00,
        currency="USD",
    )
