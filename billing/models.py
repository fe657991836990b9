"""What the vendor stores of plans and payments: a mirror of Stripe, and an inbox for its news."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar, Self, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from billing.errors import NoSuchMove
from kernel import clock
from kernel.ids import new_id
from kernel.money import Money

Row = TypeVar("Row", bound=models.Model)


class Locked(models.QuerySet[Row]):
    """A queryset that can lock what it finds."""

    def locked(self) -> Self:
        """The rows, locked until the transaction ends, in one order for everybody."""
        return self.order_by("pk").select_for_update(of=("self",))


class CatalogueEntry(models.Model):
    """One thing a broker can pay for monthly, as it stands at Stripe."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.CharField(max_length=50, unique=True)
    """A module's key, or ``platform`` for the base plan."""
    lookup_key = models.CharField(max_length=120, unique=True)
    stripe_product_id = models.CharField(max_length=255)
    stripe_price_id = models.CharField(max_length=255)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=5)
    synced_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(price_minor__gte=0), name="catalogue_price_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.lookup_key

    @property
    def price(self) -> Money:
        """The price of a month."""
        return Money(self.price_minor, self.currency)


class CheckoutState(models.TextChoices):
    """Where a payment page is."""

    OPEN = "open", _("Open")
    PAID = "paid", _("Paid")
    CLOSED = "closed", _("Closed")


class SignUpCheckout(models.Model):
    """A payment page that a sign-up was sent to."""

    MOVES: ClassVar = {
        CheckoutState.OPEN: {CheckoutState.PAID, CheckoutState.CLOSED},
        CheckoutState.CLOSED: {CheckoutState.PAID},  # Stripe has the last word
        CheckoutState.PAID: set(),
    }

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    """Also the idempotency key, and what Stripe's metadata carry."""
    sign_up_id = models.UUIDField()
    modules = ArrayField(models.CharField(max_length=50), default=list)
    email = models.EmailField()
    company = models.CharField(max_length=200, blank=True, default="")
    success_url = models.CharField(max_length=500)
    cancel_url = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=CheckoutState, default=CheckoutState.OPEN)
    session_id = models.CharField(max_length=255, null=True, unique=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = Locked.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["sign_up_id"], condition=models.Q(state="open"), name="checkout_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sign_up_id} {self.state}"

    def move_to(self, state: CheckoutState) -> None:
        """Move to ``state`` and save.

        Raises:
            NoSuchMove: There is no such move.
        """
        _check_move(self.MOVES, CheckoutState(self.state), state)
        self.state = state
        self.save(update_fields=["state"])


class SubscriptionState(models.TextChoices):
    """The life of a subscription, in our words."""

    WAITING = "waiting", _("Waiting for the first payment")
    TRIALING = "trialing", _("Trial")
    ACTIVE = "active", _("Active")
    GRACE = "grace", _("Payment overdue")
    SUSPENDED = "suspended", _("Suspended")
    ENDED = "ended", _("Ended")


RUNNING = frozenset({SubscriptionState.TRIALING, SubscriptionState.ACTIVE, SubscriptionState.GRACE})
"""States in which the modules are usable."""

_ALIVE = frozenset(SubscriptionState) - {SubscriptionState.ENDED, SubscriptionState.WAITING}


class Subscription(models.Model):
    """What a broker pays the vendor monthly."""

    # News may be missed, so from any living state every other may be seen next.
    MOVES: ClassVar = {
        SubscriptionState.WAITING: _ALIVE | {SubscriptionState.ENDED},
        **{state: (_ALIVE - {state}) | {SubscriptionState.ENDED} for state in _ALIVE},
        SubscriptionState.ENDED: frozenset(),
    }

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    stripe_id = models.CharField(max_length=255, unique=True)
    customer_id = models.CharField(max_length=255)
    checkout = models.OneToOneField(SignUpCheckout, on_delete=models.PROTECT)
    sign_up_id = models.UUIDField(db_index=True)
    tenant_id = models.UUIDField(null=True, db_index=True)
    """Bound by provisioning once the tenant exists."""
    company = models.CharField(max_length=200, blank=True, default="")
    email = models.EmailField()
    state = models.CharField(
        max_length=10, choices=SubscriptionState, default=SubscriptionState.WAITING
    )
    granted = ArrayField(models.CharField(max_length=50), default=list)
    """Modules that the tenant was last entitled to."""
    grace_until_at = models.DateTimeField(null=True)
    period_end_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)

    objects = Locked.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant_id"],
                condition=~models.Q(state="ended"),
                name="subscription_one_per_tenant",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="grace") | models.Q(grace_until_at__isnull=False),
                name="subscription_grace_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company or self.email} {self.state}"

    def move_to(self, state: SubscriptionState) -> None:
        """Move to ``state``; the caller saves.

        Raises:
            NoSuchMove: There is no such move.
        """
        _check_move(self.MOVES, SubscriptionState(self.state), state)
        self.state = state


class SubscriptionItem(models.Model):
    """One paid line of a subscription."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="items")
    stripe_id = models.CharField(max_length=255, unique=True)
    key = models.CharField(max_length=50)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=5)
    quantity = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return f"{self.quantity} {self.key}"

    @property
    def monthly(self) -> Money:
        """What the line costs a month."""
        return Money(self.price_minor * self.quantity, self.currency)


class Invoice(models.Model):
    """An invoice of Stripe's, mirrored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    stripe_id = models.CharField(max_length=255, unique=True)
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="invoices"
    )
    number = models.CharField(max_length=80, blank=True, default="")
    state = models.CharField(max_length=20)
    """Stripe's own word: it moves its invoices, we only look."""
    reason = models.CharField(max_length=40, blank=True, default="")
    total_minor = models.BigIntegerField()
    due_minor = models.BigIntegerField()
    currency = models.CharField(max_length=5)
    url = models.CharField(max_length=1000, blank=True, default="")
    issued_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-issued_at"], name="invoice_newest")]

    def __str__(self) -> str:
        return f"{self.number} {self.state}"


class EventState(models.TextChoices):
    """What became of an event."""

    WAITING = "waiting", _("Waiting")
    APPLIED = "applied", _("Applied")
    IGNORED = "ignored", _("Not of interest")
    FAILED = "failed", _("Given up")


class StripeEvent(models.Model):
    """An event of Stripe's, kept before it is understood."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    stripe_id = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=100)
    payload = models.JSONField()
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(default=clock.now)
    was_swept = models.BooleanField(default=False)
    """Found by the sweep: its webhook never came."""
    state = models.CharField(max_length=8, choices=EventState, default=EventState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=clock.now)
    last_error = models.CharField(max_length=200, blank=True, default="")
    applied_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], condition=models.Q(state="waiting"), name="stripeevent_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.stripe_id} {self.state}"


class Watched(models.Model):
    """How often Stripe was asked for an object, and which answer stands.

    Two workers may ask at once and write in the other order. Each takes a number before it
    asks; an answer is written only if no later question's answer already stands. What a
    dropped answer knew better, its own event makes somebody ask again.
    """

    stripe_id = models.CharField(primary_key=True, max_length=255)
    asked = models.BigIntegerField(default=0)
    told = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.stripe_id} {self.told}/{self.asked}"


class ChangeState(models.TextChoices):
    """What became of a change of a plan."""

    OPEN = "open", _("Under way")
    DONE = "done", _("Done")
    REFUSED = "refused", _("Refused")


class PlanChange(models.Model):
    """A broker's wish to pay for more or fewer modules; also Stripe's idempotency key."""

    MOVES: ClassVar = {
        ChangeState.OPEN: {ChangeState.DONE, ChangeState.REFUSED},
        ChangeState.DONE: set(),
        ChangeState.REFUSED: set(),
    }

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="changes")
    added = ArrayField(models.CharField(max_length=50), default=list)
    removed = ArrayField(models.CharField(max_length=50), default=list)
    as_of = models.BigIntegerField()
    """Seconds since 1970 that the proration is counted from."""
    state = models.CharField(max_length=8, choices=ChangeState, default=ChangeState.OPEN)
    created_at = models.DateTimeField(default=clock.now)

    objects = Locked.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subscription"], condition=models.Q(state="open"), name="change_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"+{self.added} -{self.removed} {self.state}"

    def move_to(self, state: ChangeState) -> None:
        """Move to ``state`` and save.

        Raises:
            NoSuchMove: It was decided before.
        """
        _check_move(self.MOVES, ChangeState(self.state), state)
        self.state = state
        self.save(update_fields=["state"])


class SweepMark(models.Model):
    """Up to when Stripe's own list of events has been read."""

    ONLY = 1

    id = models.SmallIntegerField(primary_key=True, default=ONLY, editable=False)
    read_until_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="sweep_mark_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.read_until_at:%Y-%m-%d %H:%M}"


State = TypeVar("State", bound=models.TextChoices)


def _check_move(moves: Mapping[State, Collection[State]], now: State, then: State) -> None:
    if then not in moves[now]:
        raise NoSuchMove(state=now.label)
