"""What a provider's own headings mean: said once on the mapping page, remembered for its next files."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import PermissionDenied
from django.db import transaction

from openpars.accounts.scopes import Scope
from openpars.formats.rows import Column, Layout
from openpars.rulebook.fields import DRAFT_FIELDS
from openpars.rulebook.paths import root
from openpars.rulebook.vocabularies import folded
from openpars.uploads import queries, receiving
from openpars.uploads.models import ColumnMapping, Upload
from openpars.uploads.states import READABLE

_LONGEST = 200


def key_of(heading: str) -> str:
    """Return what a heading is remembered by: without case, spaces and punctuation."""
    return folded(heading)[:_LONGEST]


def remembered(provider_id: int, kind: str) -> dict[str, str]:
    """Return what this provider's headings mean, by their keys: a path, or "" for a column to leave out."""
    found = ColumnMapping.objects.filter(provider=provider_id, kind=kind)
    return dict(found.values_list("heading", "path"))


def map_columns(upload: Upload, meanings: Mapping[str, str], *, scope: Scope) -> None:
    """Say what headings of an upload mean, remember it, and read the file with it.

    `meanings` leads from headings to paths, "" leaves a column out.
    Raises PermissionDenied when the scope may not write, NoSuchUpload for an upload of others.
    """
    if not scope.may_write:
        raise PermissionDenied
    with transaction.atomic():
        held = queries.locked(upload.pk, scope=scope)
        if held.state not in READABLE:
            return
        for heading, path in meanings.items():
            if key := key_of(heading):
                ColumnMapping.objects.update_or_create(
                    provider_id=held.provider_id, kind=held.kind, heading=key, defaults={"path": path}
                )
        held.mapping = {**held.mapping, **{key_of(heading): path for heading, path in meanings.items()}}
        held.save(update_fields=["mapping"])
        receiving.read_again(held)


def unknown_headings(layout: Layout) -> list[Column]:
    """Return the columns whose headings nobody knows."""
    return [column for column in layout.columns if column.path is None and column.heading]


def asks(layout: Layout, meanings: Mapping[str, str]) -> bool:
    """Say whether a person has to be asked what columns hold before the file can be read.

    Only where the file cannot be understood otherwise, and only about headings nobody was asked about before;
    else the plan tells which columns were not read, and can be made again with them.
    """
    known = {root(column.path) for column in layout.columns if column.path}
    if "activity_id" in known or known.issuperset(DRAFT_FIELDS):
        return False
    return any(key_of(column.heading) not in meanings for column in unknown_headings(layout))
