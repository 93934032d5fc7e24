"""`openpars export`: activities as a file that can be read back, and then changes nothing."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import BinaryIO

import click

from openpars import clock
from openpars.config.one_provider import provider_numbered, provider_option
from openpars.config.starting import with_data
from openpars.rulebook.lifecycle import Status
from openpars.rulebook.vocabularies import VOCABULARIES

_FORMATS = ("xlsx", "tsv", "xml", "json", "dialect-json")
_BLOCK = 1 << 20


@click.command()
@provider_option
@click.option("--as", "form", type=click.Choice(_FORMATS), required=True, help="What the file shall be.")
@click.option(
    "-o",
    "out",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    required=True,
    help="The file to write; - for standard output.",
)
@click.option(
    "--status",
    type=click.Choice([status.value for status in Status], case_sensitive=False),
    help="Only activities in this status.",
)
@click.option("--year", type=click.IntRange(2000, 2999), help="Only activities that start in this year.")
@click.option(
    "--format",
    "activity_format",
    type=click.Choice(list(VOCABULARIES["formats"].by_code), case_sensitive=False),
    help="Only activities of this format.",
)
@click.option("--search", default="", help="Only activities with these words in title, internal ID or ID.")
@with_data
def export(
    *,
    provider_number: str,
    form: str,
    out: Path,
    status: str | None,
    year: int | None,
    activity_format: str | None,
    search: str,
) -> None:
    """Write a provider's activities into a file: all of them, or those that the options let through.

    `dialect-json` is the twin of the XML. `openpars import` reads each of these formats, and reading a file back
    that nobody has touched changes nothing.
    """
    from openpars.accounts.roles import Role  # noqa: PLC0415 - models load once the settings are known
    from openpars.accounts.scopes import Scope  # noqa: PLC0415
    from openpars.activities.summary import SummaryFilter  # noqa: PLC0415
    from openpars.uploads import exporting  # noqa: PLC0415

    provider = provider_numbered(provider_number)
    chosen = SummaryFilter(
        q=search.strip(), status=Status(status) if status else None, format=activity_format, year=year
    )
    scope = Scope("provider", provider.pk, provider.accreditor_id, Role.VIEWER)
    today = clock.today(provider.accreditor.time_zone)
    with exporting.export(scope, chosen, exporting.Format(form), now=clock.now(), today=today) as file:
        _keep(file, out)


def _keep(file: BinaryIO, out: Path) -> None:
    """Write the file, whole or not at all."""
    if str(out) == "-":
        shutil.copyfileobj(file, sys.stdout.buffer, _BLOCK)
        return
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        with partial.open("xb") as target:
            shutil.copyfileobj(file, target, _BLOCK)
        partial.replace(out)
    except OSError as problem:
        message = f"{out} cannot be written: {problem.strerror}."
        raise click.ClickException(message) from problem
    finally:
        partial.unlink(missing_ok=True)
