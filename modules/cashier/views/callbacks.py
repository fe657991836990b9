"""The doors that payment providers knock at."""

from __future__ import annotations

import logging
import uuid

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from kernel.access import open_to_all
from kernel.requests import client_address
from modules.cashier import services, tasks
from modules.cashier.errors import Forged, NoSuchAccount
from modules.cashier.services import Call

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
@open_to_all("providers sign their calls")
def callback(request: HttpRequest, provider_id: uuid.UUID) -> HttpResponse:
    """Keep what a provider says and answer at once; repeating it is harmless."""
    try:
        callback_id = services.receive(_call(request, provider_id))
    except NoSuchAccount as error:
        raise Http404 from error
    except Forged:
        return HttpResponse(status=400)
    if callback_id is not None:
        _wake(callback_id)
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
@open_to_all("providers sign their calls")
def validation(request: HttpRequest, provider_id: uuid.UUID) -> HttpResponse:
    """Confirm a payment before a provider captures it, or refuse it (CSH-12)."""
    try:
        may_capture = services.validate(_call(request, provider_id))
    except NoSuchAccount as error:
        raise Http404 from error
    except Forged:
        return HttpResponse(status=400)
    return JsonResponse({"status": "confirmed" if may_capture else "refused"})


def _call(request: HttpRequest, provider_id: uuid.UUID) -> Call:
    return Call(
        account_id=provider_id,
        body=request.body,
        headers=dict(request.headers),
        sent_from=client_address(request) or None,
    )


def _wake(callback_id: uuid.UUID) -> None:
    """Have it applied at once; without a queue the sweep finds it within seconds."""
    try:
        tasks.apply.send(str(callback_id))
    except OperationalError:
        logger.warning("The queue is down: a callback waits for the sweep")
