"""Making payments known to providers: one after another until one takes it."""

from __future__ import annotations

import datetime as dt
import logging
import uuid

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from identity.brand import absolute
from kernel import clock
from kernel.actor import Actor
from kernel.errors import OutcomeUnknown, Refused, Unavailable
from modules.cashier import queries
from modules.cashier.errors import TechnicallyDeclined
from modules.cashier.models import Deposit, Payment
from modules.cashier.providers import ADAPTERS
from modules.cashier.providers.port import Begun, PaymentOrder
from modules.cashier.queries.catalogue import URLS
from modules.cashier.services.asking import BY_HAND_LASTS, own_deposit
from modules.cashier.services.following import PROVIDER, end
from modules.cashier.services.story import tell
from modules.cashier.services.wiring import provider_of, refuse_in_transaction
from modules.cashier.types.states import UNPAID, DepositState, PaymentState
from modules.clients import queries as clients

logger = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=30)
"""A worker that says nothing for so long about a payment it took is taken for dead."""
FIRST_WAIT = dt.timedelta(seconds=3)
MOST_TRIES = 4
FIRST_LOOK = dt.timedelta(minutes=2)
"""A callback that has not come by then is asked for (WHK-05)."""
MOST_ROUTES = 10
CAME_BACK = "back"
"""Marks the address to which providers send a client who has paid, as far as they know."""


def begin_payment(deposit_id: uuid.UUID) -> bool:
    """Make a deposit known to a provider, the next one after a technical decline.

    Returns whether one knows it now. Repeating it is harmless. Needs the network, no transaction.
    """
    refuse_in_transaction()
    for _route in range(MOST_ROUTES):
        payment = _claim(deposit_id)
        if payment is None:
            break
        if not _begin(payment):
            break
    return Payment.objects.filter(deposit_id=deposit_id, state=PaymentState.OPEN).exists()


def due_beginnings(limit: int = 100) -> list[uuid.UUID]:
    """Deposits whose payment no provider knows yet, and whose time has come."""
    rows = Payment.objects.filter(state=PaymentState.ASKED, due_at__lte=clock.now())
    found = rows.order_by("due_at").values_list("deposit_id", flat=True)
    return list(dict.fromkeys(found[:limit]))


@transaction.atomic
def note_return(deposit_id: uuid.UUID, *, client_id: uuid.UUID) -> None:
    """A client came back from the provider's page as if he had paid. Opens a transaction.

    Repeating it is harmless: the first time counts, and only while he has to pay.

    Raises:
        NoSuchDeposit: There is none, or it is another's.
    """
    deposit = own_deposit(deposit_id, client_id)
    if deposit.state == DepositState.PAYING and deposit.came_back_at is None:
        deposit.came_back_at = clock.now()
        tell(deposit, "came_back", by=Actor.system("browser of the client"))


@transaction.atomic
def _claim(deposit_id: uuid.UUID) -> Payment | None:
    """Take the payment that is due, so that nobody begins it at the same time."""
    rows = Payment.objects.select_for_update(of=("self",), skip_locked=True)
    payment = rows.filter(
        deposit_id=deposit_id,
        state=PaymentState.ASKED,
        due_at__lte=clock.now(),
        deposit__state__in=UNPAID,
    ).first()
    if payment is None:
        return None
    payment.tries += 1
    payment.due_at = clock.now() + LEASE
    payment.began_at = payment.began_at or clock.now()
    payment.save(update_fields=["tries", "due_at", "began_at"])
    return Payment.objects.select_related("account", "deposit").get(pk=payment.pk)


def _begin(payment: Payment) -> bool:
    """Begin one payment; return whether another one should be tried now."""
    try:
        begun = provider_of(payment.account).begin(_order(payment))
    except TechnicallyDeclined as refusal:
        return _fail(payment.pk, PaymentState.FAILED, str(refusal.facts.get("code", "")))
    except Refused as refusal:
        return _fail(payment.pk, PaymentState.DECLINED, str(refusal.facts.get("code", "")))
    except (Unavailable, OutcomeUnknown) as trouble:
        logger.warning("A payment could not be begun", extra={"why": str(trouble)})
        if payment.tries >= MOST_TRIES or _has_next(payment):
            return _fail(payment.pk, PaymentState.FAILED, "unavailable")
        # If it knows it already, the same reference gives the same payment.
        wait = FIRST_WAIT * 2 ** (payment.tries - 1)
        Payment.objects.filter(pk=payment.pk, state=PaymentState.ASKED).update(
            due_at=clock.now() + wait
        )
        return False
    _keep(payment.pk, begun)
    return False


def _has_next(payment: Payment) -> bool:
    """Whether another provider could take it: then nobody waits for this one."""
    deposit = payment.deposit
    tried = set(deposit.payments.values_list("account_id", flat=True))
    return bool(set(queries.routes_for(deposit.method_id, deposit.country)) - tried)


def _order(payment: Payment) -> PaymentOrder:
    deposit = payment.deposit
    contact = clients.contact(deposit.client_id)
    page = absolute(reverse("room:cashier:deposit", args=[deposit.pk], urlconf=URLS))
    with override(deposit.language):
        title = _("Deposit %(number)s") % {"number": deposit.number}
    return PaymentOrder(
        reference=payment.reference,
        amount=payment.amount,
        title=title,
        payer_email=contact.email,
        payer_country=deposit.country,
        language=deposit.language.partition("-")[0],
        return_url=f"{page}?{CAME_BACK}=1",
        cancel_url=page,
        expires_at=deposit.expires_at,
    )


@transaction.atomic
def _keep(payment_id: uuid.UUID, begun: Begun) -> None:
    deposit, payment = _locked(payment_id)
    if payment.state != PaymentState.ASKED:
        return  # its callback was faster
    payment.move_to(PaymentState.OPEN)
    payment.provider_reference = begun.provider_reference
    payment.redirect_url = begun.redirect_url
    payment.instructions = [list(line) for line in begun.instructions]
    payment.invoice = (
        {
            name: getattr(begun.invoice, name)
            for name in ("address", "due", "coin", "network", "uri")
        }
        if begun.invoice
        else {}
    )
    payment.expires_at = begun.expires_at
    by_hand = ADAPTERS[payment.account.kind].capabilities.takes_proofs
    payment.due_at = None if by_hand else clock.now() + FIRST_LOOK
    payment.save()
    if by_hand:
        deposit.expires_at = max(deposit.expires_at, deposit.asked_at + BY_HAND_LASTS)
    if deposit.state == DepositState.ASKED:
        tell(deposit, "begun", to=DepositState.PAYING, by=PROVIDER, note=payment.account.name)


@transaction.atomic
def _fail(payment_id: uuid.UUID, state: PaymentState, code: str) -> bool:
    deposit, payment = _locked(payment_id)
    if payment.state != PaymentState.ASKED:
        return False
    payment.move_to(state)
    payment.code, payment.due_at = code[:60], None
    payment.save()
    end(deposit, payment, is_technical=state == PaymentState.FAILED, by=PROVIDER)
    return deposit.state in UNPAID


def _locked(payment_id: uuid.UUID) -> tuple[Deposit, Payment]:
    """A deposit and one of its payments, locked in the order that everybody keeps."""
    deposit_id = Payment.objects.values_list("deposit_id", flat=True).get(pk=payment_id)
    deposit = Deposit.objects.select_for_update().get(pk=deposit_id)
    payment = Payment.objects.select_for_update(of=("self",)).select_related("account")
    return deposit, payment.get(pk=payment_id)
