"""Putting bad answers right in the page: the blocked rows only, each bad answer in a box of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from openpars.formats.columns import WORDS, label_of, words_of
from openpars.formats.rows import Action
from openpars.rulebook.crossing import CROSS_RULES
from openpars.rulebook.declaring import Field
from openpars.rulebook.fields import field_at
from openpars.rulebook.findings import Stage
from openpars.rulebook.paths import generic_path
from openpars.rulebook.vocabularies import VOCABULARIES
from openpars.uploads import fixing, queries
from openpars.uploads.fixing import Place
from openpars.uploads.models import Upload, UploadFinding, UploadFix, UploadRow
from openpars.uploads.states import Result, State
from openpars.web.access import Visit
from openpars.web.views.uploads.reaching import page_context, reach
from openpars.web.views.uploads.rows import NOT_PLANNED
from openpars.web.views.uploads.stretches import stretch

PAGE_SIZE = 25
#: Lists longer than this are suggested while somebody types, instead of standing in each row.
_SHORT = 30
_OF_ROWS: Final[dict[str, tuple[str, ...]]] = {
    "action": tuple(action.value for action in Action),
    "close": ("Yes", "No"),
}
_LONGEST_NUMBER = 9
NOTHING_TYPED = "Nothing was changed yet: type what is right into the boxes, then press Check again."


@dataclass(frozen=True, slots=True)
class Box:
    """One bad answer: what stands there, what is wrong with it, and what it may be.

    `options` are all answers there are, where they are few; `suggestions` names the list of those suggested
    otherwise. Without findings it is an answer that another one does not fit to. `alike` is how many other rows
    have the same text there, wrong for the same reason.
    """

    path: str
    name: str
    id: str
    label: str
    text: str
    cell: str
    findings: list[UploadFinding]
    options: tuple[str, ...]
    suggestions: str
    is_long: bool
    width: str
    hint: str
    alike: int


@dataclass(frozen=True, slots=True)
class BadRow:
    """A blocked row: its boxes, and what is wrong with it that no box can mend."""

    row: UploadRow
    boxes: list[Box] = field(default_factory=list)
    others: list[UploadFinding] = field(default_factory=list)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def fix(request: HttpRequest, number: str, upload_id: UUID) -> HttpResponse:
    """Show the blocked rows; on POST keep what was typed and let the file be checked with it."""
    came, upload = reach(request, number, upload_id, to_write=True)
    if upload.state != State.PLANNED:
        messages.warning(request, NOT_PLANNED)
        return redirect("upload", number=number, upload_id=upload_id)
    if request.method == "POST":
        return _keep(came, upload)
    blocked = queries.rows(upload).filter(result=Result.BLOCKED)
    page = stretch(blocked, ("number",), request.GET, size=PAGE_SIZE)
    bad = _bad_rows(upload, page.entries)
    context = page_context(came, upload) | {
        "page": page,
        "bad": bad,
        "blocked": upload.counts.get(Result.BLOCKED, 0),
        "lists": _lists(box for each in bad for box in each.boxes),
    }
    return render(request, "uploads/fix.html", context)


def _bad_rows(upload: Upload, rows: Sequence[UploadRow]) -> list[BadRow]:
    by_place: dict[Place, list[UploadFinding]] = {}
    found = queries.findings(upload).filter(
        row__in=[row.number for row in rows], stage__in=[Stage.VALID, Stage.DRAFT]
    )
    for one in found:
        by_place.setdefault((one.row or 0, one.path), []).append(one)
    alike = fixing.count_alike(upload, [findings[0] for (_, path), findings in by_place.items() if path])
    shown = {row.number: BadRow(row) for row in rows}
    for (number, path), findings in by_place.items():
        bad = shown[number]
        if path and (path in WORDS or field_at(path)):
            bad.boxes.append(_box(bad.row, path, findings, alike=alike.get((number, path), 0)))
        else:
            bad.others.extend(findings)
    _add_related(upload, shown)
    return list(shown.values())


def _add_related(upload: Upload, shown: Mapping[int, BadRow]) -> None:
    """Offer boxes for the answers that others do not fit to as well: either may be the wrong one."""
    wanted: dict[Place, None] = {}
    for number, bad in shown.items():
        has = {box.path for box in bad.boxes}
        for found in (found for box in bad.boxes for found in box.findings):
            wanted |= dict.fromkeys((number, path) for path in related(found) if path not in has)
    if not wanted:
        return
    typed = {
        (row, path): text
        for row, path, text in UploadFix.objects.filter(
            upload=upload, row__in={row for row, _ in wanted}
        ).values_list("row", "path", "text")
    }
    for number, path in wanted:
        bad = shown[number]
        bad.boxes.append(_box(bad.row, path, [], alike=0, text=typed.get((number, path), "")))


def related(found: UploadFinding) -> list[str]:
    """Return the paths of the other answers that a finding rests on, of the same entry where it is about one."""
    entry = found.path.rpartition(".")[0]
    prefix = f"{entry}." if entry else ""
    paths = (name[1:] if name[0] == "/" else prefix + name for name in _RESTS_ON.get(found.rule, ()))
    return [path for path in paths if path != found.path]


def _box(
    row: UploadRow, path: str, findings: list[UploadFinding], *, alike: int, text: str | None = None
) -> Box:
    first = findings[0] if findings else None
    known = field_at(path)
    options = _options(path, known)
    few = len(options) <= _SHORT
    return Box(
        path=path,
        name=f"fix:{row.number}:{path}",
        id=f"fix-{row.number}-{path.replace('.', '-').replace(' ', '-')}",
        label=label_of(path),
        text=text if text is not None else row.rejected.get(path, (first and first.value) or ""),
        cell=first.cell if first else "",
        findings=findings,
        options=options if few else (),
        suggestions=f"list-{generic_path(path)}" if options and not few else "",
        is_long=known is not None and known.kind == "long-text",
        width="medium" if known is not None and known.kind in _LONG else "short",
        hint=_HINTS.get(known.kind, "") if known else "",
        alike=alike,
    )


_LONG: Final = frozenset({"text", "long-text", "choice", "choices", "texts", "url"})
#: The answers that have to fit together, by the rule that says so.
_RESTS_ON: Final = {rule.id: rule.names for rule in CROSS_RULES}
_HINTS: Final[dict[str, str]] = {
    "date": "Month/day/year",
    "choices": "Separate several by semicolons (;)",
    "texts": "Separate several by semicolons (;)",
}


@lru_cache(maxsize=256)
def _options(path: str, known: Field | None) -> tuple[str, ...]:
    """Return all that the answer may be, where that is settled; nothing where any text will do."""
    if known is None:
        return _OF_ROWS.get(path, ())
    is_open = known.vocabulary is not None and VOCABULARIES[known.vocabulary].open
    # Several answers stand in one text, and a state may be one of another country.
    return () if is_open or known.multiple or known.name == "state" else words_of(known)


def _lists(boxes: Iterable[Box]) -> list[tuple[str, tuple[str, ...]]]:
    """Return the long lists that boxes on this page suggest from, each once."""
    needed = {box.suggestions: _options(box.path, field_at(box.path)) for box in boxes if box.suggestions}
    return list(needed.items())


def _keep(came: Visit, upload: Upload) -> HttpResponse:
    """Keep what was typed where it differs from what stood there."""
    request = came.request
    texts: dict[Place, str] = {}
    alike: set[Place] = set()
    for name, text in request.POST.items():
        place = _place(name)
        if place and str(text) != request.POST.get(f"was:{name}", "").replace("\r\n", "\n"):
            texts[place] = str(text).replace("\r\n", "\n")
            if f"alike:{name}" in request.POST:
                alike.add(place)
    kept = fixing.fix(upload, texts, alike=alike, scope=came.scope) if texts else 0
    if not kept:
        messages.warning(request, NOTHING_TYPED)
        return redirect(request.get_full_path())
    messages.success(
        request, "One answer is kept." if kept == 1 else f"{kept:,} answers are kept.", extra_tags="kept"
    )
    return redirect("upload", number=came.provider.number, upload_id=upload.pk)


def _place(name: str) -> Place | None:
    """Return the row and path that a box is about, by its name."""
    what, _, rest = name.partition(":")
    number, _, path = rest.partition(":")
    if what != "fix" or not (number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER):
        return None
    return (int(number), path) if path in WORDS or field_at(path) else None
