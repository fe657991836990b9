from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib

import pytest

from kernel import audit, clock
from kernel.actor import Scope
from kernel.api import access, keys
from kernel.api.keys import NewKey
from kernel.models import ApiKey
from kernel.pin import pin
from kernel.throttle import Limit
from tests.kernel.api.conftest import ADA, READ, THEO, WRITE

READER = NewKey(title="Website", scopes=(READ,))


def issue(place, wanted=READER, by=ADA):
    with pin(place.schema):
        return keys.issue_key(wanted, by=by)


def ask(call, text, where="things", **more):
    return call("GET", where, authorization=f"Bearer {text}", **more)


def test_a_key_opens_what_its_rights_allow_and_nothing_else_api_01(call, alpha):
    _, text = issue(alpha)

    assert ask(call, text).status_code == 200
    assert ask(call, text, "me").json() == {"kind": "api_key", "name": "Website"}
    refused = call("POST", "things", body={"name": "x"}, authorization=f"Bearer {text}")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


def test_a_key_needs_no_csrf_token_and_no_cookie_helps_it(call, alpha):
    _, text = issue(alpha, NewKey(title="Writer", scopes=(WRITE,)))

    made = call("POST", "things", body={"name": "x"}, csrf=True, authorization=f"Bearer {text}")
    assert made.status_code == 201
    assert ask(call, "ak_wrong", who="ada").status_code == 401


def test_only_a_digest_is_stored_api_01(alpha, raw_sql):
    key_id, text = issue(alpha)

    row = raw_sql.execute(f'SELECT k::text FROM "{alpha.schema}".kernel_apikey k').fetchone()[0]
    assert text not in row
    with pin(alpha.schema):
        assert ApiKey.objects.get(pk=key_id).digest == hashlib.sha256(text.encode()).hexdigest()
        assert text not in str(audit.entries(limit=1)[0])


def test_a_key_of_one_tenant_opens_nothing_at_another_api_01(call, alpha, beta):
    _, text = issue(alpha)

    assert ask(call, text, schema=beta.schema).status_code == 401
    with pin(beta.schema):
        copied = ApiKey(title="x", prefix="x", digest=hashlib.sha256(text.encode()).hexdigest())
        copied.scopes = [READ]
        copied.save()
    assert ask(call, text, schema=beta.schema).status_code == 401


def test_a_revoked_key_is_dead_at_once_api_01(call, alpha):
    key_id, text = issue(alpha)
    with pin(alpha.schema):
        keys.revoke_key(key_id, by=ADA)
        keys.revoke_key(key_id, by=ADA)
        noted = [line.action for line in audit.entries(limit=2)]

    assert ask(call, text).status_code == 401
    assert noted == ["kernel.api_key_revoked", "kernel.api_key_issued"]


def test_a_key_ends_on_its_day_api_01(call, alpha):
    moment = clock.now()
    _, text = issue(alpha, dataclasses.replace(READER, expires_at=moment + dt.timedelta(days=1)))

    assert ask(call, text).status_code == 200
    with clock.frozen(moment + dt.timedelta(days=1)):
        assert ask(call, text).status_code == 401


@pytest.mark.parametrize(
    ("network", "status"),
    [("127.0.0.0/8", 200), ("127.0.0.1", 200), ("203.0.113.0/24", 401), ("::/0", 401)],
)
def test_a_key_works_from_its_networks_only_api_01(call, alpha, network, status):
    _, text = issue(alpha, dataclasses.replace(READER, networks=(network,)))

    assert ask(call, text).status_code == status


def test_nobody_gives_a_key_more_than_they_have(alpha):
    weak = dataclasses.replace(THEO, grants={READ: Scope.OWN})
    for wanted, by, refusal in (
        (READER, weak, keys.ScopeNotYours),
        (NewKey(title="x", scopes=("no.such_right",)), ADA, keys.ScopeNotYours),
        (NewKey(title="x", scopes=()), ADA, keys.NoScope),
        (dataclasses.replace(READER, networks=("elsewhere",)), ADA, keys.NotANetwork),
        (dataclasses.replace(READER, expires_at=clock.now()), ADA, keys.EndsInThePast),
    ):
        with pytest.raises(refusal):
            issue(alpha, wanted, by)
    with pin(alpha.schema):
        assert ApiKey.objects.count() == 0


def test_a_list_of_keys_never_shows_one(alpha, beta):
    _, text = issue(alpha)
    issue(beta)

    with pin(alpha.schema):
        (line,) = keys.api_keys()

    assert (line.title, line.scopes, line.state, line.made_by_name) == (
        "Website", (READ,), "active", "Ada",
    )  # fmt: skip
    assert text.startswith(line.prefix)
    assert text not in str(line)


def test_when_a_key_was_used_is_known_to_the_minute(call, alpha):
    moment = clock.now()
    key_id, text = issue(alpha)
    for seconds in (0, 30, 90):
        with clock.frozen(moment + dt.timedelta(seconds=seconds)):
            ask(call, text)
            with pin(alpha.schema):
                used = (ApiKey.objects.get(pk=key_id).last_used_at - moment).seconds
            assert used == {0: 0, 30: 0, 90: 90}[seconds]


def test_guessing_keys_is_put_off(call, alpha, monkeypatch):
    monkeypatch.setattr(access, "WRONG_KEYS", Limit(times=2, per=dt.timedelta(minutes=1)))

    assert [ask(call, "ak_guess").status_code for _ in range(3)] == [401, 401, 429]
