from django.db import migrations

TABLES = ("kernel_auditentry",)

# One function per schema: an owner role may create nothing in public. It touches no table.
REFUSE = """
CREATE OR REPLACE FUNCTION kernel_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', format('%I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME)
        USING ERRCODE = 'restrict_violation';
END
$$
"""


def _statements() -> list[str]:
    statements = [REFUSE]
    for table in TABLES:
        statements += [
            f"""CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION kernel_refuse_change()""",
            f"""CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION kernel_refuse_change()""",
        ]
    return statements


def _reverse() -> list[str]:
    drops = [
        f"DROP TRIGGER {table}_{kind} ON {table}"
        for table in TABLES
        for kind in ("no_truncate", "append_only")
    ]
    return [*drops, "DROP FUNCTION kernel_refuse_change()"]


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]

    operations = [migrations.RunSQL(_statements(), _reverse())]
