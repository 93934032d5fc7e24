"""What the copy of the public activities needs: the feed of the whole site, and what the copy is compared by.

SQLite reads the feed of the whole site by the ids alone, in which its one writer at a time gave them. With an index
like PostgreSQL's it would go through all of it for the feed of a single provider, too.
"""

from django.db import migrations, models

_FORWARD = {
    "postgresql": "CREATE INDEX change_feed_of_all ON activities_change (transaction, id)",
    "sqlite": "",
}
_BACKWARD = {"postgresql": "DROP INDEX change_feed_of_all", "sqlite": ""}


def _run(statements):
    def run(_, schema_editor):
        if statement := statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_api_keys"),
        ("activities", "0005_feed"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(
                condition=models.Q(("on_passport", True), ("deleted_at", None)),
                fields=[
                    "activity_id",
                    "provider",
                    "updated_at",
                    "revision",
                    "ends_at",
                    "complete_for",
                    "on_passport",
                    "deleted_at",
                ],
                name="activity_listed",
            ),
        ),
        migrations.RunPython(_run(_FORWARD), _run(_BACKWARD)),
    ]
