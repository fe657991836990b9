"""What a connection test says: the name of each check, what was found, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kernel.module import Text


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence for what was found, and what to do; both with named placeholders of facts."""

    sentence: Text
    advice: Text = ""


LABELS: Mapping[str, Text] = {
    "address": _("Address"),
    "dns": _("Name (DNS)"),
    "tcp": _("Connection (TCP)"),
    "tls": _("Encryption (TLS)"),
    "certificate": _("Certificate"),
    "sign_in": _("Sign-in, both sides proven"),
    "groups": _("Groups"),
    "read_accounts": _("Right: see accounts"),
    "personal_data": _("Right: see personal data"),
    "modify_accounts": _("Right: open and change accounts"),
    "accountant": _("Right: balance operations"),
    "read_orders": _("Right: see orders, deals and positions"),
    "dealer": _("Right: dealer"),
    "clock": _("Server clock"),
    "latency": _("Response time"),
}

_MANAGER = _("Change this in MetaTrader 5 Administrator, under Managers, and test again.")
_ASK_AGAIN = _("Wait a minute and test again. If it stays so, ask whoever runs the server.")

WORDS: Mapping[str, Words] = {
    "address_ok": Words(_("The address may be connected to.")),
    "host_not_allowed": Words(
        _("This address cannot be used for a trading server."),
        _(
            "Enter the public host name (such as mt5.broker.com) or public IP address of your "
            "access server, without https:// and path, and port 443, 1950 or one above 1023. "
            "Addresses of private networks cannot be reached from here."
        ),
    ),
    "dns_ok": Words(_("%(host)s leads to %(addresses)s.")),
    "name_not_found": Words(
        _("There is no server named %(host)s in the DNS."),
        _("Check the spelling. If the name is new, it may take an hour until it is known."),
    ),
    "address_not_public": Words(
        _("%(host)s leads to an address that is not public."),
        _("Point the name to the public address of your access server only."),
    ),
    "tcp_ok": Words(_("The server accepts connections on port %(port)s.")),
    "port_closed": Words(
        _("Nothing answers on port %(port)s of %(host)s."),
        _(
            "Check the port: it is the one of your access server, usually 443 or 1950. If it is "
            "right, the server is down or its firewall turns us away."
        ),
    ),
    "no_reply": Words(
        _("The server at %(host)s, port %(port)s, does not reply at all."),
        _("A firewall seems to drop our connection. Let our addresses through and test again."),
    ),
    "tls_ok": Words(_("The connection is encrypted.")),
    "not_tls": Words(
        _("Port %(port)s answers without encryption: a plain HTTP server or another service."),
        _(
            "The Web API speaks TLS only. Take the port of the access server on which "
            "“Web API” is switched on."
        ),
    ),
    "tls_failed": Words(
        _("The encryption could not be agreed with the server."),
        _("It must offer TLS 1.2 or newer and have a certificate installed."),
    ),
    "certificate_ok": Words(_("The certificate is valid for %(host)s until %(expires)s.")),
    "certificate_pinned": Words(
        _("The server shows exactly the certificate that you trusted. Valid until %(expires)s.")
    ),
    "certificate_expires_soon": Words(
        _("The certificate is valid, but only until %(expires)s."),
        _("Renew it before that day: after it nothing works any more."),
    ),
    "certificate_expired": Words(
        _("The certificate expired on %(expires)s."),
        _("Install a new certificate on the access server and test again."),
    ),
    "certificate_unknown": Words(
        _("Nobody we know vouches for this certificate: self-signed, or by your own authority."),
        _(
            "Compare its fingerprint with the one on your server. If they are equal you "
            "can trust this certificate; only this one will then be accepted. Or add your own "
            "authority to the connection."
        ),
    ),
    "certificate_other_name": Words(
        _("The certificate was made for another name than %(host)s."),
        _(
            "Enter the name that is in the certificate (%(subject)s), or compare its fingerprint "
            "with the one on your server and trust exactly this certificate."
        ),
    ),
    "certificate_changed": Words(
        _("The server shows another certificate than the one you trusted."),
        _(
            "If you renewed it, compare its fingerprint with the one on your server and "
            "trust the new one. If you did not, somebody may stand between us: do not go on."
        ),
    ),
    "sign_in_ok": Words(_("Manager %(login)s is signed in, and the server proved itself to us.")),
    "password_wrong": Words(
        _("The server did not accept the password of manager %(login)s."),
        _(
            "It asks for the API password, which is neither the master nor the investor "
            "password. Set it in MetaTrader 5 Administrator and enter it here."
        ),
    ),
    "manager_unknown": Words(
        _("The server has no manager account %(login)s."),
        _("Check the login. It must be a manager account on this server."),
    ),
    "manager_disabled": Words(_("The manager account %(login)s is disabled."), _MANAGER),
    "manager_not_configured": Words(
        _("The account %(login)s has no manager configuration that may connect."), _MANAGER
    ),
    "our_address_not_listed": Words(
        _("The manager account %(login)s may not sign in from our address."),
        _("Add our addresses to the allowed list of the manager account and test again."),
    ),
    "password_must_change": Words(
        _("The password of manager %(login)s must be changed before it can be used."),
        _("Set a new API password in MetaTrader 5 Administrator and enter it here."),
    ),
    "api_disabled": Words(
        _("The Web API is switched off on this server."),
        _("Switch on “Web API” at the access server and test again."),
    ),
    "sign_in_refused": Words(
        _("The server refused the sign-in of manager %(login)s (code %(retcode)s)."), _MANAGER
    ),
    "not_a_trading_server": Words(
        _("Something answers there, but it is no MetaTrader 5 Web API."),
        _("Check host and port: take those of the access server with “Web API” switched on."),
    ),
    "server_unproven": Words(
        _("The server could not prove that it knows the manager's password."),
        _("It may not be your server. Check host, port and certificate before you go on."),
    ),
    "groups_ok": Words(_("%(count)s groups are visible: %(live)s live, %(demo)s demo.")),
    "groups_differ": Words(
        _("%(count)s groups that are in use are missing at the new address: %(groups)s."),
        _(
            "This seems to be another trading server. Connect it as a server of its own: accounts "
            "of the present one cannot be on it."
        ),
    ),
    "no_groups": Words(
        _("The manager account sees no group at all."),
        _("Add the groups that your clients use to the manager's list of groups."),
    ),
    "no_demo_groups": Words(
        _("%(count)s groups are visible, but none of them is a demo group."),
        _("Demo accounts need a group whose name begins with demo\\."),
    ),
    "no_live_groups": Words(
        _("%(count)s groups are visible, and all of them are demo groups."),
        _("Add the groups of live accounts to the manager's list of groups."),
    ),
    "right_unclear": Words(_("The server did not say whether this right is given."), _ASK_AGAIN),
    "read_accounts_ok": Words(_("Accounts can be seen.")),
    "read_accounts_missing": Words(
        _("Without the right “access to accounts” no balance can be shown."), _MANAGER
    ),
    "personal_data_ok": Words(_("Names and contacts of accounts can be seen.")),
    "personal_data_unseen": Words(
        _("There is no account yet to see whether personal data are shown."),
        _("Make sure that the right “personal data of accounts” is given."),
    ),
    "personal_data_missing": Words(
        _(
            "Without the right “personal data of accounts” names come back empty, "
            "and accounts could not be matched with clients."
        ),
        _MANAGER,
    ),
    "modify_accounts_ok": Words(_("Accounts can be opened and changed.")),
    "modify_accounts_missing": Words(
        _("Without the right “modify accounts” no account can be opened or changed."), _MANAGER
    ),
    "accountant_ok": Words(_("Deposits and withdrawals can be booked.")),
    "accountant_missing": Words(
        _("Without the right “accountant” no deposit or withdrawal can be booked."), _MANAGER
    ),
    "read_orders_ok": Words(_("Orders, deals and positions can be seen.")),
    "read_orders_missing": Words(
        _(
            "Without the right “access to orders” there is no history, no positions, "
            "no equity curve and no rebate."
        ),
        _MANAGER,
    ),
    "dealer_ok": Words(_("Positions can be closed on behalf of clients.")),
    "dealer_missing": Words(
        _("Without the right “dealer” your staff cannot close positions from here."),
        _("You can go on without it, and give it later."),
    ),
    "clock_ok": Words(_("The server's clock runs at UTC%(offset)s.")),
    "clock_drifts": Words(
        _("The server's clock runs at UTC%(offset)s and is wrong by %(drift)s seconds."),
        _("Let the server set its clock by the network (NTP)."),
    ),
    "clock_wrong": Words(
        _("The server's clock is wrong by %(wrong_by)s hours: it shows UTC%(offset)s."),
        _(
            "Set the clock or the time zone of the trading server right. Until then every deal "
            "would be written down at a wrong time."
        ),
    ),
    "clock_silent": Words(_("The server did not tell its time."), _ASK_AGAIN),
    "latency_ok": Words(_("It answers in %(milliseconds)s ms.")),
    "latency_slow": Words(
        _("It takes %(milliseconds)s ms to answer."),
        _("It works, but pages will feel slow. An access server closer to us would help."),
    ),
    "latency_lost": Words(_("The connection was lost during the test."), _ASK_AGAIN),
    "certify_ok": Words(
        _(
            "%(amount)s %(currency)s went to account %(login)s, was found by our mark, and was "
            "taken out again."
        )
    ),
    "certify_skipped": Words(
        _("Nobody has tried yet whether our mark in a booking survives on this server."),
        _(
            "Certify the connection: until then, a payment whose answer is lost may have to be "
            "decided by a person."
        ),
    ),
    "certify_no_account": Words(
        _("There is no account %(login)s on the server, or it may not be seen."),
        _("Name an account in one of the groups you chose, best one of a demo group."),
    ),
    "certify_other_group": Words(
        _("Account %(login)s is in the group %(group)s, which you did not choose."),
        _("Name an account in one of the groups you chose, best one of a demo group."),
    ),
    "certify_not_offered": Words(_("This platform offers no way to find a booking by its mark.")),
    "certify_in_refused": Words(
        _("The server refused to book on account %(login)s: %(words)s"),
        _("Nothing was booked. Check the right “accountant” of the manager and try again."),
    ),
    "certify_out_refused": Words(
        _("The sum was booked in, but not out again: %(words)s"),
        _("Account %(login)s holds it still. Try again in three minutes: it is then taken out."),
    ),
    "certify_unclear": Words(
        _("The server's answer was lost, and the booking %(tag)s was not found."),
        _("Try again in three minutes: what is left of this attempt is then put right."),
    ),
    "certify_tag_lost": Words(
        _("The sum was booked, but it was not found by our mark in its comment."),
        _(
            "Something on the server changes comments of balance operations: a plugin or a "
            "bridge. Switch that off before you take payments through this server."
        ),
    ),
    "certify_doubled": Words(
        _("The booking %(tag)s is on the server twice."),
        _(
            "Something between us repeats requests: a proxy or a load balancer. Take it out of "
            "the way before you take payments, and correct the account by hand."
        ),
    ),
    "certify_uneven": Words(
        _("The balance of account %(login)s differs from the sum of its deals."),
        _("Let the server correct the balance of this account, or name another account."),
    ),
    "certify_interrupted": Words(_("The certification was interrupted: %(words)s"), _ASK_AGAIN),
    "certify_lost": Words(
        _("The certification was interrupted."),
        _("Try again in three minutes: what is left of this attempt is then put right."),
    ),
    "certify_cleared": Words(
        _("This attempt stayed unclear at first; it was looked up later and put right.")
    ),
    "lost": Words(_("The connection breaks off during calls.")),
    "timeout": Words(_("The server takes calls and does not answer them in time.")),
    "busy": Words(_("The server says that it has no time for calls.")),
    "refused": Words(_("The server refuses calls that need no right.")),
    "waiting": Words(_("We wait before we sign in again, so that the manager is not locked.")),
    "interrupted": Words(_("The test was interrupted."), _("Start it again.")),
    "skipped": Words(_("Not reached.")),
}


def label(key: str) -> Text:
    """The name of a check."""
    return LABELS.get(key, key)


def sentence(code: str, facts: Mapping[str, object]) -> str:
    """What was found."""
    return _filled(WORDS[code].sentence, facts) if code in WORDS else code


def advice(code: str, facts: Mapping[str, object]) -> str:
    """What to do about it; empty when there is nothing to do."""
    return _filled(WORDS[code].advice, facts) if code in WORDS else ""


def _filled(text: Text, facts: Mapping[str, object]) -> str:
    return str(text) % facts if "%(" in str(text) else str(text)
