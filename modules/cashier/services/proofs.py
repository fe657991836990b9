"""Proofs of payment: what is uploaded is looked at, never trusted by its name."""

from __future__ import annotations

import hashlib
import io
import uuid
import warnings
from typing import IO

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image, UnidentifiedImageError

from kernel import clock
from kernel.actor import Actor
from kernel.errors import Refused
from kernel.ids import new_id
from modules.cashier.errors import (
    NoSuchMove,
    ProofDamaged,
    ProofTooLarge,
    ProofUnknownKind,
)
from modules.cashier.models import Proof
from modules.cashier.providers import ADAPTERS
from modules.cashier.services.asking import own_deposit
from modules.cashier.services.story import tell
from modules.cashier.types.states import DepositState

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 60_000_000
MOST_PROOFS = 10
PICTURES = {
    "PNG": ("image/png", "png"),
    "JPEG": ("image/jpeg", "jpg"),
    "WEBP": ("image/webp", "webp"),
}
PDF_HEAD, PDF_TAIL = b"%PDF-", b"%%EOF"
TAIL_WITHIN = 2048
"""Readers look for the end mark in the last kilobytes."""


def hand_in_proof(
    deposit_id: uuid.UUID,
    upload: IO[bytes],
    *,
    name: str,
    client_id: uuid.UUID,
    by: Actor,
) -> uuid.UUID:
    """Keep a proof of payment; the deposit waits for a colleague from now on. Returns its id.

    Raises:
        NoSuchDeposit: There is none, or it is another's.
        NoSuchMove: No proof is wanted any more.
        ProofTooLarge: More than 5 MB.
        ProofUnknownKind: Neither a PDF nor a picture, whatever its name says.
        ProofDamaged: It cannot be opened.
    """
    data = upload.read(MOST_BYTES + 1)
    kind, ending = kind_of(data)
    with transaction.atomic():
        deposit = own_deposit(deposit_id, client_id)
        wanted = {DepositState.PAYING, DepositState.CORRECTION, DepositState.REVIEW}
        by_hand = any(
            ADAPTERS[one.account.kind].capabilities.takes_proofs
            for one in deposit.payments.select_related("account")
        )
        if deposit.state not in wanted or not by_hand or deposit.proofs.count() >= MOST_PROOFS:
            raise NoSuchMove(state=DepositState(deposit.state).label)
        file = default_storage.save(f"cashier/proofs/{new_id()}.{ending}", ContentFile(data))
        proof = Proof.objects.create(
            deposit=deposit,
            file=file,
            name=_plain(name),
            kind=kind,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            handed_in_at=clock.now(),
        )
        tell(deposit, "proof", to=DepositState.REVIEW, by=by, note=proof.name)
    return proof.pk


def kind_of(data: bytes) -> tuple[str, str]:
    """What a file is by its content: its media type and usual ending.

    Raises:
        ProofTooLarge: More than 5 MB.
        ProofUnknownKind: Neither a PDF nor a picture.
        ProofDamaged: It cannot be opened.
    """
    if len(data) > MOST_BYTES:
        raise ProofTooLarge(most=MOST_BYTES // 1024 // 1024)
    if data.startswith(PDF_HEAD):
        if PDF_TAIL not in data[-TAIL_WITHIN:]:
            raise ProofDamaged
        return "application/pdf", "pdf"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(data), formats=tuple(PICTURES))
            if picture.width * picture.height > MOST_PIXELS:
                raise ProofTooLarge(most=MOST_BYTES // 1024 // 1024)
            picture.load()
    except UnidentifiedImageError as error:
        raise ProofUnknownKind from error
    except Refused:
        raise
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Warning) as error:
        raise ProofDamaged from error
    return PICTURES[str(picture.format)]


def _plain(name: str) -> str:
    """A file's name without anything that a page or a path could stumble over."""
    kept = "".join(c for c in name if c.isprintable() and c not in '/\\<>:"|?*')
    return kept.strip()[-120:] or "proof"
