from __future__ import annotations

import pytest

from kernel import pin
from kernel.tasks import HEADER, SIGNATURE, Unsigned, sign, stamp, task

SEEN: list[str | None] = []


@task()
def note_place():
    SEEN.append(pin.peek())


@task(unpinned=True)
def note_vendor():
    SEEN.append(pin.peek())


@pytest.fixture(autouse=True)
def _fresh():
    SEEN.clear()


def run(bound, headers):
    bound.push_request(id="t-1", headers=None, **headers)
    try:
        bound()
    finally:
        bound.pop_request()


def signed(bound, schema, *, name=None):
    return {HEADER: schema, SIGNATURE: sign("t-1", name or bound.name, schema)}


def test_a_task_runs_in_the_schema_it_was_sent_from(alpha):
    run(note_place, signed(note_place, alpha.schema))

    assert [alpha.schema] == SEEN


def test_a_task_without_a_tenant_does_not_run_iso_10():
    with pytest.raises(Unsigned):
        run(note_place, {})

    assert SEEN == []


def test_a_task_with_a_forged_tenant_does_not_run_iso_10(alpha, beta):
    forged = {**signed(note_place, alpha.schema), HEADER: beta.schema}

    with pytest.raises(Unsigned):
        run(note_place, forged)

    assert SEEN == []


def test_a_proof_of_another_task_does_not_open_this_one_iso_10(alpha):
    with pytest.raises(Unsigned):
        run(note_place, signed(note_place, alpha.schema, name=note_vendor.name))

    assert SEEN == []


def test_a_tenants_message_cannot_run_the_vendors_task_iso_10(alpha):
    with pytest.raises(Unsigned):
        run(note_vendor, signed(note_vendor, alpha.schema))

    assert SEEN == []


def test_the_vendors_task_pins_for_itself():
    run(note_vendor, signed(note_vendor, "-"))

    assert SEEN == [None]


def test_sending_stamps_the_pinned_schema_and_its_proof(alpha):
    headers = {"id": "t-1"}

    with alpha.pin():
        stamp(sender=note_place.name, headers=headers)

    assert headers == {"id": "t-1", **signed(note_place, alpha.schema)}
