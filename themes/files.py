"""Views that answer what a look consists of: stylesheet, logos, icon, web manifest."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language, get_language_info

from kernel import pin
from kernel.access import open_to_all
from kernel.pin import PUBLIC
from themes import context, queries
from themes.engine.derive import derive

_FOREVER = "public, max-age=31536000, immutable"
_TYPES = {"png": "image/png", "svg": "image/svg+xml"}
_REASON = "a sign-in page is dressed before anyone has signed in"


@open_to_all(_REASON)
def stylesheet(_request: HttpRequest, version: str) -> HttpResponse:
    """The variables of a look; the address names its content, so it is kept for ever."""
    text = queries.stylesheet_of(version)
    if text is None:
        raise Http404
    return _kept(HttpResponse(text, content_type="text/css; charset=utf-8"))


@open_to_all(_REASON)
def logo(_request: HttpRequest, file: str) -> HttpResponse:
    """A logo of the host's tenant; opened by itself it can do nothing."""
    data = queries.logo_bytes(file) if pin.current() != PUBLIC else None
    if data is None:
        raise Http404
    response = _kept(HttpResponse(data, content_type=_TYPES[file.rpartition(".")[2]]))
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@open_to_all(_REASON)
def icon(_request: HttpRequest, version: str) -> HttpResponse:
    """The drawn mark of a look as an icon, for a tenant that has not uploaded one."""
    worn = queries.look(version)
    sheet = derive(worn.tokens)["light"]
    words = {"mark": worn.tokens.mark, "fill": sheet["brand"], "on": sheet["brand-on"]}
    text = render_to_string("themes/icon.svg", words)
    return _kept(HttpResponse(text, content_type="image/svg+xml"))


@open_to_all(_REASON)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a browser needs to install the room as an app of the broker's."""
    looks = context.looks(request)["looks"]
    language = get_language() or settings.LANGUAGE_CODE
    kind = "image/svg+xml" if looks["icon_url"].endswith(".svg") else "image/png"
    size = "512x512" if kind == "image/png" else "any"
    return JsonResponse(
        {
            "id": "/",
            "name": looks["name"],
            "short_name": looks["name"][:12],
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "theme_color": looks["theme_color"],
            "background_color": looks["theme_color"],
            "lang": language,
            "dir": "rtl" if get_language_info(language)["bidi"] else "ltr",
            "icons": [{"src": looks["icon_url"], "sizes": size, "type": kind, "purpose": "any"}],
        },
        content_type="application/manifest+json",
    )


def _kept(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = _FOREVER
    return response
