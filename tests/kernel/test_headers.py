"""Headers that keep a page to itself."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from kernel.headers import SecurityHeaders, may_post_to

pytestmark = pytest.mark.no_database


def answer(response: HttpResponse | None = None, **request: object) -> HttpResponse:
    made = response or HttpResponse()
    return SecurityHeaders(lambda _request: made)(RequestFactory().get("/", **request))


def test_csp_01_nothing_inline_and_nothing_from_elsewhere():
    assert answer()["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " font-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self';"
        " frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'self';"
        " object-src 'none'"
    )


def test_a_page_may_name_where_its_form_leads():
    response = HttpResponse()
    may_post_to(response, "https://checkout.stripe.com")
    assert (
        "form-action 'self' https://checkout.stripe.com;"
        in answer(response)["Content-Security-Policy"]
    )


def test_an_answer_with_a_policy_of_its_own_keeps_it():
    response = HttpResponse(headers={"Content-Security-Policy": "default-src 'none'; sandbox"})
    assert answer(response)["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_nothing_is_sniffed_framed_or_told_to_others():
    headers = answer().headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_https_is_remembered_and_http_makes_no_promise():
    assert answer(secure=True)["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in answer()
