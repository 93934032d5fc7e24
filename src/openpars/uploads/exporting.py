"""Exports: any filtered list of activities as a file that can be uploaded again and then changes nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, BinaryIO, cast

from django.core.exceptions import PermissionDenied

from openpars.accounts.scopes import Scope
from openpars.activities import queries
from openpars.activities.models import Activity
from openpars.activities.records import Held, answers_of, exported, status_of
from openpars.activities.summary import SummaryFilter, narrowed
from openpars.formats import templates
from openpars.formats.rows import Kind
from openpars.formats.to_cells import groups_of, kept_of
from openpars.formats.writers import json, tab, xlsx, xml
from openpars.rulebook.lifecycle import phase

#: Activities read from the database at once.
_AT_ONCE = 1_000
#: A template with drop-downs takes its time for each row; larger ones are filled without them.
MOST_WITH_LISTS = 5_000
#: So many activities are written in less than a second, while somebody waits; longer lists are for a worker.
MOST_AT_ONCE = 3_000
#: Files up to this size are put together in memory.
_IN_MEMORY = 4 * 1024 * 1024

#: Hears what is being done, and how many activities that has been done for.
Watch = Callable[[str, int], object]
COUNTING = "Looking which columns are needed"
WRITING = "Writing the file"


def nobody(stage: str, done: int) -> None:
    """Watch nothing: what is quick needs no watching."""


class Format(StrEnum):
    """What an export can be, by the ending of its name."""

    XLSX = "xlsx"
    TAB = "tsv"
    XML = "xml"
    JSON = "json"
    DIALECT_JSON = "dialect-json"


@dataclass(frozen=True, slots=True)
class Served:
    """How a format is sent: the ending of the file's name and its media type."""

    ending: str
    media_type: str


SERVED = {
    Format.XLSX: Served("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    Format.TAB: Served("txt", "text/tab-separated-values; charset=utf-8"),
    Format.XML: Served("xml", "application/xml"),
    Format.JSON: Served("json", "application/json"),
    Format.DIALECT_JSON: Served("json", "application/json"),
}


def record_of(activity: Held | Activity, *, now: datetime, today: date) -> dict[str, Any]:
    """Return an activity as plain JSON: its answers, and what is known about it besides."""
    answers = activity.answers if isinstance(activity, Held) else answers_of(activity)
    first, last = (date.fromisoformat(answers[name]) for name in ("start_date", "end_date"))
    return {
        "activity_id": activity.activity_id,
        "status": status_of(activity, now=now).value,
        "phase": phase(start_date=first, end_date=last, today=today).value,
        "revision": activity.revision,
        **exported(answers, activity.rejected),
    }


def records(
    scope: Scope,
    chosen: SummaryFilter,
    *,
    now: datetime,
    today: date,
    stage: str = WRITING,
    watch: Watch = nobody,
) -> Iterator[dict[str, Any]]:
    """Give the activities of a filtered list by their IDs, as plain JSON, however many there are.

    `watch` hears after each batch how many were given; what it raises ends the list.
    Raises PermissionDenied for a scope of many providers.
    """
    if scope.provider_id is None:
        raise PermissionDenied
    found = narrowed(queries.of(scope), chosen, now=now).order_by("pk").values_list("pk", flat=True)
    last = done = 0
    while batch := list(found.filter(pk__gt=last)[:_AT_ONCE]):
        held = queries.held(batch, provider_id=scope.provider_id)
        for activity_id in batch:
            yield record_of(held[activity_id], now=now, today=today)
        last = batch[-1]
        done += len(batch)
        watch(stage, done)


def count(scope: Scope, chosen: SummaryFilter, *, now: datetime) -> int:
    """Return how many activities a filtered list has."""
    return narrowed(queries.of(scope), chosen, now=now).count()


def takes_long(scope: Scope, chosen: SummaryFilter, *, now: datetime) -> bool:
    """Say whether a filtered list is too long to be written while somebody waits. One quick query."""
    return narrowed(queries.of(scope), chosen, now=now)[MOST_AT_ONCE : MOST_AT_ONCE + 1].exists()


def export(
    scope: Scope,
    chosen: SummaryFilter,
    form: Format,
    *,
    kind: Kind = Kind.ACTIVITIES,
    now: datetime,
    today: date,
    watch: Watch = nobody,
) -> BinaryIO:
    """Return a filtered list as a file, open at its beginning; it is gone when it is closed.

    Raises what `watch` raises.
    """

    def listed(stage: str = WRITING) -> Iterator[dict[str, Any]]:
        return records(scope, chosen, now=now, today=today, stage=stage, watch=watch)

    def write(file: BinaryIO) -> None:
        match form:
            case Format.JSON:
                json.write(file, listed())
            case Format.DIALECT_JSON:
                json.write_dialect(file, listed())
            case Format.XML:
                xml.write(file, listed())
            case Format.TAB:
                tab.write(file, listed(), kind=kind, **_widths(listed(COUNTING)))
            case Format.XLSX:
                xlsx.write(file, listed(), kind=kind, **_widths(listed(COUNTING)))

    return _written(write)


def filled_template(
    scope: Scope,
    chosen: SummaryFilter,
    form: templates.Form,
    *,
    kind: Kind,
    now: datetime,
    today: date,
    watch: Watch = nobody,
) -> BinaryIO:
    """Return a template with a filtered list in it, as `export` does: a workbook with its drop-downs and notes.

    Beyond `MOST_WITH_LISTS` activities the workbook has the same columns without them.
    """

    def listed(stage: str = WRITING) -> Iterator[dict[str, Any]]:
        return records(scope, chosen, now=now, today=today, stage=stage, watch=watch)

    if form is templates.Form.XLSX:
        found = narrowed(queries.of(scope), chosen, now=now)
        if found[MOST_WITH_LISTS : MOST_WITH_LISTS + 1].exists():
            return export(scope, chosen, Format.XLSX, kind=kind, now=now, today=today, watch=watch)
    return _written(lambda file: templates.template(kind, form, file, listed(), **_widths(listed(COUNTING))))


def _written(write: Callable[[BinaryIO], None]) -> BinaryIO:
    """Return what is written as a file, open at its beginning; all of it is of one moment."""
    file = cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))  # noqa: SIM115 - the caller's to close
    try:
        with queries.one_moment():
            write(file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _widths(listed: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return how many numbered columns the widest record needs, and what is kept beside answers in any."""
    groups: dict[str, int] = {}
    kept: dict[str, None] = {}
    for record in listed:
        for name, width in groups_of(record).items():
            groups[name] = max(width, groups.get(name, 0))
        kept |= dict.fromkeys(kept_of(record))
    return {"groups": groups, "kept": tuple(kept)}
