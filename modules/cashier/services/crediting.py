"""Clients' money into the ledger, on to the trading account, and back out when it is taken back."""

from __future__ import annotations

import uuid

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from kernel.actor import Actor
from kernel.errors import Refused
from kernel.events import publish
from kernel.money import Money
from modules.cashier.errors import CurrencyNotTaken
from modules.cashier.events import DepositDone, DepositReceived, DepositTakenBack
from modules.cashier.models import Deposit, MethodTerms, Payment
from modules.cashier.queries.catalogue import terms_of
from modules.cashier.services.figuring import Rate, figures_of
from modules.cashier.services.repaying import take_back_repaid
from modules.cashier.services.story import tell
from modules.cashier.types.catalogue import Direction
from modules.cashier.types.deposits import Figures
from modules.cashier.types.states import PAID, UNPAID, DepositState, PaymentState
from modules.trading import services as trading
from modules.wallets import queries as wallet_queries
from modules.wallets import services as wallets
from modules.wallets.errors import NotEnough
from modules.wallets.types import Cause, EntryKind, Leg

ATTEMPTS = 5


def credit(deposit: Deposit, payment: Payment, received: Money, *, by: Actor) -> None:
    """Put what was received on the client's wallet, and send it on to the account he chose.

    Both rows are locked by the caller, whose transaction this joins. Each payment is put on the
    wallet once: its id is the key.

    Raises:
        NothingArrives: The fees take all of it.
        CurrencyNotTaken: It is another amount, and the method's fees for it are not known now.
    """
    figures = figures_for(deposit, received)
    wallet_id = wallets.open_wallet(deposit.client_id, figures.arrives.currency)
    was_paid = deposit.state in PAID
    is_first = not Deposit.objects.filter(
        client_id=deposit.client_id, entry_id__isnull=False
    ).exists()
    posted = wallets.post(
        EntryKind.DEPOSIT,
        str(payment.pk),
        legs_of(figures, wallet_id, payment.account.code),
        by=by,
        cause=Cause(_about(deposit), note=f"{deposit.number} {payment.reference}"),
    )
    if was_paid:
        tell(deposit, "paid_twice", by=by, note=str(figures.arrives))
        return
    deposit.entry_id = posted.entry_id
    _keep_figures(deposit, figures)
    deposit.reason_code = deposit.reason = ""
    publish(
        DepositReceived(
            deposit_id=deposit.pk,
            client_id=deposit.client_id,
            number=deposit.number,
            method_id=deposit.method_id,
            account_id=deposit.account_id,
            paid_minor=figures.pay.minor,
            paid_currency=figures.pay.currency,
            arrives_minor=figures.arrives.minor,
            arrives_currency=figures.arrives.currency,
            is_first=is_first,
        )
    )
    if deposit.account_id is None:
        _finish(deposit, "credited", by=by)
    else:
        _send_on(deposit, wallet_id, by=by)


def legs_of(figures: Figures, wallet_id: uuid.UUID, code: str) -> list[Leg]:
    """The sides of a deposit in the ledger.

    What the provider owes us less its fee, its fee when we bear it, our fee, and what the client
    gets; with a rate, through the exchange account.
    """
    kept = figures.psp_fee
    borne_by_us = kept - figures.client_psp_fee
    legs = [
        Leg(f"psp_clearing:{code}", kept - figures.pay),
        Leg(f"psp_fees:{code}", -borne_by_us),
        Leg("fees", figures.broker_fee),
    ]
    rest = figures.pay - figures.fees
    if figures.rate is None:
        legs.append(Leg(wallet_id, figures.arrives))
    else:
        legs += [Leg("fx", rest), Leg("fx", -figures.arrives), Leg(wallet_id, figures.arrives)]
    return [leg for leg in legs if leg.amount]


def figures_for(deposit: Deposit, received: Money) -> Figures:
    """What was shown, or the same terms and rate for another amount that really came.

    Raises:
        NothingArrives: The fees take all of it.
        CurrencyNotTaken: It is another amount, and the method's fees for it are not known now.
    """
    rate = None
    if deposit.rate is not None and deposit.rate_at is not None:
        rate = Rate(value=deposit.rate, at=deposit.rate_at, source=deposit.rate_source)
    terms = MethodTerms.objects.filter(
        method_id=deposit.method_id, direction=Direction.IN, currency=received.currency
    ).first()
    if received == deposit.pay:
        return shown_figures(deposit, rate)
    if terms is None:
        raise CurrencyNotTaken(currency=received.currency)
    return figures_of(terms_of(terms), received, currency=deposit.arrives_currency, rate=rate)


def shown_figures(deposit: Deposit, rate: Rate | None = None) -> Figures:
    """The figures that the client was shown."""
    currency = deposit.pay_currency
    return Figures(
        pay=deposit.pay,
        broker_fee=Money(deposit.broker_fee_minor, currency),
        psp_fee=Money(deposit.psp_fee_minor, currency),
        client_psp_fee=Money(deposit.client_psp_fee_minor, currency),
        arrives=deposit.arrives,
        rate=rate.value if rate else deposit.rate,
        rate_at=deposit.rate_at,
        rate_source=deposit.rate_source,
    )


def settle(deposit_id: uuid.UUID, *, by: Actor) -> None:
    """The trading server has it: off the way, onto the account. Repeating it is harmless."""
    with transaction.atomic():
        deposit = Deposit.objects.select_for_update().get(pk=deposit_id)
        _out_of_transit(deposit, EntryKind.SETTLE, _mirror(deposit), by=by)
        if deposit.state == DepositState.MOVING:
            _finish(deposit, "done", by=by)


def keep(deposit_id: uuid.UUID, why: str, *, by: Actor) -> None:
    """The trading server refused it: back into the wallet. Repeating it is harmless."""
    with transaction.atomic():
        deposit = Deposit.objects.select_for_update().get(pk=deposit_id)
        wallet_id = wallets.open_wallet(deposit.client_id, deposit.arrives_currency)
        _out_of_transit(deposit, EntryKind.REFUND, wallet_id, by=by)
        if deposit.state == DepositState.MOVING:
            _say_kept(deposit, why)
            _finish(deposit, "kept", by=by, note=why)


def say_stuck(deposit_id: uuid.UUID, why: str, *, by: Actor) -> None:
    """A colleague finds out whether the trading server has it; the story says so."""
    with transaction.atomic():
        deposit = Deposit.objects.select_for_update().get(pk=deposit_id)
        deposit.is_stuck = deposit.state == DepositState.MOVING
        tell(deposit, "stuck", by=by, note=why)


def take_back(
    deposit: Deposit, payment: Payment, *, by: Actor, amount: Money | None = None
) -> None:
    """The payer's bank or the provider took a payment back; joins the caller's transaction.

    The wallet gives what is free of it; what it lacks is owed, and told. ``amount`` is what was
    taken, when that is not all of the payment; the client answers for the same share.
    """
    if take_back_repaid(deposit, payment, amount, by=by):
        tell(deposit, "taken_back", by=by, note=payment.code)
        return
    is_charged = payment.state == PaymentState.CHARGED_BACK
    if not is_charged and deposit.state == DepositState.CHARGED_BACK:
        tell(deposit, "taken_back", to=DepositState.REVERSED, by=by, note=payment.code)
        return
    if deposit.entry_id is None:  # it never reached the ledger
        to = DepositState.DECLINED if deposit.state in UNPAID else None
        tell(deposit, "taken_back", to=to, by=by, note=payment.code)
        return
    lost, due = _shares(deposit, payment, amount)
    taken = _taken_from_wallet(deposit, payment, lost, due, by=by)
    owed = due - taken
    to = DepositState.CHARGED_BACK if is_charged else DepositState.REVERSED
    deposit.reason_code = payment.code
    deposit.reason = _("The payment was taken back by your bank or the payment service.")
    note = _("%(taken)s was taken from the wallet, %(owed)s is owed.")
    tell(deposit, "taken_back", to=to, by=by, note=note % {"taken": taken, "owed": owed})
    publish(
        DepositTakenBack(
            deposit_id=deposit.pk,
            client_id=deposit.client_id,
            state=str(to),
            owed_minor=owed.minor,
            currency=owed.currency,
        )
    )


def _shares(deposit: Deposit, payment: Payment, amount: Money | None) -> tuple[Money, Money]:
    """What the provider lost of a payment, and the client's share of that, rounded up."""
    received, arrived = payment.received or payment.amount, deposit.arrives
    if amount is None or amount.currency != received.currency:
        return received, arrived
    if not 0 < amount.minor < received.minor:
        return received, arrived
    share = -(-arrived.minor * amount.minor // received.minor)
    return amount, Money(share, arrived.currency)


def _taken_from_wallet(
    deposit: Deposit, payment: Payment, gone: Money, due: Money, *, by: Actor
) -> Money:
    """Post what was taken back; return how much of it the wallet gave."""
    wallet_id = wallets.open_wallet(deposit.client_id, deposit.arrives_currency)
    lost = [Leg(f"psp_clearing:{payment.account.code}", gone), Leg("chargeback", -gone)]
    for _attempt in range(ATTEMPTS):
        free = wallet_queries.funds(wallet_id).available
        taken = min(free, due)
        given = [Leg(wallet_id, -taken), Leg("chargeback", taken)] if taken else []
        try:
            wallets.post(
                EntryKind.CHARGEBACK,
                str(payment.pk),
                [*lost, *given],
                by=by,
                cause=Cause(_about(deposit), note=payment.code),
            )
        except NotEnough:  # somebody spent it between the look and the post
            continue
        return taken
    wallets.post(EntryKind.CHARGEBACK, str(payment.pk), lost, by=by, cause=_about(deposit))
    return Money.zero(deposit.arrives_currency)


def _send_on(deposit: Deposit, wallet_id: uuid.UUID, *, by: Actor) -> None:
    """Off the wallet, onto the way to the account, and asked for there: all or nothing."""
    account_id = deposit.account_id
    if account_id is None:
        return
    amount, key = deposit.arrives, f"deposit:{deposit.pk}"
    try:
        with transaction.atomic():
            wallets.post(
                EntryKind.TO_ACCOUNT,
                key,
                [Leg(wallet_id, -amount), Leg(_transit(deposit), amount)],
                by=by,
                cause=_about(deposit),
            )
            deposit.operation_id = trading.ask_balance(
                account_id, amount, by=by, cause=_about(deposit), key=key
            )
    except Refused as refusal:
        deposit.operation_id = None
        _say_kept(deposit, str(refusal))
        _finish(deposit, "kept", by=by, note=str(refusal))
    else:
        tell(deposit, "moving", to=DepositState.MOVING, by=by)


def _finish(deposit: Deposit, what: str, *, by: Actor, note: str = "") -> None:
    was_kept = what == "kept"
    if was_kept and deposit.state != DepositState.MOVING:
        tell(deposit, "credited", to=DepositState.MOVING, by=by)
    to = DepositState.KEPT if was_kept else DepositState.DONE
    tell(deposit, what, to=to, by=by, note=note)
    publish(
        DepositDone(
            deposit_id=deposit.pk,
            client_id=deposit.client_id,
            account_id=deposit.account_id,
            was_kept=was_kept,
        )
    )


def _say_kept(deposit: Deposit, why: str) -> None:
    deposit.reason_code = "kept_in_wallet"
    with override(deposit.language):
        deposit.reason = (_("It stays in your wallet: %(why)s") % {"why": why})[:500]


def _out_of_transit(deposit: Deposit, kind: EntryKind, onto: uuid.UUID | str, *, by: Actor) -> None:
    if deposit.is_stuck:
        deposit.is_stuck = False
        deposit.save(update_fields=["is_stuck"])
    wallets.post(
        kind,
        f"deposit:{deposit.pk}",
        [Leg(_transit(deposit), -deposit.arrives), Leg(onto, deposit.arrives)],
        by=by,
        cause=_about(deposit),
    )


def _keep_figures(deposit: Deposit, figures: Figures) -> None:
    deposit.pay_minor = figures.pay.minor
    deposit.broker_fee_minor = figures.broker_fee.minor
    deposit.psp_fee_minor = figures.psp_fee.minor
    deposit.client_psp_fee_minor = figures.client_psp_fee.minor
    deposit.arrives_minor = figures.arrives.minor


def _about(deposit: Deposit) -> str:
    return f"cashier.Deposit:{deposit.pk}"


def _transit(deposit: Deposit) -> str:
    return f"mt_in_transit:{deposit.server_id}"


def _mirror(deposit: Deposit) -> str:
    return f"mt_mirror:{deposit.server_id}:{deposit.login}"
