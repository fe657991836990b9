"""Headers that keep a page to itself: content security policy, HSTS, no sniffing, no framing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse

POLICY: Final[Mapping[str, tuple[str, ...]]] = {
    "default-src": ("'none'",),
    "script-src": ("'self'",),
    "style-src": ("'self'",),
    "img-src": ("'self'", "data:"),
    "font-src": ("'self'",),
    "connect-src": ("'self'",),
    "manifest-src": ("'self'",),
    "worker-src": ("'self'",),
    "frame-src": ("'self'",),
    "frame-ancestors": ("'self'",),
    "base-uri": ("'none'",),
    "form-action": ("'self'",),
    "object-src": ("'none'",),
}
"""Nothing inline and nothing from elsewhere: what a page needs, it brings itself (CSP-01)."""

_FIXED: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "SAMEORIGIN",
}
_YEAR = 31_536_000


class SecurityHeaders:
    """Sets the headers on every answer that has not set its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request and complete the answer's headers."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy(_allowances(response)))
        for name, value in _FIXED.items():
            response.headers.setdefault(name, value)
        if request.is_secure():
            response.headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR}")
        return response


def policy(more: Mapping[str, Iterable[str]]) -> str:
    """The content security policy, with ``more`` sources by directive."""
    parts = ((name, (*sources, *more.get(name, ()))) for name, sources in POLICY.items())
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in parts)


def may_post_to(response: HttpResponse, *origins: str) -> None:
    """Let the page's forms lead to ``origins``: a payment page elsewhere.

    Browsers apply ``form-action`` to the redirect that answers a form, so the page that holds
    the form must name where the redirect leads.
    """
    response.csp_form_action = origins  # type: ignore[attr-defined]  # read by the middleware


def _allowances(response: HttpResponse) -> Mapping[str, Iterable[str]]:
    own: Iterable[str] = getattr(response, "csp_form_action", ())
    return {"form-action": own}
