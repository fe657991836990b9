"""Connecting providers and changing what clients can choose."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from typing import IO, Any

from django.db import transaction

from kernel import audit, clock
from kernel.actor import Actor
from modules.cashier import queries
from modules.cashier.errors import NoSuchAccount, NoSuchMethod, StillIncomplete
from modules.cashier.models import Method, MethodTerms, ProviderAccount, Route
from modules.cashier.providers import ADAPTERS
from modules.cashier.providers.port import Tested
from modules.cashier.services.limits import refuse_too_low
from modules.cashier.services.wiring import provider_of, refuse_in_transaction
from modules.cashier.types.catalogue import (
    Direction,
    MethodWish,
    ProviderKind,
    ProviderState,
    Terms,
)
from themes import services as themes

CODE_LENGTH = 30
ICONS: Mapping[str, str] = {
    ProviderKind.STRIPE: "credit-card",
    ProviderKind.REDIRECT: "wallet-cards",
    ProviderKind.CRYPTO: "bitcoin",
    ProviderKind.BANK: "landmark",
}
"""The symbol of a method whose broker has not chosen one, by the kind of its first provider."""


@transaction.atomic
def add_account(kind: str, name: str, told: Mapping[str, str], *, by: Actor) -> uuid.UUID:
    """Keep an account at a provider of ``kind`` and return its id; it has to be tested yet.

    ``told`` holds what the provider's kind asks for; secrets among it are sealed.
    """
    account = ProviderAccount(kind=kind, name=name, code=_free_code(name, kind))
    _take(account, told)
    account.save(force_insert=True)
    audit.note("cashier.provider_added", about=account, by=by, changes={"kind": kind, "name": name})
    return account.pk


@transaction.atomic
def change_account(account_id: uuid.UUID, name: str, told: Mapping[str, str], *, by: Actor) -> None:
    """Change an account; secrets left empty stay. It has to be tested again.

    Raises:
        NoSuchAccount: There is none.
    """
    account = ProviderAccount.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise NoSuchAccount
    account.name = name
    _take(account, told)
    account.state, account.checks = ProviderState.DRAFT, []
    account.save()
    secret = sorted(
        s.key for s in ADAPTERS[account.kind].settings if s.is_secret and told.get(s.key)
    )
    changes = {"name": name, "replaced": secret}
    audit.note("cashier.provider_changed", about=account, by=by, changes=changes)


def test_account(account_id: uuid.UUID, *, by: Actor) -> bool:
    """Test a connection now; return whether it passed. Needs the network, no transaction.

    Raises:
        NoSuchAccount: There is none.
    """
    refuse_in_transaction()
    account = ProviderAccount.objects.filter(pk=account_id).first()
    if account is None:
        raise NoSuchAccount
    tested = provider_of(account).test()
    _keep_test(account_id, tested, by=by)
    return tested.is_passed


@transaction.atomic
def create_method(wish: MethodWish, *, by: Actor) -> uuid.UUID:
    """Keep a new payment method and return its id; it is off until it is complete.

    Without a symbol it gets the one of its first provider's kind.
    """
    method = Method(is_deposit_on=False, is_withdrawal_on=False)
    _apply(method, wish)
    method.is_deposit_on = method.is_withdrawal_on = False
    method.save(force_insert=True)
    audit.note("cashier.method_added", about=method, by=by, changes={"name": wish.name})
    return method.pk


@transaction.atomic
def change_method(method_id: uuid.UUID, wish: MethodWish, *, by: Actor) -> None:
    """Change a payment method.

    Raises:
        NoSuchMethod: There is none.
        StillIncomplete: It was to be switched on and lacks something.
    """
    method = _locked(method_id)
    was_on = method.is_deposit_on
    _apply(method, wish)
    method.save()
    if method.is_deposit_on:
        _refuse_incomplete(method.pk)
    if method.is_withdrawal_on:
        _refuse_incomplete(method.pk, Direction.OUT)
    changes = {"name": wish.name, "deposit_on": [was_on, method.is_deposit_on]}
    audit.note("cashier.method_changed", about=method, by=by, changes=changes)


@transaction.atomic
def switch_deposits(method_id: uuid.UUID, *, on: bool, by: Actor) -> None:
    """Offer a method to clients, or no longer.

    Raises:
        NoSuchMethod: There is none.
        StillIncomplete: It lacks something.
    """
    method = _locked(method_id)
    if on:
        _refuse_incomplete(method.pk)
    method.is_deposit_on = on
    method.save(update_fields=["is_deposit_on"])
    audit.note("cashier.method_switched", about=method, by=by, changes={"deposit_on": on})


@transaction.atomic
def switch_withdrawals(method_id: uuid.UUID, *, on: bool, by: Actor) -> None:
    """Pay clients with a method, or no longer.

    Raises:
        NoSuchMethod: There is none.
        StillIncomplete: It lacks something.
    """
    method = _locked(method_id)
    if on:
        _refuse_incomplete(method.pk, Direction.OUT)
    method.is_withdrawal_on = on
    method.save(update_fields=["is_withdrawal_on"])
    audit.note("cashier.method_switched", about=method, by=by, changes={"withdrawal_on": on})


def set_logo(method_id: uuid.UUID, upload: IO[bytes], size: int, *, by: Actor) -> None:
    """Show clients a picture instead of the method's symbol. Opens its own transactions.

    Raises:
        NoSuchMethod: There is none.
        Refused: The picture is too large, unknown, damaged or unsafe; see :mod:`themes.logos`.
    """
    queries.method(method_id)
    _keep_logo(method_id, themes.keep_picture(upload, size), by=by)


def remove_logo(method_id: uuid.UUID, *, by: Actor) -> None:
    """Show the symbol again. Opens a transaction.

    Raises:
        NoSuchMethod: There is none.
    """
    _keep_logo(method_id, "", by=by)


@transaction.atomic
def set_routes(
    method_id: uuid.UUID, routes: Sequence[tuple[uuid.UUID, Sequence[str]]], *, by: Actor
) -> None:
    """Set which provider accounts a method tries, in order, each for some countries or all.

    Raises:
        NoSuchMethod: There is none.
        NoSuchAccount: A provider account is not there.
    """
    method = _locked(method_id)
    known = set(ProviderAccount.objects.values_list("pk", flat=True))
    if not {account_id for account_id, _ in routes} <= known:
        raise NoSuchAccount
    method.routes.all().delete()
    for place, (account_id, countries) in enumerate(routes, start=1):
        Route.objects.create(
            method=method, account_id=account_id, countries=sorted(countries), place=place
        )
    if routes and not method.icon:
        method.icon = ICONS[ProviderAccount.objects.get(pk=routes[0][0]).kind]
        method.save(update_fields=["icon"])
    changes = {"routes": [str(account_id) for account_id, _ in routes]}
    audit.note("cashier.routes_set", about=method, by=by, changes=changes)


@transaction.atomic
def set_terms(method_id: uuid.UUID, terms: Terms, *, by: Actor) -> None:
    """Set what a method takes in one currency and direction; limits by level stay beside it.

    Raises:
        NoSuchMethod: There is none.
        LevelLimitTooLow: Clients of a level could pay nothing any more.
    """
    method = _locked(method_id)
    refuse_too_low(method_id, terms)
    columns: dict[str, Any] = {
        "least_minor": terms.least_minor,
        "most_minor": terms.most_minor,
        "day_minor": terms.day_minor,
        "month_minor": terms.month_minor,
        "psp_fee_payer": terms.psp_fee_payer,
        "four_eyes_minor": terms.four_eyes_minor,
    }
    for who, fee in (("broker", terms.broker_fee), ("psp", terms.psp_fee)):
        columns |= {
            f"{who}_percent": fee.percent,
            f"{who}_fixed_minor": fee.fixed_minor,
            f"{who}_least_minor": fee.least_minor,
            f"{who}_most_minor": fee.most_minor,
        }
    MethodTerms.objects.update_or_create(
        method=method, direction=terms.direction, currency=terms.currency, defaults=columns
    )
    told = {name: str(value) for name, value in columns.items() if value is not None}
    changes = {"currency": terms.currency, "direction": terms.direction, **told}
    audit.note("cashier.terms_set", about=method, by=by, changes=changes)


@transaction.atomic
def drop_terms(terms_id: uuid.UUID, *, by: Actor) -> uuid.UUID:
    """Take no more of one currency; return the method's id.

    Raises:
        NoSuchMethod: There are no such terms.
    """
    row = MethodTerms.objects.select_for_update().filter(pk=terms_id).first()
    if row is None:
        raise NoSuchMethod
    row.delete()
    changes = {"currency": row.currency, "direction": row.direction}
    audit.note(
        "cashier.terms_dropped", about=f"cashier.Method:{row.method_id}", by=by, changes=changes
    )
    return row.method_id


def _take(account: ProviderAccount, told: Mapping[str, str]) -> None:
    wanted = ADAPTERS[account.kind].settings
    account.settings = {
        one.key: told.get(one.key, "").strip() for one in wanted if not one.is_secret
    }
    new = {one.key: told[one.key] for one in wanted if one.is_secret and told.get(one.key)}
    if new:
        # Another key is another account: its callbacks are signed with another secret.
        account.keep_secrets({**new, "webhook_secret": ""})


@transaction.atomic
def _keep_test(account_id: uuid.UUID, tested: Tested, *, by: Actor) -> None:
    account = ProviderAccount.objects.select_for_update().get(pk=account_id)
    if tested.secrets:
        account.keep_secrets(tested.secrets)
    account.state = ProviderState.PROVEN if tested.is_passed else ProviderState.BROKEN
    account.tested_at = clock.now()
    account.checks = [
        {"title": str(one.title), "passed": "yes" if one.is_passed else "", "note": str(one.note)}
        for one in tested.checks
    ]
    account.save()
    changes = {"passed": tested.is_passed}
    audit.note("cashier.provider_tested", about=account, by=by, changes=changes)


def _apply(method: Method, wish: MethodWish) -> None:
    method.name = wish.name
    method.titles = {code: text for code, text in wish.titles.items() if text}
    method.notes = {code: text for code, text in wish.notes.items() if text}
    method.icon = wish.icon
    method.countries = sorted(wish.countries)
    method.countries_not = sorted(wish.countries_not)
    method.place = wish.place
    method.is_deposit_on = wish.is_deposit_on
    method.is_withdrawal_on = wish.is_withdrawal_on


def _locked(method_id: uuid.UUID) -> Method:
    method = Method.objects.select_for_update().filter(pk=method_id).first()
    if method is None:
        raise NoSuchMethod
    return method


@transaction.atomic
def _keep_logo(method_id: uuid.UUID, file: str, *, by: Actor) -> None:
    method = _locked(method_id)
    changes = {"file": [method.logo, file]}
    method.logo = file
    method.save(update_fields=["logo"])
    audit.note("cashier.method_logo", about=method, by=by, changes=changes)


def _refuse_incomplete(method_id: uuid.UUID, direction: str = Direction.IN) -> None:
    line = queries.method(method_id)
    missing = line.missing if direction == Direction.IN else line.missing_out
    if missing:
        raise StillIncomplete(missing=" ".join(missing))


def _free_code(name: str, kind: str) -> str:
    """A short name for the ledger, unlike any other."""
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:CODE_LENGTH] or kind
    code, number = base, 1
    while ProviderAccount.objects.filter(code=code).exists():
        number += 1
        code = f"{base}-{number}"
    return code
