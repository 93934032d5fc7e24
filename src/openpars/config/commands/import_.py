"""`openpars import`: a file of activities or learner counts, checked, planned and applied."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from openpars.config.one_provider import provider_numbered, provider_option
from openpars.config.starting import with_data
from openpars.formats.rows import Kind

if TYPE_CHECKING:
    from openpars.config.importing import Outcome
    from openpars.jobs.leases import Progress
    from openpars.rulebook.findings import Finding
    from openpars.uploads.models import Upload

_BLOCKED: Final = 1
_NOT_READ: Final = 2
_STOPPED: Final = 130


class _Exits(click.Command):
    """Leaves 1 to files with rows that are blocked: whatever else goes wrong ends with 2, Ctrl-C with 130."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except click.ClickException as problem:
            problem.show()
            ctx.exit(_NOT_READ)
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            ctx.exit(_STOPPED)


@click.command("import", cls=_Exits)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@provider_option
@click.option("--dry-run", is_flag=True, help="Tell what would happen, and write nothing.")
@click.option(
    "--kind",
    type=click.Choice([kind.value for kind in Kind]),
    default=Kind.ACTIVITIES.value,
    show_default=True,
    help="What the rows are about.",
)
@click.option("--good-rows-only", is_flag=True, help="Write the rows that can be written without the others.")
@click.option(
    "--adopt-ids", is_flag=True, help="Bring over from PARS: take over activity IDs that are not known here."
)
@click.option("--as", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@with_data
def import_(
    *,
    file: Path,
    provider_number: str,
    dry_run: bool,
    kind: str,
    good_rows_only: bool,
    adopt_ids: bool,
    form: str,
) -> None:
    """Write a file of activities or learner counts into a provider's list: all of it, or nothing.

    Excel (.xlsx), tab-delimited text, CSV, XML and JSON are recognised by what they hold. First it is told what
    each row does. Where a row is blocked nothing is written, unless --good-rows-only. A site may run meanwhile.
    What was applied is kept among the uploads of the provider, and can be undone there; any other file leaves
    nothing behind.

    The exit code is 0 when the file is applied or changes nothing, 1 when rows are blocked and nothing was
    written, 2 when the file cannot be read or something else is wrong.
    """
    from openpars.config import importing  # noqa: PLC0415 - models load only after the settings are known
    from openpars.uploads import forgetting, receiving  # noqa: PLC0415

    provider = provider_numbered(provider_number)
    try:
        upload = importing.receive(file, provider=provider, kind=Kind(kind), adopt=adopt_ids)
    except receiving.Refused as refused:
        _refuse(file, refused.finding, kind, form)
    except OSError as problem:
        message = f"{file} cannot be read: {problem.strerror}."
        raise click.ClickException(message) from problem
    told = _Shown()
    try:
        importing.work(upload, told=told)
        outcome = importing.outcome_of(upload, good_rows_only=good_rows_only)
        if outcome is importing.Outcome.READY and not dry_run:
            importing.apply(upload, provider=provider, good_rows_only=good_rows_only, told=told)
            outcome = importing.outcome_of(upload, good_rows_only=good_rows_only)
        told.end()
        _tell(upload, outcome, form)
    finally:
        forgetting.forget(upload)
    sys.exit(_code(outcome))


def _tell(upload: Upload, outcome: Outcome, form: str) -> None:
    from openpars.config import telling  # noqa: PLC0415 - models load only after the settings are known

    if form == "json":
        telling.as_json(upload, outcome, sys.stdout)
    else:
        telling.as_text(upload, outcome, sys.stdout)
    sys.stdout.flush()


def _refuse(file: Path, finding: Finding, kind: str, form: str) -> None:
    """Tell why a file is not even taken in, and end."""
    if form == "json":
        told = {"file": file.name, "kind": kind, "outcome": "unreadable", "findings": [finding.as_json()]}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(f"{file.name}: {finding.message}\n    {finding.mend} ({finding.rule})")
    sys.exit(_NOT_READ)


def _code(outcome: Outcome) -> int:
    """Return the exit code that says what came of the file."""
    from openpars.config.importing import Outcome  # noqa: PLC0415 - models load once the settings are known

    match outcome:
        case Outcome.APPLIED | Outcome.READY | Outcome.UNCHANGED:
            return 0
        case Outcome.BLOCKED:
            return _BLOCKED
        case _:
            return _NOT_READ


class _Shown:
    """Shows on a terminal how far a job is, in one line that is gone at the end."""

    def __init__(self) -> None:
        self.on = sys.stderr.isatty()

    def __call__(self, progress: Progress) -> None:
        if self.on and progress.stage:
            rows = f"{progress.done:,}" + (f" of {progress.total:,}" if progress.total else "") + " rows"
            sys.stderr.write(f"\r\x1b[K{progress.stage}{f': {rows}' if progress.done else ''}")
            sys.stderr.flush()

    def end(self) -> None:
        """Clear the line."""
        if self.on:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
