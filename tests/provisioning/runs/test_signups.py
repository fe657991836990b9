from __future__ import annotations

import datetime as dt

import pytest

from kernel import clock, signing
from kernel.pin import PUBLIC, pin
from provisioning.runs import errors, queries, signups
from provisioning.runs.models import Run, SignUp
from tenants.errors import SlugMalformed, SlugReserved, SlugTaken
from tests.provisioning.runs.cast import ADA, a_plan, confirmed, mailed_code, mailed_token, paid
from tests.support.people import letters


def state_of(sign_up_id):
    with pin(PUBLIC):
        return SignUp.objects.get(pk=sign_up_id).state


@pytest.mark.parametrize(
    ("slug", "refusal"),
    [("alpha", SlugTaken), ("admin", SlugReserved), ("a b", SlugMalformed), ("-x-", SlugMalformed)],
)
def test_an_address_that_cannot_be_had_begins_nothing(in_public, slug, refusal):
    with pytest.raises(refusal):
        signups.start(a_plan(slug))

    assert SignUp.objects.count() == 0


def test_a_plan_with_an_unknown_module_begins_nothing(in_public):
    with pytest.raises(errors.UnknownModule):
        signups.start(a_plan(modules=("moon",)))

    assert SignUp.objects.count() == 0


def test_starting_mails_six_digits_and_keeps_only_their_hash(vendor):
    with pin(PUBLIC):
        sign_up_id = signups.start(a_plan())

    (letter,) = letters(vendor)
    code = mailed_code(vendor)
    with pin(PUBLIC):
        row = SignUp.objects.get(pk=sign_up_id)
    assert (letter.to, row.state, len(row.code_hash)) == (ADA, "started", 64)
    assert code not in row.code_hash


def test_the_code_confirms_once_and_again_is_harmless(vendor):
    sign_up_id = confirmed(vendor)

    with pin(PUBLIC):
        signups.confirm(sign_up_id, "000000")

    assert state_of(sign_up_id) == "confirmed"


def test_the_link_confirms_the_same(vendor):
    with pin(PUBLIC):
        sign_up_id = signups.start(a_plan())
    token = mailed_token(vendor)

    with pin(PUBLIC):
        assert signups.confirm_by_link(token) == sign_up_id

    assert state_of(sign_up_id) == "confirmed"


def test_a_link_signed_by_a_broker_is_worthless_here(vendor, alpha):  # DOM-04
    with pin(PUBLIC):
        sign_up_id = signups.start(a_plan())
        row = SignUp.objects.get(pk=sign_up_id)
    with alpha.pin():
        forged = signing.dumps([str(sign_up_id), row.code_hash], purpose="runs.confirm")

    with pin(PUBLIC), pytest.raises(errors.WrongCode):
        signups.confirm_by_link(forged)

    assert state_of(sign_up_id) == "started"


def test_a_new_code_ends_the_old_code_and_the_old_link(vendor):
    with pin(PUBLIC):
        sign_up_id = signups.start(a_plan())
    code, token = mailed_code(vendor), mailed_token(vendor)
    with pin(PUBLIC):
        signups.send_code_again(sign_up_id)
        with pytest.raises(errors.WrongCode):
            signups.confirm(sign_up_id, code)
        with pytest.raises(errors.WrongCode):
            signups.confirm_by_link(token)


def test_five_wrong_codes_end_the_right_one(vendor):
    with pin(PUBLIC):
        sign_up_id = signups.start(a_plan())
    code = mailed_code(vendor)
    wrong = "000000" if code != "000000" else "111111"
    with pin(PUBLIC):
        for _ in range(4):
            with pytest.raises(errors.WrongCode):
                signups.confirm(sign_up_id, wrong)
        with pytest.raises(errors.CodeExpired):
            signups.confirm(sign_up_id, wrong)
        with pytest.raises(errors.CodeExpired):
            signups.confirm(sign_up_id, code)

    assert state_of(sign_up_id) == "started"


def test_a_code_lives_half_an_hour(vendor, frozen):
    with pin(PUBLIC):
        sign_up_id = signups.start(a_plan())
    code = mailed_code(vendor)
    clock.advance(dt.timedelta(minutes=31))

    with pin(PUBLIC), pytest.raises(errors.CodeExpired):
        signups.confirm(sign_up_id, code)


def test_no_more_than_five_codes_are_mailed(vendor):
    with pin(PUBLIC):
        sign_up_id = signups.start(a_plan())
        for _ in range(4):
            signups.send_code_again(sign_up_id)
        with pytest.raises(errors.TooManyCodes):
            signups.send_code_again(sign_up_id)

    assert len(letters(vendor)) == 5


def test_whoever_confirms_first_holds_the_address(vendor):
    with pin(PUBLIC):
        first = signups.start(a_plan())
    first_code = mailed_code(vendor)
    with pin(PUBLIC):
        second = signups.start(a_plan(email="ben@other.example"))
    second_code = mailed_code(vendor)

    with pin(PUBLIC):
        signups.confirm(second, second_code)
        with pytest.raises(SlugTaken):
            signups.confirm(first, first_code)
        with pytest.raises(SlugTaken):
            signups.start(a_plan(email="third@other.example"))

    assert (state_of(first), state_of(second)) == ("started", "confirmed")


def test_payment_waits_for_the_email(vendor):
    with pin(PUBLIC):
        sign_up_id = signups.start(a_plan())
        with pytest.raises(errors.EmailNotConfirmed, match=ADA):
            signups.begin_payment(sign_up_id, success_url="x", cancel_url="y")

    assert state_of(sign_up_id) == "started"


def test_a_closed_payment_page_keeps_everything(vendor):
    sign_up_id = confirmed(vendor)
    with pin(PUBLIC):
        SignUp.objects.filter(pk=sign_up_id).update(state="paying")
        before = queries.find_sign_up(sign_up_id).plan

        signups.close_payment(sign_up_id)
        signups.close_payment(sign_up_id)

        assert queries.find_sign_up(sign_up_id).plan == before
    assert state_of(sign_up_id) == "confirmed"


def test_another_email_must_be_confirmed_again(vendor):
    sign_up_id = confirmed(vendor)
    with pin(PUBLIC):
        signups.change_plan(sign_up_id, a_plan(email="ada@new.example"))

    assert state_of(sign_up_id) == "started"
    assert letters(vendor)[-1].to == "ada@new.example"


def test_the_same_email_stays_confirmed_when_the_plan_changes(vendor):
    sign_up_id = confirmed(vendor)
    with pin(PUBLIC):
        signups.change_plan(sign_up_id, a_plan("gamma-two", company="Gamma Two"))

        view = queries.find_sign_up(sign_up_id)
    assert (view.state, view.plan.slug, view.plan.company) == (
        "confirmed",
        "gamma-two",
        "Gamma Two",
    )


def test_paying_twice_makes_one_run(vendor):
    sign_up_id = paid(vendor)
    with pin(PUBLIC):
        again = signups.record_paid(sign_up_id)

        assert [run.pk for run in Run.objects.all()] == [again]
    assert state_of(sign_up_id) == "paid"


def test_a_paid_plan_cannot_change(vendor):
    sign_up_id = paid(vendor)
    with pin(PUBLIC):
        with pytest.raises(errors.SignUpExpired):
            signups.change_plan(sign_up_id, a_plan(company="Other"))
        with pytest.raises(errors.SignUpExpired):
            signups.begin_payment(sign_up_id, success_url="x", cancel_url="y")

        assert queries.find_sign_up(sign_up_id).plan.company == "Gamma FX"


def test_unpaid_sign_ups_are_given_up_after_a_day_and_free_their_address(vendor, frozen):
    sign_up_id = confirmed(vendor)
    clock.advance(dt.timedelta(hours=25))

    with pin(PUBLIC):
        assert signups.expire() == 1
        signups.start(a_plan(email="ben@other.example"))
    assert state_of(sign_up_id) == "expired"


def test_a_paid_sign_up_is_never_given_up(vendor, frozen):
    sign_up_id = paid(vendor)
    clock.advance(dt.timedelta(days=3))

    with pin(PUBLIC):
        assert signups.expire() == 0
    assert state_of(sign_up_id) == "paid"


def test_money_that_comes_late_finds_a_numbered_address(vendor, frozen):
    late = confirmed(vendor)
    clock.advance(dt.timedelta(hours=25))
    with pin(PUBLIC):
        signups.expire()
    confirmed(vendor, a_plan(email="ben@other.example"))

    with pin(PUBLIC):
        signups.record_paid(late)

        view = queries.find_sign_up(late)
    assert (view.state, view.plan.slug) == ("paid", "gamma-2")
