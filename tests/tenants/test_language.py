"""Which language a page speaks."""

from __future__ import annotations

import re

import pytest

BROWSER = {"accept-language": "de,en;q=0.8"}


def tongue(place, path: str = "/accounts/login/", **cookies: str) -> tuple[str, str]:
    """``lang`` and ``dir`` of a page, for a browser that prefers German."""
    client = place.client()
    for name, value in cookies.items():
        client.cookies[name] = value
    text = client.get(path, headers=BROWSER).content.decode()
    found = re.search(r'<html lang="([^"]+)" dir="([^"]+)"', text)
    return found.group(1), found.group(2)


def test_a_broker_greets_in_its_own_language(alpha, beta):
    assert (tongue(alpha), tongue(beta)) == (("en", "ltr"), ("ar", "rtl"))


def test_the_visitors_choice_comes_first(beta):
    assert tongue(beta, language="zh-hans") == ("zh-hans", "ltr")


@pytest.mark.parametrize("nonsense", ["xx", "../..", ""])
def test_a_choice_that_we_do_not_speak_is_no_choice(beta, nonsense):
    assert tongue(beta, language=nonsense) == ("ar", "rtl")


def test_the_vendor_listens_to_the_browser(vendor):
    assert tongue(vendor, "/") == ("de", "ltr")
