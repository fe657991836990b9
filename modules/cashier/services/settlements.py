"""What providers say that they settled: read, compared with ours, posted, explained."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, DecimalException

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kernel import audit, clock
from kernel.actor import Actor
from kernel.money import CURRENCIES, Money
from modules.cashier.errors import (
    ColumnMissing,
    FileKnown,
    FileUnreadable,
    NoSuchAccount,
    NoSuchFile,
    NoSuchMove,
    ReasonNeeded,
)
from modules.cashier.models import (
    FileState,
    LineKind,
    LineState,
    Payment,
    Payout,
    ProviderAccount,
    Repayment,
    SettlementFile,
    SettlementLine,
    SettlementMap,
)
from modules.cashier.models.finance import MISMATCHES
from modules.cashier.types.followups import RepaymentState
from modules.cashier.types.outgoing import clearing
from modules.cashier.types.passages import PayoutState
from modules.cashier.types.states import PaymentState
from modules.wallets import services as wallets
from modules.wallets.types import Cause, EntryKind, Leg

LARGEST = 5 * 1024 * 1024
MOST_LINES = 20_000
COLUMNS = ("reference", "amount", "currency", "fee", "kind", "date")
"""What we read; the first three are needed."""
NEEDED = COLUMNS[:3]
_LARGEST_MINOR = 10**15
_PAID = {PaymentState.APPROVED, PaymentState.CHARGED_BACK, PaymentState.REVERSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ours:
    """What we have for a reference."""

    id: uuid.UUID
    minor: int
    currency: str
    is_finished: bool
    expected_fee_minor: int = 0


def upload_settlement(
    account_id: uuid.UUID, name: str, content: bytes, columns: Mapping[str, str], *, by: Actor
) -> uuid.UUID:
    """Read a provider's file and compare it; nothing is posted before it is taken over.

    Opens a transaction. ``columns`` gives the file's name of each of :data:`COLUMNS`; it is kept
    for the provider's next file.

    Raises:
        NoSuchAccount: There is no such provider account.
        FileKnown: The same file was uploaded before.
        ColumnMissing: A named column is not there.
        FileUnreadable: It is no such file, or a cell cannot be read; nothing is kept.
    """
    account = ProviderAccount.objects.filter(pk=account_id).first()
    if account is None:
        raise NoSuchAccount
    lines = list(_read(content, columns))
    with transaction.atomic():
        SettlementMap.objects.update_or_create(
            account=account, defaults={"columns": {key: columns.get(key, "") for key in COLUMNS}}
        )
        file = SettlementFile(
            account=account,
            name=name[:120],
            sha256=hashlib.sha256(content).hexdigest(),
            lines_count=len(lines),
            by_name=by.name[:200],
            uploaded_at=clock.now(),
        )
        try:
            with transaction.atomic():
                file.save(force_insert=True)
        except IntegrityError:
            raise FileKnown from None
        for line in lines:
            line.file = file
        _compare(account, lines)
        SettlementLine.objects.bulk_create(lines, batch_size=1000)
        changes = {"name": file.name, "lines": len(lines)}
        audit.note("cashier.settlement_uploaded", about=file, by=by, changes=changes)
    return file.pk


@transaction.atomic
def take_settlement(file_id: uuid.UUID, *, by: Actor) -> int:
    """Take over a file that was looked at: post every line that matches; return how many.

    Opens a transaction. Lines are compared anew. Taking it over twice posts nothing twice.

    Raises:
        NoSuchFile: There is none.
        NoSuchMove: It was dropped.
    """
    file = _locked(file_id)
    if file.state == FileState.DROPPED:
        raise NoSuchMove(state=FileState(file.state).label)
    lines = list(file.lines.filter(entry_id=None).exclude(state=LineState.RESOLVED))
    _compare(file.account, lines)
    posted = 0
    for line in lines:
        if line.state == LineState.MATCHED:
            _post(file, line, by=by)
            posted += 1
        line.save()
    if file.state == FileState.PREVIEW:
        file.state = FileState.TAKEN
        file.save(update_fields=["state"])
    audit.note("cashier.settlement_taken", about=file, by=by, changes={"posted": posted})
    return posted


@transaction.atomic
def drop_settlement(file_id: uuid.UUID, *, by: Actor) -> None:
    """Forget a file that was only looked at; it can be uploaded again. Opens a transaction.

    Raises:
        NoSuchFile: There is none.
        NoSuchMove: It was taken over.
    """
    file = _locked(file_id)
    if file.state != FileState.PREVIEW:
        raise NoSuchMove(state=FileState(file.state).label)
    file.state = FileState.DROPPED
    file.save(update_fields=["state"])
    audit.note("cashier.settlement_dropped", about=file, by=by)


@transaction.atomic
def resolve_line(line_id: uuid.UUID, *, reason: str, by: Actor) -> None:
    """Say why a line differs; it leaves the queue. Opens a transaction.

    Raises:
        NoSuchFile: There is no such line.
        ReasonNeeded: Why?
        NoSuchMove: Nothing differs, or it is explained.
    """
    line = SettlementLine.objects.select_for_update().filter(pk=line_id).first()
    if line is None:
        raise NoSuchFile
    if not reason.strip():
        raise ReasonNeeded
    if line.state not in MISMATCHES:
        raise NoSuchMove(state=LineState(line.state).label)
    before, line.state = line.state, LineState.RESOLVED
    line.reason, line.resolved_by = reason.strip()[:500], by.name[:200]
    line.resolved_at = clock.now()
    line.save(update_fields=["state", "reason", "resolved_by", "resolved_at"])
    changes = {"reference": line.reference, "was": before}
    audit.note("cashier.settlement_resolved", about=line, by=by, changes=changes, reason=reason)


@transaction.atomic
def set_patience(days: Mapping[uuid.UUID, int], *, by: Actor) -> None:
    """Say after how many days a provider should have settled; 0 for never. Opens a transaction.

    Raises:
        NoSuchAccount: There is no such provider account.
    """
    for account_id, most in sorted(days.items()):
        account = ProviderAccount.objects.filter(pk=account_id).first()
        if account is None:
            raise NoSuchAccount
        row, _is_new = SettlementMap.objects.get_or_create(account=account)
        if row.days != most:
            changes = {"days": [row.days, most]}
            audit.note("cashier.patience_set", about=account, by=by, changes=changes)
            SettlementMap.objects.filter(pk=row.pk).update(days=most)


def _locked(file_id: uuid.UUID) -> SettlementFile:
    rows = SettlementFile.objects.select_for_update(of=("self",)).select_related("account")
    row = rows.filter(pk=file_id).first()
    if row is None:
        raise NoSuchFile
    return row


def _read(content: bytes, columns: Mapping[str, str]) -> Iterator[SettlementLine]:
    text = _text(content)
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    known = [one.strip() for one in reader.fieldnames or ()]
    for key in COLUMNS:
        named = columns.get(key, "")
        if (key in NEEDED or named) and named not in known:
            raise ColumnMissing(column=named or key, columns=", ".join(known)[:300])
    try:
        for number, row in enumerate(reader, start=1):
            if number > MOST_LINES:
                why = _("it has more than %(most)s lines.") % {"most": MOST_LINES}
                raise FileUnreadable(line=number, why=why)
            cells = {(name or "").strip(): (cell or "") for name, cell in row.items() if name}
            yield _line(number, {key: cells.get(columns.get(key, ""), "") for key in COLUMNS})
    except csv.Error as error:
        raise FileUnreadable(line=0, why=str(error)) from None


def _text(content: bytes) -> str:
    if len(content) > LARGEST:
        raise FileUnreadable(line=0, why=_("it is larger than %(most)s MB.") % {"most": 5})
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:  # a database keeps no such character
        raise FileUnreadable(line=0, why=_("it is not in UTF-8."))
    return text


def _line(number: int, cells: Mapping[str, str]) -> SettlementLine:
    currency = cells["currency"].strip().upper()
    if currency not in CURRENCIES:
        why = _("the currency is not known.")
        raise FileUnreadable(line=number, why=why)
    gross = _minor(number, cells["amount"], currency)
    is_payout = gross < 0 or cells["kind"].strip().casefold() in {"payout", "refund"}
    reference = cells["reference"].strip()
    if not reference or not gross:
        raise FileUnreadable(line=number, why=_("reference or amount is empty."))
    return SettlementLine(
        number=number,
        kind=LineKind.PAYOUT if is_payout else LineKind.PAYMENT,
        reference=reference[:200],
        gross_minor=abs(gross),
        fee_minor=abs(_minor(number, cells["fee"] or "0", currency)),
        currency=currency,
        settled_on=_day(number, cells["date"].strip()),
        state=LineState.UNKNOWN,
    )


def _minor(number: int, text: str, currency: str) -> int:
    try:
        amount = Decimal(text.strip().replace(" ", ""))
        scaled = amount.scaleb(CURRENCIES[currency]) if amount.is_finite() else Decimal("0.5")
    except DecimalException:  # no number, or beyond all numbers
        scaled = Decimal("0.5")
    if scaled != scaled.to_integral_value() or abs(scaled) > _LARGEST_MINOR:
        why = _("“%(text)s” is no amount in %(currency)s.")
        raise FileUnreadable(line=number, why=why % {"text": text[:40], "currency": currency})
    return int(scaled)


def _day(number: int, text: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        why = _("“%(text)s” is no day like 2026-01-31.") % {"text": text[:40]}
        raise FileUnreadable(line=number, why=why) from None


def _compare(account: ProviderAccount, lines: list[SettlementLine]) -> None:
    """Say of each line what we have for it."""
    payments = _payments(account, [one.reference for one in lines])
    payouts = _payouts(account, [one.reference for one in lines])
    seen: set[uuid.UUID] = set()
    of_kind = {LineKind.PAYMENT: payments, LineKind.PAYOUT: payouts}
    found = [of_kind[LineKind(one.kind)].get(one.reference) for one in lines]
    ids = [one.id for one in found if one]
    rows = SettlementLine.objects.filter(ours_id__in=ids, entry_id__isnull=False)
    settled = {one for one in rows.values_list("ours_id", flat=True) if one is not None}
    for line, ours in zip(lines, found, strict=True):
        line.ours_id = ours.id if ours else None
        line.ours_minor = ours.minor if ours else None
        line.state = _verdict(line, ours, seen | settled)
        if ours and line.state == LineState.MATCHED:
            seen.add(ours.id)


def _verdict(line: SettlementLine, ours: _Ours | None, settled: set[uuid.UUID]) -> LineState:
    if ours is None:
        return LineState.UNKNOWN
    if ours.id in settled:
        return LineState.TWICE
    if (line.gross_minor, line.currency) != (ours.minor, ours.currency):
        return LineState.AMOUNT
    return LineState.MATCHED if ours.is_finished else LineState.STATE


def _payments(account: ProviderAccount, references: list[str]) -> dict[str, _Ours]:
    rows = Payment.objects.filter(account=account).select_related("deposit", "repayment")
    found: dict[str, _Ours] = {}
    for field in ("provider_reference", "reference"):
        for row in rows.filter(**{f"{field}__in": references}):
            minor = row.received_minor if row.received_minor is not None else row.amount_minor
            goes_back = getattr(row, "repayment", None) is not None  # then no fee was booked
            found[getattr(row, field)] = _Ours(
                id=row.pk,
                minor=minor,
                currency=row.currency,
                is_finished=row.state in _PAID,
                expected_fee_minor=0 if goes_back else row.deposit.psp_fee_minor,
            )
    return found


def _payouts(account: ProviderAccount, references: list[str]) -> dict[str, _Ours]:
    rows = Payout.objects.filter(account=account)
    repaid = Repayment.objects.filter(payment__account=account)
    found: dict[str, _Ours] = {}
    for field in ("provider_reference", "reference"):
        for one in repaid.filter(**{f"{field}__in": references}):
            found[getattr(one, field)] = _Ours(
                id=one.pk,
                minor=one.amount_minor,
                currency=one.currency,
                is_finished=one.state == RepaymentState.SENT,
            )
        for row in rows.filter(**{f"{field}__in": references}):
            found[getattr(row, field)] = _Ours(
                id=row.pk,
                minor=row.net.minor,
                currency=row.currency,
                is_finished=row.state in {PayoutState.DONE, PayoutState.REVERSED},
            )
    return found


def _post(file: SettlementFile, line: SettlementLine, *, by: Actor) -> None:
    """Move what was settled between the provider and the bank; what it kept is its fee.

    A deposit has booked the fee that was expected already: only the difference is posted here.
    """
    code = file.account.code
    if line.kind == LineKind.PAYMENT:
        ours = _payments(file.account, [line.reference])[line.reference]
        cleared = line.gross_minor - ours.expected_fee_minor
        banked = -(line.gross_minor - line.fee_minor)
    else:
        cleared, banked = -line.gross_minor, line.gross_minor + line.fee_minor
    parts = {clearing(code): cleared, "bank": banked, f"psp_fees:{code}": -(cleared + banked)}
    legs = [Leg(place, Money(minor, line.currency)) for place, minor in parts.items() if minor]
    posted = wallets.post(
        EntryKind.PSP_SETTLEMENT,
        f"{line.kind}:{line.ours_id}",
        legs,
        by=by,
        cause=Cause(f"cashier.SettlementFile:{file.pk}", note=f"{file.name}: {line.reference}"),
    )
    line.entry_id = posted.entry_id
