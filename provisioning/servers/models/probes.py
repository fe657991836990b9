"""Tests of connections, and certifications: a tiny sum there and back."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import new_id
from provisioning.servers.models.servers import Server


class ProbeState(models.TextChoices):
    """How a test of a connection stands."""

    RUNNING = "running", _("Running")
    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Failed")


class Probe(models.Model):
    """One test of a connection, of the present one or of what shall take its place.

    ``sealed_password`` holds a new password, ``host`` and what belongs to it a new address: the
    server takes them over only when everything has passed.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    server = models.ForeignKey(Server, on_delete=models.CASCADE, related_name="probes")
    state = models.CharField(max_length=7, choices=ProbeState.choices, default=ProbeState.RUNNING)
    login = models.BigIntegerField()
    sealed_password = models.BinaryField(default=b"")
    host = models.CharField(max_length=253, blank=True, default="")
    port = models.PositiveIntegerField(null=True)
    authority_pem = models.TextField(blank=True, default="")
    fingerprint = models.CharField(max_length=64, blank=True, default="")
    """Of the certificate that is trusted at the new address, or will be at the present one."""
    fingerprint_found = models.CharField(max_length=64, blank=True, default="")
    """Of a certificate that nobody vouches for: the broker may pin it."""
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["server", "-started_at"], name="probe_newest")]

    def __str__(self) -> str:
        return f"probe of {self.server_id}"

    @property
    def place(self) -> str:
        """Where the new password is kept; sealing is bound to it."""
        return f"servers.Probe.sealed_password:{self.pk}"


class Outcome(models.TextChoices):
    """What a check found."""

    PASSED = "passed", _("Passed")
    WARNED = "warned", _("Worth knowing")
    FAILED = "failed", _("Failed")
    SKIPPED = "skipped", _("Not reached")


class ProbeCheck(models.Model):
    """One named check of a probe. ``code`` says what was found; ``findings`` has the sentence."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    probe = models.ForeignKey(Probe, on_delete=models.CASCADE, related_name="checks")
    place = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=30)
    outcome = models.CharField(max_length=7, choices=Outcome.choices)
    code = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    took_ms = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["probe", "key"], name="probe_check_once")]

    def __str__(self) -> str:
        return f"{self.key}: {self.code}"


class CertificationState(models.TextChoices):
    """How a certification ended."""

    RUNNING = "running", _("Running")
    PASSED = "passed", _("Passed")
    FAILED = "failed", _("Failed")
    UNCLEAR = "unclear", _("Unclear")
    SKIPPED = "skipped", _("Skipped")


class CertificationStep(models.TextChoices):
    """How far a certification came; written before each booking is sent."""

    ASKED = "asked", _("Asked for")
    IN_SENT = "in_sent", _("Sent in")
    IN_BOOKED = "in_booked", _("Booked in")
    OUT_SENT = "out_sent", _("Sent out")
    OUT_BOOKED = "out_booked", _("Booked out")


class Certification(models.Model):
    """The smallest sum booked in, found by its tag, and booked out again, on one account."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    server = models.ForeignKey(Server, on_delete=models.CASCADE, related_name="certifications")
    login = models.BigIntegerField(null=True)
    """The account; none when the certification was skipped."""
    state = models.CharField(max_length=7, choices=CertificationState.choices)
    step = models.CharField(
        max_length=10, choices=CertificationStep.choices, default=CertificationStep.ASKED
    )
    code = models.CharField(max_length=40, blank=True, default="")
    """What was found, see ``findings``."""
    facts = models.JSONField(default=dict)
    amount = models.DecimalField(max_digits=20, decimal_places=8, null=True)
    """In units of the account's currency."""
    tag_in = models.CharField(max_length=20, blank=True, default="")
    tag_out = models.CharField(max_length=20, blank=True, default="")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["server", "-started_at"], name="certification_newest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=CertificationState.values),
                name="certification_state_known",
            ),
            models.UniqueConstraint(
                fields=["server"],
                condition=models.Q(state="running"),
                name="certification_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"certification of {self.server_id}: {self.state}"
