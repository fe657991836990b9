from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from ninja import Router

from kernel import throttle
from kernel.api import access
from kernel.api.building import Api
from kernel.models import Lease
from kernel.pin import pin


@pytest.mark.parametrize(
    ("who", "fresh", "status", "code"),
    [
        ("", True, 401, "not_signed_in"),
        ("theo", True, 403, "forbidden"),
        ("ada", False, 403, "fresh_factor_needed"),
        ("ada", True, 201, None),
    ],
)
def test_who_may_change_something(call, alpha, who, fresh, status, code):
    answer = call("POST", "things", who=who, fresh=fresh, body={"name": "one"})

    assert (answer.status_code, answer.json().get("code")) == (status, code)
    with pin(alpha.schema):
        assert Lease.objects.count() == (1 if status == 201 else 0)


def test_who_is_signed_in_may_ask_what_everyone_may(call):
    assert call("GET", "me", who="theo").json() == {"kind": "person", "name": "Theo"}
    assert call("GET", "me").status_code == 401


def test_rights_are_asked_before_the_body_is_read(call):
    assert call("POST", "things", who="theo", body=b"{nonsense").status_code == 403


def test_a_page_of_another_site_cannot_act_with_a_cookie_api_04(call, alpha):
    refused = call("POST", "things", who="ada", body={"name": "one"}, csrf=True)

    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    with pin(alpha.schema):
        assert Lease.objects.count() == 0


def test_other_sites_may_not_read_answers_api_04(call):
    answer = call("GET", "me", who="ada", origin="https://elsewhere.example")

    assert "Access-Control-Allow-Origin" not in answer


def test_a_module_that_is_switched_off_is_not_there(call, monkeypatch):
    module = access.modules()["trading"]
    paid = type("Paid", (), {"always_on": False, "key": "trading"})()
    monkeypatch.setattr(access, "modules", lambda: {"trading": paid})

    assert module.always_on
    assert call("GET", "me", who="ada").json()["code"] == "not_found"


def test_too_many_requests_are_put_off(call, monkeypatch):
    monkeypatch.setattr(access, "PER_ACTOR", throttle.Limit(times=2, per=access.PER_ACTOR.per))

    answers = [call("GET", "me", who="ada") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert call("GET", "me", who="theo").status_code == 200


def test_an_operation_that_does_not_say_who_may_call_it_is_refused():
    router = Router()

    @router.get("/open")
    def everyone(request):
        return {}

    api = Api(urls_namespace="undeclared", openapi_url=None)
    api.add_router("/v1/trading", router)
    with pytest.raises(ImproperlyConfigured, match="everyone does not say who may call it"):
        _ = api.urls
