from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator

from identity.models import Kind, User
from kernel import audit
from kernel.models.outbox import OutboxEvent
from tests.support.people import PASSWORD, letters
from tests.support.sessions import code_of, give_app, sign_in


def type_password(client, email, password=PASSWORD, **more):
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def test_client_signs_in_with_the_password(alpha, theo):
    client = alpha.client()

    answer = type_password(client, "THEO@example.com")

    assert answer.status_code == 302
    assert client.get("/accounts/security/").status_code == 200


def test_wrong_password_lets_nobody_in_and_is_recorded(alpha, theo):  # AUD-04
    client = alpha.client()

    answer = type_password(client, theo.email, "wrong password altogether")

    assert answer.status_code == 200
    assert client.get("/accounts/security/").status_code == 302
    with alpha.pin():
        assert audit.entries(about=theo)[0].action == "identity.sign_in_failed"
        assert "wrong password" not in str(audit.entries()[0])


def test_staff_prove_the_second_factor_after_the_password(alpha, ada):  # AUT-01
    with alpha.pin():
        seed = give_app(ada)
    client = alpha.client()

    assert type_password(client, ada.email).headers["Location"] == "/accounts/login/factor/"
    assert client.get("/office/identity/people/").status_code == 302
    client.post("/accounts/login/factor/", {"code": code_of(seed)})

    assert client.get("/office/identity/people/").status_code == 200


def test_code_of_the_app_works_once(alpha, ada):  # AUT-02
    with alpha.pin():
        seed = give_app(ada)
    code = code_of(seed)
    first, second = alpha.client(), alpha.client()
    type_password(first, ada.email)
    type_password(second, ada.email)

    assert first.post("/accounts/login/factor/", {"code": code}).status_code == 302

    from django.core.cache import cache

    with alpha.pin():
        cache.clear()  # the rule does not live in the cache
    assert second.post("/accounts/login/factor/", {"code": code}).status_code == 200
    assert second.get("/accounts/security/").status_code == 302


def test_seed_is_sealed_in_the_database(alpha, ada):  # AUT-02, CRY-01
    with alpha.pin():
        seed = give_app(ada)
        data = Authenticator.objects.get(user=ada).data

    assert seed not in str(data)


def test_recovery_code_works_once(alpha, ada):  # AUT-02
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    with alpha.pin():
        give_app(ada)
        code = RecoveryCodes.activate(ada).get_unused_codes()[0]
    first, second = alpha.client(), alpha.client()
    type_password(first, ada.email)
    type_password(second, ada.email)

    assert first.post("/accounts/login/factor/", {"code": code}).status_code == 302
    assert second.post("/accounts/login/factor/", {"code": code}).status_code == 200


def test_registration_makes_a_client_and_tells_it(alpha, beta):
    client = alpha.client()

    answer = client.post(
        "/accounts/register/",
        {"full_name": "Theo Marsh", "email": "Theo@Example.com", "password1": PASSWORD},
    )

    assert answer.headers["Location"] == "/accounts/confirm-email/"
    with alpha.pin():
        user = User.objects.get()
        assert (user.email, user.full_name, user.kind) == (
            "theo@example.com",
            "Theo Marsh",
            Kind.CLIENT,
        )
        assert list(OutboxEvent.objects.values_list("name", flat=True)) == [
            "identity.PersonRegistered"
        ]
    with beta.pin():
        assert User.objects.count() == 0


def test_code_from_the_mail_confirms_the_address_and_signs_in(alpha):
    client = alpha.client()
    client.post(
        "/accounts/register/",
        {"full_name": "Theo Marsh", "email": "theo@example.com", "password1": PASSWORD},
    )
    letter = letters(alpha)[0]
    code = re.search(r"\b\d{6}\b", letter.text)[0]

    page = client.get(f"/accounts/confirm-email/?code={code}")
    answer = client.post("/accounts/confirm-email/", {"code": code})

    assert (letter.to, letter.template) == ("theo@example.com", "identity/confirm_email")
    assert f'value="{code}"' in page.content.decode()
    assert answer.status_code == 302
    assert client.get("/accounts/security/").status_code == 200


def test_wrong_code_confirms_nothing(alpha):
    client = alpha.client()
    client.post(
        "/accounts/register/",
        {"full_name": "Theo Marsh", "email": "theo@example.com", "password1": PASSWORD},
    )

    client.post("/accounts/confirm-email/", {"code": "000000"})

    with alpha.pin():
        assert not User.objects.get().emailaddress_set.get().verified


def test_registering_a_known_address_looks_the_same_and_tells_its_owner(alpha, theo):  # AUT-07
    fresh, known = alpha.client(), alpha.client()
    words = {"full_name": "Someone", "password1": PASSWORD}

    new = fresh.post("/accounts/register/", {**words, "email": "new@example.com"})
    old = known.post("/accounts/register/", {**words, "email": theo.email})

    assert (new.status_code, new.headers["Location"]) == (old.status_code, old.headers["Location"])
    assert [letter.template for letter in letters(alpha)] == [
        "identity/confirm_email",
        "identity/account_exists",
    ]
    with alpha.pin():
        assert User.objects.filter(email=theo.email).count() == 1


def test_unknown_and_known_addresses_get_the_same_refusal(alpha, theo):  # AUT-07
    known = type_password(alpha.client(), theo.email, "not the password").content.decode()
    unknown = type_password(alpha.client(), "no@example.com", "not the password").content.decode()

    strip = re.compile(
        r'(csrf[^>]*content|name="csrfmiddlewaretoken" value)="[^"]+"|value="[^"]*@[^"]*"'
    )
    assert strip.sub("", known) == strip.sub("", unknown)


def test_nobody_registers_on_the_vendors_host(vendor):
    answer = vendor.client().post(
        "/accounts/register/",
        {"full_name": "Eve", "email": "eve@example.com", "password1": PASSWORD},
    )

    assert "By invitation only" in answer.content.decode()
    with vendor.pin():
        assert not User.objects.filter(email="eve@example.com").exists()


@pytest.mark.parametrize(
    "password", ["short", "password123456", "alphamarkets1", "theo.marsh@example.com"]
)
def test_weak_passwords_are_refused(alpha, password):  # AUT-08
    answer = alpha.client().post(
        "/accounts/register/",
        {"full_name": "Theo Marsh", "email": "theo.marsh@example.com", "password1": password},
    )

    assert answer.status_code == 200
    with alpha.pin():
        assert User.objects.count() == 0


def test_password_of_a_hundred_characters_is_fine(alpha):  # AUT-08
    long = "many words make a strong secret " * 4
    client = alpha.client()

    client.post(
        "/accounts/register/",
        {"full_name": "Theo Marsh", "email": "theo@example.com", "password1": long},
    )

    with alpha.pin():
        assert User.objects.get().check_password(long)


def test_passwords_are_hashed_with_argon2id(alpha):  # CRY-09
    from django.contrib.auth.hashers import make_password
    from django.test import override_settings

    from identity import defaults

    with override_settings(PASSWORD_HASHERS=defaults.PASSWORD_HASHERS):
        assert make_password("x").startswith("argon2$argon2id$")


def test_reset_link_works_once_and_does_not_pass_the_second_factor(alpha, ada):  # AUT-03, CRY-09
    with alpha.pin():
        give_app(ada)
    client = alpha.client()
    client.post("/accounts/password/reset/", {"email": ada.email})
    path = re.search(r"/accounts/password/reset/\S+/", letters(alpha)[0].text)[0]

    form = client.get(path).headers["Location"]
    done = client.post(form, {"password1": "a whole new sentence here"})
    answer = type_password(client, ada.email, "a whole new sentence here")

    assert done.headers["Location"] == "/accounts/password/reset/done/"
    assert answer.headers["Location"] == "/accounts/login/factor/"
    assert "no longer works" in alpha.client().get(path).content.decode()


def test_reset_link_is_on_the_primary_domain(alpha, ada):  # DOM-02
    alpha.client().post(
        "/accounts/password/reset/",
        {"email": ada.email},
        headers={"x-forwarded-host": "evil.example"},
    )

    assert f"http://{alpha.host}" in letters(alpha)[0].text
    assert "evil" not in letters(alpha)[0].text


def test_reset_link_of_alpha_says_nothing_at_beta(alpha, beta, ada):  # DOM-04
    with beta.pin():
        twin = User.objects.create(pk=ada.pk, email=ada.email, full_name="Twin", kind=Kind.STAFF)
        User.objects.filter(pk=twin.pk).update(password=ada.password)
    alpha.client().post("/accounts/password/reset/", {"email": ada.email})
    path = re.search(r"/accounts/password/reset/\S+/", letters(alpha)[0].text)[0]

    browser = beta.client()
    browser.cookies["language"] = "en"
    assert "no longer works" in browser.get(path).content.decode()


def test_changing_the_password_is_told_to_the_person(alpha, theo):  # AUT-09
    client = sign_in(alpha, theo)

    client.post(
        "/accounts/password/", {"oldpassword": PASSWORD, "password1": "another long sentence"}
    )

    assert [(letter.template, letter.to) for letter in letters(alpha)] == [
        ("identity/security_notice", theo.email)
    ]
    assert client.get("/accounts/security/").status_code == 200


def test_way_back_never_leads_to_another_brokers_host(alpha, beta, theo):
    client = alpha.client()

    answer = type_password(client, theo.email, next=f"http://{beta.host}/accounts/login/")

    assert beta.host not in answer.headers["Location"]
