"""A request repeated under the same key is answered again, not done again."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from kernel import clock, secrets
from kernel.actor import Actor
from kernel.errors import Refused
from kernel.models.api import KeptAnswer
from kernel.tasks import task

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
KEPT_FOR = dt.timedelta(hours=24)
LONGEST_KEY = 200
ERRORS_FROM = 400


class KeyReused(Refused):
    """The same idempotency key came with another request."""

    code = "idempotency_key_reused"
    sentence = _("This idempotency key was used for another request.")


class KeyUnreadable(Refused):
    """An idempotency key that is empty, too long or not plain text."""

    code = "idempotency_key_unreadable"
    sentence = _("An idempotency key is 1 to 200 visible ASCII characters.")
    field = HEADER


def once(request: HttpRequest, actor: Actor, do: Callable[[], HttpResponse]) -> HttpResponse:
    """Do it the first time and keep the answer; later give the answer that was kept.

    Opens one transaction around the deed and the answer. A request that comes while the first
    still runs waits for it. A refusal undoes everything and is not kept: it may be repeated.

    Raises:
        KeyReused: The key came with another request within 24 hours.
        KeyUnreadable: The key is not plain text of 1 to 200 characters.
    """
    key = request.headers[HEADER]
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise KeyUnreadable
    with transaction.atomic():
        kept, is_first = _claim(actor, key, _digest(request))
        if not is_first:
            return _replay(kept, request)
        response = do()
        if response.status_code >= ERRORS_FROM:
            transaction.set_rollback(True)
        else:
            _keep(kept, response)
    return response


@task(every=dt.timedelta(hours=1))
def forget_old_answers() -> None:
    """Drop answers that are older than a day."""
    KeptAnswer.objects.filter(created_at__lt=clock.now() - KEPT_FOR).delete()


def _claim(actor: Actor, key: str, digest: str) -> tuple[KeptAnswer, bool]:
    who = f"{actor.kind}:{actor.id}"
    expired = KeptAnswer.objects.filter(actor=who, key=key, created_at__lt=clock.now() - KEPT_FOR)
    expired.delete()
    return KeptAnswer.objects.get_or_create(
        actor=who, key=key, defaults={"request_digest": digest, "created_at": clock.now()}
    )


def _replay(kept: KeptAnswer, request: HttpRequest) -> HttpResponse:
    if kept.request_digest != _digest(request):
        raise KeyReused
    body = secrets.unseal(kept.body, about=_place(kept))
    response = HttpResponse(body, status=kept.status, content_type=kept.content_type)
    response[REPLAYED] = "true"
    return response


def _keep(kept: KeptAnswer, response: HttpResponse) -> None:
    kept.status = response.status_code
    kept.content_type = response.get("Content-Type", "")
    kept.body = secrets.seal(response.content, about=_place(kept))
    kept.save(update_fields=["status", "content_type", "body"])


def _digest(request: HttpRequest) -> str:
    parts = (str(request.method), request.get_full_path(), request.headers.get("Content-Type", ""))
    said = hashlib.sha256("\0".join(parts).encode())
    said.update(b"\0" + request.body)
    return said.hexdigest()


def _place(kept: KeptAnswer) -> str:
    return f"kernel.KeptAnswer.body:{kept.pk}"
