"""What the wallets module refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refused


class NotBalanced(Refused):
    """An entry's sides do not sum to zero in every currency, or are fewer than two."""

    code = "wallets.not_balanced"
    sentence = _("The sides of this entry do not balance.")


class NoSuchAccount(Refused):
    """There is no such account in the ledger, or the asker's rights do not reach it."""

    code = "wallets.no_such_account"
    sentence = _("There is no such account.")


class WrongCurrency(Refused):
    """An amount is in another currency than its account."""

    code = "wallets.wrong_currency"
    sentence = _("This account is in another currency.")


class KeyReused(Refused):
    """The same key of an operation came with another order."""

    code = "wallets.key_reused"
    sentence = _("This operation was already carried out with other figures.")


class AlreadyReversed(Refused):
    """An entry is reversed once only."""

    code = "wallets.already_reversed"
    sentence = _("This entry has been reversed already.")


class NoSuchEntry(Refused):
    """There is no such entry."""

    code = "wallets.no_such_entry"
    sentence = _("There is no such entry.")


class NotEnough(Refused):
    """More was asked of a wallet than is available."""

    code = "wallets.not_enough"
    sentence = _("There is not enough available in this wallet.")
    field = "amount"


class NotPositive(Refused):
    """An amount is zero or negative."""

    code = "wallets.not_positive"
    sentence = _("The amount must be more than zero.")
    field = "amount"


class HoldIsOver(Refused):
    """The hold was released or captured before."""

    code = "wallets.hold_is_over"
    sentence = _("This amount is not held any more.")


class NoSuchHold(Refused):
    """There is no such hold."""

    code = "wallets.no_such_hold"
    sentence = _("There is no such hold.")


class LedgerDoesNotHold(Refused):
    """The stop of payouts cannot be lifted while the check finds something."""

    code = "wallets.ledger_does_not_hold"
    sentence = _("The ledger check still finds something. Payouts stay stopped.")


class NothingStopped(Refused):
    """There is no stop to lift."""

    code = "wallets.nothing_stopped"
    sentence = _("Payouts are not stopped.")


class NoRate(Refused):
    """Nobody gives a rate for the pair that is young enough."""

    code = "wallets.no_rate"
    sentence = _("There is no exchange rate for these currencies at the moment.")


class SameCurrency(Refused):
    """Money is exchanged into another currency."""

    code = "wallets.same_currency"
    sentence = _("Choose two different currencies.")
    field = "receive_currency"


class PairClosed(Refused):
    """The broker does not exchange these currencies."""

    code = "wallets.pair_closed"
    sentence = _("These currencies cannot be exchanged here.")


class TooLittle(Refused):
    """So little that nothing would arrive."""

    code = "wallets.too_little"
    sentence = _("This amount is too small to be exchanged.")
    field = "amount"


class TooMuch(Refused):
    """More than can be counted."""

    code = "wallets.too_much"
    sentence = _("This amount is too large.")
    field = "amount"


class QuoteExpired(Refused):
    """The rate was offered for some seconds, and they are over."""

    code = "wallets.quote_expired"
    sentence = _("This offer has run out. Please ask for a new rate.")


class NoSuchQuote(Refused):
    """There is none, or it is somebody else's."""

    code = "wallets.no_such_quote"
    sentence = _("There is no such offer.")


class Inexact(Refused):
    """An amount has more decimal places than its currency."""

    code = "wallets.inexact"
    sentence = _("The amount has more decimal places than its currency.")
    field = "amount"


class UnknownCurrency(Refused):
    """A code that is no currency here."""

    code = "wallets.unknown_currency"
    sentence = _("This currency is not known here.")


class KeyMissing(Refused):
    """Money moves by the API only under an idempotency key."""

    code = "wallets.key_missing"
    sentence = _("Send an Idempotency-Key with this request.")
    field = "Idempotency-Key"
