"""What the cashier refuses, and why."""

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


class NothingReceived(Refused):
    """A deposit can be approved only with the amount that came."""

    code = "cashier.nothing_received"
    sentence = _("Enter the amount that was received.")
    field = "received"


class NoSuchWithdrawal(Refused):
    """There is none, or it is another's."""

    code = "cashier.no_such_withdrawal"
    sentence = _("There is no such withdrawal.")


class NoSuchTransfer(Refused):
    """There is none, or it is another's."""

    code = "cashier.no_such_transfer"
    sentence = _("There is no such transfer.")


class NoSuchInstrument(Refused):
    """There is none, or it is another's."""

    code = "cashier.no_such_instrument"
    sentence = _("Choose one of your approved bank accounts or addresses.")
    field = "instrument"


class InstrumentNotReady(Refused):
    """It is not approved, or too new."""

    code = "cashier.instrument_not_ready"
    sentence = _("Nothing can be paid to it yet: it is not approved, or was approved just now.")
    field = "instrument"


class InstrumentKnown(Refused):
    """The client has told the same before."""

    code = "cashier.instrument_known"
    sentence = _("You have added this one already.")
    field = "number"


class InstrumentUnreadable(Refused):
    """A number that is none."""

    code = "cashier.instrument_unreadable"
    sentence = _("This is not a valid account number or address.")
    field = "number"


class NotYourMoney(Refused):
    """A wallet or trading account that is another's, closed, for practice or switched off."""

    code = "cashier.not_your_money"
    sentence = _("Choose one of your own wallets or open live accounts.")


class NotFree(Refused):
    """Open positions need it, or it is not there."""

    code = "cashier.not_free"
    sentence = _("Only %(free)s is free: open positions and credit keep the rest.")
    field = "amount"


class BeyondSource(Refused):
    """More than was paid in with a method that only returns."""

    code = "cashier.beyond_source"
    sentence = _("With this method %(left)s can be returned. Choose another one for the rest.")
    field = "amount"


class TooManyWithdrawals(Refused):
    """More than the broker lets a client ask for in a day."""

    code = "cashier.too_many_withdrawals"
    sentence = _("You can ask for %(most)s withdrawals a day.")


class MoneyStays(Refused):
    """A colleague has to clear something up first."""

    code = "cashier.money_stays"
    sentence = _("Your money cannot leave for now. Please talk to us.")


class SamePlace(Refused):
    """From somewhere to the same place."""

    code = "cashier.same_place"
    sentence = _("Choose two different places.")
    field = "target"


class NoSuchBeneficiary(Refused):
    """Number and name do not belong together."""

    code = "cashier.no_such_beneficiary"
    sentence = _("Number and last name do not belong to one of our clients. Check both.")
    field = "number"


class NotToOthers(Refused):
    """The broker does not allow it."""

    code = "cashier.not_to_others"
    sentence = _("Money cannot be sent to other clients here.")


class ReferenceNeeded(Refused):
    """Whoever pays by hand says where it can be found."""

    code = "cashier.reference_needed"
    sentence = _("Enter the reference of the payment.")
    field = "reference"


class OwnPayout(Refused):
    """Whoever approved a withdrawal does not pay it as well, and nobody pays himself."""

    code = "cashier.own_payout"
    sentence = _("Somebody else has to do this.")


class NoSuchPayout(Refused):
    """There is none."""

    code = "cashier.no_such_payout"
    sentence = _("There is no such payout.")


class NoSuchClaim(Refused):
    """There is none."""

    code = "cashier.no_such_claim"
    sentence = _("There is no such claim.")


class NoSuchFile(Refused):
    """There is none."""

    code = "cashier.no_such_file"
    sentence = _("There is no such file.")


class FileUnreadable(Refused):
    """No comma-separated values, or a cell that cannot be read."""

    code = "cashier.file_unreadable"
    sentence = _("Line %(line)s cannot be read: %(why)s")
    field = "file"


class ColumnMissing(Refused):
    """A column that is named does not exist."""

    code = "cashier.column_missing"
    sentence = _("The file has no column “%(column)s”. It has: %(columns)s")
    field = "file"


class FileKnown(Refused):
    """The same file again."""

    code = "cashier.file_known"
    sentence = _("This file was uploaded before.")
    field = "file"
