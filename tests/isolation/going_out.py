"""One of everything that money leaves by, for the walk over every address."""

from __future__ import annotations

from typing import Any

from kernel import clock
from modules.cashier.models import (
    Claim,
    Deposit,
    Instrument,
    Method,
    Payout,
    ProviderAccount,
    SettlementFile,
    SettlementLine,
    Transfer,
    Withdrawal,
)
from modules.wallets import services as wallets


def plant_going_out(client: Any, canary: str) -> dict[str, str]:
    """A withdrawal with a payout, a transfer, a claim and a settlement of the pinned tenant."""
    moment = clock.now()
    provider = ProviderAccount.objects.create(
        kind="bank", name=f"Bank {canary}", code=f"{canary}-out", state="proven"
    )
    method = Method.objects.create(name=f"Out {canary}", is_withdrawal_on=True)
    instrument = Instrument(
        client_id=client.pk, kind="bank", currency="USD", title=canary, fingerprint=b"1",
        state="approved", usable_from_at=moment, added_at=moment,
    )  # fmt: skip
    instrument.keep_details({"holder": canary, "number": canary})
    instrument.save()
    wallet_id = wallets.open_wallet(client.pk, "USD")
    withdrawal = Withdrawal.objects.create(
        number="WPLANTED", client_id=client.pk, form_key="planted", method=method,
        instrument=instrument, wallet_id=wallet_id, amount_minor=100_00, fee_minor=0,
        currency="USD", state="waiting", reason=canary, asked_at=moment, changed_at=moment,
    )  # fmt: skip
    payout = Payout.objects.create(
        withdrawal=withdrawal, place=1, account=provider, gross_minor=100_00, fee_minor=0,
        currency="USD", reference="WPLANTED-1", reason=canary,
    )  # fmt: skip
    transfer = Transfer.objects.create(
        number="TPLANTED", client_id=client.pk, form_key="planted", source="wallet",
        source_id=wallet_id, target="wallet", target_id=wallets.open_wallet(client.pk, "EUR"),
        amount_minor=100, currency="USD", arrives_minor=90, arrives_currency="EUR",
        state="waiting", reason=canary, asked_at=moment, changed_at=moment,
    )  # fmt: skip
    deposit = Deposit.objects.create(
        number="DPLANTEDOUT", client_id=client.pk, form_key="planted-out", method=method,
        pay_minor=100, pay_currency="USD", broker_fee_minor=0, psp_fee_minor=0,
        client_psp_fee_minor=0, arrives_minor=100, arrives_currency="USD", state="charged_back",
        reason=canary, expires_at=moment, asked_at=moment, changed_at=moment,
    )  # fmt: skip
    claim = Claim.objects.create(
        deposit=deposit, client_id=client.pk, amount_minor=100, owed_minor=100, currency="USD",
        reason=canary, opened_at=moment,
    )  # fmt: skip
    file = SettlementFile.objects.create(
        account=provider, name=f"{canary}.csv", sha256="0" * 64, by_name=canary,
        uploaded_at=moment,
    )  # fmt: skip
    line = SettlementLine.objects.create(
        file=file, number=1, kind="payment", reference=canary, gross_minor=1, currency="USD",
        state="unknown", reason=canary,
    )  # fmt: skip
    return {
        "instrument_id": str(instrument.pk),
        "withdrawal_id": str(withdrawal.pk),
        "payout_id": str(payout.pk),
        "transfer_id": str(transfer.pk),
        "claim_id": str(claim.pk),
        "file_id": str(file.pk),
        "line_id": str(line.pk),
    }
