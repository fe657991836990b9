"""Incidents of groups and symbols that are in use and gone."""

from __future__ import annotations

from django.db import migrations, models

KINDS = [
    ("silent", "Server does not answer"),
    ("certificate", "Certificate runs out"),
    ("right", "Right lost"),
    ("clock", "Clock wrong"),
    ("lag", "Reading lags behind"),
    ("group_gone", "Group gone"),
    ("symbol_gone", "Symbol gone"),
    ("renamed", "Symbol renamed"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("servers", "0005_removal"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="incident",
            name="incident_kind_known",
        ),
        migrations.AlterField(
            model_name="incident",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=11),
        ),
        migrations.AlterField(
            model_name="incident",
            name="subject",
            field=models.CharField(blank=True, default="", max_length=128),
        ),
        migrations.AddConstraint(
            model_name="incident",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", [kind for kind, _label in KINDS])),
                name="incident_kind_known",
            ),
        ),
    ]
