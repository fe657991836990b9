"""What billing refuses, and what it cannot believe."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refused


class Forged(Refused):
    """A webhook whose signature or age proves nothing."""

    code = "billing.forged"
    sentence = _("The signature is missing, wrong or too old.")


class CardRefused(Refused):
    """The bank said no; nothing was bought."""

    code = "billing.card_refused"
    sentence = _("Your card was refused: %(reason)s Nothing was changed.")


class AlreadyPaid(Refused):
    """The sign-up has been paid for."""

    code = "billing.already_paid"
    sentence = _("This sign-up is already paid. Your room is being set up.")


class UnknownModule(Refused):
    """Not on the menu."""

    code = "billing.unknown_module"
    sentence = _("There is no module “%(module)s” on the menu.")


class NoSubscription(Refused):
    """The broker has no running subscription of its own."""

    code = "billing.no_subscription"
    sentence = _("There is no running subscription. Please ask us to set one up.")


class PlanFrozen(Refused):
    """An invoice is unpaid, or the plan has ended."""

    code = "billing.plan_frozen"
    sentence = _("Your plan cannot change while it is “%(state)s”. Settle the open invoice first.")


class AlreadyInPlan(Refused):
    """The module is paid for."""

    code = "billing.already_in_plan"
    sentence = _("%(module)s is already part of your plan.")


class NotInPlan(Refused):
    """The module is not paid for."""

    code = "billing.not_in_plan"
    sentence = _("%(module)s is not part of your plan.")


class StillRequired(Refused):
    """Another paid module needs this one."""

    code = "billing.still_required"
    sentence = _("%(module)s is needed by %(by)s. Remove that first.")


class ChangeUnderWay(Refused):
    """Another change of the same plan is not finished."""

    code = "billing.change_under_way"
    sentence = _("Another change of your plan is under way. Try again in a minute.")


class PreviewTooOld(Refused):
    """The price that was confirmed was worked out too long ago."""

    code = "billing.preview_too_old"
    sentence = _("The price you saw is out of date. Please check it again.")


class NoSuchMove(Refused):
    """The state has no way there."""

    code = "billing.no_such_move"
    sentence = _("That is not possible while it is “%(state)s”.")


class NotAtStripe(LookupError):
    """Stripe has no object of that id."""
