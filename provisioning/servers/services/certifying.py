"""Certifying a connection: the smallest sum in, found again by its tag, and out again.

What this proves is what every later payment relies on: a balance operation whose answer was lost
can be looked up by the mark we put in its comment. Each booking is written down before it is sent,
and sent once; what stays in doubt is looked up again before the next certification begins.
"""

from __future__ import annotations

import base64
import datetime as dt
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction

from kernel import audit, clock
from kernel.actor import Actor
from kernel.errors import OutcomeUnknown, Refused, Unavailable
from provisioning.servers.errors import CertificationIsRunning, NoSuchServer, NotProven
from provisioning.servers.models import (
    Certification,
    CertificationState,
    CertificationStep,
    Server,
    ServerState,
)
from provisioning.servers.port import TradingServer
from provisioning.servers.services.connecting import refuse_in_transaction, trading_server
from provisioning.servers.types import AccountRecord, BalanceKind, BalanceOperation

LONGEST = dt.timedelta(minutes=3)
"""A certification that runs longer has lost its worker; servers book late, but not later."""
LOOKS = 6
PAUSE_S = 0.5
SMALLEST = Decimal("0.01")
NOTE = "certify"
SURE = frozenset({CertificationStep.ASKED, CertificationStep.OUT_BOOKED})
"""Steps after which nothing of ours can be left on the account."""


@dataclass(frozen=True, slots=True)
class _Verdict:
    state: CertificationState
    code: str
    facts: Mapping[str, str | int] = field(default_factory=dict)


class _Ended(Exception):
    """The certification ends here."""

    def __init__(self, state: CertificationState, code: str, **facts: str | int) -> None:
        super().__init__(code)
        self.verdict = _Verdict(state, code, facts)


@transaction.atomic
def ask_certification(server_id: uuid.UUID, login: int, *, by: Actor) -> uuid.UUID:
    """Begin a certification on an account and return its id; :func:`run_certification` does it.

    Raises:
        NoSuchServer: There is none.
        NotProven: Its connection test has not passed yet.
        CertificationIsRunning: One is under way.
    """
    row = _usable(server_id)
    give_up_certifications()
    if row.certifications.filter(state=CertificationState.RUNNING).exists():
        raise CertificationIsRunning
    made = Certification.objects.create(
        server=row, login=login, state=CertificationState.RUNNING, started_at=clock.now()
    )
    audit.note("servers.certification_asked", about=row, by=by, changes={"login": login})
    return made.pk


@transaction.atomic
def skip_certification(server_id: uuid.UUID, *, by: Actor) -> None:
    """Write down that somebody goes on without a certification, knowing what that means.

    Raises:
        NoSuchServer: There is none.
        NotProven: Its connection test has not passed yet.
    """
    row, now = _usable(server_id), clock.now()
    Certification.objects.create(
        server=row,
        state=CertificationState.SKIPPED,
        code="certify_skipped",
        started_at=now,
        ended_at=now,
    )
    audit.note("servers.certification_skipped", about=row, by=by)


def certify(server_id: uuid.UUID, login: int, *, by: Actor) -> bool:
    """Certify a connection here and now; returns whether it passed. Needs no transaction.

    Raises:
        NoSuchServer: There is none.
        NotProven: Its connection test has not passed yet.
        CertificationIsRunning: One is under way.
    """
    return run_certification(ask_certification(server_id, login, by=by))


def run_certification(certification_id: uuid.UUID) -> bool:
    """Do a certification that was asked for; returns whether it passed. Needs no transaction.

    Repeating one that has ended does nothing; one whose worker died is not taken up again but
    looked up by the next (:func:`give_up_certifications` ends it).
    """
    refuse_in_transaction()
    row = Certification.objects.filter(pk=certification_id).first()
    if row is None or row.state != CertificationState.RUNNING:
        return False
    if row.step != CertificationStep.ASKED:
        return False
    try:
        with trading_server(row.server_id) as server:
            _clear_former(server, row)
            verdict = _certified(server, row)
    except _Ended as ended:
        verdict = ended.verdict
    except (Unavailable, Refused) as error:
        facts = {"words": str(error)}
        state = CertificationState.FAILED if row.step in SURE else CertificationState.UNCLEAR
        verdict = _Verdict(state, "certify_interrupted", facts)
    _end(row, verdict)
    return verdict.state == CertificationState.PASSED


def give_up_certifications() -> int:
    """End those whose worker died; how many. Whether money moved is looked up by the next one."""
    lost = Certification.objects.filter(
        state=CertificationState.RUNNING, started_at__lt=clock.now() - LONGEST
    )
    return lost.update(state=CertificationState.UNCLEAR, code="certify_lost", ended_at=clock.now())


def _certified(server: TradingServer, row: Certification) -> _Verdict:
    if not server.capabilities.can_find_operation:
        return _Verdict(CertificationState.FAILED, "certify_not_offered")
    account = _account(server, row)
    row.amount = _smallest(row, account)
    _book(server, row, row.amount, CertificationStep.IN_SENT)
    was_found = _is_found(server, row, row.amount, row.tag_in)
    _book(server, row, -row.amount, CertificationStep.OUT_SENT)
    facts: dict[str, str | int] = {
        "login": account.login,
        "amount": f"{row.amount:f}".rstrip("0"),
        "currency": account.currency,
    }
    if not was_found or not _is_found(server, row, -row.amount, row.tag_out):
        return _Verdict(CertificationState.FAILED, "certify_tag_lost", facts)
    if server.capabilities.can_check_balance and not server.check_balance(account.login).is_even:
        return _Verdict(CertificationState.FAILED, "certify_uneven", facts)
    return _Verdict(CertificationState.PASSED, "certify_ok", facts)


def _account(server: TradingServer, row: Certification) -> AccountRecord:
    account = server.find_account(row.login or 0)
    if account is None:
        raise _Ended(CertificationState.FAILED, "certify_no_account", login=row.login or 0)
    chosen = row.server.groups.filter(is_chosen=True, name__iexact=account.group)
    if not chosen.exists():
        raise _Ended(
            CertificationState.FAILED,
            "certify_other_group",
            login=account.login,
            group=account.group,
        )
    return account


def _smallest(row: Certification, account: AccountRecord) -> Decimal:
    """A cent, or one whole unit of a currency that has none."""
    group = row.server.groups.filter(name__iexact=account.group).first()
    has_cents = group is None or group.currency_digits >= -SMALLEST.as_tuple().exponent  # type: ignore[operator]  # finite
    return SMALLEST if has_cents else Decimal(1)


def _book(
    server: TradingServer, row: Certification, amount: Decimal, step: CertificationStep
) -> None:
    """Book once, after it was written down that it will be sent.

    Raises:
        _Ended: It was refused, did not leave us, or nobody knows.
    """
    is_in = step == CertificationStep.IN_SENT
    tag = "C" + base64.b32encode(secrets.token_bytes(10)).decode()
    row.tag_in, row.tag_out = (tag, row.tag_out) if is_in else (row.tag_in, tag)
    before = row.step
    _reached(row, step)
    try:
        server.change_balance(_operation(row.login or 0, amount, tag))
    except OutcomeUnknown as doubt:
        if not _is_found(server, row, amount, tag):
            raise _Ended(CertificationState.UNCLEAR, "certify_unclear", tag=tag) from doubt
    except (Refused, Unavailable) as refusal:
        _reached(row, CertificationStep(before))  # nothing was done
        state = CertificationState.FAILED if is_in else CertificationState.UNCLEAR
        code = "certify_in_refused" if is_in else "certify_out_refused"
        raise _Ended(state, code, words=str(refusal), login=row.login or 0) from refusal
    _reached(row, CertificationStep.IN_BOOKED if is_in else CertificationStep.OUT_BOOKED)


def _is_found(server: TradingServer, row: Certification, amount: Decimal, tag: str) -> bool:
    """Whether a booking is found by its tag; servers may show it a moment later.

    Raises:
        _Ended: It is there twice.
    """
    wish = _operation(row.login or 0, amount, tag)
    for look in range(LOOKS):
        if look:
            time.sleep(PAUSE_S)
        found = len(server.find_operation(wish, since=row.started_at))
        if found > 1:
            raise _Ended(CertificationState.FAILED, "certify_doubled", tag=tag)
        if found:
            return True
    return False


def _clear_former(server: TradingServer, row: Certification) -> None:
    """Look up what earlier ones left in doubt, and take out what they left on an account."""
    doubtful = row.server.certifications.filter(
        state=CertificationState.UNCLEAR, ended_at__lt=clock.now() - LONGEST
    )
    for former in doubtful.exclude(tag_in="").exclude(amount=None):
        amount = former.amount or SMALLEST
        came = _was_booked(server, former, amount, former.tag_in)
        left = former.tag_out and _was_booked(server, former, -amount, former.tag_out)
        if came and not left:
            _book(server, former, -amount, CertificationStep.OUT_SENT)
        _end(former, _Verdict(CertificationState.FAILED, "certify_cleared"))


def _was_booked(server: TradingServer, row: Certification, amount: Decimal, tag: str) -> bool:
    wish = _operation(row.login or 0, amount, tag)
    return bool(server.find_operation(wish, since=row.started_at))


def _operation(login: int, amount: Decimal, tag: str) -> BalanceOperation:
    return BalanceOperation(
        login=login, kind=BalanceKind.BALANCE, amount=amount, tag=tag, note=NOTE
    )


def _reached(row: Certification, step: CertificationStep) -> None:
    """Keep how far it came; committed, because no transaction is open."""
    row.step = step
    row.save(update_fields=["step", "amount", "tag_in", "tag_out"])


@transaction.atomic
def _end(row: Certification, verdict: _Verdict) -> None:
    server = Server.objects.locked().get(pk=row.server_id)
    row.state, row.code, row.facts = verdict.state, verdict.code, dict(verdict.facts)
    row.ended_at = clock.now()
    row.save(update_fields=["state", "code", "facts", "ended_at"])
    if verdict.state == CertificationState.PASSED:
        server.certified_at = row.ended_at
        server.save(update_fields=["certified_at"])
    audit.note(
        "servers.certification_ended",
        about=server,
        by=Actor.system("certification"),
        changes={"login": row.login, "state": row.state, "code": row.code},
    )


def _usable(server_id: uuid.UUID) -> Server:
    row = Server.objects.locked().present().filter(pk=server_id).first()
    if row is None:
        raise NoSuchServer
    if row.state == ServerState.DRAFT:
        raise NotProven
    return row
