"""What the feed of changes is read by: the provider, the transaction that wrote, and an index of both.

The changes that are there already get their provider from their activity. No change is ever rewritten otherwise, so
the trigger that sees to it steps aside for that, and SQLite, which makes the table anew, gets it back.
"""

import django.db.models.deletion
from django.db import migrations, models

import openpars.activities.transactions

_ASIDE = {
    "postgresql": "ALTER TABLE activities_change DISABLE TRIGGER activities_change_stays",
    "sqlite": "DROP TRIGGER activities_change_stays",
}
_BACK = {
    "postgresql": "ALTER TABLE activities_change ENABLE TRIGGER activities_change_stays",
    "sqlite": """
        CREATE TRIGGER activities_change_stays BEFORE UPDATE ON activities_change
        BEGIN SELECT RAISE(ABORT, 'activities_change is append-only'); END
    """,
}
_PROVIDERS = """
    UPDATE activities_change SET provider_id = (
        SELECT activity.provider_id FROM activities_activity activity
        WHERE activity.activity_id = activities_change.activity_id
    )
"""


def _aside(_, schema_editor):
    schema_editor.execute(_ASIDE[schema_editor.connection.vendor], params=None)


def _back(_, schema_editor):
    schema_editor.execute(_BACK[schema_editor.connection.vendor], params=None)


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0001_initial"),
        ("activities", "0004_staging"),
    ]

    operations = [
        migrations.RunPython(_aside, _back),
        migrations.AddField(
            model_name="change",
            name="provider",
            field=models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.provider"),
        ),
        migrations.AddField(
            model_name="change",
            name="transaction",
            field=openpars.activities.transactions.WritingTransaction(db_default=openpars.activities.transactions.Current(), editable=False),
        ),
        migrations.RunSQL(_PROVIDERS, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="change",
            name="provider",
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.provider"),
        ),
        migrations.AddIndex(
            model_name="change",
            index=models.Index(fields=["provider", "transaction", "id"], name="change_feed"),
        ),
        migrations.RunPython(_back, _aside),
    ]
