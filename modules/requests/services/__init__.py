"""What requests do: the only writer of the queue."""

from __future__ import annotations

from modules.requests.services.asking import ask
from modules.requests.services.deciding import (
    answer,
    approve,
    approve_many,
    ask_for_more,
    cancel,
    record_outcome,
    refuse,
    withdraw,
)
from modules.requests.services.policies import set_policy
from modules.requests.services.remarks import remark

__all__ = [
    "answer",
    "approve",
    "approve_many",
    "ask",
    "ask_for_more",
    "cancel",
    "record_outcome",
    "refuse",
    "remark",
    "set_policy",
    "withdraw",
]
