"""The networks that staff may come from."""

from __future__ import annotations

import ipaddress
import uuid

from django.db import transaction

from identity.errors import NotANetwork, WouldLockYouOut
from identity.models import IpAllowRule
from identity.queries import within
from kernel import audit
from kernel.actor import Actor


@transaction.atomic
def allow_address(*, network: str, note: str, by: Actor, from_address: str) -> None:
    """Let staff come from ``network`` (an address or CIDR). Repeating is harmless.

    ``from_address`` is where ``by`` is now. Opens a transaction.

    Raises:
        NotANetwork: The text is neither.
        WouldLockYouOut: The list would not cover ``from_address``.
    """
    try:
        tidy = str(ipaddress.ip_network(network.strip(), strict=False))
    except ValueError as error:
        raise NotANetwork(text=network) from error
    _refuse_lock_out({*_networks(), tidy}, from_address)
    rule, made = IpAllowRule.objects.get_or_create(network=tidy, defaults={"note": note})
    if made:
        audit.note("identity.address_allowed", about=rule, by=by, changes={"network": tidy})


@transaction.atomic
def forbid_address(rule_id: uuid.UUID, *, by: Actor, from_address: str) -> None:
    """Take a network off the list; taking off the last opens the office to all addresses.

    Opens a transaction.

    Raises:
        WouldLockYouOut: The rest would not cover ``from_address``.
    """
    rule = IpAllowRule.objects.select_for_update().get(pk=rule_id)
    _refuse_lock_out(_networks() - {rule.network}, from_address)
    audit.note("identity.address_forbidden", about=rule, by=by, changes={"network": rule.network})
    rule.delete()


def _networks() -> set[str]:
    return set(IpAllowRule.objects.select_for_update().values_list("network", flat=True))


def _refuse_lock_out(networks: set[str], address: str) -> None:
    if networks and not within(address, networks):
        raise WouldLockYouOut(address=address)
