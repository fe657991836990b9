from django.db import migrations, models

STATES = [
    ("debiting", "Being taken from the trading account"),
    ("waiting", "Waiting for approval"),
    ("approved", "Approved"),
    ("paying", "Being paid"),
    ("returning", "Being put back on the trading account"),
    ("paid", "Paid"),
    ("partly", "Paid in part"),
    ("returned", "Returned to your wallet"),
    ("refused", "Turned down"),
    ("cancelled", "Cancelled"),
    ("failed", "Not possible"),
]


class Migration(migrations.Migration):
    dependencies = [("cashier", "0003_follow_ups_and_knocks")]

    operations = [
        migrations.CreateModel(
            name="Told",
            fields=[
                ("key", models.CharField(max_length=120, primary_key=True, serialize=False)),
                ("told_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(model_name="withdrawal", name="cashier_withdrawal_state"),
        migrations.AddField(
            model_name="withdrawal",
            name="ends_as",
            field=models.CharField(blank=True, db_default="", default="", max_length=10),
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="is_back",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name="withdrawal",
            name="returning_id",
            field=models.UUIDField(null=True),
        ),
        migrations.AlterField(
            model_name="withdrawal",
            name="state",
            field=models.CharField(choices=STATES, max_length=10),
        ),
        migrations.AddConstraint(
            model_name="withdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", [state for state, _title in STATES])),
                name="cashier_withdrawal_state",
            ),
        ),
    ]
