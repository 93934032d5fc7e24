"""The provider that a command works for, by its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

if TYPE_CHECKING:
    from openpars.accounts.models import Provider

provider_option = click.option(
    "--provider", "provider_number", required=True, help="7-digit ID of the provider."
)


def provider_numbered(number: str) -> Provider:
    """Return a provider by its number; says in words when there is none, or no complete database."""
    from openpars.accounts.models import Provider  # noqa: PLC0415 - models load once the settings are known

    must_be_prepared()
    provider = Provider.objects.select_related("accreditor").filter(number=number.strip()).first()
    if provider is None:
        message = f"There is no provider {number}."
        raise click.UsageError(message)
    return provider


def must_be_prepared() -> None:
    """Say in words when there is no complete database."""
    if not is_prepared():
        message = "This database is new, or of another version. Start the site once, then try again."
        raise click.ClickException(message)


def is_prepared() -> bool:
    """Say whether the database has every table of this version."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
