"""Every operation of every module, asked anything: no fault, nothing undeclared (API-02)."""

from __future__ import annotations

import hypothesis
import pytest
import schemathesis
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from schemathesis.checks import CHECKS

from kernel.api import keys
from kernel.api.keys import NewKey
from tests.support.people import make_person

CALM = hypothesis.settings(
    max_examples=8, deadline=None, derandomize=True, database=None,
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
    return {"headers": {"Authorization": f"Bearer {text}", "Host": alpha.host}}


@pytest.fixture
def as_client(alpha, theo):
    client = alpha.signed_in(theo)
    token = "a" * 32
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    return {
        "headers": {"X-CSRFToken": token, "Host": alpha.host},
        "cookies": {**cookies, settings.CSRF_COOKIE_NAME: token},
    }


@pytest.mark.slow
@pytest.mark.parametrize("who", ["as_key", "as_client"])
def test_whatever_is_asked_the_answer_is_as_described_api_02(request, as_key, who):
    signed_in = request.getfixturevalue(who)
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", get_wsgi_application(), **as_key)
    left_out = [CHECKS.get_one(name) for name in UNASKED]

    for operation in schema.get_all_operations():
        ask_anything(operation.ok(), signed_in, left_out)


def ask_anything(operation, signed_in, left_out):
    @CALM
    @hypothesis.given(case=operation.as_strategy())
    def ask(case):
        case.call_and_validate(excluded_checks=left_out, **signed_in)

    ask()
