"""What requests know: the queue, one request, who decides which kind."""

from __future__ import annotations

from modules.requests.queries.deciders import SEE, deciders_of
from modules.requests.queries.lines import (
    asked_by_client,
    counts,
    of_client,
    of_subject,
    open_kinds,
    queue,
    requests_after,
)
from modules.requests.queries.policies import is_wanted, policies, policy, sensitive_right
from modules.requests.queries.rules import sentence as rule_sentence
from modules.requests.queries.sheets import (
    find_line,
    own_paper,
    own_sheet,
    paper,
    payload,
    sheet,
)

__all__ = [
    "SEE",
    "asked_by_client",
    "counts",
    "deciders_of",
    "find_line",
    "is_wanted",
    "of_client",
    "of_subject",
    "open_kinds",
    "own_paper",
    "own_sheet",
    "paper",
    "payload",
    "policies",
    "policy",
    "queue",
    "requests_after",
    "rule_sentence",
    "sensitive_right",
    "sheet",
]
