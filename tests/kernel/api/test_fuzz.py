"""Every operation of every module, asked anything: no fault, nothing undeclared (API-02)."""

from __future__ import annotations

import hypothesis
import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from schemathesis.checks import CHECKS

from kernel.api import keys
from kernel.api.keys import NewKey
from tests.support.people import make_person

CALM = hypothesis.settings(
    max_examples=15, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
)  # fmt: skip
UNASKED = (
    "ignored_auth",
    "use_after_free",
    "ensure_resource_availability",
    "positive_data_acceptance",
)
"""Signing in has tests of its own; made-up ids lead nowhere."""


@pytest.fixture
def ada(alpha):
    return make_person(alpha, "ada@alpha.example", kind="staff", role="admin")


@pytest.fixture
def theo(alpha):
    return make_person(alpha, "theo@alpha.example")


@pytest.fixture
def as_key(alpha, ada):
    from tests.kernel.api.conftest import ADA

    with alpha.pin():
        grants = dict.fromkeys(keys.offered(), keys.Scope.ALL)
        maker = type(ADA)(kind=ADA.kind, id=ada.pk, name="Ada", grants=grants, is_staff=True)
        _, text = keys.issue_key(NewKey(title="Fuzz", scopes=keys.grantable(maker)), by=maker)
    return {"Authorization": f"Bearer {text}"}


@pytest.fixture
def as_client(alpha, theo):
    client = alpha.signed_in(theo)
    client.get("/api/docs")
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    token = "a" * 32
    said = "; ".join(f"{name}={value}" for name, value in {**cookies, "csrftoken": token}.items())
    return {"Cookie": said, "X-CSRFToken": token}


@pytest.mark.slow
@pytest.mark.parametrize("who", ["as_key", "as_client"])
def test_whatever_is_asked_the_answer_is_as_described_api_02(alpha, request, who):
    headers = {**request.getfixturevalue(who), "Host": alpha.host}
    schema = schemathesis.openapi.from_wsgi(
        "/api/openapi.json", get_wsgi_application(), headers=headers
    )
    left_out = [CHECKS.get_one(name) for name in UNASKED]

    for operation in schema.get_all_operations():
        ask_anything(operation.ok(), headers, left_out)


def ask_anything(operation, headers, left_out):
    @CALM
    @hypothesis.given(case=operation.as_strategy())
    def ask(case):
        case.call_and_validate(headers=headers, excluded_checks=left_out)

    ask()
