"""What trading refuses."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refused


class NoSuchAccount(Refused):
    """There is none, or it is not the asker's."""

    code = "trading.no_such_account"
    sentence = _("There is no such trading account.")


class NothingToRead(Refused):
    """There is no history to be read, or none that was paused."""

    code = "trading.nothing_to_read"
    sentence = _("There is nothing to be read. Reload the page to see how it stands.")


class StillReading(Refused):
    """One reading of a history at a time."""

    code = "trading.still_reading"
    sentence = _("The history of this server is being read already.")


class StillComparing(Refused):
    """One reconciliation of a server at a time."""

    code = "trading.still_comparing"
    sentence = _("This server is being compared already.")


class NotFollowed(Refused):
    """Nothing is read from that server."""

    code = "trading.not_followed"
    sentence = _("Nothing is read from this server: no account type maps one of its groups.")


class NoSuchDifference(Refused):
    """There is none."""

    code = "trading.no_such_difference"
    sentence = _("There is no such difference.")


class NoSuchRepair(Refused):
    """A difference of this kind is not repaired that way."""

    code = "trading.no_such_repair"
    sentence = _("This does not repair a difference of this kind.")


class ReasonMissing(Refused):
    """An explanation without words explains nothing."""

    code = "trading.reason_missing"
    sentence = _("Say in a few words why both sides may differ here.")
    field = "reason"


class NoSuchType(Refused):
    """There is none, or it is not offered."""

    code = "trading.no_such_type"
    sentence = _("This account type is not offered.")


class TooManyAccounts(Refused):
    """The client has as many of this type as he may."""

    code = "trading.too_many_accounts"
    sentence = _("You already have %(most)s accounts of this type.")


class LeverageNotOffered(Refused):
    """The type does not offer this leverage."""

    code = "trading.leverage_not_offered"
    sentence = _("This leverage is not offered.")
    field = "leverage"


class GroupGone(Refused):
    """The server's group is not among those that we may see."""

    code = "trading.group_gone"
    sentence = _("The trading server has no group “%(group)s” that we may use.")
    field = "group"


class CurrencyUnknown(Refused):
    """The group's currency is not one that the product can count."""

    code = "trading.currency_unknown"
    sentence = _("Accounts in %(currency)s cannot be kept here yet.")
    field = "group"


class TypeInUse(Refused):
    """What defines the accounts already opened cannot change under them."""

    code = "trading.type_in_use"
    sentence = _("Accounts of this type exist: its server, group and kind can no longer change.")


class CentsInUse(Refused):
    """How accounts count cannot change under them."""

    code = "trading.cents_in_use"
    sentence = _("Accounts of this type exist: whether they count in cents can no longer change.")
    field = "cent_factor"


class CentsOfGroup(Refused):
    """A group counts in one way, whatever type maps it."""

    code = "trading.cents_of_group"
    sentence = _("The type “%(other)s” maps the same group: both count in cents, or neither.")
    field = "cent_factor"


class CentsHoldMoney(Refused):
    """An amount would mean a hundred times more, or less."""

    code = "trading.cents_hold_money"
    sentence = _(
        "One of both types counts in cents: take all money and credit off this account, and close"
        " its positions, before it changes between them."
    )
    field = "type_id"


class LoginsOverlap(Refused):
    """One login cannot belong to two ranges."""

    code = "trading.logins_overlap"
    sentence = _(
        "These logins overlap those of “%(other)s” (%(first)s to %(last)s). Types of one server"
        " share a range only if it is the same."
    )
    field = "login_from"


class LoginsUsedUp(Refused):
    """Every login of the type's range is given; for colleagues."""

    code = "trading.logins_used_up"
    sentence = _(
        "All logins of “%(type)s” (%(first)s to %(last)s) are given. Give the account type a"
        " larger range, or open an account of another type."
    )


class NoneAtTheMoment(Refused):
    """The same in a client's words: what is wrong is not his to repair."""

    code = "trading.none_at_the_moment"
    sentence = _(
        "No more accounts of this type can be opened at the moment. Choose another one, or ask"
        " our support."
    )


class AlreadyDecided(Refused):
    """The state does not allow the move."""

    code = "trading.already_decided"
    sentence = _("This was decided before.")


class NotOpen(Refused):
    """Only an open account can do that."""

    code = "trading.not_open"
    sentence = _("This account is not open.")


class WrongPassword(Refused):
    """The password is not the account's, or there is no such login: one answer for both."""

    code = "trading.wrong_password"
    sentence = _("There is no account with this login and password.")


class AlreadyBound(Refused):
    """The account belongs to a client already."""

    code = "trading.already_bound"
    sentence = _("This account is already in use here.")


class GroupNotOffered(Refused):
    """The account is in a group that no account type maps."""

    code = "trading.group_not_offered"
    sentence = _("Accounts of this kind cannot be used here.")


class TooManyTries(Refused):
    """Guessing is made slow."""

    code = "trading.too_many_tries"
    sentence = _("Too many tries. Please wait an hour.")


class NothingToShow(Refused):
    """Credentials were shown before, or have been forgotten."""

    code = "trading.nothing_to_show"
    sentence = _("The password was shown before. Set a new one if you need it.")


class StillBusy(Refused):
    """An earlier change of the account has not ended yet."""

    code = "trading.still_busy"
    sentence = _("An earlier change of this account has not ended yet.")


class KeyReused(Refused):
    """A key names one operation for ever."""

    code = "trading.key_reused"
    sentence = _("This key was used for another operation.")


class CurrencyDiffers(Refused):
    """Money of one currency cannot be moved on an account of another."""

    code = "trading.currency_differs"
    sentence = _("This account is kept in %(currency)s.")
    field = "amount"


class NothingToMove(Refused):
    """An amount of nothing."""

    code = "trading.nothing_to_move"
    sentence = _("The amount must not be zero.")
    field = "amount"


class MoneyFrozen(Refused):
    """Something on the account has to be cleared up by a person first."""

    code = "trading.money_frozen"
    sentence = _("Money of this account is frozen until an earlier operation is cleared up.")


class NotEmpty(Refused):
    """There is money on the account."""

    code = "trading.not_empty"
    sentence = _("There is still money or credit on this account.")


class WrongGroup(Refused):
    """The account cannot be moved to that type."""

    code = "trading.wrong_group"
    sentence = _("An account can only move to a type of the same server, kind and currency.")
    field = "type"


class NoSuchOperation(Refused):
    """There is none, or the asker's right does not reach it."""

    code = "trading.no_such_operation"
    sentence = _("There is no such operation.")


class OwnOperation(Refused):
    """Four eyes: whoever asked does not decide."""

    code = "trading.own_operation"
    sentence = _("You asked for this operation, so another person has to decide.")


class NotDecidable(Refused):
    """A worker still looks after it, or it is decided already."""

    code = "trading.not_decidable"
    sentence = _("This operation is not waiting for a person. Reload the page.")


class EvidenceNeeded(Refused):
    """A decision without evidence is a guess."""

    code = "trading.evidence_needed"
    sentence = _("Say what you saw on the trading server, and why you decide so.")
    field = "evidence"


class SameAsNow(Refused):
    """It is so already."""

    code = "trading.same_as_now"
    sentence = _("It is so already.")


class LeverageOfType(Refused):
    """The account's leverage is not one of the other type's."""

    code = "trading.leverage_of_type"
    sentence = _("That type offers %(offered)s: change the leverage of the account first.")
    field = "type_id"


class OperationsPending(Refused):
    """Money or another change of the account is on its way."""

    code = "trading.operations_pending"
    sentence = _("Something is still on its way on this account. Wait until it has ended.")


class OpenPositions(Refused):
    """The type takes no accounts with open positions."""

    code = "trading.open_positions"
    sentence = _("Close the open positions of this account first.")


class NotArchivable(Refused):
    """There is something on the account."""

    code = "trading.not_archivable"
    sentence = _("This account cannot be archived: there is %(there)s.")


class CreditBelowZero(Refused):
    """More credit would be taken than there is."""

    code = "trading.credit_below_zero"
    sentence = _("There is only %(now)s of credit on this account.")
    field = "amount"


class AlreadyAsked(Refused):
    """The same was asked for and waits for a decision."""

    code = "trading.already_asked"
    sentence = _("This was asked for already and waits for a decision.")


class CommentNeeded(Refused):
    """Credit says what it is for."""

    code = "trading.comment_needed"
    sentence = _("Say what the credit is for.")
    field = "comment"


class TooPrecise(Refused):
    """The amount has more decimals than its currency can pay."""

    code = "trading.too_precise"
    sentence = _("This amount is finer than %(currency)s can be paid.")
    field = "amount"


class PausedAlready(Refused):
    """Nothing is sent there at the moment as it is."""

    code = "trading.paused_already"
    sentence = _("Sending is paused already.")


class NoSuchPause(Refused):
    """There is none, or it was lifted."""

    code = "trading.no_such_pause"
    sentence = _("Sending is not paused.")


class NotLookedInto(Refused):
    """What may have been sent before the restore is not known yet."""

    code = "trading.not_looked_into"
    sentence = _("Not everything of before has been looked up and compared yet.")
