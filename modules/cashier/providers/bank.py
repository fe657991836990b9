"""Bank transfers, and whatever else is paid outside and approved by a colleague."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.cashier.errors import FinallyDeclined, Forged
from modules.cashier.providers.port import (
    Begun,
    Capabilities,
    Check,
    News,
    PaymentKey,
    PaymentOrder,
    PayoutFact,
    PayoutOrder,
    ProviderFact,
    RawCallback,
    Setting,
    Tested,
    Validation,
    Wiring,
)

SETTINGS = (
    Setting(key="beneficiary", title=gettext_lazy("Beneficiary")),
    Setting(key="account", title=gettext_lazy("IBAN or account number")),
    Setting(key="bank", title=gettext_lazy("Bank"), is_needed=False),
    Setting(key="bic", title=gettext_lazy("BIC or SWIFT"), is_needed=False),
    Setting(
        key="note",
        title=gettext_lazy("What the client should know"),
        is_needed=False,
        is_long=True,
    ),
)


class BankTransfer:
    """A bank account of the broker's: the payer pays outside and shows a proof."""

    capabilities = Capabilities(takes_proofs=True, pays_out=True)

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring

    def test(self) -> Tested:
        """There is nobody to ask: what clients need to know must be there."""
        needed = [one for one in SETTINGS if one.is_needed]
        return Tested(
            checks=tuple(
                Check(title=one.title, is_passed=bool(self._wiring.settings.get(one.key)))
                for one in needed
            )
        )

    def begin(self, order: PaymentOrder) -> Begun:
        """Tell the payer where to pay to, and the reference that names his payment."""
        told = self._wiring.settings
        titles = {
            "beneficiary": _("Beneficiary"),
            "account": _("IBAN or account number"),
            "bank": _("Bank"),
            "bic": _("BIC or SWIFT"),
        }
        lines = [(title, told[key]) for key, title in titles.items() if told.get(key)]
        lines.append((_("Payment reference"), order.reference))
        if told.get("note"):
            lines.append((_("Please note"), told["note"]))
        return Begun(provider_reference=order.reference, instructions=tuple(lines))

    def payment(self, key: PaymentKey) -> ProviderFact | None:  # noqa: ARG002 - of the port
        """Nobody knows but the colleague who looks at the bank statement."""
        return None

    def pay_out(self, order: PayoutOrder) -> PayoutFact:
        """Leave it to a colleague: nothing is done by itself."""
        return PayoutFact(
            reference=order.reference, provider_reference=order.reference, is_done=False
        )

    def payout(self, key: PaymentKey) -> PayoutFact | None:
        """Still with the colleague."""
        return PayoutFact(reference=key.reference, provider_reference=key.reference, is_done=False)

    def read_callback(self, raw: RawCallback) -> News:
        """A bank account calls nobody.

        Raises:
            Forged: Always.
        """
        raise Forged(size=len(raw.body))

    def read_validation(self, raw: RawCallback) -> Validation:
        """A bank account asks nobody.

        Raises:
            FinallyDeclined: Always.
        """
        raise FinallyDeclined(size=len(raw.body))
