from __future__ import annotations

import pytest
from django.utils import translation

from kernel import countries

pytestmark = pytest.mark.no_database


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("en", "Germany"),
        ("de", "Deutschland"),
        ("es", "Alemania"),
        ("ar", "ألمانيا"),
        ("zh-hans", "德国"),
    ],
)
def test_a_country_is_named_in_the_language_that_is_spoken(language, name):
    with translation.override(language):
        assert countries.country_name("DE") == name


def test_countries_stand_in_the_order_of_their_names_and_unions_are_none():
    with translation.override("en"):
        names = list(countries.countries().values())
        assert names[:3] == ["Afghanistan", "Åland Islands", "Albania"]
    assert not countries.is_country("EU")
    assert not countries.is_country("de")
    assert countries.country_name("") == ""
