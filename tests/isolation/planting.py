"""One real object of Alpha's for everything that an address can name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from identity import services as identity
from identity.models import Invitation, IpAllowRule, Role, Team, User
from identity.tokens import TenantResetTokens
from kernel import clock
from kernel.actor import Actor, ActorKind, Scope
from kernel.api import build_api, keys
from kernel.api.keys import NewKey
from kernel.ids import new_id
from kernel.money import Money
from kernel.pin import PUBLIC, pin
from kernel.storage import private_url
from modules.announcements.models import Announcement
from modules.cashier.models import Deposit, Method, MethodTerms, ProviderAccount
from modules.clients import services as clients
from modules.notes.models import Note, Task
from modules.requests.models import Paper, Request
from modules.trading.models import (
    AccountType,
    Difference,
    Intent,
    Reconciliation,
    SendingPause,
    TradingAccount,
)
from modules.wallets import services as wallets
from modules.wallets.types import Cause, EntryKind, ExchangeWish, Leg
from provisioning.servers import services as servers
from provisioning.servers.models import Probe
from provisioning.servers.records import Wiring
from tenants import services as tenants
from tests.isolation.going_out import plant_going_out
from tests.support.people import letters
from tests.support.sessions import give_app
from tests.support.tenants import SYSTEM
from themes import services as themes
from themes.models import Logo

CANARY = "kingfisher"
"""Stands in every text of Alpha's, and must stand in no answer to somebody else."""

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path fill="#135" d="M0 0h9v9z"/>'
    b"</svg>"
)


def plant(place: Any, *, admin: Any, client: Any) -> dict[str, str]:
    """Give ``place`` one of everything; the value of each parameter that an address can have."""
    with place.pin():
        give_app(admin)
        planted = {
            **_people(admin, client),
            **_servers(),
            **_looks(place, admin),
            **_links(admin),
        }
        planted |= _trading(client, planted["server_id"])
        planted |= _notes(client)
        planted |= _segments(client)
        planted |= _deposits(client)
        planted |= _wallets(client)
        planted |= _requests(client, planted["account_id"])
        planted |= plant_going_out(client, CANARY)
    planted["identity_invitation:token"] = _invitation(place)
    planted["domain_id"] = _domain(place)
    return planted


def _people(admin: Any, client: Any) -> dict[str, str]:
    role = Role.objects.create(name=f"Role {CANARY}", grants={"clients.see_clients": "all"})
    team = Team.objects.create(name=f"Team {CANARY}")
    rule = IpAllowRule.objects.create(network="198.51.100.7/32", note=CANARY)
    _, text = issue_key()
    return {
        "person_id": str(admin.pk),
        "client_id": str(client.pk),
        "role_id": str(role.pk),
        "team_id": str(team.pk),
        "rule_id": str(rule.pk),
        "key_id": str(keys.api_keys()[0].id),
        "pk": str(Authenticator.objects.get(user=admin).pk),
        "api key": text,
    }


def issue_key(title: str = CANARY) -> tuple[UUID, str]:
    """A key of the pinned tenant that may do all that keys may."""
    build_api()  # operations say which rights there are as they are read
    codes = keys.offered()
    maker = Actor(
        kind=ActorKind.PERSON, id=new_id(), name="Ada", grants=dict.fromkeys(codes, Scope.ALL)
    )
    return keys.issue_key(NewKey(title=title, scopes=codes), by=maker)


def _invitation(place: Any) -> str:
    with place.pin():
        found = Invitation.objects.get(email="nadia@alpha.example")
        assert found.accepted_at is None
    text = letters(place)[-1].text
    return text.partition("/accounts/invitation/")[2].split("/")[0]


def _servers() -> dict[str, str]:
    wish = Wiring(
        name=f"{CANARY}-Live",
        environment="both",
        host="127.0.0.1",
        port=9,
        login=7,
        authority_pem="",
    )
    server_id = servers.draft_server(wish, "password-1A", by=SYSTEM)
    probe = Probe.objects.create(server_id=server_id, login=7, started_at=clock.now())
    return {"server_id": str(server_id), "probe_id": str(probe.pk)}


def _trading(client: Any, server_id: str) -> dict[str, str]:
    moment = clock.now()
    kind = AccountType.objects.create(
        name=f"Type {CANARY}", environment="live", server_id=server_id, group="real\\x",
        currency="USD", leverages=[100], leverage_default=100, created_at=moment,
    )  # fmt: skip
    account = TradingAccount.objects.create(
        server_id=server_id, login=700001, type=kind, client_id=client.pk, currency="USD",
        leverage=100, is_live=True, state="open", asked_at=moment, nickname=CANARY,
    )  # fmt: skip
    intent = Intent.objects.create(
        account=account, client_id=client.pk, server_id=server_id, kind="leverage",
        state="done", tag="planted", due_at=moment, asked_at=moment, sentence=CANARY,
    )  # fmt: skip
    run = Reconciliation.objects.create(
        server_id=server_id, state="done", asked_by=CANARY, began_at=moment, worked_at=moment
    )
    pause = SendingPause.objects.create(
        server_id=server_id, why=CANARY, began_at=moment, began_by=CANARY
    )
    difference = Difference.objects.create(
        server_id=server_id, kind="balance", key="700001", run=run, reason=CANARY,
        found_at=moment, seen_at=moment,
    )  # fmt: skip
    return {
        "run_id": str(run.pk),
        "difference_id": str(difference.pk),
        "type_id": str(kind.pk),
        "account_id": str(account.pk),
        "intent_id": str(intent.pk),
        "operation_id": str(intent.pk),
        "pause_id": str(pause.pk),
    }


def _wallets(client: Any) -> dict[str, str]:
    wallet_id = wallets.open_wallet(client.pk, "USD")
    legs = [Leg(wallet_id, Money(900, "USD")), Leg("bank", Money(-900, "USD"))]
    cause = Cause("test:1", note=CANARY)
    posted = wallets.post(EntryKind.DEPOSIT, CANARY, legs, by=SYSTEM, cause=cause)
    wallets.set_rate("USD", "EUR", Decimal("0.8"), by=SYSTEM)
    wish = ExchangeWish(pay_currency="USD", receive_currency="EUR", amount=Money(500, "USD"))
    return {
        "wallet_id": str(wallet_id),
        "house_account_id": str(wallets.house_account("bank", "USD")),
        "entry_id": str(posted.entry_id),
        "quote_id": str(wallets.quote(client.pk, wish).id),
    }


def _deposits(client: Any) -> dict[str, str]:
    moment = clock.now()
    account = ProviderAccount.objects.create(kind="bank", name=CANARY, code=CANARY)
    method = Method.objects.create(name=f"Method {CANARY}")
    terms = MethodTerms.objects.create(
        method=method, currency="USD", least_minor=100, most_minor=10_000
    )
    deposit = Deposit.objects.create(
        number="DPLANTED", client_id=client.pk, form_key=CANARY, method=method, pay_minor=500,
        pay_currency="USD", broker_fee_minor=0, psp_fee_minor=0, client_psp_fee_minor=0,
        arrives_minor=500, arrives_currency="USD", state="paying", reason=CANARY,
        expires_at=moment + dt.timedelta(days=1), asked_at=moment, changed_at=moment,
    )  # fmt: skip
    return {
        "provider_id": str(account.pk),
        "method_id": str(method.pk),
        "terms_id": str(terms.pk),
        "deposit_id": str(deposit.pk),
    }


def _notes(client: Any) -> dict[str, str]:
    moment = clock.now()
    shown = Announcement.objects.create(
        title=CANARY, text=CANARY, starts_at=moment, written_at=moment
    )
    note = Note.objects.create(client_id=client.pk, text=CANARY, written_at=moment)
    task = Task.objects.create(
        client_id=client.pk, title=CANARY, due_on=dt.date(2026, 12, 1), asked_at=moment
    )
    return {
        "announcement_id": str(shown.pk),
        "note_id": str(note.pk),
        "task_id": str(task.pk),
    }


def _segments(client: Any) -> dict[str, str]:
    group_id = clients.create_group(f"Group {CANARY}", by=SYSTEM)
    clients.set_groups(client.pk, [group_id], by=SYSTEM)
    return {"group_id": str(group_id)}


def _requests(client: Any, account_id: str) -> dict[str, str]:
    moment = clock.now()
    row = Request.objects.create(
        kind="trading.leverage", key=CANARY, client_id=client.pk, label=CANARY,
        subject=f"trading.TradingAccount:{account_id}", is_asked_by_client=True,
        words={"login": CANARY, "now": "1:100", "wanted": "1:200"}, asked_by_id=client.pk,
        asked_by_name=CANARY, asked_at=moment, expected_at=moment,
        levels=[{"name": CANARY, "roles": [], "people": [], "who": [], "least": None}],
    )  # fmt: skip
    name = default_storage.save("requests/passport.pdf", ContentFile(CANARY.encode()))
    paper = Paper.objects.create(
        request=row, name=CANARY, file=name, size=9, actor_name=CANARY, added_at=moment
    )
    return {"request_id": str(row.pk), "paper_id": str(paper.pk)}


def _looks(place: Any, admin: Any) -> dict[str, str]:
    themes.edit_draft({"brand": "#0b5d4b"}, by=SYSTEM)
    themes.upload_logo("square", _file(SVG), len(SVG), by=SYSTEM)
    version = themes.publish_default(name="Alpha Markets", by=SYSTEM)
    identity.invite(email="nadia@alpha.example", role="admin", by=SYSTEM, full_name=CANARY)
    return {
        "version": version,
        "file": Logo.objects.get().file,
        "invitation_id": str(Invitation.objects.get(email="nadia@alpha.example").pk),
    }


def _file(content: bytes) -> Any:
    return ContentFile(content).file


def _links(admin: User) -> dict[str, str]:
    name = default_storage.save("papers/passport.txt", ContentFile(CANARY.encode()))
    return {
        "files:token": private_url(name).rstrip("/").rpartition("/")[2],
        "uidb36": user_pk_to_url_str(admin),
        "account_reset_password_from_key:key": TenantResetTokens().make_token(admin),
    }


def _domain(place: Any) -> str:
    with pin(PUBLIC):
        line = tenants.add_domain(place.info.id, f"trade.{CANARY}.example", by=SYSTEM)
        return str(line.id)


NAMES_NOBODY: Mapping[str, str] = {
    "slot": "square",
    "page": "dashboard",
    "key": "analytics",
    "rest": "nothing/here",
    "act": "pause",
    "kind": "trading.leverage",
    "part": "trades",
    "rank": "1",
    "level": "1",
}
"""Parameters that name a thing of the product's, the same at every broker."""
