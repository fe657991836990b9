"""What every page needs to wear its look; costs no query once the process has read it."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from tenants.types import TenantInfo
from themes import queries
from themes.engine.stylesheet import fonts, theme_colour
from themes.presets import DEFAULT
from themes.tokens import CHOICES, Mode
from themes.types import Look

_NAMES = {"en": "English", "ar": "العربية", "de": "Deutsch", "es": "Español", "zh-hans": "中文"}
_PRELOADS = {
    "cairo": "cairo-{}",
    "geist": "geist-{}",
    "grotesk": "space-grotesk-{}",
    "hanken": "hanken-grotesk-{}",
    "instrument": "instrument-sans-{}",
    "inter": "inter-{}",
    "manrope": "manrope-{}",
    "serif": "source-serif-4-{}",
    "vazirmatn": "vazirmatn-{}",
}


def looks(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``looks``, the look of the host that is asked."""
    tenant: TenantInfo | None = getattr(request, "tenant", None)
    chosen = _one_of(request.COOKIES.get("mode"), {Mode.LIGHT, Mode.DARK})
    if tenant is None or tenant.is_vendor:
        worn = queries.preset_look(DEFAULT.key)
        return {"looks": describe(worn, name=settings.VENDOR_NAME, mode=chosen)}
    worn = queries.look(tenant.theme_version)
    updown = _one_of(request.COOKIES.get("updown"), CHOICES["updown"])
    return {"looks": {**describe(worn, name=tenant.name, mode=chosen), "updown": updown}}


def _one_of(value: str | None, allowed: Container[str]) -> str:
    return value if value and value in allowed else ""


def describe(worn: Look, *, name: str, mode: str = "") -> Mapping[str, Any]:
    """A look as the base templates read it; ``mode`` is what the viewer chose, if anything."""
    tokens = worn.tokens
    shown = mode or ("" if tokens.mode == Mode.AUTO else tokens.mode)
    logos = {slot: reverse("theme_logo", args=[file]) for slot, file in worn.logos.items()}
    return {
        "name": name,
        "version": worn.version,
        "css_url": reverse("theme_css", args=[worn.version]),
        "fonts": tuple(f"ui/fonts/{font}.css" for font in fonts(tokens)),
        "preloads": _preloads(tokens.font, tokens.display),
        "mode": shown,
        "mark": tokens.mark,
        "art": tokens.art,
        "pitch": tokens.pitch,
        "pitch_note": tokens.pitch_note,
        "risk": tokens.risk,
        "theme_color": theme_colour(tokens),
        "icon_url": logos.get("square") or reverse("theme_icon", args=[worn.version]),
        "manifest_url": reverse("theme_manifest"),
        "touch_icon_url": logos.get("square") or reverse("theme_icon", args=[worn.version]),
        "languages": tuple((code, _NAMES.get(code, code)) for code, _ in settings.LANGUAGES),
        **_planes(logos, nav=tokens.nav, dark=shown == Mode.DARK),
    }


def _planes(logos: Mapping[str, str], *, nav: str, dark: bool) -> Mapping[str, str]:
    """Which logo stands on which plane; the drawn mark and the name where there is none."""
    on_dark = logos.get("dark", "")
    page = on_dark if dark else logos.get("light", "")
    return {"page_logo": page, "nav_logo": on_dark if nav == "deep" else page, "deep_logo": on_dark}


def _preloads(*families: str) -> tuple[str, ...]:
    script = "arabic" if (get_language() or "").startswith("ar") else "latin"
    has = {"arabic": {"cairo", "vazirmatn"}}.get(script, set(_PRELOADS))
    wanted = [family for family in dict.fromkeys(families) if family in has]
    return tuple(
        f"ui/fonts/{_PRELOADS[family].format(script)}-wght-normal.woff2" for family in wanted
    )
