"""The pages of the API: its description, and the keys that open it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_POST
from ninja import NinjaAPI

from kernel.access import needs, open_to_all, signed_in
from kernel.actor import Actor
from kernel.api import describing, keys, problems
from kernel.api.access import authenticate
from kernel.api.forms import KeyForm
from kernel.errors import Refused

MANAGE = "kernel.manage_api_keys"


@require_GET
@open_to_all("it asks for a session or an API key itself, as every operation does")
def openapi(request: HttpRequest, api: NinjaAPI) -> HttpResponse:
    """The OpenAPI 3.1 description of what this tenant's modules offer."""
    try:
        authenticate(request)
    except Exception as error:  # noqa: BLE001  # the border: each failure becomes a problem
        return problems.answer(request, error)
    return JsonResponse(describing.schema_for(api, _active(request)))


@require_GET
@signed_in
def docs(request: HttpRequest, api: NinjaAPI) -> HttpResponseBase:
    """The description for people: every operation with its parameters and examples."""
    schema = describing.schema_for(api, _active(request))
    host = f"{request.scheme}://{request.get_host()}"
    context = {
        "groups": describing.groups(schema, host=host),
        "host": host,
        "openapi_url": reverse("api:openapi"),
        "keys_url": _keys_url(request),
    }
    return render(request, "api/docs.html", context)


@require_GET
@needs(MANAGE)
def api_keys(request: HttpRequest) -> HttpResponseBase:
    """The keys of this tenant."""
    return render(request, "api/keys.html", {"keys": keys.api_keys()})


@needs(MANAGE)
def new_api_key(request: HttpRequest) -> HttpResponseBase:
    """Issue a key and show it, this once."""
    actor = _actor(request)
    form = KeyForm(request.POST or None, grantable=keys.grantable(actor))
    if request.method != "POST" or not form.is_valid():
        return render(request, "api/key_new.html", {"form": form}, status=_status(request))
    try:
        _, text = keys.issue_key(form.wanted(), by=actor)
    except Refused as refusal:
        form.add_error(refusal.field, str(refusal))
        return render(request, "api/key_new.html", {"form": form}, status=422)
    response = render(request, "api/key_issued.html", {"key": text, "title": form.wanted().title})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@needs(MANAGE)
def revoke_api_key(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """End a key at once."""
    if key_id not in {line.id for line in keys.api_keys()}:
        raise Http404
    keys.revoke_key(key_id, by=_actor(request))
    return redirect("office:kernel:api_keys")


def _status(request: HttpRequest) -> int:
    return 422 if request.method == "POST" else 200


def _active(request: HttpRequest) -> Collection[str]:
    active: Collection[str] = getattr(getattr(request, "tenant", None), "active_modules", ())
    return active


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]  # set by the identity middleware
    return actor


def _keys_url(request: HttpRequest) -> str:
    try:
        return reverse("office:kernel:api_keys") if _actor(request).may(MANAGE) else ""
    except NoReverseMatch:  # a host without a back office
        return ""
