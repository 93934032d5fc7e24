"""What a browser posts for one step of the form, as raw answers for the rulebook to read.

The name of a box is the path of its answer: `title`, `support.0.amount`. A list answer comes as one name
several times (check boxes) or as numbered names (`joint_providers.0`); both may be mixed. A box that was
not posted leaves its answer as it is, except check boxes and repeated rows: of those a browser sends
nothing when all are off or removed, so that for them nothing means none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from openpars.rulebook.declaring import Field
from openpars.rulebook.findings import Finding
from openpars.rulebook.readers import MOST_ENTRIES
from openpars.rulebook.rules import finding

TOO_MANY = "activity.list.too_many"
#: Parts of the longest path of an answer, such as `collaborations.0.practice_areas.0`.
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Posted:
    """The raw answers of one step, and what to tell about lists that were longer than they may be.

    Of such a list the first MOST_ENTRIES entries are in the raw answers.
    """

    raw: dict[str, Any]
    too_many: tuple[Finding, ...] = ()


def read_post(data: QueryDict, fields: Iterable[Field]) -> Posted:
    """Return the raw answers to `fields` in posted form data. Names of other fields are ignored."""
    too_many: list[Finding] = []
    numbers = _row_numbers(data)
    return Posted(dict(_read(data, fields, "", numbers, too_many)), tuple(too_many))


def _read(
    data: QueryDict,
    fields: Iterable[Field],
    prefix: str,
    numbers: dict[str, list[str]],
    too_many: list[Finding],
) -> Iterator[tuple[str, Any]]:
    for field in fields:
        path = prefix + field.name
        if field.item or field.kind in {"choices", "texts"}:
            rows = numbers.get(path, [])
            found: list[Any]
            if field.item:
                found = [dict(_read(data, field.item, f"{path}.{row}.", numbers, too_many)) for row in rows]
            else:
                found = data.getlist(path) + [
                    data[f"{path}.{row}"] for row in rows if f"{path}.{row}" in data
                ]
            found = [value for value in found if not _is_blank(value)]
            if len(found) > MOST_ENTRIES:
                sent, limit = f"{len(found):,}", f"{MOST_ENTRIES:,}"
                too_many.append(finding(TOO_MANY, path=path, length=sent, limit=limit))
            yield field.name, found[:MOST_ENTRIES]
        elif path in data:
            yield field.name, data[path]


def without_row(data: QueryDict, path: str) -> QueryDict:
    """Return posted form data without the row at `path`, such as `support.1`."""
    left = data.copy()
    for name in data:
        if name == path or name.startswith(f"{path}."):
            del left[name]
    return left


def place_read(data: QueryDict, path: str) -> str:
    """Return where the list at `path`, as the posted page names it, stands in the raw answers.

    Blank rows are not read, so that the rows after them move up. A list inside such a row is gone with it:
    then the answer is the list that the row was in.
    """
    filled = QueryDict(mutable=True)
    for name, values in data.lists():
        if not _is_blank(values):
            filled.setlist(name, values)
    numbers = _row_numbers(filled)
    read: list[str] = []
    named: list[str] = []
    for part in path.split("."):
        if part.isdigit():
            rows = numbers.get(".".join(named), [])
            if part not in rows:
                break
            read.append(str(rows.index(part)))
        else:
            read.append(part)
        named.append(part)
    return ".".join(read)


def _row_numbers(data: QueryDict) -> dict[str, list[str]]:
    """Return for each list the row numbers that occur in the names, in their order.

    Rows taken out in the browser leave holes, and a row added last may carry any higher number.
    """
    found: dict[str, set[str]] = {}
    for name in data:
        parts = name.split(".", _DEEPEST)
        if len(parts) > _DEEPEST:
            continue
        for position, part in enumerate(parts):
            # ASCII digits of a sane length: other numerals and long ones are no row of ours.
            if part.isascii() and part.isdigit() and len(part) <= 6:
                found.setdefault(".".join(parts[:position]), set()).add(part)
    return {path: sorted(rows, key=lambda row: (int(row), row)) for path, rows in found.items()}


def _is_blank(value: Any) -> bool:
    """Say whether nothing was typed: an empty text, or a row of nothing but empty boxes."""
    if isinstance(value, dict):
        return all(_is_blank(part) for part in value.values())
    if isinstance(value, list):
        return all(_is_blank(part) for part in value)
    return not str(value).strip()


def pairs(data: QueryDict, *, without: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Return everything posted as names and values, to be carried along in hidden boxes."""
    left_out = {"csrfmiddlewaretoken", *without}
    return [(name, value) for name, values in data.lists() if name not in left_out for value in values]
