"""Which language a page speaks: the visitor's choice, else the broker's own."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation


class TenantLanguage(LocaleMiddleware):
    """Activates the language of the cookie, or else the tenant's; the vendor asks the browser.

    A broker that speaks Arabic greets in Arabic whatever the browser was installed in.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Choose before anything is said; a signed-in person's own wish comes later."""
        tenant = request.tenant  # type: ignore[attr-defined]  # set by TenantMiddleware
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = dict(settings.LANGUAGES)
        if tenant.is_vendor or chosen in known or tenant.locale not in known:
            super().process_request(request)
            return
        translation.activate(tenant.locale)
        request.LANGUAGE_CODE = translation.get_language()
