"""What goes in and out of the API of trading."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal

from ninja import Field, Schema

from kernel.api import Strict


class AccountTypeOut(Schema):
    """What a client may choose; amounts in major units of `currency`."""

    id: uuid.UUID
    name: str
    summary: str
    is_live: bool
    currency: str
    leverages: list[int]
    leverage_default: int
    deposit_min: Decimal
    demo_amount: Decimal
    cent_factor: int = Field(description="How much on the server is one of `currency`: 1 or 100.")
    accounts_max: int
    is_swap_free: bool
    needs_approval: bool


class AccountOut(Schema):
    """A trading account; amounts in major units of `currency`, as of `state_at`.

    On a cent account (`cent_factor` 100) they are as the server counts; only `worth` and
    `worth_equity` are real money.
    """

    id: uuid.UUID
    login: int | None
    client_id: uuid.UUID | None
    type_id: uuid.UUID
    type_name: str
    server_id: uuid.UUID
    group: str
    is_live: bool
    state: str
    currency: str
    leverage: int
    balance: Decimal
    credit: Decimal
    equity: Decimal
    margin: Decimal
    free_margin: Decimal
    floating: Decimal
    cent_factor: int = Field(description="How much on the server is one of `currency`: 1 or 100.")
    worth: Decimal = Field(description="The balance in real money.")
    worth_equity: Decimal = Field(description="The equity in real money.")
    margin_level_percent: Decimal | None
    opened_at: dt.datetime | None
    state_at: dt.datetime | None
    is_enabled: bool = Field(description="Whether the login may sign in on the server.")
    may_trade: bool
    is_swap_free: bool
    may_deposit: bool
    may_withdraw: bool
    may_transfer: bool
    pays_partner: bool


class PositionOut(Schema):
    """An open position; `lots` standard lots, amounts in the account's currency."""

    position_id: int
    login: int | None
    symbol: str
    side: str = Field(description="`buy` or `sell`.")
    lots: Decimal
    price_open: Decimal
    price_current: Decimal
    profit: Decimal
    swap: Decimal
    opened_at: dt.datetime


class DealOut(Schema):
    """A deal of the server's history; amounts in `currency`."""

    deal_id: int
    position_id: int
    login: int
    action: str = Field(description="`buy`, `sell`, `balance`, `credit`, ...")
    entry: str = Field(description="`in`, `out`, `inout` or `out_by`.")
    symbol: str
    lots: Decimal
    price: Decimal
    profit: Decimal
    swap: Decimal
    commission: Decimal
    currency: str
    done_at: dt.datetime


class StartedOut(Schema):
    """What a change began: an operation on the trading server, or a request that people decide."""

    operation_id: uuid.UUID | None
    request_id: uuid.UUID | None


class LeverageIn(Strict):
    """Another leverage, of those that the account's type offers."""

    leverage: int = Field(ge=1, le=5000)


class TypeIn(Strict):
    """Another account type, of the same server, kind and currency."""

    type_id: uuid.UUID


class ArchiveIn(Strict):
    """Why an account is put away."""

    reason: str = Field("", max_length=300)


class RightsIn(Strict):
    """What a login may do on the server."""

    is_enabled: bool
    may_trade: bool
    reason: str = Field("", max_length=60)


class SwitchesIn(Strict):
    """What may be done with an account here."""

    may_deposit: bool
    may_withdraw: bool
    may_transfer: bool
    pays_partner: bool


class CreditIn(Strict):
    """Credit given (+) or taken (-), in major units of the account's currency."""

    amount: Decimal = Field(max_digits=16)
    comment: str = Field(min_length=1, max_length=60)


class OpenIn(Strict):
    """An account to be opened for the client who asks."""

    type_id: uuid.UUID
    leverage: int = Field(ge=1, le=5000)
    nickname: str = Field("", max_length=40)
