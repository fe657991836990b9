from __future__ import annotations

import pytest

from kernel.redaction import BLOT, error_words, impersonal, redacted, scrubbed


@pytest.mark.parametrize(
    "key",
    [
        "password", "new_password", "api_password", "passwd", "secret", "client_secret", "token",
        "access_token", "api_key", "apiKey", "Authorization", "cookie", "session_key",
        "recovery_codes", "totp_secret", "otp", "cvc", "card_number", "SENTRY_DSN",
        "csrfmiddlewaretoken", "master_keys", "pin",
    ],
)  # fmt: skip
def test_secrets_are_blotted_out_by_key(key):
    assert redacted({key: "canary"}) == {key: BLOT}
    assert redacted([{"deep": ({key: {"a": 1}},)}]) == [{"deep": [{key: BLOT}]}]


@pytest.mark.parametrize("key", ["name", "host", "state", "lots", "opinion", "email", "author"])
def test_other_words_stay(key):
    assert redacted({key: "kept"}) == {key: "kept"}


def test_whether_a_secret_is_set_may_be_told():
    told = {"password": None, "token": "", "secret": True, "api_key": False}

    assert redacted(told) == told


@pytest.mark.parametrize("key", ["email", "phone_number", "full_name", "birth_date", "to", "ip"])
def test_people_are_blotted_out_of_logs_by_key(key):
    assert impersonal({key: "canary", "deal_id": 7}) == {key: BLOT, "deal_id": 7}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mail to theo@example.com failed", f"mail to {BLOT} failed"),
        ("key ak_1a2b3c4d_abcDEF123 refused", f"key {BLOT} refused"),
        ("sk_test_123 and whsec_abc", f"{BLOT} and {BLOT}"),
        ("postgresql://user:pass@host/db", f"postgresql://{BLOT}@host/db"),
        ("EURUSD 1.2345", "EURUSD 1.2345"),
    ],
)
def test_secrets_are_blotted_out_of_texts_by_shape(text, told):
    assert scrubbed(text) == told


def test_only_errors_that_speak_of_code_keep_their_words():
    assert error_words("AttributeError", "'NoneType' object has no attribute 'x'").startswith(
        "'NoneType'"
    )
    assert error_words("django.db.utils.IntegrityError", "Key (email)=(theo) exists") == BLOT
    assert error_words("ValueError", "no client Theo") == BLOT
