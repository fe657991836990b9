"""What trading servers refuse, each with its own sentence."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refused


class ServerRefused(Refused):
    """The trading server said no for a reason without a sentence of its own."""

    code = "servers.refused"
    sentence = _("The trading server refused this: %(words)s")


class AccountNotFound(Refused):
    """There is no such login, or our manager may not see its group."""

    code = "servers.account_not_found"
    sentence = _("There is no account %(login)s on the trading server, or it may not be seen.")


class NotFound(Refused):
    """The server knows no such thing."""

    code = "servers.not_found"
    sentence = _("The trading server does not know what was asked for.")


class LoginTaken(Refused):
    """The login exists already."""

    code = "servers.login_taken"
    sentence = _("This login already exists on the trading server.")


class NotPermitted(Refused):
    """The manager account lacks a right, or the group is closed to it or gone."""

    code = "servers.not_permitted"
    sentence = _("The manager account has no right to do this on the trading server.")


class GroupNotAllowed(NotPermitted):
    """The server answers the same for a group that is missing and one that is closed to us."""

    code = "servers.group_not_allowed"
    sentence = _("The group %(group)s does not exist on the trading server or is closed to us.")


class GroupCurrencyDiffers(Refused):
    """An account may not move to a group of another currency or server."""

    code = "servers.group_currency_differs"
    sentence = _("An account cannot move to a group of another currency or server.")


class WeakPassword(Refused):
    """The password does not meet the server's rules."""

    code = "servers.weak_password"
    sentence = _(
        "The password needs 8 to 16 characters with lower and upper case letters, "
        "digits and a special character."
    )
    field = "password"


class ShortOfFunds(Refused):
    """More would be taken than is free."""

    code = "servers.short_of_funds"
    sentence = _("There is not enough free money on the account.")
    field = "amount"


class AmountTooLarge(Refused):
    """More than the server lets pass in one operation."""

    code = "servers.amount_too_large"
    sentence = _("The amount is more than the trading server allows in one operation.")
    field = "amount"


class ServerFull(Refused):
    """Logins or licences are used up."""

    code = "servers.full"
    sentence = _("The trading server has no room for another account.")


class HasOpenTrades(Refused):
    """Open trades stand in the way."""

    code = "servers.has_open_trades"
    sentence = _("The account has open trades.")


class InvalidRequest(Refused):
    """The server did not accept what we sent."""

    code = "servers.invalid_request"
    sentence = _("The trading server did not accept these values.")


class ChangeIgnored(Refused):
    """The server answered yes and kept the old value."""

    code = "servers.change_ignored"
    sentence = _("The trading server kept the old value of: %(fields)s")


class NotSupported(Refused):
    """This server cannot do that."""

    code = "servers.not_supported"
    sentence = _("This trading server does not support that.")


class TradeRefused(Refused):
    """A market order was not executed."""

    code = "servers.trade_refused"
    sentence = _("The trade was not executed: %(words)s")


class MarketClosed(TradeRefused):
    """Nothing is traded at this hour."""

    code = "servers.market_closed"
    sentence = _("The market is closed.")


class NoSuchServer(Refused):
    """The broker has no such server."""

    code = "servers.no_such_server"
    sentence = _("There is no such trading server.")


class NoSuchMove(Refused):
    """A state cannot follow another."""

    code = "servers.no_such_move"
    sentence = _("The server has moved on. Reload the page to see where it stands.")


class NameTaken(Refused):
    """Two servers of a broker need two names."""

    code = "servers.name_taken"
    sentence = _("Another server has this name already.")
    field = "name"


class NotProven(Refused):
    """The test of the connection has not passed yet."""

    code = "servers.not_proven"
    sentence = _("This server is not connected yet: its connection test has not passed.")


class NoGroups(Refused):
    """A server without chosen groups is good for nothing."""

    code = "servers.no_groups"
    sentence = _("Choose at least one group.")
    field = "groups"


class GroupUnknown(Refused):
    """The choice names a group that the server does not show."""

    code = "servers.group_unknown"
    sentence = _("The server does not show the group %(group)s to us any more.")
    field = "groups"


class ProbeIsRunning(Refused):
    """One test at a time."""

    code = "servers.test_is_running"
    sentence = _("A connection test is running. Wait until it has ended.")


class CertificationIsRunning(Refused):
    """One certification at a time."""

    code = "servers.certification_is_running"
    sentence = _("A certification is running. Wait until it has ended.")


class ServerInUse(Refused):
    """Account types or accounts hang on a server."""

    code = "servers.in_use"
    sentence = _(
        "This server is in use: %(types)s account types and %(accounts)s accounts are on it. "
        "Move or archive them first."
    )


class AddressNotAllowed(Refused):
    """The host or port is none that may be connected to."""

    code = "servers.address_not_allowed"
    sentence = _(
        "This address cannot be used. Give the public name or address of your server, "
        "and port 443, 1950 or one above 1023."
    )
    field = "host"


class AuthorityUnreadable(Refused):
    """The text is no certificate."""

    code = "servers.authority_unreadable"
    sentence = _("This is not a certificate in PEM form.")
    field = "authority_pem"
