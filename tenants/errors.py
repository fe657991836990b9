"""What tenants refuse."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refused


class SlugTaken(Refused):
    """Another broker has the address."""

    code = "tenants.slug_taken"
    sentence = _("%(slug)s is already taken. Try another address.")
    field = "slug"


class SlugReserved(Refused):
    """The platform keeps the address for itself."""

    code = "tenants.slug_reserved"
    sentence = _("%(slug)s is reserved. Try another address.")
    field = "slug"


class SlugMalformed(Refused):
    """Not a host label."""

    code = "tenants.slug_malformed"
    sentence = _(
        "Use 3 to 30 lower-case letters, digits or hyphens; begin with a letter and do not end"
        " with a hyphen."
    )
    field = "slug"


class HostMalformed(Refused):
    """Not a host name that can be verified."""

    code = "tenants.host_malformed"
    sentence = _("“%(host)s” is not a full domain name such as my.broker.com.")
    field = "host"


class HostTaken(Refused):
    """The host name belongs to somebody, or did lately."""

    code = "tenants.host_taken"
    sentence = _("%(host)s is in use or was freed less than 90 days ago.")
    field = "host"


class NotVerified(Refused):
    """DNS does not say yet what it must."""

    code = "tenants.not_verified"
    sentence = _("%(problem)s DNS changes can take an hour; nothing is lost by waiting.")


class NoSuchMove(Refused):
    """The tenant is not in a state that allows this."""

    code = "tenants.no_such_move"
    sentence = _("This is not possible while the broker is “%(state)s”.")


class NotEntitled(Refused):
    """The module is not paid for."""

    code = "tenants.not_entitled"
    sentence = _("%(module)s is not part of your plan. Add it on the Modules page first.")


class StillNeeded(Refused):
    """Another active module requires this one."""

    code = "tenants.still_needed"
    sentence = _("%(module)s is needed by %(by)s. Switch that off first.")
