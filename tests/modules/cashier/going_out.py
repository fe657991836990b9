"""A client with money, methods that pay out, a local payment service, and a server's account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kernel import clock
from kernel.actor import Actor, ActorKind, Scope
from kernel.events import tell_all
from kernel.ids import new_id
from kernel.money import Money
from tests.support.tenants import SYSTEM

MODULES = frozenset({"cashier"})


def usd(cents: int) -> Money:
    return Money(cents, "USD")


def client_of(person: Any) -> Actor:
    """The client as he acts in his room."""
    return Actor(kind=ActorKind.PERSON, id=person.pk, name=person.full_name or person.email)


def finance_actor() -> Actor:
    """A colleague who may decide and pay, and is no client."""
    grants = dict.fromkeys(
        ("requests.see_requests", "cashier.decide_withdrawals", "clients.see_clients"), Scope.ALL
    )
    return Actor(
        kind=ActorKind.PERSON, id=new_id(), name="Ada Winter", grants=grants, is_staff=True
    )


def worker() -> None:
    """What tellers and workers do until nothing is due at a trading server or provider."""
    from modules.cashier import services
    from modules.trading import services as trading

    for _ in range(20):
        tell_all(MODULES)
        operations = sum(trading.carry_out(one) for one in trading.due_intents())
        payouts = sum(services.pay(one) for one in services.due_payouts())
        if not operations and not payouts and not tell_all(MODULES):
            for server_id in trading.take_due_servers():
                trading.pull(server_id)
            tell_all(MODULES)
            return
    raise AssertionError("it never becomes quiet")


def fund(client_id: Any, amount: Money) -> Any:
    """Put money in a client's wallet, as a deposit does; the wallet's id."""
    from modules.wallets import services as wallets
    from modules.wallets.types import EntryKind, Leg

    wallet_id = wallets.open_wallet(client_id, amount.currency)
    legs = [Leg(wallet_id, amount), Leg("psp_clearing:test", -amount)]
    wallets.post(EntryKind.DEPOSIT, str(new_id()), legs, by=SYSTEM, cause="test:1")
    return wallet_id


def free(wallet_id: Any) -> int:
    """What is available in a wallet, in minor units."""
    from modules.wallets import queries as wallets

    return wallets.funds(wallet_id).available.minor


def house(code: str, currency: str = "USD") -> int:
    """What is on a house account, in minor units."""
    from modules.wallets import queries as wallets
    from modules.wallets import services

    return wallets.balance(services.house_account(code, currency)).minor


def ledger_holds() -> bool:
    """Whether every invariant of the ledger holds."""
    from modules.wallets import queries as wallets

    return not wallets.check_ledger()


def make_provider(kind: str, code: str, told: dict[str, str] | None = None) -> Any:
    """A provider account whose connection test has passed."""
    from modules.cashier.models import ProviderAccount

    row = ProviderAccount(kind=kind, name=code.title(), code=code, state="proven")
    given = dict(told or {})
    secret = given.pop("secret", "")
    row.settings = given
    if secret:
        row.keep_secrets({"secret": secret})
    row.save()
    return row


def make_method(name: str, provider: Any, currency: str = "USD", **terms: Any) -> Any:
    """A method that pays out by ``provider``."""
    from modules.cashier.models import Method, MethodTerms, Route

    method = Method.objects.create(name=name, is_withdrawal_on=True)
    Route.objects.create(method=method, account=provider)
    limits = {"least_minor": 10_00, "most_minor": 10_000_00} | terms
    MethodTerms.objects.create(method=method, direction="out", currency=currency, **limits)
    return method


def make_instrument(client_id: Any, kind: str = "bank", currency: str = "USD") -> Any:
    """Something approved to be paid to, past its cool-down."""
    from modules.cashier.models import Instrument

    row = Instrument(
        client_id=client_id,
        kind=kind,
        currency=currency,
        title="Demo Bank ··3000",
        fingerprint=new_id().bytes,
        state="approved",
        usable_from_at=clock.now(),
        added_at=clock.now(),
    )
    row.keep_details({"holder": "Theo Adler", "number": "DE89370400440532013000"})
    row.save()
    return row


def paid_in(client_id: Any, provider: Any, method: Any, amount: Money) -> Any:
    """An earlier deposit that the provider can return."""
    from modules.cashier.models import Deposit, Payment

    moment, number = clock.now(), f"D{new_id().hex[-10:]}".upper()
    deposit = Deposit.objects.create(
        number=number, client_id=client_id, form_key=number, method=method,
        pay_minor=amount.minor, pay_currency=amount.currency, broker_fee_minor=0,
        psp_fee_minor=0, client_psp_fee_minor=0, arrives_minor=amount.minor,
        arrives_currency=amount.currency, state="done", expires_at=moment, asked_at=moment,
        changed_at=moment,
    )  # fmt: skip
    return Payment.objects.create(
        deposit=deposit, account=provider, reference=number, provider_reference=f"at-{number}",
        state="approved", amount_minor=amount.minor, received_minor=amount.minor,
        currency=amount.currency,
    )  # fmt: skip


@dataclass(slots=True)
class World:
    """Theo, his wallet with 1,000.00 USD, a bank method, and what he is paid to."""

    theo: Any
    wallet: Any
    bank: Any
    method: Any
    instrument: Any

    def wish(self, cents: int, **more: Any) -> Any:
        """A wish to be paid by bank."""
        from modules.cashier.types.outgoing import WithdrawalWish

        told = {
            "method_id": self.method.pk,
            "source": "wallet:USD",
            "amount": usd(cents),
            "key": str(new_id()),
            "instrument_id": self.instrument.pk if self.instrument else None,
        }
        return WithdrawalWish(**(told | more))

    def ask(self, cents: int, **more: Any) -> Any:
        """Ask for a withdrawal; its row."""
        from modules.cashier import services
        from modules.cashier.models import Withdrawal

        found = services.plan_withdrawal(self.theo.pk, self.wish(cents, **more))
        by = client_of(self.theo)
        return Withdrawal.objects.get(pk=services.ask_withdrawal(self.theo.pk, found.token, by=by))


def make_world(theo: Any) -> World:
    """Everything a bank withdrawal needs."""
    bank = make_provider("bank", "house-bank", {"beneficiary": "Alpha", "account": "DE1"})
    return World(
        theo=theo,
        wallet=fund(theo.pk, usd(1_000_00)),
        bank=bank,
        method=make_method("Bank transfer", bank),
        instrument=make_instrument(theo.pk),
    )


def decide(row: Any, by: Any) -> None:
    """A colleague with every right approves what waits for ``row``."""
    from modules.requests import services as requests

    row.refresh_from_db()
    requests.approve(row.request_id, by=by)
    worker()
