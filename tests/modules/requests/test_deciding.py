"""Deciding: who may, in which order, and what is told."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError, IntegrityError

from kernel.actor import Actor, ActorKind, Scope
from kernel.models import OutboxEvent
from modules.clients import services as clients
from modules.requests import queries, services
from modules.requests.errors import (
    AlreadyDecided,
    DecidedOneLevel,
    FileNotTaken,
    FileTooLarge,
    LevelsMissing,
    MayNotDecide,
    NobodyCould,
    NoSuchRequest,
    NotWaiting,
    NotYourLevel,
    NotYours,
    OwnRequest,
    ReasonNeeded,
    TooFewPeople,
)
from modules.requests.models import MOVES, Decision, Paper, Request, State
from modules.requests.types import Level, RequestFilter, Rule, Wish
from tests.modules.conftest import make_client
from tests.modules.requests.conftest import (
    CREDIT,
    LEVERAGE,
    actor,
    ask,
    give_role,
    pdf,
    set_policy,
    state_of,
    usd,
)
from tests.support.people import letters, make_staff
from tests.support.tenants import SYSTEM


def told(place):
    with place.pin():
        rows = OutboxEvent.objects.filter(name__startswith="requests.").order_by("occurred_at")
        return [row.name.partition(".")[2] for row in rows]


def test_one_level_approves_and_tells_in_the_same_transaction(alpha, ada, theo):
    request_id = ask(alpha, theo)

    with alpha.pin():
        is_last = services.approve(request_id, by=actor(alpha, ada))

    assert is_last
    assert state_of(alpha, request_id) == "approved"
    assert told(alpha) == ["RequestAsked", "RequestApproved"]
    assert [letter.template for letter in letters(alpha)] == ["requests/approved"]


def test_asking_twice_with_one_key_asks_once(alpha, theo):
    first = ask(alpha, theo, key="same")
    again = ask(alpha, theo, key="same")

    assert first == again
    assert told(alpha) == ["RequestAsked"]


def test_asking_needs_the_transaction_of_its_change(alpha, theo):
    with alpha.pin(), pytest.raises(RuntimeError, match="inside the transaction"):
        services.ask(Wish(kind=LEVERAGE, client_id=theo.pk), key="x", by=actor(alpha, theo))


def test_a_request_that_is_rolled_back_was_never_asked(alpha, theo):
    with alpha.pin(), pytest.raises(ZeroDivisionError), transaction.atomic():
        services.ask(Wish(kind=LEVERAGE, client_id=theo.pk), key="x", by=actor(alpha, theo))
        raise ZeroDivisionError

    with alpha.pin():
        assert Request.objects.count() == 0


def test_same_person_never_approves_two_levels(alpha, ada, finn, theo):
    set_policy(alpha)
    request_id = ask(alpha, theo)
    by = actor(alpha, ada)

    with alpha.pin():
        assert not services.approve(request_id, by=by)
        with pytest.raises(DecidedOneLevel):
            services.approve(request_id, by=by)
        assert services.approve(request_id, by=actor(alpha, finn))

    assert state_of(alpha, request_id) == "approved"


def test_the_database_too_keeps_a_person_from_two_levels(alpha, ada, theo):
    request_id = ask(alpha, theo)
    row = {
        "request_id": request_id,
        "decision": "approve",
        "actor_id": ada.pk,
        "actor_name": "Ada",
    }

    with alpha.pin():
        moment = Request.objects.get(pk=request_id).asked_at
        Decision.objects.create(level=1, decided_at=moment, **row)
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.create(level=2, decided_at=moment, **row)


def test_whoever_asked_for_a_client_never_approves(alpha, ada, finn, theo):
    request_id = ask(alpha, theo, by=actor(alpha, ada))

    with alpha.pin():
        with pytest.raises(OwnRequest):
            services.approve(request_id, by=actor(alpha, ada))
        with pytest.raises(OwnRequest):
            services.refuse(request_id, reason="No.", by=actor(alpha, ada))
    assert state_of(alpha, request_id) == "waiting"


def test_a_key_of_whoever_asked_is_no_second_pair_of_eyes(alpha, ada, theo):
    request_id = ask(alpha, theo, by=actor(alpha, ada))
    key = Actor(
        kind=ActorKind.API_KEY,
        id=uuid.uuid4(),
        name="Desk",
        grants={"requests.see_requests": Scope.ALL, "trading.decide_changes": Scope.ALL},
        on_behalf_of=ada.pk,
        is_staff=True,
    )

    with alpha.pin(), pytest.raises(OwnRequest):
        services.approve(request_id, by=key)


def test_whoever_answered_for_the_client_has_prepared_it(alpha, ada, finn, theo):
    request_id = ask(alpha, theo)

    with alpha.pin():
        services.ask_for_more(request_id, reason="Why?", by=actor(alpha, ada))
        services.answer(request_id, text="He rang.", by=actor(alpha, finn))
        with pytest.raises(OwnRequest):
            services.approve(request_id, by=actor(alpha, finn))
        assert services.approve(request_id, by=actor(alpha, ada))


def test_client_answers_a_question_and_it_waits_again(alpha, ada, theo):
    request_id = ask(alpha, theo)

    with alpha.pin():
        services.ask_for_more(request_id, reason="Your passport?", by=actor(alpha, ada))
        with pytest.raises(NotWaiting):
            services.approve(request_id, by=actor(alpha, ada))
        services.answer(request_id, files=[pdf()], by=actor(alpha, theo))

    assert state_of(alpha, request_id) == "waiting"
    assert told(alpha) == ["RequestAsked", "InformationAsked", "InformationGiven"]
    assert "Your passport?" in letters(alpha)[-1].text


def test_levels_belong_to_roles_and_people(alpha, ada, finn, theo):
    role_id = give_role(alpha, finn, "Risk", {})
    set_policy(
        alpha,
        levels=(
            Level(name="Desk", person_ids=(ada.pk,)),
            Level(name="Risk", role_ids=(role_id,)),
        ),
    )
    request_id = ask(alpha, theo)

    with alpha.pin():
        with pytest.raises(NotYourLevel):
            services.approve(request_id, by=actor(alpha, finn))
        assert queries.sheet(request_id, by=actor(alpha, finn)).why_not.endswith("Ada.")
        services.approve(request_id, by=actor(alpha, ada))
        assert queries.sheet(request_id, by=actor(alpha, finn)).why_not == ""
        assert services.approve(request_id, by=actor(alpha, finn))


def test_only_the_right_to_decide_the_kind_decides(alpha, theo):
    sam = make_staff(alpha, "sam@alpha.example", role="support")
    request_id = ask(alpha, theo)

    with alpha.pin():
        assert queries.sheet(request_id, by=actor(alpha, sam)).line.id == request_id
        with pytest.raises(MayNotDecide):
            services.approve(request_id, by=actor(alpha, sam))
        with pytest.raises(NoSuchRequest):
            services.approve(request_id, by=actor(alpha, make_client(alpha, "e@x.io", "E", "W")))


def test_an_amount_below_every_limit_needs_nobody(alpha, ada, theo):
    set_policy(alpha, CREDIT, levels=(Level(name="Boss", least=usd(100_00)),))

    small = ask(alpha, theo, kind=CREDIT, amount=usd(99_99))
    large = ask(alpha, theo, kind=CREDIT, amount=usd(100_00))
    taken = ask(alpha, theo, kind=CREDIT, amount=usd(-100_00))

    assert [state_of(alpha, one) for one in (small, large, taken)] == [
        "approved", "waiting", "waiting"
    ]  # fmt: skip


def test_an_amount_in_another_currency_never_escapes_a_level(alpha, ada, theo):
    set_policy(alpha, CREDIT, levels=(Level(name="Boss", least=usd(100_00)),))
    yen = type(usd(1))(1, "JPY")

    assert state_of(alpha, ask(alpha, theo, kind=CREDIT, amount=yen)) == "waiting"


def test_rules_that_reach_the_score_approve_and_are_explained(alpha, ada, theo):
    rules = (
        Rule(kind="amount_below", value=50_00, currency="USD", points=60),
        Rule(kind="client_days", value=0, points=40),
        Rule(kind="kyc_level", value=2, points=10),
        Rule(kind="approved_before", value=1, points=10),
    )
    set_policy(alpha, CREDIT, levels=(Level(name="Boss"),), rules=rules, score_needed=100)

    passed = ask(alpha, theo, kind=CREDIT, amount=usd(49_99))
    failed = ask(alpha, theo, kind=CREDIT, amount=usd(50_00))
    with alpha.pin():
        clients.set_verification_level(theo.pk, 2, reason="Passport", by=SYSTEM)
    verified = ask(alpha, theo, kind=CREDIT, amount=usd(50_00))

    assert (state_of(alpha, passed), state_of(alpha, failed)) == ("approved", "waiting")
    with alpha.pin():
        sheet = queries.sheet(failed, by=actor(alpha, ada))
        ended = queries.sheet(passed, by=actor(alpha, ada))
        later = queries.sheet(verified, by=actor(alpha, ada))
    assert (sheet.score, sheet.score_needed) == (50, 100)
    assert [one.holds for one in sheet.verdicts] == [False, True, False, True]
    assert [one.holds for one in later.verdicts] == [False, True, True, True]
    assert [one.sentence for one in sheet.verdicts[::2]] == [
        "The amount is below 50.00 USD", "Verified at least to level 2 (Full)",
    ]  # fmt: skip
    assert ended.story[-1].title == "Approved by the rules"


def test_what_was_refused_once_is_never_waved_through(alpha, ada, theo):
    rules = (Rule(kind="approved_before", value=0, points=100),)
    set_policy(alpha, levels=(Level(name="Desk"),), rules=rules, score_needed=100)
    set_policy(alpha, levels=(Level(name="Desk"),), rules=(), score_needed=0)
    refused = ask(alpha, theo)
    with alpha.pin():
        services.refuse(refused, reason="No.", by=actor(alpha, ada))
    set_policy(alpha, levels=(Level(name="Desk"),), rules=rules, score_needed=100)

    assert state_of(alpha, ask(alpha, theo)) == "waiting"


def test_a_policy_changed_later_leaves_what_waits_alone(alpha, ada, theo):
    make_staff(alpha, "finn@alpha.example")
    request_id = ask(alpha, theo)
    set_policy(alpha)
    with alpha.pin():
        before = Request.objects.get(pk=request_id).levels

        assert services.approve(request_id, by=actor(alpha, ada))
        assert Request.objects.get(pk=request_id).levels == before


@pytest.mark.parametrize(
    ("levels", "refusal"),
    [
        ((), LevelsMissing),
        ((Level(name="Ghost", person_ids=(uuid.uuid4(),)),), NobodyCould),
        ((Level(name="One"), Level(name="Two"), Level(name="Three")), TooFewPeople),
    ],
)
def test_a_policy_that_nobody_could_fulfil_is_not_kept(alpha, ada, finn, levels, refusal):
    with pytest.raises(refusal):
        set_policy(alpha, levels=levels)


def test_refusing_needs_a_reason_that_the_client_reads(alpha, ada, theo):
    request_id = ask(alpha, theo)

    with alpha.pin():
        with pytest.raises(ReasonNeeded):
            services.refuse(request_id, reason=" ", by=actor(alpha, ada))
        services.refuse(request_id, reason="Not yet.", by=actor(alpha, ada))
        with pytest.raises(AlreadyDecided):
            services.approve(request_id, by=actor(alpha, ada))
        shown = queries.own_sheet(request_id, theo.pk)
    assert (shown.line.state, shown.line.reason) == ("refused", "Not yet.")
    assert "Not yet." in letters(alpha)[-1].text


def test_only_who_asked_takes_it_back(alpha, ada, theo):
    request_id = ask(alpha, theo)

    with alpha.pin():
        with pytest.raises(NotYours):
            services.cancel(request_id, by=actor(alpha, ada))
        services.cancel(request_id, by=actor(alpha, theo))
    assert state_of(alpha, request_id) == "cancelled"
    assert told(alpha)[-1] == "RequestCancelled"


def test_many_are_approved_each_by_itself(alpha, ada, theo):
    free, own = ask(alpha, theo), ask(alpha, theo, by=actor(alpha, ada))

    with alpha.pin():
        outcomes = services.approve_many([free, own, free, uuid.uuid4()], by=actor(alpha, ada))

    assert [bool(one.refused) for one in outcomes] == [False, True, True]
    assert (state_of(alpha, free), state_of(alpha, own)) == ("approved", "waiting")


def test_my_decisions_are_what_i_may_decide_now(alpha, ada, finn, theo):
    set_policy(alpha)
    free, own = ask(alpha, theo), ask(alpha, theo, by=actor(alpha, ada))
    with alpha.pin():
        services.approve(free, by=actor(alpha, finn))

    def mine(person):
        with alpha.pin():
            found = queries.queue(RequestFilter(is_mine=True), by=actor(alpha, person))
            return {line.id for line, _client in found.rows}

    assert mine(ada) == {free}
    assert mine(finn) == {own}


def test_decisions_and_files_are_never_changed(alpha, ada, theo):
    request_id = ask(alpha, theo, files=[pdf()])
    with alpha.pin():
        services.approve(request_id, by=actor(alpha, ada))

        for rows in (Decision.objects.all(), Paper.objects.all()):
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.update(actor_name="Nobody")
            with pytest.raises(DatabaseError), transaction.atomic():
                rows._raw_delete(connection.alias)


@pytest.mark.parametrize(
    ("file", "refusal"),
    [
        (pdf("virus.pdf", b"MZ\x90\x00"), FileNotTaken),
        (pdf("page.png", b"<svg onload=alert(1)>"), FileNotTaken),
        (pdf("large.pdf", b"%PDF-" + b"x" * (5 * 1024 * 1024)), FileTooLarge),
    ],
)
def test_a_file_that_is_not_what_it_says_is_not_kept(alpha, theo, file, refusal):
    with pytest.raises(refusal):
        ask(alpha, theo, files=[file])

    with alpha.pin():
        assert Request.objects.count() == 0


def test_two_people_at_once_approve_a_level_once(alpha, ada, finn, theo):
    request_id = ask(alpha, theo)
    deciders = [actor(alpha, ada), actor(alpha, finn)]
    both = threading.Barrier(2)

    def approve(by):
        both.wait(10)
        try:
            with alpha.pin():
                return services.approve(request_id, by=by)
        except AlreadyDecided:
            return None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(approve, deciders))

    assert sorted(said, key=str) == [None, True]
    assert told(alpha).count("RequestApproved") == 1


def test_every_state_has_its_moves():
    assert set(MOVES) == set(State)
    assert {state for state in State if not MOVES[state]} == {
        State.APPROVED, State.REFUSED, State.CANCELLED
    }  # fmt: skip
