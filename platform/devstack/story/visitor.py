"""Somebody with a browser: follows links, fills in forms, keeps cookies."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TypeAlias
from urllib.parse import urljoin

import httpx

from devstack.story.html import Form, Page, read

Value: TypeAlias = str | Sequence[str]
Files: TypeAlias = Mapping[str, tuple[str, bytes, str]]


class StoryError(Exception):
    """The story could not go on; says where and what the page said instead."""


class _Loopback(httpx.BaseTransport):
    """Takes every name under localhost to this machine, as browsers do."""

    def __init__(self) -> None:
        # No connection outlives its answer: visitors come and go, and nobody closes them.
        self.wire = httpx.HTTPTransport(limits=httpx.Limits(max_keepalive_connections=0))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not request.url.host.endswith("localhost"):
            return self.wire.handle_request(request)
        here = httpx.Request(
            request.method,
            request.url.copy_with(host="127.0.0.1"),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return self.wire.handle_request(here)

    def close(self) -> None:
        self.wire.close()


class Visitor:
    """One person's browser."""

    def __init__(self, base: str, *, language: str = "en") -> None:
        self.base = base.rstrip("/") + "/"
        self.http = httpx.Client(
            transport=_Loopback(),
            follow_redirects=True,
            timeout=60,
            headers={"Accept-Language": language},
        )
        self.url = self.base
        self.status = 0
        self.text = ""
        self.page = Page()

    def go(self, address: str) -> Page:
        """Open ``address``, relative to the present page."""
        return self._see(self.http.get(urljoin(self.url, address)))

    def look(self, address: str) -> httpx.Response:
        """Ask for ``address`` without leaving the present page."""
        return self.http.get(urljoin(self.url, address))

    def send(
        self,
        *names: str,
        values: Mapping[str, Value] | None = None,
        to: str = "",
        files: Files | None = None,
        button: tuple[str, str] | None = None,
    ) -> Page:
        """Fill in and send the form that asks for ``names`` and goes ``to`` a part of an address.

        Raises:
            StoryError: There is no such form, or the answer is an error page.
        """
        form = self.form(*names, to=to)
        sent: dict[str, list[str]] = {**form.values}
        for name, value in (values or {}).items():
            sent[name] = [value] if isinstance(value, str) else list(value)
        if button:
            sent[button[0]] = [button[1]]
        target = urljoin(self.url, form.action or self.url)
        headers = {"Referer": self.url, "Origin": _origin(self.url)}
        if form.method.lower() == "get" and not form.action.startswith("hx"):
            return self._see(self.http.get(target, params=dict(sent)))
        return self._see(self.http.post(target, data=sent, files=files, headers=headers))

    def form(self, *names: str, to: str = "") -> Form:
        """The first form of the page that asks for ``names`` and goes ``to`` an address.

        Raises:
            StoryError: There is none.
        """
        for form in self.page.forms:
            if form.has(*names) and to in urljoin(self.url, form.action or self.url):
                return form
        raise StoryError(f"no form for {names or to} on {self.url}: {self.page.text[:400]}")

    def link(self, part: str) -> str:
        """The address of the first link whose address or words contain ``part``.

        Raises:
            StoryError: There is none.
        """
        for address, words in self.page.links:
            if part in address or part in words:
                return urljoin(self.url, address)
        raise StoryError(f"no link with {part!r} on {self.url}: {self.page.text[:400]}")

    def expect(self, *words: str) -> None:
        """Make sure that the page says ``words``.

        Raises:
            StoryError: It does not.
        """
        for word in words:
            if word not in self.page.text and word not in self.text:
                raise StoryError(f"{self.url} does not say {word!r}: {self.page.text[:600]}")

    def until(self, word: str, *, at: str = "", seconds: float = 60) -> Page:
        """Look again until the page says ``word``.

        Raises:
            StoryError: It did not within ``seconds``.
        """
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            page = self.go(at or self.url)
            if word in page.text or word in self.text:
                return page
            time.sleep(0.25)
        raise StoryError(f"{self.url} never said {word!r}: {self.page.text[:600]}")

    def _see(self, answer: httpx.Response) -> Page:
        self.url, self.status, self.text = str(answer.url), answer.status_code, answer.text
        self.page = (
            read(answer.text) if "html" in answer.headers.get("content-type", "") else Page()
        )
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise StoryError(f"{answer.request.method} {self.url} answered {answer.status_code}")
        return self.page


def _origin(url: str) -> str:
    parts = httpx.URL(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.host}{port}"
