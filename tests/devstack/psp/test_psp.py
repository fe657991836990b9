"""The payment services at home misbehave when they are told to, and only then."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest

from tests.devstack.psp.running import local_psp
from tests.devstack.stripe.running import browse

pytestmark = pytest.mark.no_database


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with local_psp(tmp_path_factory.mktemp("psp")) as one:
        yield one


@pytest.fixture
def psp(running):
    running.begin_anew()
    return running


def call(psp, name, method, path, told=None, *, secret=""):
    """One signed call of a merchant's."""
    from devstack.psp.postman import mac

    merchant = psp.merchant(name)
    body = json.dumps(told).encode() if told is not None else b""
    message = b"1." + (body if method == "POST" else path.encode())
    headers = {
        "X-Merchant": merchant["merchant_id"],
        "X-Timestamp": "1",
        "X-Signature": mac(secret or merchant["secret"], message),
    }
    request = urllib.request.Request(f"{psp.base}/psp{path}", body or None, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def begin(psp, reference="R1", **more):
    told = {
        "reference": reference,
        "amount_minor": 100_00,
        "currency": "USD",
        "title": "Deposit",
        "return_url": "http://localhost:9/back",
        "cancel_url": "http://localhost:9/cancelled",
        "notification_url": "http://localhost:9/",
        "validation_url": "",
    }
    return call(psp, "alpha", "POST", "/payments", told | more)


def test_the_same_reference_is_one_payment(psp):
    assert begin(psp)[1]["payment_id"] == begin(psp)[1]["payment_id"]


def test_a_call_that_is_not_signed_is_refused(psp):
    assert call(psp, "alpha", "GET", "/merchants/m-alpha", secret="another")[0] == 401


def test_a_merchant_does_not_see_the_payments_of_another(psp):
    begin(psp)

    assert call(psp, "alpha", "GET", "/payments?reference=R1")[0] == 200
    assert call(psp, "beta", "GET", "/payments?reference=R1")[0] == 404


def test_paying_on_the_page_tells_every_state_and_leads_back(psp):
    psp.behave(hold=True)
    url = begin(psp)[1]["redirect_url"]

    assert "100.00 USD" in browse(url).text
    left = browse(url, action="pay")

    assert (left.status, left.location) == (303, "http://localhost:9/back")
    told = [one["event"]["payment"]["state"] for one in psp.deliveries()]
    assert told == ["authorised", "approved"]


@pytest.mark.parametrize(
    ("wanted", "status"), [("technical_decline", 422), ("declined", 422), ("error", 500)]
)
def test_it_refuses_or_fails_on_order(psp, wanted, status):
    psp.behave(begin=wanted)

    assert begin(psp)[0] == status


def test_it_is_down_on_order(psp):
    psp.behave(down=True)

    assert begin(psp)[0] == 503


def test_callbacks_come_as_often_as_ordered_and_contradict_on_order(psp):
    psp.behave(copies=3, delay_seconds=60, conflict=True)
    begin(psp)
    psp.control("POST move", reference="R1", state="approved")

    states = [one["event"]["payment"]["state"] for one in psp.deliveries()]
    assert states == ["approved"] * 3 + ["declined"] * 3


@pytest.mark.parametrize(
    ("wanted", "state"), [("", "approved"), ("rejected", "rejected"), ("reversed", "reversed")]
)
def test_a_payout_goes_as_ordered_and_is_one_per_reference(psp, wanted, state):
    psp.behave(payout=wanted)
    told = {"reference": "P1", "amount_minor": 5_00, "currency": "USD"}

    first, second = (call(psp, "alpha", "POST", "/payouts", told)[1] for _ in range(2))

    assert first == second
    assert first["state"] == state


def test_a_share_of_callbacks_comes_twice_or_late_on_order(psp):
    begin(psp)
    psp.behave(twice=1.0)
    psp.control("POST move", reference="R1", state="approved")
    psp.behave(late=1.0, late_seconds=60)
    psp.control("POST move", reference="R1", state="charged_back")

    states = [one["event"]["payment"]["state"] for one in psp.deliveries()]
    late = psp.deliveries()[-1]

    assert states == ["approved", "approved", "charged_back"]
    assert (late["state"], late["attempts"]) == ("due", 0)


def test_an_unknown_order_is_refused(psp):
    with pytest.raises(urllib.error.HTTPError) as refused:
        psp.behave(nonsense=1)
    refused.value.close()
    assert refused.value.code == 400
