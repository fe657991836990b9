"""What the cashier refuses of money that goes out, is moved or claimed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refused


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


class BeyondLevel(Refused):
    """More than clients of a verification level may take out in a time, by all methods together."""

    code = "cashier.beyond_level"
    sentence = _(
        "%(left)s is left of what you can take out within %(days)s days. Verify your identity"
        " further to take out more."
    )
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
