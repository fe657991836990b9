"""Why a look is refused."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refused


class BadToken(Refused):
    """A value of a look is not of its kind, or its name is unknown."""

    code = "themes.bad_token"
    sentence = _("This value is not allowed: %(name)s.")


class Unreadable(Refused):
    """Two colours were chosen that nobody can read on each other."""

    code = "themes.unreadable"
    sentence = _(
        "%(front)s on %(back)s reaches a contrast of %(ratio)s:1 only; at least %(least)s:1 is"
        " needed to read it."
    )


class LogoTooLarge(Refused):
    """The file has more bytes than we take."""

    code = "themes.logo_too_large"
    sentence = _("This file has %(size)s MB. A logo may have at most %(most)s MB.")


class LogoTooManyPixels(Refused):
    """The picture is larger than any screen."""

    code = "themes.logo_too_many_pixels"
    sentence = _("This picture is larger than %(most)s by %(most)s pixels. Send a smaller one.")


class LogoUnknownKind(Refused):
    """The file is none of the pictures we take."""

    code = "themes.logo_unknown_kind"
    sentence = _("This file is not a picture we know. Send a PNG, JPEG, WebP or SVG file.")


class LogoDamaged(Refused):
    """The file says it is a picture but cannot be read as one."""

    code = "themes.logo_damaged"
    sentence = _("This picture is damaged and cannot be read. Save it again and send it once more.")


class LogoUnsafe(Refused):
    """An SVG holds more than a drawing."""

    code = "themes.logo_unsafe"
    sentence = _(
        "This SVG contains %(what)s, which a logo may not have. Save it as a plain drawing without"
        " scripts, links or text, or send a PNG."
    )


class NothingToPublish(Refused):
    """The draft is what is already live."""

    code = "themes.nothing_to_publish"
    sentence = _("Nothing has changed since you last published.")


class NoSuchVersion(Refused):
    """There is no such version to go back to."""

    code = "themes.no_such_version"
    sentence = _("This version does not exist.")
