"""Every address of a broker's host, made concrete with the ids of planted objects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.isolation.planting import NAMES_NOBODY

URLCONF = "config.urls.tenant"

_CONVERTED = re.compile(r"<(?:\w+:)?(\w+)>")
_GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


@dataclass(frozen=True, slots=True)
class Address:
    """One pattern of the URLconf."""

    name: str
    route: str
    access: str
    """What the view says of who may call it."""
    parameters: tuple[str, ...]

    @property
    def names_an_object(self) -> bool:
        """Whether it leads to a thing of one broker's."""
        return bool(set(self.parameters) - NAMES_NOBODY.keys())

    def path(self, planted: Mapping[str, str]) -> str:
        """The concrete path.

        Raises:
            LookupError: Nobody has planted anything for one of the parameters.
        """

        def value(found: re.Match[str]) -> str:
            return self._value(found[1], planted)

        path = _CONVERTED.sub(value, _GROUP.sub(value, self.route))
        return "/" + path.replace("^", "").replace("$", "").replace("\\", "")

    def _value(self, parameter: str, planted: Mapping[str, str]) -> str:
        for known in (f"{self.name}:{parameter}", parameter):
            if known in planted:
                return planted[known]
        if parameter in NAMES_NOBODY:
            return NAMES_NOBODY[parameter]
        raise LookupError(f"plant something for {parameter!r} of {self.name} ({self.route})")


def addresses() -> list[Address]:
    """Every address, in the URLconf's order."""
    return list(_walk(get_resolver(URLCONF), "", ""))


def _walk(resolver: URLResolver, prefix: str, space: str) -> Iterator[Address]:
    for one in resolver.url_patterns:
        route = prefix + str(one.pattern)
        if isinstance(one, URLPattern):
            yield Address(
                name=space + (one.name or ""),
                route=route,
                access=_access(one.callback),
                parameters=tuple(one.pattern.regex.groupindex),
            )
        else:
            yield from _walk(one, route, space + (f"{one.namespace}:" if one.namespace else ""))


def _access(view: Any) -> str:
    return str(getattr(view, "access", ""))
