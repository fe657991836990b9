"""Tables that every schema has."""

from __future__ import annotations

from kernel.models.api import ApiKey, KeptAnswer
from kernel.models.audit import AuditEntry, AuditHead
from kernel.models.locks import Lease
from kernel.models.mail import Letter
from kernel.models.outbox import HeardEvent, OutboxEvent
from kernel.models.secrets import DataKey

__all__ = [
    "ApiKey",
    "AuditEntry",
    "AuditHead",
    "DataKey",
    "HeardEvent",
    "KeptAnswer",
    "Lease",
    "Letter",
    "OutboxEvent",
]
