from __future__ import annotations

import datetime as dt

import pytest

from kernel import clock, signing
from kernel.pin import NotPinned, pin

NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def test_a_signed_value_comes_back():
    with pin("t_alpha"):
        token = signing.dumps({"id": 5}, purpose="invite")

        assert signing.loads(token, purpose="invite") == {"id": 5}


def test_a_value_signed_at_one_tenant_is_refused_at_another_dom_04():
    with pin("t_alpha"):
        token = signing.dumps(5, purpose="invite")

    with pin("t_beta"), pytest.raises(signing.BadSignature):
        signing.loads(token, purpose="invite")


def test_a_value_signed_for_one_purpose_is_refused_for_another():
    with pin("t_alpha"):
        token = signing.dumps(5, purpose="invite")

        with pytest.raises(signing.BadSignature):
            signing.loads(token, purpose="unsubscribe")


def test_an_altered_value_is_refused():
    with pin("t_alpha"):
        token = signing.dumps(5, purpose="invite")

        with pytest.raises(signing.BadSignature):
            signing.loads("x" + token, purpose="invite")


def test_a_value_ends_with_its_age():
    with pin("t_alpha"), clock.frozen(NOON):
        token = signing.dumps(5, purpose="invite")
        clock.advance(HOUR)
        assert signing.loads(token, purpose="invite", max_age=HOUR) == 5
        clock.advance(dt.timedelta(seconds=1))

        with pytest.raises(signing.SignatureExpired):
            signing.loads(token, purpose="invite", max_age=HOUR)


def test_nothing_is_signed_outside_a_unit_of_work():
    with pytest.raises(NotPinned):
        signing.dumps(5, purpose="invite")
