"""The steps from paid to live. Each can be repeated: the second time finds the work done.

A step begins its own units of work: the public schema and the tenant's are different
databases to us, so no transaction spans both. What a step makes it makes in one transaction,
so a step that fails leaves nothing to undo; the address is taken together with the schema.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from billing import services as billing
from identity import queries as people
from identity import services as identity
from kernel import secrets
from kernel.actor import Actor
from kernel.module import Text
from kernel.pin import PUBLIC, pin
from kernel.registry import running
from provisioning.runs.types import Job
from tenants import queries as tenants
from tenants import services as tenancy
from themes import services as themes

BY = Actor.system("provisioning")

_KEYS_PLACE = "provisioning.runs.keys"
_PROBE = "provisioning/ready.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something to do once for a new broker."""

    key: str
    title: Text
    do: Callable[[Job], None]


class Unproven(RuntimeError):
    """Something that was just made does not work."""


def reserve_domain(job: Job) -> None:
    """Make sure that the address is still to be had; from here on the next step takes it."""
    with pin(PUBLIC):
        holder = tenants.find_tenant_by_slug(job.plan.slug)
        if holder is None or holder.id != job.tenant_id:
            tenancy.reserve_slug(job.plan.slug)


def create_schema(job: Job) -> None:
    """Bind a ready schema, a role and the platform host to the new tenant, still closed."""
    plan = job.plan
    with pin(PUBLIC):
        tenancy.create_tenant(
            plan.slug,
            name=plan.company,
            by=BY,
            tenant_id=job.tenant_id,
            locale=plan.locale,
            time_zone=plan.time_zone,
            country=plan.country,
        )


def make_keys(job: Job) -> None:
    """Make the tenant's own data key, and prove that it opens what it closed."""
    with pin(schema_of(job)):
        sealed = secrets.seal(str(job.run_id), about=_KEYS_PLACE)
        if secrets.unseal(sealed, about=_KEYS_PLACE) != str(job.run_id).encode():
            raise Unproven("a sealed value came back different")


def seed_roles(job: Job) -> None:
    """Make the roles that come with the product."""
    with pin(schema_of(job)), translation.override(job.plan.locale):
        identity.seed_roles(by=BY)


def set_defaults(job: Job) -> None:
    """Switch on what is paid for, and let every package fill in what a new broker needs."""
    with pin(PUBLIC):
        billing.bind_tenant(job.sign_up_id, job.tenant_id)
        active = tenants.get_tenant(job.tenant_id).active_modules
    with pin(schema_of(job)):
        for path in getattr(settings, "NEW_TENANT_DEFAULTS", ()):
            import_string(path)()
        for module in running(active):
            if module.settings is not None:
                import_string(module.settings)()


def open_storage(job: Job) -> None:
    """Prove that the tenant's files can be written and read back."""
    with pin(schema_of(job)):
        if not default_storage.exists(_PROBE):
            default_storage.save(_PROBE, ContentFile(b"ready"))
        with default_storage.open(_PROBE) as probe:
            if probe.read() != b"ready":
                raise Unproven("a stored file came back different")


def publish_theme(job: Job) -> None:
    """Give the rooms their first looks."""
    with pin(schema_of(job)):
        version = themes.publish_default(name=job.plan.company, by=BY)
    with pin(PUBLIC):
        tenancy.set_theme_version(job.tenant_id, version)


def invite_admin(job: Job) -> None:
    """Invite the person who signed up as the first administrator, by one letter only.

    The invitation and its letter are written in one transaction, so finding one means that
    the other is on its way; whoever has accepted already needs none.
    """
    email = job.plan.email
    with pin(schema_of(job)), translation.override(job.plan.locale):
        invited = {line.email for line in people.invitation_lines()}
        if email not in invited and people.find_person_by_email(email) is None:
            identity.invite(email=email, role="admin", by=BY, language=job.plan.locale)


def open_doors(job: Job) -> None:
    """Make the tenant live."""
    with pin(PUBLIC):
        tenancy.open_doors(job.tenant_id, by=BY)


def schema_of(job: Job) -> str:
    """The schema of the job's tenant."""
    with pin(PUBLIC):
        return tenants.get_tenant(job.tenant_id).schema


STEPS: tuple[Step, ...] = (
    Step(key="domain", title=_("Reserve the address"), do=reserve_domain),
    Step(key="schema", title=_("Give it a database schema"), do=create_schema),
    Step(key="keys", title=_("Make its encryption keys"), do=make_keys),
    Step(key="roles", title=_("Set up roles"), do=seed_roles),
    Step(key="defaults", title=_("Switch on modules"), do=set_defaults),
    Step(key="storage", title=_("Open file storage"), do=open_storage),
    Step(key="theme", title=_("Publish the first theme"), do=publish_theme),
    Step(key="invitation", title=_("Invite the administrator"), do=invite_admin),
    Step(key="doors", title=_("Open the doors"), do=open_doors),
)
