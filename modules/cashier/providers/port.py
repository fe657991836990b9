"""What any payment provider must offer; the only door through which clients' money comes and goes.

Every method but :meth:`PaymentProvider.read_callback` may talk over the network: never call one
inside a database transaction. Each may raise exactly three kinds of errors, anything else is a bug:

* ``Refused`` - the provider heard us and said no: ``FinallyDeclined`` for good,
  ``TechnicallyDeclined`` when another provider may well say yes; ``Forged`` only from callbacks.
* ``Unavailable`` - it did not hear us, or a read failed; nothing happened there.
* ``OutcomeUnknown`` - only from methods that change something: it may have happened. Beginning a
  payment again under the same reference is safe (providers know the reference, or are asked for it
  first); paying out is never repeated, but looked up.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from kernel.module import Text
from kernel.money import Money
from modules.cashier.types.states import PaymentState


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a provider can do beyond the least."""

    redirects: bool = False
    """The payer goes to a page of the provider's."""
    takes_proofs: bool = False
    """The payer pays outside and shows a proof; a colleague decides."""
    calls_back: bool = False
    validates: bool = False
    """It asks us once more before it captures (CSH-12)."""
    pays_out: bool = False
    refunds_only: bool = False
    """It pays out to the source of an earlier payment only."""
    currencies: frozenset[str] | None = None
    """Currencies that it can take; ``None`` for any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One thing that a broker fills in to connect a provider."""

    key: str
    title: Text
    is_secret: bool = False
    is_needed: bool = True
    is_long: bool = False
    hint: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """How to reach one account of a broker's at a provider."""

    account_id: uuid.UUID
    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)
    callback_url: str
    """Where its callbacks reach this broker."""
    validation_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that the connection test looked at."""

    title: Text
    is_passed: bool
    note: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What a connection test found, and secrets that the provider gave us meanwhile."""

    checks: tuple[Check, ...]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_passed(self) -> bool:
        """Whether the provider can be used."""
        return bool(self.checks) and all(check.is_passed for check in self.checks)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOrder:
    """A payment that shall be begun; ``reference`` is ours and unique for ever."""

    reference: str
    amount: Money
    title: str
    """What the payer reads."""
    payer_email: str = field(repr=False)
    payer_country: str = ""
    language: str = "en"
    return_url: str = ""
    cancel_url: str = ""
    expires_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """What to send where, in coins."""

    address: str
    due: str
    """Amount in coins, as text: coins have more decimals than money here."""
    coin: str
    network: str = ""
    uri: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A payment that the provider knows of: a page, instructions or an invoice."""

    provider_reference: str
    redirect_url: str = ""
    instructions: tuple[tuple[str, str], ...] = ()
    invoice: Invoice | None = None
    expires_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentKey:
    """How a payment or payout is named on both sides; the provider's name may be unknown yet."""

    reference: str
    provider_reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFact:
    """What a provider says of a payment, in our words."""

    reference: str
    provider_reference: str
    state: PaymentState
    amount: Money | None = None
    """What was really paid; ``None`` when it was not told."""
    fee: Money | None = None
    """What the provider keeps of it, if it tells."""
    occurred_at: dt.datetime | None = None
    code: str = ""
    """The provider's own word for why."""
    is_technical: bool = False
    """A decline that another provider may not repeat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a genuine callback is about; without a fact the payment is looked up."""

    event_id: str
    reference: str
    provider_reference: str = ""
    fact: ProviderFact | None = None
    is_payout: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCallback:
    """A callback as it came: nothing in it is believed before its signature was checked."""

    body: bytes
    headers: Mapping[str, str]
    """Names in lower case."""
    received_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutOrder:
    """Money to be paid to a client; ``reference`` is ours and unique for ever."""

    reference: str
    amount: Money
    title: str
    source: PaymentKey | None = None
    """The payment that it returns, where the provider only returns."""
    destination: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutFact:
    """What a provider says of a payout."""

    reference: str
    provider_reference: str
    is_done: bool
    is_refused: bool = False
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """What a provider asks us before it captures (CSH-12)."""

    reference: str
    provider_reference: str
    amount: Money


class PaymentProvider(Protocol):
    """One account of a broker's at a payment provider."""

    capabilities: Capabilities

    def test(self) -> Tested:
        """Look whether everything needed is there and works."""
        ...

    def begin(self, order: PaymentOrder) -> Begun:
        """Make the payment known to the provider; the same reference gives the same payment.

        Raises:
            FinallyDeclined: For good.
            TechnicallyDeclined: Another provider may say yes.
            Unavailable: It did not hear us.
            OutcomeUnknown: Begin it again later, under the same reference.
        """
        ...

    def payment(self, key: PaymentKey) -> ProviderFact | None:
        """A payment as it stands; ``None`` when the provider does not know it."""
        ...

    def pay_out(self, order: PayoutOrder) -> PayoutFact:
        """Pay a client; never repeated by itself.

        Raises:
            FinallyDeclined: It will not.
            TechnicallyDeclined: It cannot now.
            OutcomeUnknown: Look with :meth:`payout` until it is decided.
        """
        ...

    def payout(self, key: PaymentKey) -> PayoutFact | None:
        """A payout as it stands; ``None`` when the provider does not know it."""
        ...

    def read_callback(self, raw: RawCallback) -> News:
        """What a callback says, once its signature and age are proven. Needs no network.

        Raises:
            Forged: The signature is wrong, or it is older than 300 seconds.
        """
        ...

    def read_validation(self, raw: RawCallback) -> Validation:
        """What a provider asks before it captures, proven like a callback.

        Raises:
            Forged: The signature is wrong, or it is older than 300 seconds.
        """
        ...
