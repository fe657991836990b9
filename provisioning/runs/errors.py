"""What a sign-up or a run refuses, and how it says so."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refused


class NoSuchMove(Refused):
    """A state cannot follow another."""

    code = "runs.no_such_move"
    sentence = _("This sign-up has moved on. Reload the page to see where it stands.")


class UnknownModule(Refused):
    """The plan names a module that is not on the menu."""

    code = "runs.unknown_module"
    sentence = _("The plan names a module that is not offered any more. Please choose again.")


class EmailNotConfirmed(Refused):
    """Payment was asked for before the e-mail was proven."""

    code = "runs.email_not_confirmed"
    sentence = _("Confirm your e-mail first: enter the code that we sent to %(email)s.")


class WrongCode(Refused):
    """The code or link does not belong to this sign-up."""

    code = "runs.wrong_code"
    sentence = _("That is not the code we sent. Check the latest message, or ask for a new code.")
    field = "code"


class CodeExpired(Refused):
    """The code is too old, or was tried too often."""

    code = "runs.code_expired"
    sentence = _("This code has expired. Ask for a new one and it will arrive in a moment.")
    field = "code"


class TooManyCodes(Refused):
    """Too many messages to one address."""

    code = "runs.too_many_codes"
    sentence = _(
        "We have sent several codes already. Please check your spam folder, or start over."
    )


class SignUpExpired(Refused):
    """The sign-up was given up."""

    code = "runs.expired"
    sentence = _("This sign-up has expired and nothing was charged. Please start again.")


class NothingToRetry(Refused):
    """Only a stopped run can be taken up again."""

    code = "runs.nothing_to_retry"
    sentence = _("This run is not stopped, so there is nothing to retry.")


class LeaseLost(Exception):
    """Another worker has taken the run over; this one must record nothing more."""
