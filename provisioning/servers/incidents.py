"""What can be wrong with a server in use: how it is recognised, and how it is said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from kernel.module import Text
from provisioning.servers import findings
from provisioning.servers.adapters.mt5_web_api.rights import NEEDED_RIGHTS
from provisioning.servers.models import (
    AlertPolicy,
    ChangeKind,
    IncidentKind,
    Server,
    ServerState,
    Subject,
)
from provisioning.servers.types import Gone, Pulse

REMEMBERED = dt.timedelta(days=30)
"""For so long a symbol that is gone may be missed."""
DAYS_LEFT = (1, 7, 30)
"""A letter is sent when a certificate has so many days left, each time once."""

SENTENCES: Mapping[str, Text] = {
    IncidentKind.SILENT: _("%(server)s does not answer. %(failure)s"),
    IncidentKind.CERTIFICATE: _("The certificate of %(server)s expires on %(expires)s."),
    IncidentKind.RIGHT: _("Our manager on %(server)s has lost a right. %(right)s"),
    IncidentKind.CLOCK: _("The clock of %(server)s is wrong by %(drift)s seconds."),
    IncidentKind.LAG: _("Nothing new was read from %(server)s for %(minutes)s minutes."),
    IncidentKind.GROUP_GONE: _(
        "The group %(subject)s is gone from %(server)s, and account types of yours map it."
    ),
    IncidentKind.SYMBOL_GONE: _(
        "The symbol %(subject)s is gone from %(server)s, and your clients traded it lately."
    ),
    IncidentKind.RENAMED: _(
        "The symbol %(subject)s is gone from %(server)s, and %(became)s with the same contract is "
        "new: it looks renamed."
    ),
}
ADVICE: Mapping[str, Text] = {
    IncidentKind.SILENT: _(
        "Nothing is lost: what happened meanwhile is read as soon as it answers. Look whether the "
        "access server runs and lets us through, then test the connection."
    ),
    IncidentKind.CERTIFICATE: _(
        "Install a new certificate on the access server before that day. If you trusted the "
        "present one by its fingerprint, test the connection afterwards and trust the new one."
    ),
    IncidentKind.RIGHT: _(
        "Give the right back in MetaTrader 5 Administrator, under Managers, and test the "
        "connection."
    ),
    IncidentKind.CLOCK: _("Let the server set its clock by the network (NTP)."),
    IncidentKind.LAG: _(
        "Balances and history that your clients see may be older than that. If the server "
        "answers, tell whoever runs this platform."
    ),
    IncidentKind.GROUP_GONE: _(
        "No account can be opened in it. If it was removed by mistake, add it again in MetaTrader "
        "5 Administrator, under Groups. If it was renamed, make an account type for the new group "
        "and hide the one of the old."
    ),
    IncidentKind.SYMBOL_GONE: _(
        "Its history stays. If it was removed by mistake, add it again in MetaTrader 5 "
        "Administrator, under Symbols. Otherwise see to it that no position is left open in it, "
        "and take it out wherever you name symbols."
    ),
    IncidentKind.RENAMED: _(
        "What was traded stays under the old name, and new deals come under the new one. Add the "
        "new name wherever you name symbols, such as rules that pay by them. If it was not meant, "
        "rename it back in MetaTrader 5 Administrator, under Symbols."
    ),
}
OVER: Mapping[str, Text] = {
    IncidentKind.SILENT: _("%(server)s answers again."),
    IncidentKind.CERTIFICATE: _("%(server)s has a new certificate."),
    IncidentKind.RIGHT: _("Our manager on %(server)s has its right again."),
    IncidentKind.CLOCK: _("The clock of %(server)s is right again."),
    IncidentKind.LAG: _("%(server)s is read up to date again."),
    IncidentKind.GROUP_GONE: _("No account type maps a group that %(server)s does not have."),
    IncidentKind.SYMBOL_GONE: _("No symbol that is in use is missing on %(server)s."),
    IncidentKind.RENAMED: _("Nothing is traded any more under the old name on %(server)s."),
}
FAILURES: Mapping[str, Text] = {
    "lost": _("Connection lost during a call"),
    "timeout": _("No answer in time"),
    "forbidden": _("Session refused (403)"),
    "busy": _("Server had no time"),
    "host_not_allowed": _("Address not allowed"),
    "name_not_found": _("Name not found (DNS)"),
    "port_closed": _("Port closed"),
    "no_reply": _("No reply to the connection"),
    "not_tls": _("No encryption offered"),
    "tls_failed": _("Encryption failed"),
    "certificate_expired": _("Certificate expired"),
    "certificate_unknown": _("Certificate unknown"),
    "certificate_other_name": _("Certificate for another name"),
    "certificate_changed": _("Certificate changed"),
    "not_a_trading_server": _("No trading server there"),
    "sign_in_refused": _("Sign-in refused"),
    "password_wrong": _("Password refused"),
    "server_unproven": _("Server could not prove itself"),
    "waiting": _("Waiting before the next sign-in"),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong now."""

    kind: IncidentKind
    subject: str = ""
    facts: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """What makes two of them the same incident."""
        return self.kind, self.subject


def conditions(
    row: Server,
    policy: AlertPolicy,
    pulse: Pulse | None,
    *,
    now: dt.datetime,
    missed: Iterable[Condition] = (),
) -> Iterator[Condition]:
    """Everything that is wrong with a server at this moment; see :func:`missing` of ``missed``."""
    if row.state == ServerState.BROKEN:
        yield Condition(IncidentKind.SILENT, facts={"why": row.last_failure})
    yield from _certificate(row, now)
    for key in sorted(NEEDED_RIGHTS):
        if row.rights.get(key) is False:
            yield Condition(IncidentKind.RIGHT, key)
    if row.state == ServerState.PROVEN and abs(row.drift_seconds or 0) > policy.drift_limit_s:
        yield Condition(IncidentKind.CLOCK, facts={"drift": row.drift_seconds or 0})
    if pulse is not None and (pulse.lag_s or 0) > policy.lag_limit_s:
        yield Condition(IncidentKind.LAG, facts={"minutes": (pulse.lag_s or 0) // 60})
    yield from missed


def gone(row: Server, *, now: dt.datetime) -> Gone:
    """Groups and symbols that a server has no more; two short queries."""
    groups = row.groups.filter(is_present=False).values_list("name", flat=True)
    symbols = row.symbols.filter(is_present=False, read_at__gte=now - REMEMBERED)
    return Gone(groups=tuple(groups), symbols=tuple(symbols.values_list("name", flat=True)))


def missing(row: Server, missed: Gone) -> Iterator[Condition]:
    """What is wrong because of groups and symbols that are in use and gone."""
    for name in sorted(missed.groups):
        yield Condition(IncidentKind.GROUP_GONE, name)
    changes = row.changes.filter(
        subject=Subject.SYMBOL, kind=ChangeKind.RENAMED, name__in=missed.symbols
    ).order_by("seen_at")
    renamed = dict(changes.values_list("name", "became"))
    for name in sorted(missed.symbols):
        if name in renamed:
            yield Condition(IncidentKind.RENAMED, name, {"became": renamed[name]})
        else:
            yield Condition(IncidentKind.SYMBOL_GONE, name)


def sentence(kind: str, subject: str, facts: Mapping[str, object], *, server: Server) -> str:
    """What is wrong, with the server's name."""
    return str(SENTENCES[kind]) % _words(subject, facts, server)


def over(kind: str, *, server: Server) -> str:
    """That it is over."""
    return str(OVER[kind]) % {"server": server.name}


def silence(server: Server) -> str:
    """Why a server does not answer, as far as is known."""
    return findings.sentence(server.last_failure, _Anything(server))


def failure(why: str) -> str:
    """The name of a kind of failure of calls."""
    return str(FAILURES.get(why, why))


class _Anything(dict[str, object]):
    """Facts of a failure that was noted without any: the server's own."""

    def __init__(self, row: Server) -> None:
        super().__init__(host=row.host, port=row.port, login=row.login)

    def __missing__(self, key: str) -> str:
        return "?"


def _certificate(row: Server, now: dt.datetime) -> Iterator[Condition]:
    if row.certificate_expires_at is None:
        return
    left = row.certificate_expires_at - now
    reached = [days for days in DAYS_LEFT if left <= dt.timedelta(days=days)]
    if reached:
        facts = {"expires": row.certificate_expires_at.date().isoformat()}
        yield Condition(IncidentKind.CERTIFICATE, str(reached[0]), facts)


def _words(subject: str, facts: Mapping[str, object], server: Server) -> dict[str, object]:
    told: dict[str, object] = {"server": server.name, "subject": subject, **facts}
    if "why" in facts:
        told["failure"] = findings.sentence(str(facts["why"]), _Anything(server))
    told["right"] = findings.sentence(f"{subject}_missing", {}) if subject else ""
    return told
