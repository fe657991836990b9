"""Mail in the tenant's name: written with the change that causes it, sent after it commits."""

from __future__ import annotations

import datetime as dt
import json
import logging
import uuid
from collections.abc import Mapping
from email.utils import formataddr, parseaddr
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db import transaction
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from kernel import clock, secrets
from kernel.errors import Refused
from kernel.ids import new_id
from kernel.models.mail import Letter, LetterState
from kernel.tasks import task

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
FIRST_WAIT = dt.timedelta(seconds=30)
LONGEST_WAIT = dt.timedelta(hours=1)
GRACE = dt.timedelta(seconds=60)
"""A letter waits this long for its own task before the sweep takes it up."""


class NoSuchAddress(Refused):
    """The text is not an e-mail address."""

    code = "no_such_address"
    sentence = _("This is not an e-mail address.")


@transaction.atomic
def send(
    template: str, *, to: str, context: Mapping[str, Any], language: str | None = None
) -> uuid.UUID:
    """Write a letter in the caller's transaction, or its own; it is sent after commit.

    Renders ``mail/<template>.subject.txt``, ``.txt`` and ``.html`` with ``context`` and ``brand``
    in ``language`` (the present one when not given). A lost task is made good by a sweep, so
    a letter is sent at least once.

    Raises:
        NoSuchAddress: ``to`` is not one e-mail address.
    """
    words = _rendered(template, _one_address(to), context, language)
    letter = Letter(id=new_id(), template=template, due_at=clock.now() + GRACE)
    letter.sealed = secrets.seal(json.dumps(words), about=_place(letter))
    letter.save(force_insert=True)
    deliver.send(str(letter.pk))
    return letter.pk


@task(queue="mail")
def deliver(letter_id: str) -> None:
    """Send one letter now, if it still waits."""
    with transaction.atomic():
        waiting = Letter.objects.select_for_update(skip_locked=True).filter(
            pk=letter_id, state=LetterState.WAITING
        )
        letter = waiting.first()
        if letter is None:
            return
        # Put off first, committed before the network: a crash meanwhile is made good later.
        letter.attempts += 1
        letter.due_at = clock.now() + min(FIRST_WAIT * 2**letter.attempts, LONGEST_WAIT)
        letter.save(update_fields=["attempts", "due_at"])
    _post(letter)


@task(every=dt.timedelta(minutes=1), queue="mail")
def deliver_late() -> None:
    """Send again the letters whose task was lost or whose server did not answer."""
    due = Letter.objects.filter(state=LetterState.WAITING, due_at__lte=clock.now())
    for letter_id in list(due.order_by("due_at").values_list("pk", flat=True)[:200]):
        deliver.send(str(letter_id))


def _post(letter: Letter) -> None:
    words = json.loads(secrets.unseal(letter.sealed, about=_place(letter)))
    message = EmailMultiAlternatives(
        subject=words["subject"],
        body=words["text"],
        from_email=words["from"],
        to=[words["to"]],
        headers={"Message-ID": f"<{letter.pk}@{_domain(words['from'])}>"},
    )
    message.attach_alternative(words["html"], "text/html")
    try:
        message.send()
    except SMTPRecipientsRefused:
        _close(letter, LetterState.FAILED)
    except (SMTPException, OSError) as error:
        logger.warning("A letter waits: %s", type(error).__name__)
        if letter.attempts >= MOST_ATTEMPTS:
            _close(letter, LetterState.FAILED)
    else:
        _close(letter, LetterState.SENT)


def _close(letter: Letter, state: LetterState) -> None:
    sent_at = clock.now() if state == LetterState.SENT else None
    kept = b"" if state == LetterState.SENT else letter.sealed
    Letter.objects.filter(pk=letter.pk).update(state=state, sent_at=sent_at, sealed=kept)


def _rendered(
    template: str, to: str, context: Mapping[str, Any], language: str | None
) -> dict[str, str]:
    with translation.override(language or translation.get_language()):
        brand = import_string(settings.MAIL_BRAND)()
        words = {**context, "brand": brand}
        subject = one_line(_text(f"mail/{template}.subject.txt", words))
        return {
            "to": to,
            "from": sender(_name_of(brand)),
            "subject": subject,
            "text": _text(f"mail/{template}.txt", words),
            "html": render_to_string(f"mail/{template}.html", {**words, "subject": subject}),
        }


def sender(name: str) -> str:
    """``Name <address>`` of what goes out: the broker's name, the platform's address."""
    return formataddr((one_line(name).replace('"', ""), parseaddr(settings.MAIL_FROM)[1]))


def one_line(text: str) -> str:
    """``text`` as one header line: no line break or control character can start another."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:200]


def _text(name: str, words: Mapping[str, Any]) -> str:
    # Plain text has no markup to escape from: an apostrophe stays an apostrophe.
    plain = Context(dict(words), autoescape=False)
    engine: Any = get_template(name)
    return str(engine.template.render(plain)).strip()


def _one_address(to: str) -> str:
    try:
        validate_email(to)
    except ValidationError as error:
        raise NoSuchAddress(field="email") from error
    return to


def _name_of(brand: Any) -> str:
    return str(brand["name"] if isinstance(brand, Mapping) else brand.name)


def _domain(address: str) -> str:
    return parseaddr(address)[1].rpartition("@")[2] or "localhost"


def _place(letter: Letter) -> str:
    return f"kernel.Letter.sealed:{letter.pk}"
