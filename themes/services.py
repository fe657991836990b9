"""What may be done to a tenant's looks: edit the draft, take a logo, publish, roll back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from kernel import audit, clock
from kernel.actor import Actor
from kernel.events import publish as tell
from kernel.pin import PUBLIC
from tenants import services as tenants
from tenants.types import TenantInfo
from tenants.work import run_in
from themes import errors, notes, queries
from themes.events import ThemePublished
from themes.logos import Picture, read_logo
from themes.models import Logo, Slot, Theme, ThemeVersion
from themes.presets import DEFAULT, PRESETS
from themes.tokens import Tokens

_ABOUT = "themes.Theme:draft"


@transaction.atomic
def edit_draft(given: Mapping[str, Any], *, by: Actor) -> Tokens:
    """Change the draft by the tokens ``given``; what is not given stays.

    Raises:
        errors.BadToken: A name is unknown or a value is not of its kind; nothing is saved.
        errors.Unreadable: Two colours were chosen that nobody can read on each other.
    """
    theme = _locked_draft(by)
    before = Tokens.read(theme.tokens)
    tokens = Tokens.read(given, base=before)
    notes.check(tokens)
    theme.tokens = tokens.as_dict()
    _save(theme, by)
    changed = _changes(before, tokens)
    if changed:
        audit.note("themes.edited", about=_ABOUT, by=by, changes=changed)
    return tokens


@transaction.atomic
def apply_preset(key: str, *, by: Actor) -> Tokens:
    """Start the draft anew from a preset; logos and the sentences of the sign-in page stay.

    Raises:
        errors.BadToken: There is no such preset.
    """
    if key not in PRESETS:
        raise errors.BadToken(name="preset")
    theme = _locked_draft(by)
    before = Tokens.read(theme.tokens)
    kept = {name: getattr(before, name) for name in ("pitch", "pitch_note", "risk")}
    if before == DEFAULT.tokens or not before.pitch or _is_preset_text(before.pitch):
        kept = {}
    tokens = Tokens.read(kept, base=PRESETS[key].tokens)
    theme.tokens = tokens.as_dict()
    _save(theme, by)
    audit.note("themes.preset_taken", about=_ABOUT, by=by, changes={"preset": key})
    return tokens


def upload_logo(slot: str, upload: IO[bytes], size: int, *, by: Actor) -> None:
    """Check a logo, keep it, and put it into the draft.

    Opens its own transaction. Nothing is kept when it is refused.

    Raises:
        errors.BadToken: There is no such slot.
        Refused: The file is too large, unknown, damaged or unsafe; see :mod:`themes.logos`.
    """
    if slot not in Slot.values:
        raise errors.BadToken(name="slot")
    picture = read_logo(upload, size, square=slot == Slot.SQUARE)
    _keep(f"{queries.FOLDER}/{picture.file}", picture.data)
    with transaction.atomic():
        _enter(picture)
        theme = _locked_draft(by)
        theme.logos = {**theme.logos, slot: picture.file}
        _save(theme, by)
        changes = {"slot": slot, "file": picture.file}
        audit.note("themes.logo_uploaded", about=_ABOUT, by=by, changes=changes)


def keep_picture(upload: IO[bytes], size: int) -> str:
    """Check a picture for a neighbour, keep it like a logo, and return the name of its file.

    Opens its own transaction; whoever uses the picture notes it in the audit. Nothing is kept
    when it is refused.

    Raises:
        Refused: The file is too large, unknown, damaged or unsafe; see :mod:`themes.logos`.
    """
    picture = read_logo(upload, size)
    _keep(f"{queries.FOLDER}/{picture.file}", picture.data)
    with transaction.atomic():
        _enter(picture)
    return picture.file


@transaction.atomic
def remove_logo(slot: str, *, by: Actor) -> None:
    """Take a logo out of the draft; versions that wear it keep it."""
    theme = _locked_draft(by)
    theme.logos = {key: file for key, file in theme.logos.items() if key != slot}
    _save(theme, by)
    audit.note("themes.logo_removed", about=_ABOUT, by=by, changes={"slot": slot})


def publish(tenant: TenantInfo, *, by: Actor) -> str:
    """Seal the draft as a version and have every page link it from the next request on.

    Opens its own transaction; the tenant's record is changed after it commits, in a unit of
    work of the public schema. Repeating it after a failure between the two is safe.

    Raises:
        errors.NothingToPublish: The draft is what pages wear already.
        errors.Unreadable: Something in it cannot be read.
    """
    version = _seal_draft(tenant, by)
    run_in(PUBLIC, tenants.set_theme_version, tenant.id, version)
    return version


@transaction.atomic
def publish_default(*, name: str, by: Actor) -> str:
    """Seal the first look of a new tenant called ``name``, once; return its version.

    The caller makes pages link it (:func:`tenants.services.set_theme_version`).
    """
    first = ThemeVersion.objects.order_by("-published_at").first()
    if first is not None:
        return first.version
    return _seal(_locked_draft(by), name, by)


def roll_back(tenant: TenantInfo, version: str, *, by: Actor) -> None:
    """Wear an earlier version again, and make it the draft.

    Raises:
        errors.NoSuchVersion: The pinned tenant never published it.
    """
    _take_up(version, by)
    run_in(PUBLIC, tenants.set_theme_version, tenant.id, version)


@transaction.atomic
def _take_up(version: str, by: Actor) -> None:
    row = ThemeVersion.objects.filter(version=version).first()
    if row is None:
        raise errors.NoSuchVersion
    theme = _locked_draft(by)
    theme.tokens, theme.logos = row.tokens, row.logos
    _save(theme, by)
    audit.note("themes.rolled_back", about=row, by=by, changes={"version": version})
    tell(ThemePublished(version=version))


@transaction.atomic
def _seal_draft(tenant: TenantInfo, by: Actor) -> str:
    theme = _locked_draft(by)
    tokens = Tokens.read(theme.tokens)
    notes.check(tokens)
    if queries.name_version(tokens, theme.logos, tenant.name) == tenant.theme_version:
        raise errors.NothingToPublish
    return _seal(theme, tenant.name, by)


def _seal(theme: Theme, name: str, by: Actor) -> str:
    tokens = Tokens.read(theme.tokens)
    version = queries.name_version(tokens, theme.logos, name)
    row, is_new = ThemeVersion.objects.get_or_create(
        version=version,
        defaults={
            "tokens": tokens.as_dict(),
            "logos": theme.logos,
            "name": name,
            "published_at": clock.now(),
            "published_by": by.name,
        },
    )
    if not is_new:
        row.published_at, row.published_by = clock.now(), by.name
        row.save(update_fields=["published_at", "published_by"])
    audit.note("themes.published", about=row, by=by, changes={"version": version})
    tell(ThemePublished(version=version))
    return version


def _locked_draft(by: Actor) -> Theme:
    theme, _ = Theme.objects.select_for_update().get_or_create(
        pk=Theme.ONLY,
        defaults={
            "tokens": DEFAULT.tokens.as_dict(),
            "saved_at": clock.now(),
            "saved_by": by.name,
        },
    )
    return theme


def _save(theme: Theme, by: Actor) -> None:
    theme.saved_at, theme.saved_by = clock.now(), by.name
    theme.save(update_fields=["tokens", "logos", "saved_at", "saved_by"])


def _enter(picture: Picture) -> None:
    Logo.objects.get_or_create(
        file=picture.file,
        defaults={
            "width": picture.width,
            "height": picture.height,
            "colours": list(picture.colours),
            "uploaded_at": clock.now(),
        },
    )


def _keep(name: str, data: bytes) -> None:
    """Store a file under the name of its content, so a second time there is nothing to do."""
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(data))


def _changes(before: Tokens, after: Tokens) -> dict[str, Any]:
    old, new = before.as_dict(), after.as_dict()
    return {name: [old[name], new[name]] for name in new if old[name] != new[name]}


def _is_preset_text(pitch: str) -> bool:
    return any(preset.tokens.pitch == pitch for preset in PRESETS.values())
