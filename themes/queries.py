"""What is known about looks: the one a host wears, the draft, the versions, the mail's brand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import get_language as active_language
from django.utils.translation import get_language_info, to_locale

from kernel import pin
from tenants import directory
from themes.engine.derive import derive
from themes.engine.stylesheet import fingerprint, stylesheet
from themes.models import Logo, Theme, ThemeVersion
from themes.presets import DEFAULT, PRESETS
from themes.tokens import Tokens
from themes.types import Draft, LogoLine, Look, VersionLine

FOLDER = "themes"
URLS = "config.urls.tenant"
"""Of a broker's host: a worker answers no request, so it has to say so."""


def name_version(tokens: Tokens, logos: Mapping[str, str], name: str) -> str:
    """What a look is called: a fingerprint of all that it consists of."""
    parts = [stylesheet(tokens), repr(sorted(tokens.as_dict().items()))]
    return fingerprint("\n".join([*parts, repr(sorted(logos.items())), name]))


@lru_cache
def preset_look(key: str) -> Look:
    """A preset as a look that can be worn without being published."""
    tokens = PRESETS[key].tokens
    return Look(version=name_version(tokens, {}, f"preset {key}"), tokens=tokens)


@lru_cache
def _presets() -> Mapping[str, Look]:
    return {preset_look(key).version: preset_look(key) for key in PRESETS}


def look(version: str) -> Look:
    """The look called ``version`` of the pinned tenant; the default when it has none.

    A version never changes, so it is read once for each process.
    """
    if not version or pin.current() == pin.PUBLIC:
        return preset_look(DEFAULT.key)
    try:
        return _published(pin.current(), version)
    except ThemeVersion.DoesNotExist:
        return preset_look(DEFAULT.key)


@lru_cache(maxsize=1024)
def _published(schema: str, version: str) -> Look:  # noqa: ARG001  # part of the key: versions belong to a tenant
    row = ThemeVersion.objects.get(version=version)
    return Look(version=version, tokens=Tokens.read(row.tokens), logos=row.logos, name=row.name)


def stylesheet_of(version: str) -> str | None:
    """The CSS of a preset, or of a version of the pinned tenant; ``None`` for any other name."""
    found = _presets().get(version)
    if found is None and pin.current() != pin.PUBLIC:
        try:
            found = _published(pin.current(), version)
        except ThemeVersion.DoesNotExist:
            return None
    return stylesheet(found.tokens) if found else None


def logo_url(file: str) -> str:
    """Where a logo's file is served on its tenant's host; empty for no file."""
    return reverse("theme_logo", args=[file], urlconf=URLS) if file else ""


def logo_bytes(file: str) -> bytes | None:
    """A logo's file of the pinned tenant; ``None`` when there is none of that name."""
    name = f"{FOLDER}/{file}"
    if not default_storage.exists(name):
        return None
    with default_storage.open(name) as stored:
        return bytes(stored.read())


def draft(name: str) -> Draft:
    """What the tenant admin of the pinned tenant, called ``name``, is working on."""
    row = Theme.objects.filter(pk=Theme.ONLY).first()
    tokens = Tokens.read(row.tokens) if row else DEFAULT.tokens
    files = row.logos if row else {}
    lines = {logo.file: logo for logo in Logo.objects.filter(file__in=files.values())}
    logos = {slot: _line(slot, lines[file]) for slot, file in files.items() if file in lines}
    return Draft(
        tokens=tokens,
        logos=logos,
        version=name_version(tokens, {slot: logo.file for slot, logo in logos.items()}, name),
        saved_at=row.saved_at if row else None,
        saved_by=row.saved_by if row else "",
    )


def versions(live: str, limit: int = 20) -> tuple[VersionLine, ...]:
    """The newest versions; ``live`` is the one that pages link now."""
    return tuple(
        VersionLine(
            version=row.version,
            published_at=row.published_at,
            published_by=row.published_by,
            is_live=row.version == live,
            brand=str(row.tokens.get("brand", "")),
        )
        for row in ThemeVersion.objects.order_by("-published_at")[:limit]
    )


def mail_brand() -> Mapping[str, Any]:
    """What a letter of the pinned tenant, or of the vendor, looks like; see :func:`brand_of`."""
    schema = pin.current()
    worn, name = _worn(schema)
    return brand_of(worn, name, url=import_string(settings.BASE_URL_OF)(schema))


def brand_of(worn: Look, name: str, *, url: str = "") -> Mapping[str, Any]:
    """A look as letters read it.

    Colours by name for ``light`` and ``dark`` (``{{ brand.light.ink_2 }}``), ``name``, ``url``,
    ``logo_url`` (empty when there is none that mail programs draw), ``font``, ``radius``
    (pixels), ``risk``, ``lang``, ``dir``.
    """
    sheets = derive(worn.tokens)
    language = active_language() or settings.LANGUAGE_CODE
    drawable = [file for file in _mail_logos(worn.logos) if file.endswith(".png")]
    return {
        "name": name,
        "url": url,
        "logo_url": f"{url}/t/{drawable[0]}" if drawable else "",
        "light": {name.replace("-", "_"): value for name, value in sheets["light"].items()},
        "dark": {name.replace("-", "_"): value for name, value in sheets["dark"].items()},
        "font": _mail_font(worn.tokens, language),
        "radius": worn.tokens.radius,
        "risk": worn.tokens.risk,
        "lang": to_locale(language).replace("_", "-"),
        "dir": "rtl" if get_language_info(language)["bidi"] else "ltr",
    }


def _mail_logos(logos: Mapping[str, str]) -> list[str]:
    return [logos[slot] for slot in ("light", "square") if slot in logos]


def _worn(schema: str) -> tuple[Look, str]:
    """The look that pages of ``schema`` wear now, and the name they bear."""
    tenant = None if schema == pin.PUBLIC else directory.find_by_schema(schema)
    if tenant is None:
        return preset_look(DEFAULT.key), settings.VENDOR_NAME
    return look(tenant.theme_version), tenant.name


def _mail_font(tokens: Tokens, language: str) -> str:
    if language.startswith("ar"):
        return "Tahoma, Arial, sans-serif"
    if tokens.display == "serif":
        return "Georgia, 'Times New Roman', serif"
    return "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"


def _line(slot: str, logo: Logo) -> LogoLine:
    return LogoLine(
        slot=slot,
        file=logo.file,
        width=logo.width,
        height=logo.height,
        colours=tuple(logo.colours),
    )
