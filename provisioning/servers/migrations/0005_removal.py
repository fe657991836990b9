"""Servers that were removed stay behind what was recorded about them; names may be used again."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("servers", "0004_catalogue"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="server",
            name="server_name_once",
        ),
        migrations.RemoveConstraint(
            model_name="server",
            name="server_state_known",
        ),
        migrations.AlterField(
            model_name="server",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Being connected"),
                    ("proven", "Connected"),
                    ("broken", "Not answering"),
                    ("gone", "Removed"),
                ],
                default="draft",
                max_length=6,
            ),
        ),
        migrations.AddConstraint(
            model_name="server",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "gone"), _negated=True),
                fields=("name",),
                name="server_name_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="server",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "proven", "broken", "gone"])),
                name="server_state_known",
            ),
        ),
    ]
