"""The set-up checklist of a broker: what is done, read from the data themselves.

Every package may contribute: ``settings.CHECKLIST`` names functions without arguments that are
called in the tenant's schema and return :class:`~provisioning.runs.types.CheckItem` rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from identity import queries as people
from kernel.models.mail import Letter, LetterState
from kernel.pin import PUBLIC, current
from provisioning.runs.steps import BY
from provisioning.runs.types import CheckItem
from tenants import directory
from tenants import queries as tenants
from tenants.types import TenantLine
from tenants.work import run_in
from themes import queries as themes


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """All items in order, and how far they are."""

    items: tuple[CheckItem, ...]

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(item.is_done for item in self.items)

    @property
    def percent(self) -> int:
        """How much is done, 0 to 100."""
        return self.done * 100 // len(self.items) if self.items else 100

    @property
    def missing(self) -> tuple[CheckItem, ...]:
        """What going live still waits for."""
        return tuple(item for item in self.items if item.is_required and not item.is_done)

    @property
    def is_ready(self) -> bool:
        """Whether the broker may open to the public."""
        return not self.missing

    @property
    def next(self) -> CheckItem | None:
        """The first thing to do now."""
        return next((item for item in self.items if not item.is_done), None)


def checklist() -> Checklist:
    """What the pinned tenant has set up, and what not yet."""
    items: list[CheckItem] = []
    for path in settings.CHECKLIST:
        contribute: Callable[[], CheckItem | Iterable[CheckItem]] = import_string(path)
        found = contribute()
        items.extend([found] if isinstance(found, CheckItem) else found)
    return Checklist(items=tuple(sorted(items, key=lambda item: item.order)))


def core_items() -> tuple[CheckItem, ...]:
    """What the core itself asks of every broker."""
    tenant = own_tenant()
    return (
        _company(tenant),
        _second_factor(),
        _branding(),
        _staff(),
        _letters(),
        _domain(tenant),
    )


def own_tenant() -> TenantLine:
    """The pinned tenant as the vendor keeps it.

    Raises:
        LookupError: The pinned schema is no tenant's.
    """
    info = directory.find_by_schema(current())
    if info is None:
        raise LookupError("no tenant has this schema")
    return run_in(PUBLIC, tenants.get_tenant, info.id)


def _company(tenant: TenantLine) -> CheckItem:
    return CheckItem(
        key="company",
        title=_("Company details"),
        note=_("Name, country, language and the time zone of your business day."),
        is_done=bool(tenant.name and tenant.country),
        url_name="office:provisioning:company",
        order=100,
    )


def _second_factor() -> CheckItem:
    house = people.person_lines()
    active = [person for person in house if person.is_active]
    return CheckItem(
        key="second_factor",
        title=_("Second factor on"),
        note=_("Everyone who works here signs in with a passkey or an authenticator app."),
        is_done=bool(active) and all(person.factors for person in active),
        url_name="mfa_index",
        order=200,
    )


def _branding() -> CheckItem:
    """Done once a person has published a look: the first one came from provisioning."""
    by_hand = [v for v in themes.versions("") if v.published_by != BY.name]
    return CheckItem(
        key="branding",
        title=_("Branding published"),
        note=_("Logo, colours and font, for rooms and mails at once."),
        is_done=bool(by_hand),
        url_name="office:themes:studio",
        order=250,
    )


def _letters() -> CheckItem:
    """Done once the mail server has taken a letter of this broker's."""
    return CheckItem(
        key="mail",
        title=_("Mail goes out"),
        note=_(
            "Letters carry your name and your look. Proved by the first one that was delivered."
        ),
        is_done=Letter.objects.filter(state=LetterState.SENT).exists(),
        url_name="office:provisioning:company",
        order=700,
    )


def _staff() -> CheckItem:
    return CheckItem(
        key="staff",
        title=_("Staff invited"),
        note=_("A second administrator keeps you from locking yourselves out."),
        is_done=len(people.person_lines()) + len(people.invitation_lines()) > 1,
        url_name="office:identity:people",
        order=600,
        is_required=False,
    )


def _domain(tenant: TenantLine) -> CheckItem:
    verified = any(host.is_custom and host.state == "verified" for host in tenant.hosts)
    return CheckItem(
        key="domain",
        title=_("Your own domain"),
        note=_("Clients see your name in the address bar. The platform address keeps working."),
        is_done=verified,
        url_name="office:provisioning:domains",
        order=800,
        is_required=False,
    )
