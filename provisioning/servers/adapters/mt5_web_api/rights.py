"""What a manager account may do: each right is tried with a call that does nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kernel.errors import Refused, Unavailable
from provisioning.servers.adapters.mt5_web_api import translate
from provisioning.servers.adapters.mt5_web_api.adapter import Mt5WebApi
from provisioning.servers.adapters.mt5_web_api.failures import Answer
from provisioning.servers.adapters.mt5_web_api.finding import FAILED, PASSED, WARNED, Finding
from provisioning.servers.adapters.mt5_web_api.session import Call, Session
from provisioning.servers.errors import NotPermitted

NOBODY = 999_999_999_999_999
"""A login that no server has: what would change something is tried on nobody."""
NO_RIGHT = 8


@dataclass(frozen=True, slots=True)
class Right:
    """A right of the manager, and a call that is refused without it and does nothing with it."""

    key: str
    call: Call
    is_needed: bool = True


RIGHTS = (
    Right("read_accounts", Call("/api/user/get", {"login": NOBODY})),
    Right("modify_accounts", Call("/api/user/update", body={"Login": str(NOBODY)})),
    Right(
        "accountant",
        Call("/api/trade/balance", {"login": NOBODY, "type": 2, "balance": "0", "comment": "test"}),
    ),
    Right("read_orders", Call("/api/deal/get", {"ticket": 0})),
    Right("dealer", Call("/api/dealer/get_request_result", {"id": 0}), is_needed=False),
)
RIGHT_KEYS = frozenset({*(right.key for right in RIGHTS), "personal_data"})
NEEDED_RIGHTS = frozenset({*(r.key for r in RIGHTS if r.is_needed), "personal_data"})


def of_server(server: Mt5WebApi) -> dict[str, bool]:
    """Which of the rights that we look at the manager has; what does not tell is left out.

    Raises:
        Unavailable: The server does not answer.
    """
    server.ping()
    findings = [*of_session(server.session), *personal_data(server)]
    return among(findings)


def among(findings: Iterable[Finding]) -> dict[str, bool]:
    """What the checks of rights among some findings say."""
    told = {found.key: found.code for found in findings if found.key in RIGHT_KEYS}
    return {
        key: code == f"{key}_ok"
        for key, code in told.items()
        if code in {f"{key}_ok", f"{key}_missing"}
    }


def of_session(session: Session) -> Iterator[Finding]:
    """Each right that a call can tell of, tried on nobody; nothing is changed."""
    for right in RIGHTS:
        verdict = _has_right(session, right.call)
        if verdict is None:
            outcome, code = FAILED, "right_unclear"
        elif verdict:
            outcome, code = PASSED, f"{right.key}_ok"
        else:
            outcome, code = FAILED if right.is_needed else WARNED, f"{right.key}_missing"
        yield Finding(key=right.key, outcome=outcome, code=code)


def _has_right(session: Session, call: Call) -> bool | None:
    """Whether the call is let through; any answer but "no right" means that it is."""
    try:
        session.read(call)
    except Answer as answer:
        return answer.retcode != NO_RIGHT
    except NotPermitted:
        return False
    except Unavailable:
        return None
    return True


def personal_data(server: Mt5WebApi) -> Iterator[Finding]:
    """Without this right names come back empty, with success: only an account can tell."""
    code, outcome = "personal_data_unseen", WARNED
    try:
        records = _some_records(server)
    except (Refused, Unavailable):
        records = []
    if any(_has_person(record) for record in records):
        code, outcome = "personal_data_ok", PASSED
    elif records:
        code, outcome = "personal_data_missing", FAILED
    yield Finding(key="personal_data", outcome=outcome, code=code)


def _some_records(server: Mt5WebApi) -> list[Mapping[str, object]]:
    for group in server.groups()[:20]:
        logins = server.logins_in([group.name])[:10]
        if logins:
            query = {"login": ",".join(map(str, logins))}
            try:
                answer = server.session.read(Call("/api/user/get_batch", query)).get("answer")
            except Answer:
                return []
            return list(answer or ())
    return []


def _has_person(record: Mapping[str, object]) -> bool:
    return any(translate.text(record, name) for name in ("Name", "FirstName", "Email", "Phone"))
