"""What DNS says about a host: the proof that it belongs to a tenant."""

from __future__ import annotations

import dns.exception
import dns.resolver
from django.conf import settings
from django.utils.translation import gettext as _

SECONDS = 5.0


def is_ours(host: str) -> bool:
    """Whether ``host`` is the platform's own, which nobody can add as a custom domain."""
    base: str = settings.TENANT_BASE_DOMAIN
    return host == base or host.endswith(f".{base}") or host in settings.VENDOR_HOSTS


def problem_of(txt_name: str, token: str, host: str, target: str) -> str:
    """What is missing in DNS, as a sentence; empty when all is as it must be.

    Both records are wanted: the TXT proves who owns the name, the CNAME brings it here.
    """
    if token not in _answers(txt_name, "TXT"):
        return _("The TXT record %(name)s does not carry the value shown here yet.") % {
            "name": txt_name
        }
    if target.rstrip(".") not in {answer.rstrip(".").lower() for answer in _answers(host, "CNAME")}:
        return _("The CNAME record of %(host)s does not point to %(target)s yet.") % {
            "host": host,
            "target": target,
        }
    return ""


def _answers(name: str, kind: str) -> set[str]:
    resolver = dns.resolver.Resolver(configure=not settings.DNS_SERVER)
    if settings.DNS_SERVER:
        address, _sep, port = settings.DNS_SERVER.partition(":")
        resolver.nameservers, resolver.port = [address], int(port or 53)
    resolver.lifetime = SECONDS
    try:
        found = resolver.resolve(name, kind)
    except dns.exception.DNSException:
        return set()
    return {record.to_text().strip('"') for record in found}
