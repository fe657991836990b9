"""Countries by ISO 3166-1 alpha-2 code, named in the language that is spoken (Unicode CLDR)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

from babel import Locale
from django.utils.translation import get_language

_NO_COUNTRIES = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"}
)
"""Codes that CLDR names beside those of countries: parts, unions, and codes for tests."""
_LENGTH = 2


def countries() -> Mapping[str, str]:
    """Every country in the language that is active now, in the order of its names."""
    return _countries(get_language() or "en")


def country_name(code: str) -> str:
    """The name of a country in the language that is active now; empty for an unknown code."""
    return countries().get(code, "")


def is_country(code: str) -> bool:
    """Whether ``code`` is one of a country."""
    return code in countries()


@cache
def _countries(language: str) -> Mapping[str, str]:
    named = Locale.parse(language, sep="-").territories
    known = {
        code: name
        for code, name in named.items()
        if len(code) == _LENGTH and code.isalpha() and code not in _NO_COUNTRIES
    }
    return dict(sorted(known.items(), key=lambda item: _letters(item[1])))


def _letters(name: str) -> str:
    """The name as it is filed: without accents and in lower case."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
