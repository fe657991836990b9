"""A small API of its own, mounted where a module's would be."""

from __future__ import annotations

import json
import uuid
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.conf import settings
from django.http import Http404
from django.test import Client
from django.urls import path
from ninja import Query, Router, Schema, Status

from kernel import pin
from kernel.actor import Actor, ActorKind, Scope
from kernel.api import (
    ApiRequest,
    Page,
    Paging,
    Strict,
    api_needs,
    api_signed_in,
    keyed,
    problems,
    sliced,
)
from kernel.api.access import BearerKey, SessionCookie
from kernel.api.building import Api
from kernel.errors import OutcomeUnknown, Refused, Unavailable
from kernel.models import Lease
from kernel.requests import RequestId

READ, WRITE = "identity.see_people", "identity.manage_people"
ALL = {"kernel.manage_api_keys": Scope.ALL, READ: Scope.ALL, WRITE: Scope.ALL}
ADA = Actor(kind=ActorKind.PERSON, id=uuid.UUID(int=1), name="Ada", grants=ALL, is_staff=True)
THEO = Actor(kind=ActorKind.PERSON, id=uuid.UUID(int=3), name="Theo")
PEOPLE = {"ada": ADA, "theo": THEO}


class Thing(Schema):
    number: int
    name: str


class NewThing(Strict):
    name: str


class NameTaken(Refused):
    code = "name_taken"
    sentence = "That name is taken."


class NameBad(NameTaken):
    code = "name_bad"
    field = "name"


router = Router()


@router.get("/things", response=Page[Thing])
@api_needs(READ)
def things(request: ApiRequest, paging: Query[Paging]):
    """Seven things."""
    rows = [SimpleNamespace(number=n, name=str(n), secret="x") for n in range(1, 8)]
    return sliced(rows, paging)


@router.get("/keyed", response=Page[Thing])
@api_needs(READ)
def keyed_things(request: ApiRequest, paging: Query[Paging]):
    after = paging.after() or 0
    rows = [{"number": n, "name": str(n)} for n in range(after + 1, 8)][: paging.limit + 1]
    return keyed(rows, paging, key=lambda row: row["number"])


@router.post("/things", response={201: Thing})
@api_needs(WRITE)
def make_thing(request: ApiRequest, body: NewThing):
    """Make a thing; a lease row stands for it."""
    Lease.objects.create(name=body.name, fence=Lease.objects.count() + 1)
    if body.name.startswith("refused"):
        raise {"refused": NameTaken, "refused-field": NameBad}[body.name]
    return Status(201, {"number": Lease.objects.count(), "name": body.name})


@router.get("/me")
@api_signed_in
def me(request: ApiRequest):
    return {"kind": request.actor.kind, "name": request.actor.name}


@router.get("/fail/{how}")
@api_signed_in
def fail(request: ApiRequest, how: str):
    failures = {
        "404": Http404("canary"),
        "503": Unavailable("server", "canary"),
        "502": OutcomeUnknown("op", "canary"),
        "500": ValueError("canary"),
    }
    raise failures[how]


@router.get("/things/{thing_id}")
@api_needs(READ)
def thing(request: ApiRequest, thing_id: UUID):
    return {"id": thing_id}


def build():
    api = Api(
        title="API", version="1.0.0", urls_namespace="api", openapi_url=None, docs_url=None,
        auth=[BearerKey(), SessionCookie()],
    )  # fmt: skip
    problems.install(api)
    api.add_router("/v1/trading", router, tags=["trading"], url_name_prefix="trading")
    return api


class TestUrls:
    """Built once: ninja freezes a router when its URLs are made."""

    urlpatterns = [path("api/", build().urls)]


def as_someone(get_response):
    """What the tenant and identity middleware do: pin, and say who is there."""

    def serve(request):
        request.tenant = SimpleNamespace(active_modules=frozenset())
        request.actor = PEOPLE.get(request.COOKIES.get("who"))
        request.fresh_factor = request.COOKIES.get("fresh") == "yes"
        with pin.pin(request.headers["x-schema"]):
            return get_response(request)

    return serve


@pytest.fixture
def call(change_settings, alpha):
    """``call("GET", "things", who="ada")``: method, path under the module, who asks."""
    middleware = [f"{RequestId.__module__}.RequestId", f"{__name__}.as_someone"]
    change_settings(ROOT_URLCONF=TestUrls, MIDDLEWARE=middleware)

    def ask(
        method, where, *, who="", fresh=True, schema=alpha.schema, body=None, csrf=False, **headers
    ):
        client = Client(raise_request_exception=False, enforce_csrf_checks=csrf)
        if who:
            client.cookies[settings.SESSION_COOKIE_NAME] = "x"
            client.cookies["who"] = who
            client.cookies["fresh"] = "yes" if fresh else ""
        return client.generic(
            method,
            where if where.startswith("/") else f"/api/v1/trading/{where}",
            body if isinstance(body, bytes) else _json(body),
            content_type="application/json",
            headers={
                "x-schema": schema or alpha.schema,
                **{k.replace("_", "-"): v for k, v in headers.items()},
            },
        )

    return ask


def _json(body):
    return b"" if body is None else json.dumps(body).encode()
