"""`openpars check`: what is wrong with a file, told without a server and without a database."""

import json
import sys
from collections.abc import Generator, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import datetime
from importlib import import_module
from itertools import chain, islice
from pathlib import Path
from typing import IO, Final

import click

from openpars.formats.checking import without_plan
from openpars.formats.child import check_in_child
from openpars.formats.rows import Kind, Layout, Unreadable
from openpars.rulebook.catalogue import STAGE_WORDS
from openpars.rulebook.findings import Finding
from openpars.rulebook.kinds.trouble import visible

BLOCKED: Final = 1
UNREADABLE: Final = 2


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help="What the rows are about.")
@click.option("--as", "form", type=click.Choice(["text", "json", "xlsx"]), default="text", show_default=True)
@click.option("-o", "out", type=click.Path(dir_okay=False, path_type=Path), help="Write there instead.")
def check(file: Path, kind: str | None, form: str, out: Path | None) -> None:
    """Check a file of activities or learner counts, and tell everything that is wrong with it.

    Excel (.xlsx), tab-delimited text, CSV, XML and JSON are recognised by what they hold. Neither a server nor
    a database is needed; whether an activity ID is known is seen only when the file is uploaded. With
    `--as xlsx -o OUT.xlsx` your own workbook comes back with the cells marked; text comes back as text, and of
    XML and JSON there is a list: for these write `-o OUT.txt`.

    The exit code is 0 when the file could be applied, 1 when something blocks it, 2 when it cannot be read or
    OUT cannot be written.
    """
    if form == "xlsx" and out is None:
        raise click.UsageError("A marked file is written to a file: add -o OUT.xlsx, or OUT.txt for text.")
    if out is not None and not out.absolute().parent.is_dir():
        raise click.UsageError(f"There is no folder {out.parent} to write {out.name} to.")
    checking = _Check(file, Kind(kind) if kind else None)
    with closing(checking.findings()) as findings, _told_when_full(out):
        if form == "xlsx" and out is not None:
            _mark(checking, findings, out)
        else:
            with _opened(out) as stream:
                (_tell_json if form == "json" else _tell)(checking, findings, stream)
    if checking.unreadable:
        sys.exit(UNREADABLE)
    if checking.blocking:
        sys.exit(BLOCKED)


class _Check:
    """One check of a file, and what went by while its findings were told."""

    def __init__(self, file: Path, kind: Kind | None) -> None:
        self.file = file
        self._kind = kind
        self.layout: Layout | None = None
        self.rows = 0
        self.found = 0
        self.blocking = 0
        self.unreadable = False

    def findings(self) -> Generator[Finding]:
        """Give what is to be said about the file, then about one row after the other."""
        # There is no accreditor here whose day it could be: it is the day of whoever asks.
        today = datetime.now().astimezone().date()
        try:
            with check_in_child(self.file, kind=self._kind, today=today) as checking:
                self.layout = checking.layout
                yield from self._counted(checking.layout.findings)
                for row in without_plan(chain.from_iterable(checking), checking.layout):
                    self.rows += 1
                    yield from self._counted(row.findings)
        except Unreadable as refused:
            self.unreadable = True
            yield from self._counted((refused.finding,))

    def _counted(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        self.found += len(findings)
        self.blocking += sum(found.blocks for found in findings)
        return findings


class _NotWritten(click.ClickException):
    """Nothing is said of the file itself, so the exit code is not that of one with findings."""

    exit_code = UNREADABLE


@contextmanager
def _told_when_full(out: Path | None) -> Iterator[None]:
    """Say in words why the file could not be written."""
    try:
        yield
    except OSError as problem:
        if out is None:
            raise
        raise _NotWritten(f"{out} cannot be written: {problem.strerror}.") from problem


def _opened(out: Path | None) -> AbstractContextManager[IO[str]]:
    return nullcontext(sys.stdout) if out is None else out.open("w", encoding="utf-8")


def _tell_json(checking: _Check, findings: Iterator[Finding], stream: IO[str]) -> None:
    """Write the findings as they come, and then what can be said at the end."""
    stream.write('{"findings": [')
    for number, found in enumerate(findings):
        stream.write((",\n" if number else "\n") + json.dumps(found.as_json(), ensure_ascii=False))
    layout = checking.layout
    rest = {
        "kind": layout.kind.value if layout else None,
        "layout": layout.name if layout else None,
        "rows": checking.rows,
    }
    stream.write("\n], " + json.dumps(rest).removeprefix("{") + "\n")


def _tell(checking: _Check, findings: Iterator[Finding], stream: IO[str]) -> None:
    """Write each finding in two lines: where and what, then how to mend it; and a summary at the end."""
    for found in findings:
        stream.write(visible(f"{_place(found)}{found.message}") + "\n")
        stream.write(visible(f"    {found.mend} ({found.rule}: {STAGE_WORDS[found.stage].lower()})") + "\n")
    if not checking.unreadable:
        stream.write(
            f"{checking.rows:,} rows, {checking.found:,} findings, {checking.blocking:,} of them block.\n"
        )


def _place(found: Finding) -> str:
    """Return where a finding was made, as people look for it: “Activities C7, Start Date: ”."""
    place = found.where
    if place is None:
        return ""
    spot = place.cell or (f"row {place.row}" if place.row is not None else "")
    parts = (" ".join(filter(None, (place.sheet, spot))), place.column)
    return ", ".join(part for part in parts if part) + ": "


def _mark(checking: _Check, findings: Iterator[Finding], out: Path) -> None:
    """Write the person's own file with the findings in it; a file that cannot be read is told instead.

    Raises UsageError where the name says that something else is in it than would be.
    """
    first = list(islice(findings, 1))
    if checking.layout is None:
        _tell(checking, iter(first), sys.stdout)
    else:
        # The libraries that write workbooks are loaded by whoever wants one.
        marking = import_module("openpars.formats.marking")
        ending = f".{marking.ending(checking.layout)}"
        if ".xlsx" in (ending, out.suffix.lower()) and out.suffix.lower() != ending:
            what = "a workbook" if ending == ".xlsx" else "text"
            message = (
                f"{checking.file.name} comes back as {what}: write it to {out.with_suffix(ending).name}."
            )
            raise click.UsageError(message)
        try:
            marking.mark(checking.file, out, chain(first, findings), checking.layout)
        except Unreadable as refused:
            checking.unreadable = True
            _tell(checking, iter((refused.finding,)), sys.stdout)
