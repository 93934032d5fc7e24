"""Calls are counted for a minute: on PostgreSQL their table is unlogged, so that counting waits for no disk."""

from django.db import migrations


def _set(what):
    def run(_, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"ALTER TABLE api_callcount SET {what}")

    return run


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]

    operations = [migrations.RunPython(_set("UNLOGGED"), _set("LOGGED"))]
