"""An index of every three characters that follow each other in `search_text`, kept by the databases themselves.

SQLite's triggers leave the index alone while `activities_search_held` has a row: many activities are put into
it together, which is far quicker (`trigrams.together`). SQLite loses a table's triggers when Django makes the
table anew, as it does to change a column or to add one with a default: such a migration has to set them again.
Without them, activities saved later are not found.

PostgreSQL's index also knows the provider, so that words which others use often are still rare within one.
Its list of what is not sorted in yet stays short, for every search goes through it. And a provider's list is
read by one process: to start others takes longer than they save.
"""

from django.db import migrations

_FORWARD = {
    "postgresql": [
        """
        CREATE FUNCTION activities_trigrams(provider_id bigint, search_text text) RETURNS text[]
        LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
        DECLARE trigrams text[] := ARRAY['provider ' || provider_id];
        BEGIN
            FOR place IN 1 .. length(search_text) - 2 LOOP
                trigrams := trigrams || substr(search_text, place, 3);
            END LOOP;
            RETURN trigrams;
        END $$
        """,
        """
        CREATE INDEX activity_trigrams ON activities_activity
        USING gin (activities_trigrams(provider_id, search_text)) WITH (gin_pending_list_limit = 512)
        """,
        "ALTER TABLE activities_activity SET (parallel_workers = 0)",
    ],
    "sqlite": [
        """
        CREATE VIRTUAL TABLE activities_search USING fts5(
            search_text, content='activities_activity', content_rowid='activity_id',
            tokenize='trigram case_sensitive 1', detail=none, columnsize=0
        )
        """,
        "CREATE VIRTUAL TABLE activities_search_trigrams USING fts5vocab(activities_search, 'row')",
        "CREATE TABLE activities_search_held (held integer)",
        """
        CREATE TRIGGER activities_search_added AFTER INSERT ON activities_activity
        WHEN NOT EXISTS (SELECT 1 FROM activities_search_held)
        BEGIN
            INSERT INTO activities_search (rowid, search_text) VALUES (new.activity_id, new.search_text);
        END
        """,
        """
        CREATE TRIGGER activities_search_changed AFTER UPDATE OF search_text ON activities_activity
        WHEN old.search_text <> new.search_text AND NOT EXISTS (SELECT 1 FROM activities_search_held)
        BEGIN
            INSERT INTO activities_search (activities_search, rowid, search_text)
            VALUES ('delete', old.activity_id, old.search_text);
            INSERT INTO activities_search (rowid, search_text) VALUES (new.activity_id, new.search_text);
        END
        """,
        """
        CREATE TRIGGER activities_search_gone AFTER DELETE ON activities_activity
        BEGIN
            INSERT INTO activities_search (activities_search, rowid, search_text)
            VALUES ('delete', old.activity_id, old.search_text);
        END
        """,
        "INSERT INTO activities_search (activities_search) VALUES ('rebuild')",
    ],
}
_BACKWARD = {
    "postgresql": [
        "ALTER TABLE activities_activity RESET (parallel_workers)",
        "DROP INDEX activity_trigrams",
        "DROP FUNCTION activities_trigrams",
    ],
    "sqlite": [
        "DROP TRIGGER activities_search_gone",
        "DROP TRIGGER activities_search_changed",
        "DROP TRIGGER activities_search_added",
        "DROP TABLE activities_search_held",
        "DROP TABLE activities_search_trigrams",
        "DROP TABLE activities_search",
    ],
}


def _run(statements):
    def run(_, schema_editor):
        for statement in statements[schema_editor.connection.vendor]:
            schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):
    dependencies = [("activities", "0002_sequence_and_append_only")]

    operations = [migrations.RunPython(_run(_FORWARD), _run(_BACKWARD))]
