"""Certifications of connections."""

from __future__ import annotations

import django.db.models.deletion
import kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("servers", "0001_first"),
    ]

    operations = [
        migrations.AddField(
            model_name="server",
            name="certified_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="Certification",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("login", models.BigIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("passed", "Passed"),
                            ("failed", "Failed"),
                            ("unclear", "Unclear"),
                            ("skipped", "Skipped"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("asked", "Asked for"),
                            ("in_sent", "Sent in"),
                            ("in_booked", "Booked in"),
                            ("out_sent", "Sent out"),
                            ("out_booked", "Booked out"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("code", models.CharField(blank=True, default="", max_length=40)),
                ("facts", models.JSONField(default=dict)),
                ("amount", models.DecimalField(decimal_places=8, max_digits=20, null=True)),
                ("tag_in", models.CharField(blank=True, default="", max_length=20)),
                ("tag_out", models.CharField(blank=True, default="", max_length=20)),
                ("started_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "server",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="certifications",
                        to="servers.server",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["server", "-started_at"], name="certification_newest")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["running", "passed", "failed", "unclear", "skipped"])
                        ),
                        name="certification_state_known",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "running")),
                        fields=("server",),
                        name="certification_one_at_a_time",
                    ),
                ],
            },
        ),
    ]
