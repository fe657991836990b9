"""What happens to a sign-up: started, confirmed, paying, paid; or given up."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
import uuid

from django.conf import settings
from django.db import transaction

from billing import services as billing
from kernel import clock, mail, signing
from kernel.errors import Refused
from kernel.registry import modules
from provisioning.runs import slugs
from provisioning.runs.errors import (
    CodeExpired,
    EmailNotConfirmed,
    SignUpExpired,
    TooManyCodes,
    UnknownModule,
    WrongCode,
)
from provisioning.runs.models import Run, RunState, SignUp, SignUpState
from provisioning.runs.types import Plan
from tenants.errors import SlugTaken

CODE_LIFE = dt.timedelta(minutes=30)
MOST_WRONG_CODES = 5
MOST_CODES = 5
UNPAID_LIFE = dt.timedelta(hours=24)
CHECKOUT_LIFE = dt.timedelta(hours=25)
"""An hour more than a payment page lives at Stripe."""

_LINK = "runs.confirm"


def start(plan: Plan) -> uuid.UUID:
    """Begin a sign-up and mail its code; opens a transaction.

    Raises:
        SlugMalformed, SlugReserved, SlugTaken: The address cannot be had.
        UnknownModule: The plan names something that is not on the menu.
    """
    _check(plan, own_id=None)
    moment = clock.now()
    with transaction.atomic():
        sign_up = SignUp.objects.create(
            company=plan.company,
            slug=plan.slug,
            email=plan.email,
            modules=list(plan.modules),
            country=plan.country,
            locale=plan.locale,
            time_zone=plan.time_zone,
            created_at=moment,
            expires_at=moment + UNPAID_LIFE,
        )
        _send_code(sign_up)
    return sign_up.pk


def change_plan(sign_up_id: uuid.UUID, plan: Plan) -> None:
    """Replace what was chosen, before it is paid; another e-mail must be confirmed again.

    Raises:
        SlugMalformed, SlugReserved, SlugTaken, UnknownModule: As in :func:`start`.
        SignUpExpired: It was given up, or is paid already.
    """
    _check(plan, own_id=sign_up_id)
    with transaction.atomic(), slugs.held_once(plan.slug):
        sign_up = _unpaid(sign_up_id)
        moved = sign_up.email != plan.email
        sign_up.company, sign_up.slug, sign_up.email = plan.company, plan.slug, plan.email
        sign_up.modules, sign_up.country = list(plan.modules), plan.country
        sign_up.locale, sign_up.time_zone = plan.locale, plan.time_zone
        if moved and sign_up.state != SignUpState.STARTED:
            sign_up.move_to(SignUpState.STARTED)
            sign_up.confirmed_at = None
        sign_up.save()
        if moved:
            _send_code(sign_up)


def send_code_again(sign_up_id: uuid.UUID) -> None:
    """Mail a new code; the one before stops working.

    Raises:
        TooManyCodes: Enough were sent.
        SignUpExpired: It was given up, or is paid already.
    """
    with transaction.atomic():
        _send_code(_unpaid(sign_up_id))


def confirm(sign_up_id: uuid.UUID, code: str) -> None:
    """Prove the e-mail by the six digits; from now on the subdomain is held.

    Raises:
        WrongCode: It is another code; five wrong ones end it.
        CodeExpired: It is too old or was tried too often.
        SlugTaken: Somebody else confirmed the same address first.
        SignUpExpired: It was given up, or is paid already.
    """
    refusal = _confirm(sign_up_id, _hash(sign_up_id, code.strip().replace(" ", "")))
    if refusal is not None:  # raised after commit, so that the wrong try is counted
        raise refusal


def confirm_by_link(token: str) -> uuid.UUID:
    """Prove the e-mail by the signed link in the message; return the sign-up.

    Raises:
        WrongCode: The link is forged, of another host, or not the latest one.
        CodeExpired, SlugTaken, SignUpExpired: As in :func:`confirm`.
    """
    sign_up_id, code_hash = _read_link(token)
    refusal = _confirm(sign_up_id, code_hash)
    if refusal is not None:
        raise refusal
    return sign_up_id


def begin_payment(sign_up_id: uuid.UUID, *, success_url: str, cancel_url: str) -> str:
    """Open the payment page and return its URL; speaks to Stripe outside any transaction.

    Raises:
        EmailNotConfirmed: The e-mail was not proven.
        SignUpExpired: It was given up, or is paid already.
        Unavailable: Stripe does not answer; nothing was charged.
    """
    with transaction.atomic():
        sign_up = _unpaid(sign_up_id)
        if sign_up.state == SignUpState.STARTED:
            raise EmailNotConfirmed(email=sign_up.email)
        sign_up.expires_at = clock.now() + CHECKOUT_LIFE
        if sign_up.state != SignUpState.PAYING:
            sign_up.move_to(SignUpState.PAYING)
        sign_up.save(update_fields=["state", "expires_at"])
    return billing.start_checkout(
        sign_up_id=sign_up_id,
        email=sign_up.email,
        modules=tuple(sign_up.modules),
        company=sign_up.company,
        success_url=success_url,
        cancel_url=cancel_url,
    )


def close_payment(sign_up_id: uuid.UUID) -> None:
    """Note that the person came back from the payment page without paying; harmless twice."""
    with transaction.atomic():
        sign_up = SignUp.objects.select_for_update().get(pk=sign_up_id)
        if sign_up.state == SignUpState.PAYING:
            sign_up.move_to(SignUpState.CONFIRMED)
            sign_up.save(update_fields=["state"])


@transaction.atomic
def record_paid(sign_up_id: uuid.UUID) -> uuid.UUID:
    """Note the payment and make the one run that follows; return the run. Harmless twice.

    Opens a transaction. A sign-up that was given up in between and lost its subdomain gets a
    numbered one: the broker has paid and must not wait for us.
    """
    sign_up = SignUp.objects.select_for_update().get(pk=sign_up_id)
    moment = clock.now()
    if sign_up.state not in (SignUpState.PAID, SignUpState.LIVE):
        sign_up.slug = slugs.free_variant(sign_up.slug, own_id=sign_up.pk)
        sign_up.move_to(SignUpState.PAID)
        sign_up.save(update_fields=["state", "slug"])
    run, _made = Run.objects.get_or_create(
        sign_up=sign_up,
        defaults={"state": RunState.WAITING, "due_at": moment, "created_at": moment},
    )
    return run.pk


def expire() -> int:
    """Give up the sign-ups that were not paid in time; return how many. Opens a transaction."""
    unpaid = (SignUpState.STARTED, SignUpState.CONFIRMED, SignUpState.PAYING)
    late = SignUp.objects.filter(state__in=unpaid, expires_at__lt=clock.now())
    return late.update(state=SignUpState.EXPIRED, code_hash="")


def _check(plan: Plan, own_id: uuid.UUID | None) -> None:
    refusal = slugs.problem(plan.slug, own_id=own_id)
    if refusal is not None:
        raise refusal
    offered = {key for key, module in modules().items() if not module.always_on}
    if not set(plan.modules) <= offered:
        raise UnknownModule


def _unpaid(sign_up_id: uuid.UUID) -> SignUp:
    sign_up = SignUp.objects.select_for_update().get(pk=sign_up_id)
    if sign_up.state in (SignUpState.PAID, SignUpState.LIVE, SignUpState.EXPIRED):
        raise SignUpExpired
    return sign_up


def _send_code(sign_up: SignUp) -> None:
    if sign_up.codes_sent >= MOST_CODES:
        raise TooManyCodes
    code = f"{secrets.randbelow(1_000_000):06d}"
    sign_up.code_hash = _hash(sign_up.pk, code)
    sign_up.code_until = clock.now() + CODE_LIFE
    sign_up.codes_sent += 1
    sign_up.wrong_codes = 0
    sign_up.save(update_fields=["code_hash", "code_until", "codes_sent", "wrong_codes"])
    token = signing.dumps([str(sign_up.pk), sign_up.code_hash], purpose=_LINK)
    mail.send(
        "runs/sign_up_code",
        to=sign_up.email,
        context={
            "code": code,
            "company": sign_up.company,
            "link": slugs.site_url(f"/start/c/{token}/"),
        },
        language=sign_up.locale,
    )


def _confirm(sign_up_id: uuid.UUID, code_hash: str) -> Refused | None:
    with transaction.atomic():
        sign_up = SignUp.objects.select_for_update().get(pk=sign_up_id)
        if sign_up.confirmed_at is not None:
            return None
        refusal = _unusable(sign_up)
        if refusal is not None:
            return refusal
        if not hmac.compare_digest(sign_up.code_hash, code_hash):
            return _count_wrong(sign_up)
        return _take(sign_up)


def _unusable(sign_up: SignUp) -> Refused | None:
    """Why no code at all can confirm the sign-up now."""
    if sign_up.state != SignUpState.STARTED:
        return SignUpExpired()
    late = sign_up.code_until is None or sign_up.code_until < clock.now()
    return CodeExpired() if late or not sign_up.code_hash else None


def _count_wrong(sign_up: SignUp) -> Refused:
    sign_up.wrong_codes += 1
    if sign_up.wrong_codes >= MOST_WRONG_CODES:
        sign_up.code_hash = ""
    sign_up.save(update_fields=["wrong_codes", "code_hash"])
    return WrongCode() if sign_up.code_hash else CodeExpired()


def _take(sign_up: SignUp) -> Refused | None:
    """Confirm, and hold the subdomain from now on."""
    refusal = slugs.problem(sign_up.slug, own_id=sign_up.pk)
    if refusal is not None:
        return refusal
    sign_up.move_to(SignUpState.CONFIRMED)
    sign_up.confirmed_at = clock.now()
    sign_up.code_hash = ""
    sign_up.expires_at = clock.now() + UNPAID_LIFE
    try:
        with slugs.held_once(sign_up.slug), transaction.atomic():
            sign_up.save(update_fields=["state", "confirmed_at", "code_hash", "expires_at"])
    except SlugTaken as taken:
        return taken
    return None


def _hash(sign_up_id: uuid.UUID, code: str) -> str:
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, f"sign-up\0{sign_up_id}\0{code}".encode(), hashlib.sha256).hexdigest()


def _read_link(token: str) -> tuple[uuid.UUID, str]:
    try:
        sign_up_id, code_hash = signing.loads(token, purpose=_LINK, max_age=CODE_LIFE)
    except signing.BadSignature:
        raise WrongCode from None
    return uuid.UUID(sign_up_id), str(code_hash)
