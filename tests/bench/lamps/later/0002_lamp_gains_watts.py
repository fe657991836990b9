from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lamps", "0001_initial")]
    operations = [migrations.AddField("Lamp", "watts", models.IntegerField(db_default=0))]
