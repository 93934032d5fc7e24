"""What the databases themselves hold: the sequence of activity IDs, and that no change is ever rewritten.

SQLite counts in `ActivityNumber`. It has no TRUNCATE, so emptying its table between tests deletes rows; there
the model alone refuses to delete a change.
"""

from django.db import migrations

_FORWARD = {
    "postgresql": [
        "CREATE SEQUENCE activities_activity_number START 100000001",
        """
        CREATE FUNCTION activities_change_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'activities_change is append-only'; END $$
        """,
        """
        CREATE TRIGGER activities_change_stays BEFORE UPDATE OR DELETE ON activities_change
        FOR EACH ROW EXECUTE FUNCTION activities_change_stays()
        """,
    ],
    "sqlite": [
        """
        CREATE TRIGGER activities_change_stays BEFORE UPDATE ON activities_change
        BEGIN SELECT RAISE(ABORT, 'activities_change is append-only'); END
        """,
    ],
}
_BACKWARD = {
    "postgresql": [
        "DROP TRIGGER activities_change_stays ON activities_change",
        "DROP FUNCTION activities_change_stays",
        "DROP SEQUENCE activities_activity_number",
    ],
    "sqlite": ["DROP TRIGGER activities_change_stays"],
}


def _run(statements):
    def run(_, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("activities", "0001_initial")]

    operations = [migrations.RunPython(_run(_FORWARD), _run(_BACKWARD))]
