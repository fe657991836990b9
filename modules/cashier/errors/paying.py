"""What the cashier refuses of payment methods and of money that comes in."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refused


class TechnicallyDeclined(Refused):
    """A provider could not take it, for reasons that have nothing to do with the payer."""

    code = "cashier.technically_declined"
    sentence = _("The payment service could not take the payment.")


class FinallyDeclined(Refused):
    """A provider, a bank or a card said no."""

    code = "cashier.declined"
    sentence = _("The payment was declined.")


class Forged(Refused):
    """A callback that does not prove where it comes from, or is too old."""

    code = "cashier.forged"
    sentence = _("The signature is not valid.")


class NoSuchMove(Refused):
    """The table of moves has no such move."""

    code = "cashier.no_such_move"
    sentence = _("That is not possible any more: it is %(state)s by now.")


class NoSuchDeposit(Refused):
    """There is none, or it is another's."""

    code = "cashier.no_such_deposit"
    sentence = _("There is no such deposit.")


class NoSuchMethod(Refused):
    """There is none, or not for this client."""

    code = "cashier.no_such_method"
    sentence = _("This payment method is not offered.")


class LevelNeeded(Refused):
    """Who the client is has not been proven far enough for this method."""

    code = "cashier.level_needed"
    sentence = _("Verify your identity to use this: it needs the level “%(level)s”.")
    field = "method"


class GroupTwice(Refused):
    """A group that a method lets in and keeps out at once."""

    code = "cashier.group_twice"
    sentence = _("A group cannot be let in and kept out at once.")
    field = "groups_not"


class LevelLimitTooLow(Refused):
    """Clients of a level could pay nothing at all: their most is less than the least."""

    code = "cashier.level_limit_too_low"
    sentence = _("The most for “%(level)s” is less than the least, %(least)s.")
    field = "most"


class NoSuchAccount(Refused):
    """The provider account is not there."""

    code = "cashier.no_such_account"
    sentence = _("There is no such payment provider.")


class NotConnected(Refused):
    """The provider's connection test has not passed."""

    code = "cashier.not_connected"
    sentence = _("Test the connection first: it has not passed yet.")


class StillIncomplete(Refused):
    """A method lacks something that it needs before it can be offered."""

    code = "cashier.still_incomplete"
    sentence = _("The method cannot be switched on yet: %(missing)s")


class AmountUnreadable(Refused):
    """No positive number, or more decimals than the currency has."""

    code = "cashier.amount_unreadable"
    sentence = _(
        "Enter an amount above zero with at most %(places)s decimal places for %(currency)s."
    )
    field = "amount"


class CurrencyNotTaken(Refused):
    """The method does not take this currency."""

    code = "cashier.currency_not_taken"
    sentence = _("This method does not take %(currency)s.")
    field = "currency"


class BelowLeast(Refused):
    """Less than the method takes."""

    code = "cashier.below_least"
    sentence = _("The least is %(least)s.")
    field = "amount"


class AboveMost(Refused):
    """More than the method takes at once."""

    code = "cashier.above_most"
    sentence = _("The most at once is %(most)s.")
    field = "amount"


class AboveAllowance(Refused):
    """More than the method takes of one client in a time."""

    code = "cashier.above_allowance"
    sentence = _("With this method %(left)s is left for the last %(days)s days.")
    field = "amount"


class NothingArrives(Refused):
    """The fees would take all of it."""

    code = "cashier.nothing_arrives"
    sentence = _("Nothing would arrive after the fees. Pay in more.")
    field = "amount"


class NoRate(Refused):
    """There is no rate between two currencies."""

    code = "cashier.no_rate"
    sentence = _("There is no rate from %(source)s to %(target)s now.")
    field = "currency"


class QuoteExpired(Refused):
    """The figures that were shown are too old, or are not ours."""

    code = "cashier.quote_expired"
    sentence = _("These figures are out of date. Look at the new ones and confirm again.")


class NotYourAccount(Refused):
    """The trading account is another's, closed or for practice."""

    code = "cashier.not_your_account"
    sentence = _("You can pay into your own open live accounts only.")
    field = "target"


class TooManyOpen(Refused):
    """A client has more unfinished deposits than anybody needs."""

    code = "cashier.too_many_open"
    sentence = _("You have %(count)s deposits under way. Finish or cancel one first.")


class ProofUnknownKind(Refused):
    """Neither a picture nor a PDF, whatever its name says."""

    code = "cashier.proof_unknown_kind"
    sentence = _("The proof must be a PDF, or a picture (PNG, JPEG or WebP).")
    field = "proof"


class ProofTooLarge(Refused):
    """Larger than a proof needs to be."""

    code = "cashier.proof_too_large"
    sentence = _("The proof is larger than %(most)s MB.")
    field = "proof"


class ProofDamaged(Refused):
    """It cannot be opened."""

    code = "cashier.proof_damaged"
    sentence = _("The file is damaged. Save it again, or take a picture of it.")
    field = "proof"


class FourEyes(Refused):
    """Whoever approved first cannot approve again."""

    code = "cashier.four_eyes"
    sentence = _("A second colleague has to approve this amount.")


class ReasonNeeded(Refused):
    """A decision against somebody needs words."""

    code = "cashier.reason_needed"
    sentence = _("Give a reason.")
    field = "reason"


class MoneyCame(Refused):
    """Money that came is never lost: it is credited, or goes back."""

    code = "cashier.money_came"
    sentence = _("The money has come. Approve it, or reject it and send the money back.")


class NothingReceived(Refused):
    """A deposit can be approved only with the amount that came."""

    code = "cashier.nothing_received"
    sentence = _("Enter the amount that was received.")
    field = "received"
