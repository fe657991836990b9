from __future__ import annotations

import json
import shlex

import pytest

from kernel.api import describing
from tests.kernel.api.conftest import READ, build


@pytest.fixture
def schema(call):
    return call("GET", "/api/openapi.json", who="ada").json()


def test_the_description_asks_who_is_there(call):
    assert call("GET", "/api/openapi.json").status_code == 401


def test_every_operation_says_how_to_sign_in_and_what_it_refuses(schema):
    assert set(schema["components"]["securitySchemes"]) == {"BearerKey", "SessionCookie"}
    for item in schema["paths"].values():
        for operation in item.values():
            assert operation["security"] == [{"BearerKey": []}, {"SessionCookie": []}]
            refusal = operation["responses"]["default"]["content"]["application/problem+json"]
            assert refusal == {"schema": {"$ref": "#/components/schemas/Problem"}}


def test_what_changes_something_takes_an_idempotency_key(schema):
    things = schema["paths"]["/api/v1/trading/things"]

    assert [p["name"] for p in things["post"]["parameters"]] == ["Idempotency-Key"]
    assert [p["name"] for p in things["get"]["parameters"]] == ["limit", "cursor"]
    assert things["get"]["x-permission"] == READ


def test_operations_of_modules_that_are_off_are_not_described(monkeypatch):
    paid = type("Paid", (), {"always_on": False, "key": "trading"})()
    monkeypatch.setattr(describing, "modules", lambda: {"trading": paid})

    assert describing.schema_for(_api(), ())["paths"] == {}
    assert describing.schema_for(_api(), ("trading",))["paths"] != {}


def test_the_page_groups_operations_with_working_examples(schema):
    (group,) = describing.groups(schema, host="https://alpha.example")
    cards = {(card.method, card.path): card for card in group.operations}
    made = cards["POST", "/api/v1/trading/things"]

    assert group.key == "trading"
    assert (made.status, json.loads(made.body), json.loads(made.answer)) == (
        "201", {"name": "text"}, {"number": 1, "name": "text"},
    )  # fmt: skip
    assert shlex.split(made.curl)[:4] == [
        "curl", "-X", "POST", "https://alpha.example/api/v1/trading/things",
    ]  # fmt: skip


def test_an_example_of_a_schema_that_holds_itself_ends():
    node = {"type": "object", "properties": {"child": {"$ref": "#/components/schemas/N"}}}

    made = describing.example({"components": {"schemas": {"N": node}}}, node)

    assert str(made).count("child") == describing.DEEPEST + 1


def _api():
    api = build()
    _ = api.urls
    return api
