"""Tallies of calls, changes of rights, incidents, and new addresses that are to be proven."""

from __future__ import annotations

import django.contrib.postgres.fields
import django.db.models.deletion
import kernel.ids
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("servers", "0002_certification"),
    ]

    operations = [
        migrations.AddField(
            model_name="healthsample",
            name="drift_seconds",
            field=models.IntegerField(null=True),
        ),
        migrations.AddField(
            model_name="probe",
            name="authority_pem",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.AddField(
            model_name="probe",
            name="fingerprint",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="probe",
            name="host",
            field=models.CharField(blank=True, default="", max_length=253),
        ),
        migrations.AddField(
            model_name="probe",
            name="port",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="server",
            name="certificate_expires_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="server",
            name="rights",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="server",
            name="rights_read_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="server",
            name="up_since_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name="AlertPolicy",
            fields=[
                (
                    "id",
                    models.SmallIntegerField(
                        default=1, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("target_bp", models.PositiveIntegerField(default=9950)),
                ("drift_limit_s", models.PositiveIntegerField(default=60)),
                ("lag_limit_s", models.PositiveIntegerField(default=900)),
                ("tells_admins", models.BooleanField(default=True)),
                (
                    "receivers",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.EmailField(max_length=254), default=list, size=None
                    ),
                ),
                (
                    "muted",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=11), default=list, size=None
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="alert_policy_is_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("target_bp__gt", 0), ("target_bp__lt", 10000)),
                        name="alert_target_possible",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RightChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("server_id", models.UUIDField()),
                ("key", models.CharField(max_length=30)),
                ("is_given", models.BooleanField()),
                ("noticed_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["server_id", "-noticed_at"], name="right_change_newest")
                ],
            },
        ),
        migrations.CreateModel(
            name="CallTally",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "span",
                    models.CharField(
                        choices=[("minute", "Minute"), ("hour", "Hour")], max_length=6
                    ),
                ),
                ("begins_at", models.DateTimeField()),
                ("calls", models.PositiveBigIntegerField(default=0)),
                ("failed", models.PositiveBigIntegerField(default=0)),
                ("repeats", models.PositiveBigIntegerField(default=0)),
                ("sign_ins", models.PositiveBigIntegerField(default=0)),
                ("counts", models.JSONField(default=dict)),
                (
                    "server",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tallies",
                        to="servers.server",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("server", "span", "begins_at"), name="call_tally_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Incident",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("silent", "Server does not answer"),
                            ("certificate", "Certificate runs out"),
                            ("right", "Right lost"),
                            ("clock", "Clock wrong"),
                            ("lag", "Reading lags behind"),
                        ],
                        max_length=11,
                    ),
                ),
                ("subject", models.CharField(blank=True, default="", max_length=30)),
                ("facts", models.JSONField(default=dict)),
                ("opened_at", models.DateTimeField()),
                ("clear_since_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "server",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="incidents",
                        to="servers.server",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["server", "-opened_at"], name="incident_newest")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)),
                        fields=("server", "kind", "subject"),
                        name="incident_open_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["silent", "certificate", "right", "clock", "lag"])
                        ),
                        name="incident_kind_known",
                    ),
                ],
            },
        ),
    ]
